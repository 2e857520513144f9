"""One request at a time to a host, with a pause after each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FORGET = 2048  # lanes kept before free ones are forgotten


class Busy(Exception):
    """The lane did not open in time."""


class Lanes:
    """Lanes by name; at most one thread is in a lane, and it stays closed for a while after each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._change = threading.Condition()
        self._busy: set[str] = set()
        self._free_at: dict[str, float] = {}

    def free_at(self, name: str) -> float:
        """Return the clock time from which the lane is open again; 0 when it is open."""
        return self._free_at.get(name, 0.0)

    @contextmanager
    def hold(self, name: str, until: float) -> Iterator[Callable[[float], None]]:
        """Be alone in the lane; call the value given with the pause in seconds that shall follow.

        Errors: `Busy` when the lane does not open before `until`.
        """
        self._enter(name, until)
        pause = 0.0

        def rest(seconds: float) -> None:
            nonlocal pause
            pause = seconds

        try:
            yield rest
        finally:
            self._leave(name, pause)

    def _enter(self, name: str, until: float) -> None:
        with self._change:
            while (wait := self._wait_for(name)) != 0:
                left = until - self._clock()
                if left <= 0:
                    raise Busy(name)
                self._change.wait(min(left, wait))
            self._busy.add(name)

    def _wait_for(self, name: str) -> float:
        """Return how long to wait before looking again; 0 when the lane is open."""
        if name in self._busy:
            return 1.0
        return max(0.0, self._free_at.get(name, 0.0) - self._clock())

    def _leave(self, name: str, pause: float) -> None:
        with self._change:
            self._busy.discard(name)
            if pause > 0:
                self._free_at[name] = self._clock() + pause
            else:
                self._free_at.pop(name, None)
            if len(self._free_at) > FORGET:
                now = self._clock()
                self._free_at = {lane: at for lane, at in self._free_at.items() if at > now}
            self._change.notify_all()
