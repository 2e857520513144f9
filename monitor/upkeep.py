"""The hourly round: retention, and the operator's word about feeds that stay broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from monitor import operating
from monitor.feeds.health import health_of
from monitor.pipeline import Pipeline
from monitor.store import Tx
from monitor.types import Feed, Health

KEYS_KEPT = timedelta(days=90)  # after a feed last listed them
SUSTAINED = timedelta(hours=24)  # a feed that fails for less is nobody's business
STEPS = 50  # batches of retention a round
BATCH = 2_000  # keys a transaction
PAGES = 500  # of the database given back in one transaction
BAD = (Health.FAILING, Health.NOT_A_FEED, Health.GONE)

log = structlog.get_logger(__name__)


def tidy(pipeline: Pipeline) -> None:
    """Do everything that is due once an hour; each step is a transaction of its own."""
    now = pipeline.clock()
    _forget(pipeline, now)
    _shrink(pipeline)
    _report_feeds(pipeline, now)


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
        if reached == start or pipeline.stopping:
            return


def _forget_keys(pipeline: Pipeline, before: datetime, now: datetime) -> int:
    with pipeline.store.read() as tx:
        if tx.desk.noted("keys-forgotten") == now.date().isoformat():
            return 0
        keys = tx.housekeeping.old_keys(before, STEPS * BATCH)
    for start in range(0, len(keys), BATCH):
        if pipeline.stopping:
            return start
        with pipeline.store.begin() as tx:
            tx.housekeeping.forget_keys(keys[start : start + BATCH])
    with pipeline.store.begin() as tx:
        tx.desk.note("keys-forgotten", now.date().isoformat())
    return len(keys)


def _shrink(pipeline: Pipeline) -> None:
    """Give space that is no longer needed back to the disk, a little at a time."""
    for _ in range(STEPS):
        with pipeline.store.begin() as tx:
            left = tx.housekeeping.shrink(PAGES)
        if not left or pipeline.stopping:
            return


def _report_feeds(pipeline: Pipeline, now: datetime) -> None:
    """Tell the operator once a day while feeds stay broken, and once when all is well again."""
    with pipeline.store.begin() as tx:
        broken = [feed for feed in tx.feeds.all() if _is_sustained(feed, now)]
        last = tx.desk.noted("feeds-reported")
        today = now.date().isoformat()
        if broken and last != today:
            _tell_broken(tx, pipeline, broken, now)
            tx.desk.note("feeds-reported", today)
        elif not broken and last:
            operating.notify(
                tx, pipeline.config, "All feeds are well again", ["Every feed was read at its last poll."], now
            )
            tx.desk.note("feeds-reported", None)


def _is_sustained(feed: Feed, now: datetime) -> bool:
    if feed.disabled or health_of(feed, now) not in BAD:
        return False
    return feed.health is Health.GONE or (feed.failing_since is not None and now - feed.failing_since >= SUSTAINED)


def _tell_broken(tx: Tx, pipeline: Pipeline, broken: list[Feed], now: datetime) -> None:
    lines = [
        f"- {feed.label}: {feed.health.value} since {feed.failing_since or 'long ago'}: {feed.error}"
        for feed in broken[:50]
    ]
    more = [f"+{len(broken) - 50} more"] if len(broken) > 50 else []
    operating.notify(
        tx,
        pipeline.config,
        f"{len(broken)} feed{'s have' if len(broken) > 1 else ' has'} not been readable for a day",
        [*lines, *more, "Look: monitor feeds health"],
        now,
    )
