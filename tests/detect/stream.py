"""Entries and matches made by hand, and a chronicle fed with them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from monitor.detect.chronicle import Chronicle
from monitor.detect.reading import Lens
from monitor.text import canonical_url, fingerprint
from monitor.types import Assignment, Entry, Match, Reason, Seeds, Storyline, Verdict

START = datetime(2024, 11, 27, 9, 0, tzinfo=UTC)
MATCH = Match(score=0.8, threshold=0.5, on_topic=True, reason=Reason.MATCHED)
LENS = Lens.shipped()


def entry(
    title: str, summary: str = "", *, source: str = "wire-a", hours: float = 0, link: str = "", lang: str = "en"
) -> Entry:
    """An entry `hours` after the start of the stream."""
    date = START + timedelta(hours=hours)
    link = link or f"https://{source}.example/{fingerprint(title, summary, str(hours))}"
    return Entry(
        uid=fingerprint(source, link, str(hours)),
        key=link,
        source=source,
        link=link,
        canonical=canonical_url(link),
        title=title,
        summary=summary,
        lang=lang,
        seen_at=date,
        date=date,
        published=date,
    )


def chronicle(seeds: Seeds | None = None) -> Chronicle:
    """A chronicle without a past."""
    return Chronicle(Storyline(name="story", seeds=seeds or Seeds()), LENS)


def feed(keeper: Chronicle, *entries: Entry) -> list[tuple[Assignment, Verdict]]:
    """Add the entries in order."""
    readings = LENS.read(entries)
    return [keeper.add(e, r, MATCH) for e, r in zip(entries, readings, strict=True)]


def work(act: Callable[[], object]) -> int:
    """How many lines of Python run while it acts: what it costs, on a busy machine too."""
    count = 0

    def look(frame: FrameType, what: str, value: Any) -> Any:
        nonlocal count
        count += what == "line"
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        act()
    finally:
        sys.settrace(before)
    return count
