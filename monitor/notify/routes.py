"""One route as a value: whom it hears, and when its schedule lets it tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from monitor.notify import slots
from monitor.notify.quiet import Quiet
from monitor.types.novelty import NEWS, Novelty


class Kind(StrEnum):
    """How a route tells."""

    IMMEDIATE = "immediate"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way from a storyline to a receiver; `key` is its name in the database and survives edits of its times."""

    key: str
    storyline: str  # name or glob
    receiver: str
    kind: Kind
    tags: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    verdicts: tuple[Novelty, ...] = NEWS
    min_score: float = 0.0
    min_sources: int = 1
    second_source: bool = False
    group_wait: timedelta = timedelta(minutes=2)
    group_interval: timedelta | None = None
    repeat_interval: timedelta | None = None
    cron: str = ""
    timezone: str = "UTC"
    send_empty: bool = False
    quiet: Quiet | None = None
    max_per_day: int | None = None

    def hears(self, storyline: str) -> bool:
        """Say whether this route is for the storyline."""
        return fnmatchcase(storyline, self.storyline)

    def next_slot(self, now: datetime) -> datetime | None:
        """Return when a digest route tells next by its schedule, quiet hours seen to; None if it has none."""
        if self.kind is not Kind.DIGEST:
            return None
        return self.told_at(slots.following(self.cron, self.timezone, now))

    def told_at(self, slot: datetime) -> datetime:
        """Return when the digest of a slot goes out: after quiet hours, at no midnight where the day has a slot."""
        end = self.quiet.until(slot) if self.quiet else None
        if end is None or self.quiet is None:
            return slot
        if end.astimezone(ZoneInfo(self.quiet.timezone)).time() == time():
            later = slots.following(self.cron, self.timezone, end - timedelta(minutes=1))
            if later - end < timedelta(days=1) and self.quiet.until(later) is None:
                return later
        return end
