"""A clock that only moves when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Call it for the time; move it with `advance`."""

    def __init__(self, now: datetime = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> datetime:
        """Move forward by a timedelta's keywords and return the new time."""
        self.now += timedelta(**delta)
        return self.now
