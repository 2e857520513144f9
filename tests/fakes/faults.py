"""Faults armed on a fake server: each is spent in the order it was armed."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass
class Fault:
    """One way to misbehave; `times` None is for ever, `match` limits it to addresses that contain it."""

    name: str
    arg: str = ""
    times: int | None = 1
    match: str = ""


class Faults:
    """The armed faults; safe for many threads."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()

    def arm(self, name: str, arg: str = "", *, times: int | None = 1, match: str = "") -> None:
        """Arm a fault behind those already there."""
        with self._lock:
            self._armed.append(Fault(name, arg, times, match))

    def clear(self) -> None:
        """Behave from now on."""
        with self._lock:
            self._armed.clear()

    def take(self, where: str, *names: str) -> Fault | None:
        """Return the first armed fault of these names for this address and spend one use of it."""
        with self._lock:
            for fault in self._armed:
                if fault.name in names and fault.match in where and fault.times != 0:
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault
        return None
