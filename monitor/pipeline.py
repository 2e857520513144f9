"""The line: poll, assess, compose, deliver. Four verbs over one database; read this first.

Each verb reads rows in one state and leaves them in the next, in short transactions. Any of them may be killed at any
instruction and simply run again: nothing lost, nothing told twice. What a verb needs is loaded when there is first
something for it to do: a service that starts polls at once, and takes the science in when the first entries are there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self

import structlog

from monitor import operating
from monitor.config import Config
from monitor.crash import nothing
from monitor.errors import MonitorError
from monitor.metrics import Metrics
from monitor.notify.settings import routes_of
from monitor.polling import Poller, PollReport, sync, utc_now
from monitor.store import Store, Tx
from monitor.store.entries import Waiting
from monitor.types import Feed

if TYPE_CHECKING:
    from monitor.assessing import Judged
    from monitor.composing import Composer
    from monitor.delivering import DeliverReport, Lanes
    from monitor.following import Following
    from monitor.fulltext import Pages
    from monitor.notify.routes import Route

BATCH = 256  # entries a transaction
PATIENCE = 5.0  # seconds the service waits for its slowest feeds before it goes on without them
VERBS = ("poll", "assess", "compose", "deliver")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class AssessReport:
    """What an assessment found."""

    entries: int = 0
    on_topic: int = 0
    alerts: int = 0
    quarantined: int = 0


class Pipeline:
    """The line over one configuration and one store. Close it, or use it as a context manager."""

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
        self.routes: tuple[Route, ...] = routes_of(config.routes)
        self.keep = 0.25  # share of the threshold from which a decision is worth a row
        self.metrics = metrics or Metrics()
        self.poller = Poller(config, store, clock, at, self.metrics)
        self._stopping = threading.Event()
        self._judging = threading.Lock()  # held from the judging of entries until it is stored

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def succeed(self, before: Pipeline) -> None:
        """Take the place of another line between two of its batches, with what it has in mind; all or nothing.

        From then on it judges no more: it would do so under names that are gone, or with a mind that two share.
        """
        with before._judging:
            if "following" in before.__dict__:
                self.following.inherit(before.following)
            self.sync()
            before.stop()

    def sync(self) -> None:
        """Make the store follow the configuration: feeds and storylines listed in it, history kept of the others."""
        sync(self.config, self.store)

    # ------------------------------------------------------------------ what a service does

    def due(self) -> set[str]:
        """Return the verbs that have something to do, at the cost of one look."""
        found = self.store.agenda(self.clock())
        waits = {
            "poll": found.feeds,
            "assess": found.entries or any(name in self.config.storylines for name in found.storylines),
            "compose": found.alerts or any(route.send_empty for route in self.routes),
            "deliver": found.deliveries,
        }
        return {verb for verb, does in waits.items() if does}

    def turn(self, verb: str) -> int:
        """Run one of the verbs as a service does, which waits for nobody; return how much it left for the next one."""
        if verb == "poll":
            polled = self.poll(patience=PATIENCE)
            return polled.new + polled.edited
        if verb == "assess":
            return self.assess().alerts
        if verb == "compose":
            return len(self.compose())
        self.lanes.start()
        return 0

    # ------------------------------------------------------------------ poll

    def poll(
        self,
        feeds: Sequence[Feed] | None = None,
        progress: Callable[[int], None] | None = None,
        patience: float | None = None,
    ) -> PollReport:
        """Fetch every due feed (or these) once and store what is new.

        With `patience`, feeds that keep the others waiting so many seconds are left behind; a later poll brings them.
        """
        return self.poller.poll(feeds, progress, patience)

    # ------------------------------------------------------------------ assess

    def assess(self, progress: Callable[[int], None] | None = None) -> AssessReport:
        """Match, cluster, judge and route every entry that waits, oldest first."""
        report = AssessReport()
        with self.store.read() as tx:
            new, waiting = self._unlooked(tx), tx.entries.count_waiting()
        if new:
            self._look_back()
        while waiting and not self.stopping:
            self.pages.read(self.following)
            with self._judging:
                began = time.perf_counter()
                count = 0 if self.stopping else self._assess_batch(report, BATCH)
            if not count:
                break
            self.metrics.assessed(count, time.perf_counter() - began)
            if progress is not None:
                progress(count)
        return report

    def _unlooked(self, tx: Tx) -> list[str]:
        return [name for name in tx.stories.unlooked() if name in self.config.storylines]

    def _look_back(self) -> None:
        """Let a storyline that is new learn what is held already; it says what it would have told."""
        with self._judging:
            if self.stopping:
                return
            try:
                with self.store.read() as tx:
                    names = self._unlooked(tx)
                    held = self._held_for(names, tx) if names and tx.entries.assessed_count() else {}
                self._write_held(names, held)
            except BaseException:
                self.following.forget()  # what it has in mind of them was not stored
                raise

    def _write_held(self, names: Sequence[str], held: Mapping[str, Judged]) -> None:
        with self.store.begin() as tx:
            if held and tx.entries.generation() != self.following.generation:
                self.following.forget()
                return
            for name in names:
                tx.stories.has_looked_back(name)
            for name, judged in held.items():
                judged.write(tx, ())
                self.following.keep_vectors(tx, [entry for entry, _ in judged.matched])
                operating.looked_back(tx, self.config, name, judged.titles, self.clock())
            if held:
                self.following.generation = tx.entries.next_generation()

    def _held_for(self, names: Sequence[str], tx: Tx) -> dict[str, Judged]:
        from monitor.assessing import look_back  # noqa: PLC0415

        self.following.catch_up(tx)
        return {
            name: look_back(self.following, name, tx, self.clock()) for name in names if name in self.following.minds
        }

    def _assess_batch(self, report: AssessReport, limit: int) -> int:
        """Assess one batch in one transaction; return how many entries left the queue."""
        from monitor.assessing import judge  # noqa: PLC0415

        waiting: Sequence[Waiting] = ()
        try:
            with self.store.read() as tx:
                if not tx.entries.count_waiting():
                    return 0
                self.following.catch_up(tx)
                waiting = tx.entries.waiting(min(limit, self.following.room))
                judged = judge(self.following, waiting, tx, self.clock(), self.keep)
        except (MonitorError, OSError, MemoryError):  # the machine's trouble, and no entry's
            self.following.forget()
            raise
        except Exception as error:
            self.following.forget()
            if not waiting:
                raise
            return self._isolate(waiting, report, error)  # an entry that no test foresaw must not stop the others
        return len(waiting) if self._write(judged, report) else -1

    def _write(self, judged: Judged, report: AssessReport) -> bool:
        """Store a batch unless somebody else assessed in between."""
        try:
            with self.store.begin() as tx:
                if tx.entries.generation() != self.following.generation:
                    self.following.forget()
                    return False
                report.alerts += judged.write(tx, self.routes)
                self.following.note_thresholds(tx, self.clock())
                self.following.keep_vectors(tx, [entry for entry, _ in judged.matched])
                self.following.generation = tx.entries.next_generation()
                self.following.assessed = tx.entries.assessed_count()
                self.at("assess-before-commit")
        except BaseException:
            self.following.forget()
            raise
        judged.log()
        report.entries += len(judged.waiting)
        report.on_topic += judged.on_topic
        self.metrics.entries.labels("assessed").inc(len(judged.waiting))
        self.metrics.entries.labels("on_topic").inc(judged.on_topic)
        for alert in judged.alerts:
            self.metrics.alerts.labels(alert.novelty.value, alert.state.value).inc()
        self.at("assessed")
        return True

    def _isolate(self, waiting: Sequence[Waiting], report: AssessReport, error: Exception) -> int:
        """Find the entry that makes the science raise: alone it is counted, and set aside at the third time."""
        if len(waiting) > 1:
            for _ in waiting:
                if not self._assess_batch(report, 1):
                    break
            return len(waiting)
        entry = waiting[0].entry
        log.error("entry-failed", entry=entry.uid, error=f"{type(error).__name__}: {error}")
        with self.store.begin() as tx:
            report.quarantined += tx.entries.fail(entry.seq, f"{type(error).__name__}: {error}")
        return 1

    # ------------------------------------------------------------------ compose

    def compose(self, *, at_once: bool = False) -> list[str]:
        """Write the digests whose time has come (`at_once`: everything pending) into the outbox; return their ids."""
        if "compose" not in self.due():
            return []
        from monitor.silencing import observe  # noqa: PLC0415

        observe(self.store, self.config, self.clock())
        digests = self.composer.run(self.clock(), at_once=at_once)
        self.metrics.digests.inc(len(digests))
        return digests

    # ------------------------------------------------------------------ deliver

    def deliver(self) -> DeliverReport:
        """Send what is due and wait for the end: one lane a receiver, so that a dead one delays nobody."""
        return self.lanes.run()

    # ------------------------------------------------------------------ the whole

    def once(self) -> None:
        """Run the four verbs, waiting for no schedule."""
        self.poll()
        self.assess()
        self.compose(at_once=True)
        self.deliver()

    @property
    def stopping(self) -> bool:
        """Whether every verb was asked to end."""
        return self._stopping.is_set()

    def pause(self, seconds: float) -> bool:
        """Let others have their turn at the store; return whether every verb was asked to end."""
        return self._stopping.wait(seconds)

    def stop(self) -> None:
        """Ask every verb to end after the transaction in hand."""
        self._stopping.set()
        self.poller.stop()
        if "lanes" in self.__dict__:
            self.lanes.stop()

    def close(self) -> None:
        """Stop, and let go of threads, connections and parse workers."""
        self.stop()
        for part in ("lanes", "pages"):  # those that were ever used
            if part in self.__dict__:
                self.__dict__[part].__exit__(None, None, None)
        self.poller.close()

    @cached_property
    def following(self) -> Following:
        """What is in mind of every storyline."""
        from monitor.following import Following  # noqa: PLC0415

        return Following(self.config.storylines)

    @cached_property
    def pages(self) -> Pages:
        """The texts behind the links."""
        from monitor.fulltext import Pages  # noqa: PLC0415

        return Pages(self.store, lambda: self.poller.fetcher)

    @cached_property
    def composer(self) -> Composer:
        """The writer of digests."""
        from monitor.composing import Composer  # noqa: PLC0415

        return Composer(self.config, self.routes, self.following, self.store, self.at)

    @cached_property
    def lanes(self) -> Lanes:
        """The ways to the receivers."""
        from monitor.delivering import Lanes  # noqa: PLC0415

        return Lanes(self.config, self.store, self.clock, self.at, self.metrics)
