"""What one receiver is told of an event: a headline, the lines that are new to this receiver, and where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

import numpy as np

from monitor.detect.claims import KnownClaims, Statement, statement_of, statements_of
from monitor.detect.mastheads import agency_of, own_words
from monitor.detect.novelty import NOT_YET
from monitor.detect.reading import Reading
from monitor.detect.vectors import static_vectors
from monitor.text import short
from monitor.types import DigestEntry, DigestEvent, Entry, Event, Line, Match, Novelty, Seeds, Verdict
from monitor.types.novelty import NEWS

MAX_LINES = 3
MAX_EXCERPT = 300  # characters of one entry that are shown
MAX_TITLE = 200  # characters of a title shown
MOST_TOLD = 2_000  # delivered sentences looked back on
SAME = 0.8  # cosine from which two sentences of one event say the same
MIN_QUOTE = 120  # a longer sentence is cut, but not to less
MIN_LINE = 30  # a shorter sentence says too little to be quoted
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


class Told:
    """What one receiver knows of a storyline: the seeds, what was delivered, and what a digest in the making tells."""

    def __init__(
        self, sentences: Sequence[str] = (), events: Iterable[str] = (), seeds: Seeds | None = None, lang: str = ""
    ) -> None:
        self.claims = KnownClaims([*_of_seeds(seeds), *map(statement_of, sentences[-MOST_TOLD:])])
        self.events = set(events)  # ids of the events told, folded ones included
        self.lang = lang  # the receiver's language, "" = English first

    def learn(self, event: DigestEvent) -> None:
        """Know from now on what `event` tells."""
        self.events.add(event.id)
        for text in (event.title, *(line.text for line in event.new)):
            self.claims.add(statement_of(text))


@dataclass(frozen=True, slots=True)
class _Candidate:
    statement: Statement
    member: Member
    weight: float


def tell(event: Event, members: Sequence[Member], told: Told, correcting: Collection[str] = ()) -> DigestEvent | None:
    """The event as this receiver should read it, or None when there is nothing new for them.

    `members` are all its entries in order of joining. Lines are verbatim sentences, each with source and link; of one
    entry no more than 300 characters are shown, its title included. No line repeats the headline, another line, or
    anything the receiver was sent. `correcting` names entries whose correction is still to be told: told in any case.
    """
    if not members:
        return None
    update = event.id in told.events
    known = KnownClaims(before=told.claims)
    news = [m for m in members if m.verdict.novelty in NEWS and not known.has(_heading(m))]
    corrected = [m for m in members if m.entry.uid in correcting and m.verdict.novelty is Novelty.CORRECTION]
    headline = _headline((corrected or news or members) if update else members, told)
    heading = _heading(headline)
    heading_known = known.has(heading)
    known.add(heading)
    corrections = [line for line in _corrections(corrected) if line.text != heading.text]
    for line in corrections:
        known.add(statement_of(line.text))
    lines = (*corrections, *_lines(_candidates(members, told, update), known, heading))[:MAX_LINES]
    newsworthy = not heading_known and headline in (news if update else members) and bool(news)
    if not (lines or newsworthy or corrected):
        return None
    found = _told_event(event, members, headline, lines, update)
    return replace(found, verdict=Novelty.CORRECTION) if update and corrected else found


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
    return agency_of(entry.title, _body(member), entry.author) or entry.source or entry.feed_url or entry.uid


def _of_seeds(seeds: Seeds | None) -> list[Statement]:
    return [
        statement
        for seed in (seeds.articles if seeds else ())
        for paragraph in (seed.title, *seed.paragraphs)
        for statement in statements_of("", paragraph, seed.lang)
    ]


def _candidates(members: Sequence[Member], told: Told, update: bool) -> list[_Candidate]:
    """Sentences worth telling, best first; in another language only where there is nothing else."""
    own = [m for m in members if m.copy_of is None and not (update and m.verdict.novelty not in NEWS)]
    own = [m for m in own if _speaks(m, told)] or own
    read = [(member, statements_of(member.entry.title, _body(member), member.reading.lang)) for member in own]
    common = Counter(stem for _, found in read for stem in {stem for s in found for stem in s.stems})
    chosen = [
        _Candidate(statement, member, _worth(statement, member, common))
        for member, found in read
        for statement in found
    ]
    return sorted(chosen, key=lambda c: -round(c.weight, 6))


def _worth(statement: Statement, member: Member, common: Counter[str]) -> float:
    """What is new weighs most, then facts, then what several reports speak of; scraps weigh little."""
    new = statement.text in {claim.text for claim in member.verdict.new}
    shared = sum(common[stem] > 1 for stem in statement.stems) / max(len(statement.stems), 1)
    scrap = len(statement.text) < MIN_LINE or statement.text.endswith(("…", "..."))
    return 2.0 * new + 0.2 * min(len(statement.facts.keys), 6) + 0.8 * shared - 1.5 * scrap


def _lines(candidates: Sequence[_Candidate], known: KnownClaims, heading: Statement) -> tuple[Line, ...]:
    """The best sentences that neither repeat what is known nor say the same as each other in other words.

    Those nearest to the heading come first: what may belong elsewhere does not stand right below it.
    """
    lines: list[tuple[float, Line]] = []
    vectors = static_vectors().encode([heading.text, *(c.statement.text for c in candidates)])
    chosen = [vectors[0]]
    left: dict[str, int] = {}
    for candidate, vector in zip(candidates, vectors[1:], strict=True):
        statement, entry = candidate.statement, candidate.member.entry
        if len(lines) == MAX_LINES:
            break
        room = left.get(entry.uid, MAX_EXCERPT - min(len(entry.title), MAX_TITLE))
        told_before = known.has(statement) or max(float(vector @ other) for other in chosen) >= SAME
        named = entry.uid in left and statement.text == own_words(entry.title)  # stands under its other sentence
        if told_before or named or room < min(len(statement.text), MIN_QUOTE):
            continue
        quoted = short(statement.text, room)
        left[entry.uid] = room - len(quoted)
        known.add(statement)
        chosen.append(vector)
        line = Line(text=quoted, source=entry.source, link=entry.link, entry_uid=entry.uid)
        lines.append((round(float(vector @ chosen[0]), 5), line))
    return tuple(line for _, line in sorted(lines, key=lambda found: -found[0]))


def _corrections(corrected: Sequence[Member]) -> list[Line]:
    """The sentence of each corrected entry that carries what changed; most of its words are known already."""
    return [
        Line(
            text=short(member.verdict.new[0].text if member.verdict.new else member.entry.title, MAX_EXCERPT),
            source=member.entry.source,
            link=member.entry.link,
            entry_uid=member.entry.uid,
        )
        for member in corrected
    ]


def _body(member: Member) -> str:
    return member.entry.summary or member.entry.content


def _speaks(member: Member, told: Told) -> bool:
    return member.reading.lang in {told.lang or "en", ""}


def _heading(member: Member) -> Statement:
    return statement_of(own_words(member.entry.title) or member.entry.text, member.reading.lang)


def _headline(members: Sequence[Member], told: Told) -> Member:
    """The entry with the most central title, in the receiver's language if there is one."""
    own = [m for m in members if m.copy_of is None and m.entry.title] or list(members)
    readable = [m for m in own if _speaks(m, told)] or own
    vectors = np.stack([m.reading.vector for m in own])
    central = [float(np.einsum("ij,j->i", vectors, m.reading.vector).sum()) for m in readable]
    return max(zip(readable, central, strict=True), key=lambda found: round(found[1], 5))[0]


def _told_event(
    event: Event, members: Sequence[Member], headline: Member, lines: tuple[Line, ...], update: bool
) -> DigestEvent:
    quoted = {headline.entry.uid, *(line.entry_uid for line in lines)}
    new = [m for m in members if m.verdict.novelty in NEWS]
    told_now = [m for m in new if m.entry.uid in quoted] or new
    best = max(members, key=lambda m: m.match.score)
    return DigestEvent(
        id=event.id,
        title=short(headline.entry.title or headline.entry.text, MAX_TITLE),
        verdict=_verdict(told_now if update else new, update),
        first_seen=event.first_seen,
        last_seen=event.last_seen,
        score=best.match.score,
        sources=len({m.entry.source or m.entry.feed_url for m in members}),
        independent_sources=independent_sources(members),
        copies=sum(m.copy_of is not None for m in members),
        new=lines,
        why=_reasons(told_now, (headline.entry.title, *(line.text for line in lines)), update)[:5],
        terms=tuple((hit.term, hit.weight) for hit in best.match.hits),
        threshold=best.match.threshold,
        entries=tuple(_listed(m) for m in sorted(members, key=lambda m: m.copy_of is not None)),
        is_update=update,
    )


def _reasons(told: Sequence[Member], shown: Sequence[str], update: bool) -> tuple[str, ...]:
    """Why these are told; without the sentences shown anyway, and to a newcomer without what is new to others only."""
    found: dict[str, None] = {}
    for why in (why for member in told for why in member.verdict.why):
        reason, _, quote = why.partition(": “")
        stands = any(quote.strip("…”") in text for text in shown) if quote else False
        if reason != NOT_YET or (update and not stands):
            found[reason if stands else why] = None
    return tuple(found)


def _verdict(new: Sequence[Member], update: bool) -> Novelty:
    """What the whole event is to this receiver."""
    found = {m.verdict.novelty for m in new}
    if not update:
        return Novelty.NEW_EVENT if Novelty.NEW_EVENT in found or not found else max(found, key=lambda n: _RANK[n])
    return Novelty.CORRECTION if found == {Novelty.CORRECTION} else Novelty.DEVELOPMENT


def _listed(member: Member) -> DigestEntry:
    entry = member.entry
    return DigestEntry(
        id=entry.uid,
        title=short(entry.title or entry.text, MAX_TITLE),
        link=entry.link,
        source=entry.source,
        published=entry.published,
        copy_of=member.copy_of,
    )
