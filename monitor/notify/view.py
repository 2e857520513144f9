"""What a reader of a digest sees, worded once for text and HTML alike; templates know nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.notify import timeline
from monitor.text import collapse, printable, short
from monitor.types import Coverage, Digest, DigestEntry, DigestEvent, Line, Novelty

TOP = 16  # events told in full
LISTED = 40  # further events told by their title
ENTRIES = 5  # reports listed under an event at least, where there are as many
ROOM = 24  # reports listed in a digest that has few events
CARRIERS = 4  # outlets named that printed a copy
BRIEF = 4  # events from which on a digest opens with their titles
REASONS = 4  # words on what is new, an event
EXCERPT = 300  # characters of other people's text
TITLE = 240
LABELS = {
    Novelty.NEW_EVENT: "New",
    Novelty.DEVELOPMENT: "Development",
    Novelty.CORRECTION: "Correction",
    Novelty.REPEAT: "Repeat",
    Novelty.COPY: "Copy",
}
COUNTED = {
    Novelty.NEW_EVENT: ("new event", "new events"),
    Novelty.DEVELOPMENT: ("development", "developments"),
    Novelty.CORRECTION: ("correction", "corrections"),
    Novelty.REPEAT: ("repeat", "repeats"),
    Novelty.COPY: ("copy", "copies"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence and where it stands."""

    text: str
    source: str
    link: str  # "" unless http or https
    host: str  # as the browser would show it, in ASCII
    headline: str  # it stands under, "" where that is the event's title or the sentence itself


@dataclass(frozen=True, slots=True)
class Report:
    """One entry under an event, or a further event."""

    title: str
    source: str
    link: str
    host: str
    when: str
    feedback: str = ""  # page where a reader says that it belongs to the story
    label: str = ""  # New, Development, Correction: of a further event


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One event, in words."""

    number: int
    title: str
    kind: str  # new_event, development, correction
    label: str  # New, Development, Correction
    update: bool
    why: tuple[str, ...]
    lines: tuple[Told, ...]
    meta: str  # sources, copies, first seen
    matched: str  # why it belongs to the story
    reports: tuple[Report, ...]  # own wordings beyond those quoted
    more: str  # "and 7 more reports", "" if none
    carried: str  # "Carried by Japan Times and 2 more", "" without copies
    entry_id: str  # what `explain` takes
    feedback: str  # page where a reader says whether it belongs to the story, "" without one


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """One digest, in words."""

    subject: str
    preview: str  # what a mail list shows after the subject
    storyline: str
    receiver: str
    heading: str  # "2 new events, 1 development"
    number: int
    when: str
    since: str
    nil: bool
    summary: tuple[Told, ...]  # a few sentences of those below, shortened
    summary_by: str  # "Shortened by MODEL from reports below", "" without a summary
    brief: tuple[EventView, ...]  # those told by their titles first, where a digest is long
    events: tuple[EventView, ...]
    also: tuple[Report, ...]  # further events
    more: int  # events beyond those
    held: int
    picture: timeline.Picture | None
    spark: str
    coverage: str
    trouble: str
    near: tuple[Report, ...]
    digest_id: str


def view(digest: Digest) -> DigestView:
    """Return the digest in words; times stand in its zone."""
    zone = ZoneInfo(digest.timezone)
    room = max(ENTRIES, ROOM // max(1, len(digest.events[:TOP])))
    events = tuple(_event(place, event, zone, room) for place, event in enumerate(digest.events[:TOP], 1))
    further = digest.events[TOP:]
    nil = not digest.events
    return DigestView(
        subject=_subject(digest),
        preview=_preview(digest, events),
        storyline=one_line(digest.storyline_title or digest.storyline, TITLE),
        receiver=one_line(digest.receiver, 80),
        heading=_heading(digest),
        number=digest.number,
        when=_when(digest.created_at, zone),
        since=_when(digest.period_from, zone),
        nil=nil,
        summary=_summary(digest),
        summary_by=_summarised_by(digest),
        brief=events if len(events) >= BRIEF else (),
        events=events,
        also=tuple(_further(event) for event in further[:LISTED]),
        more=max(0, len(further) - LISTED),
        held=digest.held,
        picture=timeline.draw(digest.timeline),
        spark=timeline.sparkline(digest.timeline),
        coverage=_coverage(digest.coverage),
        trouble=_trouble(digest.coverage),
        near=tuple(_near(digest)) if nil else (),
        digest_id=digest.id,
    )


def one_line(text: str, most: int) -> str:
    """Return other people's text as one harmless line of at most `most` characters."""
    return short(collapse(printable(text)), most)


def safe_link(link: str) -> tuple[str, str]:
    """Return the link and its host in ASCII, or two empty strings unless it is an http(s) address."""
    plain = printable(link).strip()
    try:
        parts = urlsplit(plain)
        host = parts.hostname or ""
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return "", ""
    if parts.scheme.lower() not in {"http", "https"} or not host or any(char.isspace() for char in plain):
        return "", ""
    return plain, host.removeprefix("www.")


def lead(digest: Digest) -> str:
    """Return the first thing a digest says, for subjects and chat."""
    if not digest.events:
        return "nothing new"
    first = digest.events[0]
    prefix = "Correction: " if first.verdict is Novelty.CORRECTION else ""
    return prefix + one_line(first.title, 110)


def _subject(digest: Digest) -> str:
    others = len(digest.events) - 1
    tail = f" (+{others} more)" if others > 0 else ""
    return f"{one_line(digest.storyline_title or digest.storyline, 60)}: {lead(digest)}{tail}"


def _preview(digest: Digest, events: tuple[EventView, ...]) -> str:
    if not events:
        return _coverage(digest.coverage)
    first = events[0]
    return short(first.lines[0].text if first.lines else "; ".join(first.why) or first.meta, 140)


def _heading(digest: Digest) -> str:
    if not digest.events:
        return "Nothing new"
    counts = Counter(event.verdict for event in digest.events)
    return ", ".join(f"{counts[kind]} {words[counts[kind] > 1]}" for kind, words in COUNTED.items() if counts[kind])


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day}\u00a0{local:%b},\u00a0{local:%H:%M}"


def _summary(digest: Digest) -> tuple[Told, ...]:
    lines = digest.summary.lines if digest.summary else ()
    return tuple(
        Told(one_line(line.text, EXCERPT), one_line(line.source, 80), *safe_link(line.link), "") for line in lines
    )


def _summarised_by(digest: Digest) -> str:
    if digest.summary is None:
        return ""
    return f"Sentences of the reports below, shortened by {one_line(digest.summary.by, 60)}."


def _event(number: int, event: DigestEvent, zone: ZoneInfo, room: int) -> EventView:
    others = _unquoted(event)
    unlisted = len(others) - room
    return EventView(
        number=number,
        title=one_line(event.title, TITLE),
        kind=event.verdict.value,
        label=LABELS[event.verdict],
        update=event.is_update,
        why=_reasons(event),
        lines=tuple(_line(line, event) for line in event.new),
        meta=_meta(event, zone),
        matched=_matched(event),
        reports=tuple(_report(entry, zone) for entry in others[:room]),
        more=f"and {_plural(unlisted, 'more report')}" if unlisted > 0 else "",
        carried=_carried(event),
        entry_id=event.entries[0].id if event.entries else event.id,
        feedback=safe_link(event.feedback)[0],
    )


def _line(line: Line, event: DigestEvent) -> Told:
    place = line.entry_uid or line.link
    titles = [entry.title for entry in event.entries if place and place in {entry.id, entry.link}]
    known = {_bare(event.title), *(_bare(told.text) for told in event.new)}
    headline = next((one_line(title, TITLE) for title in titles if _bare(title) not in known), "")
    return Told(one_line(line.text, EXCERPT), one_line(line.source, 80), *safe_link(line.link), headline)


def _bare(title: str) -> str:
    """Return a title for comparing: letters and digits."""
    return "".join(char for char in title.casefold() if char.isalnum())


def _reasons(event: DigestEvent) -> tuple[str, ...]:
    """Return what is new in words, without what the label says already."""
    said = {"first report"} if event.verdict is Novelty.NEW_EVENT else set()
    reasons = (one_line(reason, 160) for reason in event.why)
    return tuple(reason for reason in reasons if reason not in said)[:REASONS]


def _unquoted(event: DigestEvent) -> list[DigestEntry]:
    """Return the own wordings that no quoted line links to, then the copies under a headline of their own."""
    quoted = {line.link for line in event.new} | {line.entry_uid for line in event.new} - {""}
    unquoted = [entry for entry in event.entries if not {entry.link, entry.id} & quoted]
    own = [entry for entry in unquoted if entry.copy_of is None]
    known = {_bare(title) for title in (event.title, *(e.title for e in event.entries if e.copy_of is None))}
    copies = {_bare(entry.title): entry for entry in reversed(unquoted) if entry.copy_of is not None}
    return own + [entry for title, entry in reversed(copies.items()) if title not in known]


def _carried(event: DigestEvent) -> str:
    """Return who printed a copy, folded behind a count."""
    outlets = list(dict.fromkeys(one_line(e.source, 60) for e in event.entries if e.copy_of is not None and e.source))
    if not outlets:
        return ""
    rest = len(outlets) - CARRIERS
    return f"Carried by {', '.join(outlets[:CARRIERS])}" + (f" and {rest} more" if rest > 0 else "")


def _report(entry: DigestEntry, zone: ZoneInfo) -> Report:
    when = _day(entry.published, zone) if entry.published else ""
    source = one_line(entry.source, 80) + (", copy" if entry.copy_of is not None else "")
    return Report(one_line(entry.title, TITLE), source, *safe_link(entry.link), when)


def _further(event: DigestEvent) -> Report:
    own = [(entry.source, entry.link) for entry in event.entries if entry.title == event.title]  # whose title it is
    lines = [(line.source, line.link) for line in event.new]
    source, link = next(iter([*own, *lines, *((entry.source, entry.link) for entry in event.entries)]), ("", ""))
    title, label = one_line(event.title, TITLE), LABELS[event.verdict]
    return Report(title, one_line(source, 80), *safe_link(link), "", label=label)


def _meta(event: DigestEvent, zone: ZoneInfo) -> str:
    parts = [_plural(event.independent_sources, "independent source")]
    if event.sources > event.independent_sources:
        parts[0] += f" of {event.sources}"
    if event.copies:
        parts.append(_plural(event.copies, "copy", "copies"))
    parts.append(f"first seen\u00a0{_day(event.first_seen, zone)}")
    if event.last_seen > event.first_seen:
        parts.append(f"last\u00a0{_day(event.last_seen, zone)}")
    return " · ".join(parts)


def _matched(event: DigestEvent) -> str:
    terms = ", ".join({one_line(term, 40): "" for term, _ in event.terms[:5]})  # a word of yours may be a seed's too
    score = f"score {event.score:.2f}, threshold {event.threshold:.2f}"
    return f"Matched {terms} · {score}" if terms else score


def _coverage(coverage: Coverage) -> str:
    feeds = coverage.feeds_ok + coverage.feeds_late + coverage.feeds_failing
    parts = [f"{coverage.feeds_ok} of {_plural(feeds, 'feed')} read"]
    if coverage.feeds_late:
        parts.append(f"{coverage.feeds_late} late")
    if coverage.feeds_failing:
        parts.append(f"{coverage.feeds_failing} failing")
    parts.append(f"{_plural(coverage.entries_scanned, 'entry', 'entries')} scanned")
    parts.append(_plural(coverage.near_misses, "near miss", "near misses"))
    return ", ".join(parts) + "."


def _trouble(coverage: Coverage) -> str:
    names = [one_line(name, 60) for name in coverage.failing]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    parts = [f"Failing: {shown}."] if names else []
    if coverage.undelivered:
        parts.append(f"Could not be delivered to: {', '.join(one_line(name, 60) for name in coverage.undelivered)}.")
    if coverage.gaps:
        parts.append(f"{_plural(coverage.gaps, 'feed')} rolled over between two polls: entries may have been missed.")
    return " ".join(parts)


def _near(digest: Digest) -> list[Report]:
    return [
        Report(
            one_line(miss.title, TITLE),
            one_line(miss.source, 80),
            *safe_link(miss.link),
            f"score {miss.score:.2f}",
            safe_link(miss.feedback)[0],
        )
        for miss in digest.coverage.nearest[:ENTRIES]
    ]


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
