"""What one receiver is told of an event: a headline, the lines that are new to this receiver, and where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from monitor.detect.claims import KNOWN, Statement, nearest, statements_of
from monitor.detect.mastheads import agency_of
from monitor.detect.reading import Reading
from monitor.text import short
from monitor.types import DigestEntry, DigestEvent, Entry, Event, Line, Match, Novelty, Seeds, Verdict

MAX_LINES = 3
MAX_EXCERPT = 300  # characters of one entry that are quoted
MIN_LINE = 30  # a shorter sentence says too little to be quoted
_TELLING = frozenset((Novelty.NEW_EVENT, Novelty.DEVELOPMENT, Novelty.CORRECTION))
_RANK = {
    Novelty.NEW_EVENT: 1.0,
    Novelty.CORRECTION: 0.9,
    Novelty.DEVELOPMENT: 0.8,
    Novelty.REPEAT: 0.2,
    Novelty.COPY: 0.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an event with what was decided about it."""

    entry: Entry
    match: Match
    verdict: Verdict
    copy_of: str | None
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one receiver already knows of a storyline."""

    sentences: tuple[str, ...] = ()  # delivered, newest last
    events: frozenset[str] = frozenset()  # ids of the events told, folded ones included
    seeds: Seeds | None = None
    lang: str = ""  # the receiver's language, "" = English first
    corrected: frozenset[str] = frozenset()  # uids of entries whose correction is still to be told: told in any case

    def after(self, event: DigestEvent) -> Told:
        """The same with what `event` tells: for the next event of the same digest."""
        lines = (event.title, *(line.text for line in event.new))
        return replace(self, sentences=(*self.sentences, *lines), events=self.events | {event.id})


@dataclass(frozen=True, slots=True)
class _Candidate:
    statement: Statement
    member: Member
    weight: float


def tell(event: Event, members: Sequence[Member], told: Told) -> DigestEvent | None:
    """The event as this receiver should read it, or None when there is nothing new for them.

    `members` are all its entries in order of joining. Lines are verbatim sentences, each with source and link, at most
    300 characters an entry; none of them repeats a sentence the receiver was sent.
    """
    if not members:
        return None
    update = event.id in told.events
    known = _known(told)
    lines = (*_corrections(members, told), *_lines(_candidates(members, told, update), known))[:MAX_LINES]
    headline = _headline(members, told)
    if not lines and (update or not any(m.verdict.novelty in _TELLING for m in members)):
        return None
    if not lines and _is_known(headline.entry.title, headline.reading.lang, known):
        return None
    return _told_event(event, members, headline, lines, update)


def rank(events: Iterable[DigestEvent]) -> list[DigestEvent]:
    """The events of a digest, most worth reading first: what is new, by how many outlets, how much to the point."""

    def worth(event: DigestEvent) -> float:
        backing = 1 - 0.5 ** max(event.independent_sources, 1)
        return 0.5 * _RANK[event.verdict] + 0.25 * backing + 0.25 * event.score

    return sorted(events, key=lambda event: (-round(worth(event), 6), event.first_seen, event.id))


def timeline(events: Iterable[Event], new: Collection[str], days: int = 30) -> tuple[tuple[str, int, int], ...]:
    """Events first reported on each of the last `days` days up to the newest: (ISO day, events, of them in `new`)."""
    found = [event for event in events if event.merged_into is None]
    if not found:
        return ()
    per_day = Counter(event.first_seen.astimezone(UTC).date() for event in found)
    fresh = Counter(event.first_seen.astimezone(UTC).date() for event in found if event.id in new)
    last = max(event.last_seen.astimezone(UTC).date() for event in found)
    span = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return tuple((day.isoformat(), per_day[day], fresh[day]) for day in span)


def independent_sources(members: Sequence[Member]) -> int:
    """Outlets with a wording of their own; one that credits an agency counts as that agency."""
    own = [m for m in members if m.copy_of is None]
    return len({_origin(m) for m in own})


def _origin(member: Member) -> str:
    entry = member.entry
    return (
        agency_of(entry.title, entry.summary or entry.content, entry.author)
        or entry.source
        or entry.feed_url
        or entry.uid
    )


def _known(told: Told) -> list[Statement]:
    from_seeds = [
        statement
        for seed in (told.seeds.articles if told.seeds else ())
        for paragraph in (seed.title, *seed.paragraphs)
        for statement in statements_of("", paragraph, seed.lang)
    ]
    return from_seeds + [s for sentence in told.sentences[-2_000:] for s in statements_of("", sentence, "en")]


def _is_known(text: str, lang: str, known: Sequence[Statement]) -> bool:
    return all(nearest(s, known)[1] >= KNOWN for s in statements_of("", text, lang)) if known else False


def _candidates(members: Sequence[Member], told: Told, update: bool) -> list[_Candidate]:
    """Sentences worth telling, best first."""
    found = []
    for member in members:
        if member.copy_of is not None or (update and member.verdict.novelty not in _TELLING):
            continue
        body = member.entry.summary or member.entry.content
        new = {claim.text for claim in member.verdict.new}
        for statement in statements_of(member.entry.title, body, member.reading.lang):
            weight = (2.0 if statement.text in new else 0.0) + 0.2 * len(statement.facts.keys)
            weight += 1.0 if _speaks(member, told) else 0.0
            weight -= 1.0 if len(statement.text) < MIN_LINE else 0.0
            found.append(_Candidate(statement, member, weight))
    return sorted(found, key=lambda c: -c.weight)


def _lines(candidates: Sequence[_Candidate], known: list[Statement]) -> tuple[Line, ...]:
    lines: list[Line] = []
    spent: Counter[str] = Counter()
    seen = list(known)
    for candidate in candidates:
        text, entry = candidate.statement.text, candidate.member.entry
        if len(lines) == MAX_LINES:
            break
        if nearest(candidate.statement, seen)[1] >= KNOWN or MAX_EXCERPT - spent[entry.uid] < MIN_LINE:
            continue
        quoted = short(text, MAX_EXCERPT - spent[entry.uid])
        spent[entry.uid] += len(quoted)
        seen.append(candidate.statement)
        lines.append(Line(text=quoted, source=entry.source, link=entry.link, entry_uid=entry.uid))
    return tuple(lines)


def _corrections(members: Sequence[Member], told: Told) -> list[Line]:
    """The sentence of each corrected entry that carries what changed; most of its words are known already."""
    return [
        Line(
            text=short(member.verdict.new[0].text if member.verdict.new else member.entry.title, MAX_EXCERPT),
            source=member.entry.source,
            link=member.entry.link,
            entry_uid=member.entry.uid,
        )
        for member in members
        if member.entry.uid in told.corrected and member.verdict.novelty is Novelty.CORRECTION
    ]


def _speaks(member: Member, told: Told) -> bool:
    return member.reading.lang == (told.lang or "en")


def _headline(members: Sequence[Member], told: Told) -> Member:
    """The entry with the most central title, in the receiver's language if there is one."""
    own = (
        [m for m in members if m.copy_of is None and m.entry.title]
        or [m for m in members if m.entry.title]
        or list(members)
    )
    readable = [m for m in own if _speaks(m, told)] or own
    score = [sum(float(m.reading.vector @ other.reading.vector) for other in own) for m in readable]
    return readable[score.index(max(score))]


def _told_event(
    event: Event, members: Sequence[Member], headline: Member, lines: tuple[Line, ...], update: bool
) -> DigestEvent:
    new = [m for m in members if m.verdict.novelty in _TELLING]
    best = max(members, key=lambda m: m.match.score)
    first = not update and any(m.verdict.novelty is Novelty.NEW_EVENT for m in members)
    verdict = (
        Novelty.NEW_EVENT if first or not new else max((m.verdict.novelty for m in new[-3:]), key=lambda n: _RANK[n])
    )
    verdict = Novelty.DEVELOPMENT if update and verdict is Novelty.NEW_EVENT else verdict
    return DigestEvent(
        id=event.id,
        title=short(headline.entry.title or headline.entry.text, MAX_EXCERPT),
        verdict=verdict,
        first_seen=event.first_seen,
        last_seen=event.last_seen,
        score=best.match.score,
        sources=len({m.entry.source or m.entry.feed_url for m in members}),
        independent_sources=independent_sources(members),
        copies=sum(m.copy_of is not None for m in members),
        new=lines,
        why=tuple(dict.fromkeys(why for m in new for why in m.verdict.why))[:5],
        terms=tuple((hit.term, hit.weight) for hit in best.match.hits),
        threshold=best.match.threshold,
        entries=tuple(_listed(m) for m in sorted(members, key=lambda m: m.copy_of is not None)),
        is_update=update,
    )


def _listed(member: Member) -> DigestEntry:
    entry = member.entry
    return DigestEntry(
        id=entry.uid, title=short(entry.title or entry.text, MAX_EXCERPT), link=entry.link, source=entry.source,
        published=entry.published, copy_of=member.copy_of,
    )  # fmt: skip
