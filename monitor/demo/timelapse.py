"""The clock of the demo, the moments it stops at, and the daemon between them.

The daemon is the real one: its scheduler ticks in real time. Only the clock it asks for the time is ours: it stands
still until a moment's work is done, then goes on to the next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor import config as configuration
from monitor.daemon import Daemon
from monitor.demo.story import Story
from monitor.errors import MonitorError
from monitor.store import Store

START = datetime(2024, 6, 24, 6, 30, tzinfo=UTC)  # the morning after the last seed
POLL_AT = timedelta(hours=6, minutes=30)  # of the day
SLOT = timedelta(minutes=35)  # after a poll: the digest is due
DAYS = (0, 3)  # Monday and Thursday: the days with a digest in the configuration of the demo
TICK = 0.05  # seconds between two looks of the daemon
PATIENCE = 240.0  # seconds for the work of one moment; the first loads the models, on a small machine too


class DemoError(MonitorError):
    """The demo could not be played to its end."""


class FastClock:
    """The time in the demo; it only moves when it is told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def move_to(self, moment: datetime) -> None:
        """Go on to a later moment."""
        self.now = max(self.now, moment)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A stop of the clock: for a poll, or only for what was found before."""

    at: datetime
    is_poll: bool


def moments(story: Story, start: datetime = START) -> list[Moment]:
    """Return when there is something to do: a poll on the next morning after news, then what follows from it."""
    mornings = {max(start, _morning_after(date)) for date in story.dates} | {start}
    polls = [Moment(morning, True) for morning in mornings]
    return sorted(polls + [Moment(morning + SLOT, False) for morning in mornings])


def _morning_after(date: datetime) -> datetime:
    """Return the first polling time at or after a moment."""
    morning = date.replace(hour=0, minute=0, second=0, microsecond=0) + POLL_AT
    while morning < date or morning.weekday() not in DAYS:
        morning += timedelta(days=1)
    return morning


class TimeLapse:
    """The daemon of the demo, led from moment to moment; use it as a context manager."""

    def __init__(self, path: Path, clock: FastClock) -> None:
        self.clock = clock
        self._config = configuration.load(path)
        self.store = Store(self._config.state)
        self._daemon = Daemon(path, clock=clock, tick=TICK)
        self._thread = threading.Thread(target=self._run, name="daemon", daemon=True)
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self.store.__enter__()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._daemon.stop()
        self._thread.join(30)
        self.store.__exit__(kind, error, at)

    def _run(self) -> None:
        """Run the daemon in its thread; what ends it is told by `go_to`."""
        try:
            self._daemon.run(self._config)
        except MonitorError as error:
            self._failure = error

    def go_to(self, moment: Moment) -> None:
        """Move the clock and return when everything due then is done; nothing is due when nobody is to be told.

        Raises:
            DemoError: the daemon ended, or was not done in time.

        """
        if not moment.is_poll and not self._anything_to_tell():
            return
        self.clock.move_to(moment.at)
        began = time.monotonic()
        for done in (self._polled, self._assessed, self._composed, self._delivered):
            self._wait(done, began)

    def _wait(self, done: Callable[[], bool], began: float) -> None:
        """Return as soon as something is done."""
        while not done():
            if not self._thread.is_alive():
                raise DemoError(f"the daemon ended: {self._failure or 'see demo.log'}")
            if time.monotonic() - began > PATIENCE:
                raise DemoError(f"{self.clock():%d %b %Y %H:%M}: not done after {PATIENCE:.0f} s; see demo.log")
            time.sleep(TICK)

    def _anything_to_tell(self) -> bool:
        with self.store.read() as tx:
            return bool(tx.events.pending_groups() or tx.outbox.counts().get("pending"))

    def _polled(self) -> bool:
        with self.store.read() as tx:
            due = tx.feeds.next_due()
        return due is not None and due > self.clock()

    def _assessed(self) -> bool:
        with self.store.read() as tx:
            return not tx.entries.count_waiting()

    def _composed(self) -> bool:
        """Wait until the daemon looked for due digests twice: the first look may have begun before."""
        for _ in range(2):
            since = time.monotonic()
            while "compose" in self._daemon.late_verbs(timedelta(seconds=time.monotonic() - since)):
                if not self._thread.is_alive() or time.monotonic() - since > PATIENCE:
                    return True
                time.sleep(TICK / 4)
        return True

    def _delivered(self) -> bool:
        with self.store.read() as tx:
            return not tx.outbox.waiting_receivers(self.clock()) and not tx.outbox.counts().get("leased")
