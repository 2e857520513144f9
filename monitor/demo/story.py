"""What the six feeds of the demo say at which moment: their entries, a mistake that is put right, and their faults."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from importlib.resources import files

LISTED = 20  # entries a feed shows at a time
DATA = files("monitor.demo") / "data"


class Format(StrEnum):
    """How a feed is written."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"


class Fault(StrEnum):
    """What may be wrong with a feed for a while."""

    UNAVAILABLE = "HTTP 503"
    MAINTENANCE = "an HTML page instead of the feed"
    CUT_OFF = "XML that breaks off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry as a feed shows it."""

    id: str
    date: datetime
    title: str
    summary: str
    url: str
    lang: str
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A summary that stood wrong until it was put right."""

    item: str
    summary: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which a feed is broken."""

    feed: str
    fault: Fault
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One feed of the demo."""

    name: str  # in its address
    title: str
    format: Format
    items: tuple[Item, ...]  # oldest first


@dataclass(frozen=True, kw_only=True)
class Story:
    """Everything the feeds will say."""

    sources: tuple[Source, ...]
    corrections: tuple[Correction, ...]
    outages: tuple[Outage, ...]

    @cached_property
    def dates(self) -> tuple[datetime, ...]:
        """When something is published or put right, oldest first."""
        published = [item.date for source in self.sources for item in source.items]
        return tuple(sorted(published + [correction.until for correction in self.corrections]))

    def until(self, end: datetime) -> Story:
        """Return the same story as if nothing were published from `end` on."""
        sources = (replace(s, items=tuple(item for item in s.items if item.date < end)) for s in self.sources)
        corrections = (correction for correction in self.corrections if correction.until < end)
        return Story(sources=tuple(sources), corrections=tuple(corrections), outages=self.outages)

    @property
    def size(self) -> int:
        """How many entries there are."""
        return sum(len(source.items) for source in self.sources)

    def listed(self, source: Source, now: datetime) -> list[Item]:
        """Return what a feed shows at a moment, newest first."""
        seen = [self._as_of(item, now) for item in source.items if item.date <= now]
        return seen[: -LISTED - 1 : -1]

    def fault(self, source: Source, now: datetime) -> Fault | None:
        """Return what is wrong with a feed at a moment."""
        hits = (o.fault for o in self.outages if o.feed == source.name and o.start <= now < o.end)
        return next(hits, None)

    def _as_of(self, item: Item, now: datetime) -> Item:
        wrong = next((c for c in self.corrections if c.item == item.id and now < c.until), None)
        return item if wrong is None else replace(item, summary=wrong.summary)


def load() -> Story:
    """Return the story that ships with the package."""
    described = json.loads((DATA / "feeds.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (DATA / "entries.jsonl").read_text(encoding="utf-8").splitlines()]
    sources = []
    for name, feed in described["feeds"].items():
        items = [_item(row, feed["sources"][row["source"]]) for row in rows if row["source"] in feed["sources"]]
        ordered = tuple(sorted(items, key=lambda item: (item.date, item.id)))
        sources.append(Source(name=name, title=feed["title"], format=Format(feed["format"]), items=ordered))
    corrections = tuple(
        Correction(item=row["id"], summary=row["first"]["summary"], until=_moment(row["first"]["until"]))
        for row in rows
        if "first" in row
    )
    outages = tuple(
        Outage(feed=o["feed"], fault=Fault[o["fault"]], start=_moment(o["from"]), end=_moment(o["to"]))
        for o in described["outages"]
    )
    return Story(sources=tuple(sources), corrections=corrections, outages=outages)


def _item(row: dict[str, str], outlet: str) -> Item:
    return Item(
        id=row["id"],
        date=_moment(row["date"]),
        title=row["title"],
        summary=row["summary"],
        url=row["url"],
        lang=row["lang"],
        outlet=outlet,
    )


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
