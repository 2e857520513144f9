"""The hourly round: retention, and the operator's word about feeds and receivers that stay broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from monitor import operating
from monitor.feeds.health import SUSTAINED, is_dead
from monitor.pipeline import Pipeline
from monitor.store.outbox import Stuck
from monitor.types import Feed

KEYS_KEPT = timedelta(days=90)  # after a feed last listed them
STEPS = 50  # batches of retention a round
EVER = datetime.min.replace(tzinfo=UTC)
BATCH = 2_000  # keys a transaction
PAGES = 500  # of the database given back in one transaction
BREATH = 0.1  # seconds between two transactions: who waits for the store looks as often as that
MOST = 50  # feeds named in one notice
LOGGED = 5  # and in one line of the log

log = structlog.get_logger(__name__)


def tidy(pipeline: Pipeline) -> None:
    """Do everything that is due once an hour; each step is a transaction of its own."""
    now = pipeline.clock()
    _forget(pipeline, now)
    _shrink(pipeline)
    _report(pipeline, now)


def _forget(pipeline: Pipeline, now: datetime) -> None:
    """Strip old texts from where the last round stopped, and once a day the keys that no feed lists any more."""
    before = now - pipeline.config.retention.off_topic
    stripped = sum(_batches(pipeline, before))
    keys = _forget_keys(pipeline, min(before, now - KEYS_KEPT), now)
    if stripped or keys:
        log.info("forgot", texts=stripped, keys=keys)


def _batches(pipeline: Pipeline, before: datetime) -> Iterator[int]:
    for _ in range(STEPS):
        with pipeline.store.begin() as tx:
            start = tx.desk.noted("forgotten") or 0
            count, reached = tx.housekeeping.forget_texts(before, start)
            tx.desk.note("forgotten", reached)
        yield count
        if reached == start or pipeline.pause(BREATH):
            return


def _forget_keys(pipeline: Pipeline, before: datetime, now: datetime) -> int:
    with pipeline.store.read() as tx:
        if tx.desk.noted("keys-forgotten") == now.date().isoformat():
            return 0
        keys = tx.housekeeping.old_keys(before, STEPS * BATCH)
    for start in range(0, len(keys), BATCH):
        with pipeline.store.begin() as tx:
            tx.housekeeping.forget_keys(keys[start : start + BATCH])
        if pipeline.pause(BREATH):
            return start + BATCH
    with pipeline.store.begin() as tx:
        tx.desk.note("keys-forgotten", now.date().isoformat())
    return len(keys)


def _shrink(pipeline: Pipeline) -> None:
    """Give space that is no longer needed back to the disk, a little at a time."""
    for _ in range(STEPS):
        with pipeline.store.begin() as tx:
            left = tx.housekeeping.shrink(PAGES)
        if not left or pipeline.pause(BREATH):
            return


def _report(pipeline: Pipeline, now: datetime) -> None:
    """Tell the operator once a day while something stays broken, and once when all is well again."""
    with pipeline.store.read() as tx:
        feeds = [feed for feed in tx.feeds.all() if is_dead(feed, now)]
        stuck = [each for each in tx.outbox.stuck(now - SUSTAINED) if each.receiver != pipeline.config.operator]
    with pipeline.store.begin() as tx:
        last, today = tx.desk.noted("trouble-reported"), now.date().isoformat()
        if (feeds or stuck) and last != today:
            title = _title(len(feeds), len(stuck))
            log.warning("trouble", what=title, feeds=", ".join(feed.label for feed in feeds[:LOGGED]))
            operating.notify(tx, pipeline.config, title, list(_lines(feeds, stuck)), now)
            tx.desk.note("trouble-reported", today)
        elif not feeds and not stuck and last:
            lines = ["Every feed was readable within the last day, and no receiver has kept a message waiting for one."]
            log.info("well-again")
            operating.notify(tx, pipeline.config, "All is well again", lines, now)
            tx.desk.note("trouble-reported", None)


def _title(feeds: int, receivers: int) -> str:
    parts = [
        f"{feeds} feed{'s have' if feeds > 1 else ' has'} not been readable for a day or more" if feeds else "",
        f"{receivers} receiver{'s have' if receivers > 1 else ' has'} been out of reach for a day or more"
        if receivers
        else "",
    ]
    return ", ".join(part for part in parts if part)


def _lines(feeds: Sequence[Feed], stuck: Sequence[Stuck]) -> Iterator[str]:
    for each in stuck:
        since = f"{each.since:%Y-%m-%d %H:%M} UTC"
        yield f"- {each.receiver}: {each.count} waiting, the oldest since {since}: {each.error}"
    if stuck:
        yield "Look: monitor deliveries list"
    for feed in sorted(feeds, key=lambda feed: feed.failing_since or EVER)[:MOST]:
        since = f"{feed.failing_since:%Y-%m-%d %H:%M} UTC" if feed.failing_since else "long ago"
        yield f"- {feed.label}: {feed.health.value} since {since}: {feed.error}"
    if len(feeds) > MOST:
        yield f"+{len(feeds) - MOST} more"
    if feeds:
        yield "Look: monitor feeds health. Where did it move? monitor feeds discover PAGE. Over for good? Take it out."
