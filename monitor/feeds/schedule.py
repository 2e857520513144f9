"""When a feed is polled again, and what its last polls say about it. Pure: time and chance are arguments."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from monitor.errors import FeedError, FetchError, ParseError
from monitor.feeds.address import host_of
from monitor.feeds.headers import fresh_for
from monitor.feeds.settings import PollingSettings
from monitor.types import Entry, Feed, Fetched, Health, NotModified, ParsedFeed

DAY = timedelta(days=1)
LONGEST_BACKOFF = DAY
LONGEST_WISH = 4  # times the interval: a document may ask to be left alone, not to be missed
AT_ITS_WORD = timedelta(minutes=1)  # shorter intervals are the operator's own servers: no wishes are asked
JITTER = 0.1
GONE_DAYS = 3  # different days with a 410 before a feed is given up
MOVES = 3  # equal permanent redirects, over a day or more, before the new address is kept
MOST_DATES = 50
HEALTHS = frozenset(Health)
PASSING = frozenset(("gone_on", "rolled", "degraded"))  # notes that a reading takes back
PERIODS = {
    "hourly": 1.0,
    "daily": 24.0,
    "weekly": 168.0,
    "monthly": 720.0,
    "yearly": 8760.0,
}  # sy:updatePeriod in hours
Outcome = ParsedFeed | NotModified | FeedError


@dataclass(frozen=True, slots=True, kw_only=True)
class PollContext:
    """What the policy needs to know beside the feed and the outcome."""

    now: datetime
    settings: PollingSettings
    fetched: Fetched | None = None  # what was read, its body may be dropped
    offline: bool = False  # nobody answers
    roll: float = 0.5  # chance in [0, 1): spreads what would come due together


def after_poll(feed: Feed, outcome: Outcome, context: PollContext) -> Feed:
    """Return the feed's next state: when it is due, how it fares, what to send along next time."""
    if isinstance(outcome, FeedError):
        return _failed(feed, outcome, context)
    if isinstance(outcome, NotModified):
        return _unchanged(feed, outcome, context)
    return _read(feed, outcome, context)


def unreached(before: frozenset[str], polls: Collection[tuple[Feed, Outcome]]) -> frozenset[str]:
    """Return the hosts whose feeds were well and that could not be reached since any last answered.

    `before` is what that was before these polls.
    """
    if not all(isinstance(outcome, FetchError) and outcome.network for _, outcome in polls):
        return frozenset()
    return before | {host_of(feed.url) for feed, _ in polls if not feed.failures}


def is_offline(unreached: Collection[str]) -> bool:
    """Whether the network is down: several hosts could not be reached one after the other."""
    return len(unreached) > 1


def _failed(feed: Feed, error: FeedError, context: PollContext) -> Feed:
    """Return the feed after a failure: what is known of it stays, the next poll comes later each time."""
    now, every = context.now, feed.every or context.settings.every
    if context.offline:  # nobody's fault: not counted, and the catch-up is spread over an interval
        return replace(feed, polled_at=now, due_at=now + every * (0.1 + 0.9 * context.roll))
    failures = feed.failures + 1
    wait = min(every * 2 ** min(failures - 1, 20), max(LONGEST_BACKOFF, every))
    if isinstance(error, FetchError) and error.retry_after is not None:
        wait = max(wait, min(max(error.retry_after, every), max(LONGEST_BACKOFF, every)))
    state = replace(
        feed,
        polled_at=now,
        due_at=_spread(now, wait, context.roll),
        failing_since=min(feed.failing_since or now, now),
        failures=failures,
        error=error.what[:500],
        health=Health.NOT_A_FEED if isinstance(error, ParseError) else Health.FAILING,
    )
    if isinstance(error, FetchError) and error.status == 410:
        return _gone(state, now)
    return state


def _gone(feed: Feed, now: datetime) -> Feed:
    """Return a feed that answered 410: given up after it did so on three different days."""
    days = sorted({*feed.notes.get("gone_on", "").split(), now.astimezone(UTC).date().isoformat()})
    noted = replace(feed, notes={**feed.notes, "gone_on": " ".join(days)})
    if len(days) < GONE_DAYS:
        return noted
    return replace(noted, due_at=None, health=Health.GONE, error="410 gone for good, on three days: no longer polled")


def _unchanged(feed: Feed, outcome: NotModified, context: PollContext) -> Feed:
    """Return the feed after a 304 or the same body again: as healthy as its last reading was."""
    notes = dict(feed.notes)
    if "x-full" in outcome.headers:
        notes["full_at"] = context.now.isoformat()
    health = notes.get("health", "")
    state = replace(
        feed,
        **_well(context.now, notes.get("degraded", "")),
        **_moved(feed, notes, outcome.moved_to, context.now),
        health=Health(health) if health in HEALTHS else Health.OK,
        etag=outcome.headers.get("etag", feed.etag),
        last_modified=outcome.headers.get("last-modified", feed.last_modified),
    )
    return _due(state, outcome.headers, context)


def _read(feed: Feed, parsed: ParsedFeed, context: PollContext) -> Feed:
    """Return the feed after a document was read."""
    now, fetched = context.now, context.fetched
    whole = fetched is not None and fetched.complete and not parsed.truncated
    gap = rolled_over(feed, parsed)
    health = _health(feed, parsed)
    dates = [entry.date for entry in parsed.entries if not entry.undated]
    headers: Mapping[str, str] = fetched.headers if fetched else {}
    notes = {
        **{name: value for name, value in feed.notes.items() if name not in PASSING},
        **{f"hint_{name}": value[:200] for name, value in parsed.hints.items()},
        "health": health.value,
        "full_at": now.isoformat(),
        "listed": str(parsed.listed),
        "bytes": str(len(fetched.body)) if fetched else "0",
        **({"degraded": parsed.degraded[:500]} if parsed.degraded else {}),
        **({"rolled": now.isoformat(), "gap_at": now.isoformat()} if gap else {}),
    }
    state = replace(
        feed,
        **_well(now, notes.get("degraded", "")),
        **_moved(feed, notes, fetched.moved_to if fetched else None, now),
        title=parsed.title or feed.title,
        etag=headers.get("etag") if whole else feed.etag,
        last_modified=headers.get("last-modified") if whole else feed.last_modified,
        body_hash=fetched.body_hash if whole and fetched else feed.body_hash,
        first_polled_at=feed.first_polled_at or now,
        news_at=now if parsed.entries else feed.news_at,
        health=health,
        rhythm=rhythm_of(parsed.entries, feed.rhythm, feed.newest),
        newest=max((*dates, *([feed.newest] if feed.newest else []))) if dates or feed.newest else None,
        gaps=feed.gaps + gap,
    )
    return _due(state, headers, context)


def _well(now: datetime, degraded: str) -> dict[str, Any]:
    """Return what a good answer changes of a feed; `degraded`: what is wrong with the document all the same."""
    return {"polled_at": now, "ok_at": now, "failing_since": None, "failures": 0, "error": degraded}


def _health(feed: Feed, parsed: ParsedFeed) -> Health:
    if parsed.truncated or parsed.degraded:
        return Health.DEGRADED
    if parsed.listed == 0:
        return Health.EMPTY
    undated_before = feed.health is Health.UNDATED and not parsed.entries
    undated = bool(parsed.entries) and all(entry.undated for entry in parsed.entries)
    return Health.UNDATED if undated or undated_before else Health.OK


def rolled_over(feed: Feed, parsed: ParsedFeed) -> bool:
    """Whether entries came and went between two polls: nothing listed was known, and all of it is newer than what was.

    Guids that change at each fetch do not count: their dates are old ones.
    """
    if feed.first_polled_at is None or feed.newest is None or parsed.overlap or parsed.listed < 2:
        return False
    dates = [entry.published for entry in parsed.entries if entry.published]
    return bool(dates) and min(dates) > feed.newest


def rhythm_of(entries: Iterable[Entry], before: timedelta | None, newest: datetime | None) -> timedelta | None:
    """Return the usual gap between entries: the median of a document's, moved slowly by later ones."""
    dates = sorted({entry.date for entry in entries if not entry.undated})[-MOST_DATES:]
    if newest is not None and dates:
        dates = [newest, *(date for date in dates if date > newest)]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    if not gaps:
        return before
    found = timedelta(seconds=statistics.median(gaps))
    return found if before is None else 0.8 * before + 0.2 * found


def _moved(feed: Feed, notes: Mapping[str, str], target: str | None, now: datetime) -> dict[str, Any]:
    """Return the notes with a permanent redirect counted, and the new address once it has proved stable."""
    rest = {name: value for name, value in notes.items() if not name.startswith("moved_")}
    if target is None:
        return {"notes": rest}
    same = feed.notes.get("moved_to") == target
    since = feed.notes.get("moved_since", now.isoformat()) if same else now.isoformat()
    count = int(feed.notes.get("moved_count", "0")) + 1 if same else 1
    if count >= MOVES and now - datetime.fromisoformat(since) >= DAY:
        return {"notes": rest, "fetch_url": target}
    return {"notes": {**rest, "moved_to": target, "moved_since": since, "moved_count": str(count)}}


def _due(feed: Feed, headers: Mapping[str, str], context: PollContext) -> Feed:
    """Return the feed with its next time."""
    wait = interval(feed, context.settings)
    if feed.every is None and wait >= AT_ITS_WORD:
        wait = max(wait, min(wished(feed, headers), LONGEST_WISH * context.settings.every))
    due = _spread(context.now, wait, context.roll)
    return replace(feed, due_at=_awake(feed, due) if feed.every is None and wait >= AT_ITS_WORD else due)


def interval(feed: Feed, settings: PollingSettings) -> timedelta:
    """Return how often the feed is to be polled by its own rhythm, between the user's bounds.

    A feed that rolled over is polled more often, a quiet one less, where `max_interval` allows it.
    """
    if feed.every is not None:
        return feed.every
    shortest = settings.min_interval or max(settings.every / 3, timedelta(seconds=1))
    longest = settings.max_interval or settings.every
    listed = int(feed.notes.get("listed", "0"))
    if feed.notes.get("rolled") and feed.rhythm:
        return max(shortest, min(settings.every / 2, feed.rhythm * listed / 4))
    if feed.rhythm is None:
        return settings.every
    return min(longest, max(settings.every, feed.rhythm / 4))


def wished(feed: Feed, headers: Mapping[str, str]) -> timedelta:
    """Return how long the document asks to be left alone: Cache-Control, Expires, ttl, sy:updatePeriod."""
    wishes = [fresh_for(headers) or timedelta(0)]
    ttl = feed.notes.get("hint_ttl", "").strip()
    if ttl.isdecimal():
        wishes.append(timedelta(minutes=min(int(ttl[:9]), 10**6)))
    hours = PERIODS.get(feed.notes.get("hint_sy_updateperiod", "").strip().lower())
    frequency = feed.notes.get("hint_sy_updatefrequency", "1").strip()
    if hours and frequency.isdecimal() and int(frequency[:6]) > 0:
        wishes.append(timedelta(hours=hours / int(frequency[:6])))
    return max(wishes)


def _awake(feed: Feed, due: datetime) -> datetime:
    """Return the first time at or after `due` outside the hours and days the feed asks to skip (UTC)."""
    hours = {int(one) for one in feed.notes.get("hint_skiphours", "").split() if one.isdecimal()}
    days = {one.lower() for one in feed.notes.get("hint_skipdays", "").split()}
    if not hours and not days:
        return due
    at = due.astimezone(UTC)
    for _ in range(7 * 24):
        if at.hour not in hours and at.strftime("%A").lower() not in days:
            return at
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return due


def _spread(now: datetime, wait: timedelta, roll: float) -> datetime:
    """Return a time about `wait` from now, up to a tenth earlier or later."""
    return now + wait * (1 - JITTER + 2 * JITTER * roll)
