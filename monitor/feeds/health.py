"""How a feed fares at this moment: what its last polls said, and whether it is silent for too long."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.types import Feed, Health

LATE_TIMES = 8  # times a feed's own rhythm
LATE_AT_LEAST = timedelta(days=2)
SUSTAINED = timedelta(hours=24)  # what fails for less is nobody's business
BAD = (Health.FAILING, Health.NOT_A_FEED, Health.GONE)


def is_late(feed: Feed, now: datetime) -> bool:
    """Whether the feed is silent for much longer than its own rhythm."""
    if feed.rhythm is None or feed.newest is None:
        return False
    return now - feed.newest > max(LATE_TIMES * feed.rhythm, LATE_AT_LEAST)


def health_of(feed: Feed, now: datetime) -> Health:
    """Return the truth about a feed at this moment, lateness counted."""
    if feed.disabled:
        return Health.DISABLED
    return Health.LATE if feed.health is Health.OK and is_late(feed, now) else feed.health


def is_dead(feed: Feed, now: datetime) -> bool:
    """Whether the feed was not readable for a day, or is gone for good."""
    if feed.disabled or feed.health not in BAD:
        return False
    return feed.health is Health.GONE or (feed.failing_since is not None and now - feed.failing_since >= SUSTAINED)


def rolled_within(feed: Feed, start: datetime, end: datetime) -> bool:
    """Whether the feed was last found to have rolled over, entries lost, in this period."""
    found = feed.notes.get("gap_at")
    return found is not None and start < datetime.fromisoformat(found) <= end
