"""Polling: feeds that are due are fetched and read, and what is new is stored.

Needs neither the science nor the receivers: `monitor poll` loads nothing else.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Self

import structlog

from monitor.config import Config
from monitor.crash import nothing
from monitor.errors import FeedError, MonitorError, ParseError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.health import BAD
from monitor.feeds.parse import Reader
from monitor.feeds.schedule import PollContext, after_poll, is_offline, unreached
from monitor.feeds.sweep import Polled, Sweep
from monitor.metrics import Metrics
from monitor.store import Store
from monitor.types import Feed, ParsedFeed

BACKLOG = timedelta(days=7)  # entries dated earlier than this before the first poll are known, not told

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def sync(config: Config, store: Store) -> None:
    """Make the store follow the configuration: feeds and storylines listed in it, history kept of the others."""
    with store.begin() as tx:
        tx.feeds.sync(config.feeds)
        if tx.stories.sync(tuple(config.storylines.values())):
            tx.entries.next_generation()  # what is being judged under the old name is judged again


@dataclass(slots=True)
class PollReport:
    """What a poll brought."""

    feeds: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    new: int = 0
    edited: int = 0
    offline: bool = False
    errors: list[tuple[str, str]] = field(default_factory=list)  # feed, what


class Poller:
    """The first verb of the line over one configuration and one store. Close it, or use it as a context manager."""

    def __init__(
        self,
        config: Config,
        store: Store,
        clock: Callable[[], datetime] = utc_now,
        at: Callable[[str], None] = nothing,
        metrics: Metrics | None = None,
    ) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self.at = at
        self.metrics = metrics or Metrics()
        self.roll: Callable[[], float] = random.Random(0).random  # jitter of the next polls
        self._unreached: frozenset[str] = frozenset()  # hosts, since any last answered
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def poll(
        self,
        feeds: Sequence[Feed] | None = None,
        progress: Callable[[int], None] | None = None,
        patience: float | None = None,
    ) -> PollReport:
        """Fetch every due feed (or these) once and store what is new.

        With `patience`, feeds that keep the others waiting so many seconds are left behind; a later poll brings them.
        """
        now = self.clock()
        unset = [each.name for each in self.config.storylines.values() if each.start is None]
        with self.store.begin() as tx:
            tx.stories.begin_at(now - BACKLOG, unset)
        with self.store.read() as tx:  # thousands take their time, and no writer waits for it
            due = list(feeds) if feeds is not None else tx.feeds.due(now)
        self.at("polled")
        report = PollReport(feeds=len(due))
        calm: list[Polled] = []
        for done, polled in enumerate(self._sweep(due, now, patience), 1):
            taken = self._take_in(polled, now, report)
            calm += [taken] if taken else []
            if progress is not None:
                progress(done)
        self._remember_calm(calm, now, report)
        self.reader.rest()
        return report

    def _sweep(self, due: Sequence[Feed], now: datetime, patience: float | None) -> Iterator[Polled]:
        """Fetch and read in parallel: the only parallel step of the line."""
        for polled in self.sweep.run(due, self._known, now, patience):
            self.at("fetched")
            if self._stopping.is_set():
                return
            yield polled

    def _known(self, feed: Feed) -> dict[str, str]:
        with self.store.read() as tx:
            return tx.feeds.known(feed.id)

    def _take_in(self, polled: Polled, now: datetime, report: PollReport) -> Polled | None:
        """Store what a changed feed brought; return a feed that brought nothing, or nothing that can be stored."""
        if not isinstance(polled.outcome, ParsedFeed):
            return polled
        try:
            self._remember(polled, polled.outcome, now, report)
        except (MonitorError, OSError, MemoryError):  # the machine's trouble, and no feed's
            raise
        except Exception as error:  # a feed that no test foresaw must not stop the others
            log.exception("feed-failed", feed=polled.feed.label)
            refused = ParseError(polled.feed.url, f"cannot be stored: {type(error).__name__}")
            return replace(polled, outcome=refused, fetched=None)
        return None

    def _remember(self, polled: Polled, parsed: ParsedFeed, now: datetime, report: PollReport) -> None:
        """Store the entries of a changed feed together with the feed's next state: all or nothing."""
        self.at("parsed")
        context = PollContext(now=now, settings=self.config.polling, fetched=polled.fetched, roll=self.roll())
        with self.store.begin() as tx:
            added = tx.entries.add(polled.feed.id, parsed.entries, now, parsed.keys)
            self.at("mid-insert")
            if parsed.overlap or len(parsed.keys) > len(parsed.entries):
                tx.entries.remember_keys(polled.feed.id, parsed.keys, now)
            after = after_poll(polled.feed, parsed, context)
            tx.feeds.learn([after])
            self.at("before-commit")
        _log_turn(polled.feed, after)
        self.metrics.fetches.labels("changed").inc()
        self.metrics.entries.labels("stored").inc(added.new)
        report.changed += 1
        report.new += added.new
        report.edited += added.edited
        self.at("stored")

    def _remember_calm(self, calm: Sequence[Polled], now: datetime, report: PollReport) -> None:
        """Store what feeds without news taught, in one transaction."""
        report.offline = offline = self._is_offline(calm, report)
        learned = []
        for polled in calm:
            context = PollContext(
                now=now, settings=self.config.polling, fetched=polled.fetched, offline=offline, roll=self.roll()
            )
            learned.append(after_poll(polled.feed, polled.outcome, context))
            if isinstance(polled.outcome, FeedError):
                report.failed += 1
                self.metrics.fetches.labels("failed").inc()
                report.errors.append((polled.feed.label, polled.outcome.what))
            else:
                report.unchanged += 1
                self.metrics.fetches.labels("unchanged").inc()
        with self.store.begin() as tx:
            tx.feeds.learn(learned)
        for polled, after in zip(calm, learned, strict=True):
            _log_turn(polled.feed, after)

    def _is_offline(self, calm: Sequence[Polled], report: PollReport) -> bool:
        """Say whether the network is down, as far as this round and those before it tell; log when that changes."""
        before = is_offline(self._unreached)
        polls = [(polled.feed, polled.outcome) for polled in calm]
        self._unreached = frozenset() if report.changed else unreached(self._unreached, polls)
        offline = is_offline(self._unreached)
        if offline and not before:
            log.warning("offline", feeds=len(calm), remedy="no feed could be reached; they are tried again next time")
        if before and not offline:
            log.info("online", feeds=len(calm) + report.changed)
        return offline

    def stop(self) -> None:
        """End after the transaction in hand."""
        self._stopping.set()

    def close(self) -> None:
        """Stop, and let go of threads, connections and parse workers."""
        self.stop()
        if "sweep" in self.__dict__:
            self.sweep.close()
        for part in ("reader", "fetcher"):  # those that were ever used
            if part in self.__dict__:
                self.__dict__[part].close()

    @cached_property
    def fetcher(self) -> Fetcher:
        """The door to the web of feeds."""
        return Fetcher(self.config.polling)

    @cached_property
    def reader(self) -> Reader:
        """The reader of documents."""
        return Reader(self.config.polling)

    @cached_property
    def sweep(self) -> Sweep:
        """The rounds over many feeds at once."""
        return Sweep(self.fetcher, self.reader)


def _log_turn(before: Feed, after: Feed) -> None:
    """Leave a line when a feed begins to fail, fails otherwise, or is well again; not for every poll that fails."""
    if after.health in BAD and after.health is not before.health:
        log.info("feed-failing", feed=after.label, health=after.health.value, error=after.error)
    elif before.health in BAD and after.health not in BAD:
        log.info("feed-well", feed=after.label, health=after.health.value, failing_since=before.failing_since)
