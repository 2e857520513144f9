"""Quiet hours: windows of local time in which nothing but named verdicts is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from monitor.types import Novelty

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WRITTEN = re.compile(r"(?:(?P<days>[a-z,\s-]+?)\s*)?(?:(?P<start>\d{1,2}:\d\d)\s*[-–]\s*(?P<end>\d{1,2}:\d\d))?")
LONGEST_CHAIN = 60  # windows that may follow one another without a gap
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes of the day on which it starts; an end at or before the start lies on the next day."""

    days: frozenset[int]
    start: int
    end: int

    def spans(self, around: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """Yield its spans in UTC that start the day before, on, or after this date."""
        for offset in (-1, 0, 1):
            day = around + timedelta(days=offset)
            if day.weekday() not in self.days:
                continue
            length = (self.end - self.start) or MINUTES_A_DAY
            last = self.start + (length if length > 0 else length + MINUTES_A_DAY)
            yield _moment(day, self.start, zone), _moment(day, last, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """When to keep quiet, in which zone, and what is told all the same."""

    windows: tuple[Window, ...]
    timezone: str
    bypass: tuple[Novelty, ...] = ()
    written: str = ""

    def until(self, now: datetime) -> datetime | None:
        """Return when the quiet that holds now is over (UTC), None when it is not quiet."""
        zone, end = ZoneInfo(self.timezone), now
        for _ in range(LONGEST_CHAIN):
            later = self._end_of_quiet_at(end, zone)
            if later is None:
                break
            end = later
        return end if end > now else None

    def _end_of_quiet_at(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        local = moment.astimezone(zone).date()
        ends = [end for window in self.windows for start, end in window.spans(local, zone) if start <= moment < end]
        return max(ends, default=None)


def parse(written: str) -> Window:
    """Return the window written as `22:00-07:00`, `sat,sun` or `mon-fri 19:00-08:00`. Errors: ValueError."""
    match = WRITTEN.fullmatch(written.strip().lower())
    if match is None or not (match["days"] or match["start"]):
        raise ValueError(f"{written!r} is no span of quiet; write 22:00-07:00, sat,sun or mon-fri 19:00-08:00")
    start, end = (_minutes(match["start"]), _minutes(match["end"])) if match["start"] else (0, MINUTES_A_DAY)
    return Window(_days(match["days"] or "mon-sun"), start, end)


def _days(written: str) -> frozenset[int]:
    found: set[int] = set()
    for part in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", written.strip())):
        first, _, last = part.partition("-")
        if first[:3] not in DAYS or (last and last[:3] not in DAYS):
            raise ValueError(f"{part!r} is no day of the week; write mon, tue, wed, thu, fri, sat or sun")
        begin = DAYS.index(first[:3])
        length = (DAYS.index((last or first)[:3]) - begin) % 7
        found |= {(begin + step) % 7 for step in range(length + 1)}
    return frozenset(found)


def _minutes(written: str) -> int:
    hours, minutes = (int(part) for part in written.split(":"))
    total = hours * 60 + minutes
    if minutes > 59 or total > MINUTES_A_DAY:
        raise ValueError(f"{written} is no time of day")
    return total


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return that wall-clock time in UTC; minutes may run past midnight."""
    days, rest = divmod(minutes, MINUTES_A_DAY)
    wall = datetime.combine(day + timedelta(days=days), clock_time(rest // 60, rest % 60), zone)
    return wall.astimezone(UTC)
