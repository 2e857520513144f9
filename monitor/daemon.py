"""The metronome: APScheduler looks what is due, signals end or reload, systemd's watchdog hears that the verbs tick.

The database says what is due; a thread a verb does it, never one a feed. A verb that fails is logged with its name and
tried again, at first soon and then once a minute.
"""

from __future__ import annotations

import ctypes
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor as Hands
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from xml.parsers import expat

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from systemd_watchdog.systemd_watchdog import WatchDog

from monitor import config as configuration
from monitor.config import Config
from monitor.config.changes import changes
from monitor.crash import nothing
from monitor.errors import MonitorError, StoreBusy, StoreError, StoreFull, StoreGone
from monitor.links import links_of
from monitor.metrics import Metrics
from monitor.pipeline import VERBS, Pipeline
from monitor.polling import utc_now
from monitor.store import Store
from monitor.upkeep import tidy

TICK = 1.0  # seconds between looks for what is due
TIDY = 3600.0  # seconds between rounds of housekeeping
NOTE = 30.0  # seconds between two words to `status`
ROUND = 5.0  # seconds that entries wait for the feeds that are being read
PATIENCE = 600.0  # seconds that a verb may take without being late
BLIND = 30.0  # seconds without a look at the store after which the watchdog hears nothing
JUMP = 30.0  # seconds of the clock beside the time that passed: less is no jump
RUNNING = "running"
GRACE = 10.0  # seconds that SIGTERM leaves the verbs to end their transaction
LONGEST_REST = 60.0  # seconds between two tries of a verb that keeps failing
START_AGAIN = 10  # ticks between two tries to start without room on the disk

log = structlog.get_logger(__name__)


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """At once, and then so many seconds after it last did.

    The library's own interval counts every time that was missed: a clock that is set forward by years would never end.
    """

    def __init__(self, seconds: float) -> None:
        self.pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return when it is due next."""
        return now if previous_fire_time is None else now + self.pause


class Daemon:
    """One `monitor run`: the four verbs on their schedules until it is told to stop."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime] = utc_now,
        at: Callable[[str], None] = nothing,
        tick: float = TICK,
    ) -> None:
        self.path = path
        self.clock = clock
        self.at = at
        self.tick = tick
        self.exit_code = 0
        self._end = threading.Event()
        self._loaded_at = clock()  # or a moment later: what is written after this may not be read yet
        self._ticked: dict[str, float] = {}
        self._at_work: dict[str, float] = {}  # verb -> since when
        self._rests: dict[str, tuple[float, float]] = {}  # verb that failed -> seconds it rests, until when
        self._looking = threading.Lock()  # two looks at once would start a verb twice
        self._hands = Hands(len(VERBS), thread_name_prefix="verb")
        self._started = time.monotonic()
        self._drift = time.time() - self._started  # changes when the clock is set
        self._reloading = threading.Lock()
        self._reload_waits = False  # and will read what is written until it begins
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)  # the library would never close its own
        self._watchdog = WatchDog(sock=self._socket)
        self._standing, self._said = RUNNING, ""  # what `systemctl status` shows, and what it was last told
        self.metrics = Metrics()

    def run(self, loaded: Config | None = None) -> int:
        """Run until SIGTERM, SIGINT or `stop`; return the exit code. Errors: `ConfigError`, `StoreError` at start.

        A start that finds the disk full or the database held waits: ever new starts would end as a failed service.
        """
        self._listen()
        config = loaded or configuration.load(self.path)
        with closing(self._socket):
            while not self._end.is_set():
                try:
                    self._hold(config)
                    break
                except (StoreFull, StoreBusy) as error:
                    self._once_a_minute("start", "store-trouble", error=str(error))
                    self._watchdog.status(f"waiting to start: {error}")
                    self._end.wait(START_AGAIN * self.tick)
        return self.exit_code

    def _hold(self, config: Config) -> None:
        """Serve as the one daemon of this database."""
        with Store(config.state) as store:
            lock = store.run_lock()
            if lock is not None:
                lock.acquire()
            try:
                self._serve(config, store)
            finally:
                if lock is not None:
                    lock.release()

    def stop(self) -> None:
        """Ask the daemon to end."""
        self._end.set()

    def _serve(self, config: Config, store: Store) -> None:
        if store.is_small:
            store.ensure_sound()
        pipeline = Pipeline(config, store, self.clock, self.at, self.metrics)
        pipeline.sync()
        self.pipeline = pipeline
        self._scheduler = scheduler = self._metronome()
        if not store.is_small:  # behind the first ticks, not before them
            scheduler.add_job(self._ensure_sound, args=(store,), id="sound")
        scheduler.start()
        self._watchdog.ready()
        watched = {"storylines": len(config.storylines), "feeds": len(config.feeds)}
        log.info("started", config=str(config.path), **watched, expat=expat.EXPAT_VERSION)
        warn(config)
        try:
            with self._probes(config, store), self._feedback(config, store):
                while not self._end.wait(self.tick):
                    self._mind_the_clock(scheduler)
                    self._feed_watchdog()
                    self._now_and_then(store)
        finally:
            self._shut_down(scheduler)

    def _probes(self, config: Config, store: Store) -> AbstractContextManager[object]:
        if config.probes is None:
            return nullcontext()
        from monitor.web.probes import Probes  # noqa: PLC0415  loaded where it is wanted

        return Probes(config.probes, store, self.metrics, self.clock, self.late_verbs)

    def _feedback(self, config: Config, store: Store) -> AbstractContextManager[object]:
        links = links_of(config, store.path)
        if config.web is None or links is None:
            return nullcontext()
        from monitor.web.feedback import BODY, FeedbackPage  # noqa: PLC0415  0.13 s of import
        from monitor.web.server import Server  # noqa: PLC0415

        page = FeedbackPage(links, store, lambda: self.pipeline.config, self.clock)
        return Server("feedback", config.web.bind, page, BODY)

    def _metronome(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(3)},  # a look, the hourly round, the check of a large database
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        scheduler.add_job(self._guarded, Every(self.tick), args=("look", self._look), id="look")
        scheduler.add_job(self._guarded, Every(TIDY), args=("tidy", lambda: tidy(self.pipeline)), id="tidy")
        return scheduler

    def _look(self) -> None:
        """Set those verbs to work that have something to do, are not at it and need no rest after a failure.

        Entries wait a little for the round of feeds they came in, so that they are judged in their order.
        """
        with self._looking:
            if self._end.is_set():
                return
            due, now = self.pipeline.due(), time.monotonic()
            is_round = now - self._at_work.get("poll", -ROUND) < ROUND
            for verb in VERBS:
                if verb in self._at_work or (verb == "assess" and is_round):
                    continue
                if verb not in due:
                    self._has_ticked(verb)
                elif now >= self._rests.get(verb, (0.0, 0.0))[1]:
                    self._at_work[verb] = now
                    self._hands.submit(self._work, verb)

    def _work(self, verb: str) -> None:
        """Run one verb; what it leaves for the next is seen at once."""
        try:
            left = self._guarded(verb, lambda: self.pipeline.turn(verb))
            self._rest(verb, failed=left is None)
        finally:
            del self._at_work[verb]
        if left:
            self._guarded("look", self._look)

    def _rest(self, verb: str, *, failed: bool) -> None:
        """Let a verb that failed rest, twice as long every time: on a full disk it would judge or fetch all again."""
        before = self._rests.pop(verb, None)
        if failed:
            length = min(2 * before[0], LONGEST_REST) if before else self.tick
            self._rests[verb] = (length, time.monotonic() + length)
        elif before:
            log.info("recovered", verb=verb)

    def _guarded(self, name: str, act: Callable[[], int | None]) -> int | None:
        """Do something; the one place where anything at all is caught, so that the next tick comes."""
        if self._end.is_set():
            return None
        try:
            done = act()
        except StoreGone as error:
            log.critical("store-gone", error=str(error))
            self.exit_code = 1
            self.stop()
            return None
        except StoreError as error:
            self._ticked[f"store:{name}"] = time.monotonic()
            self._once_a_minute(name, "store-trouble", error=str(error))
            return None
        except Exception:
            log.exception("verb-failed", verb=name)
            return None
        self._has_ticked(name)
        return done

    def _has_ticked(self, name: str) -> None:
        self._ticked[name] = time.monotonic()
        if name in VERBS:
            self.metrics.tick.labels(name).set_to_current_time()

    def _ensure_sound(self, store: Store) -> None:
        """Read a large database through; a damaged one ends the service."""
        try:
            store.ensure_sound()
        except StoreBusy as error:
            log.warning("not-checked", error=str(error))
        except StoreError as error:
            log.critical("damaged", error=str(error))
            self.exit_code = 1
            self.stop()

    def _once_a_minute(self, name: str, event: str, **facts: str) -> None:
        last = self._ticked.get(f"log:{name}", 0.0)
        if time.monotonic() - last > 60:
            self._ticked[f"log:{name}"] = time.monotonic()
            log.error(event, verb=name, **facts)

    def _feed_watchdog(self) -> None:
        """Tell systemd that we live, but only when the store answers and the verbs tick; and how things stand.

        A verb that the store refuses in time (the disk is full) does not hang: a new start would not help it.
        """
        late, failing = self.late_verbs(), sorted(self._rests)
        standing = f"failing, tried again: {', '.join(failing)}; see the log" if failing else self._standing
        standing = f"late: {', '.join(late)}" if late else standing
        if standing != self._said:
            self._said = standing
            self._watchdog.status("; ".join(standing.splitlines()))
        now = time.monotonic()
        hangs = any(now - self._ticked.get(f"store:{verb}", -PATIENCE) > PATIENCE for verb in late)
        if not hangs and now - self._ticked.get("look", self._started) < BLIND:
            self._watchdog.ping()

    def _mind_the_clock(self, scheduler: BackgroundScheduler) -> None:
        """Say that the clock was set, or that the machine slept; no verb waits for a time that went back.

        What is planned in the database needs no care: each plan says when it was made (see `Feeds.due`, `Outbox`).
        """
        drift = time.time() - time.monotonic()
        if abs(drift - self._drift) >= JUMP:
            log.warning("clock-jumped", seconds=round(drift - self._drift))
            self._ticked.pop("note", None)
        self._drift = drift
        now = datetime.now(scheduler.timezone)
        for job in scheduler.get_jobs():
            if isinstance(job.trigger, Every) and job.next_run_time > now + job.trigger.pause:
                job.modify(next_run_time=now)

    def _now_and_then(self, store: Store) -> None:
        """Leave word for `status` and `healthcheck` that the verbs tick, and give memory back."""
        if time.monotonic() - self._ticked.get("note", -NOTE) < NOTE or self.late_verbs():
            return
        self._ticked["note"] = time.monotonic()
        give_back()
        noted = {
            "at": self.clock().isoformat(),
            "loaded_at": self._loaded_at.isoformat(),
            "files": [str(path) for path in self.pipeline.config.files],
        }
        with suppress(StoreError), store.begin() as tx:
            tx.desk.note("tick", noted)

    def late_verbs(self, patience: timedelta = timedelta(seconds=PATIENCE)) -> list[str]:
        """Return the verbs that have not come to an end for longer than `patience`."""
        now = time.monotonic()
        return [name for name in VERBS if now - self._ticked.get(name, self._started) > patience.total_seconds()]

    def _listen(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        signal.signal(signal.SIGINT, lambda *_: self.stop())
        signal.signal(signal.SIGHUP, lambda *_: self._reload_soon())

    def _reload_soon(self) -> None:
        """Reload in a thread of its own; one too many is a SIGHUP before there is anything, or while one waits."""
        if hasattr(self, "pipeline") and not self._reload_waits:
            self._reload_waits = True
            threading.Thread(target=self._guarded, args=("reload", self.reload), name="reload").start()

    def reload(self) -> bool:
        """Read the configuration again, all or nothing: a bad one is refused and the old one stays."""
        with self._reloading:
            self._reload_waits = False
            old, began = self.pipeline, self.clock()
            try:
                fresh = self._renewed(old)
            except MonitorError as error:
                log.error("reload-refused", error=str(error), kept=str(old.config.path))  # noqa: TRY400  no traceback
                self._standing = f"reload refused: {error}"
                return False
            for line in changes(old.config, fresh.config):
                log.info("reloaded", change=line)
            warn(fresh.config)
            self.pipeline = fresh
            self._loaded_at = began
            self._standing = RUNNING
            self._ticked.pop("note", None)
            old.close()
            return True

    def _renewed(self, old: Pipeline) -> Pipeline:
        """Return the line over the configuration as it stands now, the store in step with it."""
        config = configuration.load(self.path)
        if config.state != old.config.state:
            raise StoreError("`state` cannot change while running; restart for that")
        fresh = Pipeline(config, old.store, self.clock, self.at, self.metrics)
        fresh.succeed(old)
        return fresh

    def _shut_down(self, scheduler: BackgroundScheduler) -> None:
        self._watchdog.status("stopping")
        self.pipeline.stop()
        scheduler.remove_all_jobs()
        ended = threading.Thread(target=self._wait_for_all, args=(scheduler,), daemon=True)
        ended.start()
        ended.join(GRACE)
        self.pipeline.close()
        log.info("stopped", in_time=not ended.is_alive())

    def _wait_for_all(self, scheduler: BackgroundScheduler) -> None:
        scheduler.shutdown(wait=True)
        with self._looking:  # a look under way sets its verbs to work, a later one none
            self._hands.shutdown(wait=False)
        self._hands.shutdown(wait=True)


def warn(config: Config) -> None:
    """Log what `check` warns of: the service may see less of the machine than who checked."""
    for warning in config.warnings:
        log.warning("configuration", warning=warning)


def give_back() -> None:
    """Hand the system the memory that was freed: the C library (where it is glibc) keeps what a new fit let go."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
