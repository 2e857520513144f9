"""Fetches under way, and the thread that ends those whose time is over."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(slots=True, eq=False)
class Trip:
    """One fetch under way: how long it may last, where it may go, the connection to cut when it is late."""

    deadline: float  # monotonic seconds
    addresses: tuple[str, ...] = ()
    connection: Any = None
    raw: socket.socket | None = None
    late: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self) -> None:
        """End the connection under the thread that reads from it."""
        self.late = True
        with self.lock:
            for sock in (self.raw, getattr(self.connection, "sock", None)):
                try:
                    if sock is not None:
                        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's own, which would wait
                except OSError:
                    continue

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Forget the connection, once a request is done with it."""
        with self.lock:
            if self.raw is not None:
                self.raw.close()
            self.raw = self.connection = None


class Trips(threading.local):
    """The trip of the running thread."""

    now: Trip


class Reaper:
    """Cuts connections whose time is over, whatever the server drips: socket timeouts are per read, never in all."""

    STEP = 0.2

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._under_way: set[Trip] = set()
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @contextmanager
    def watching(self, trip: Trip) -> Iterator[None]:
        """Cut this trip when its deadline passes inside the block."""
        if self._thread is None:
            self._start()
        self._under_way.add(trip)
        if not self._wake.is_set():
            self._wake.set()
        try:
            yield
        finally:
            self._under_way.discard(trip)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="feeds-reaper", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stopped:
            self._wake.wait()
            now = self._clock()
            for trip in self._under_way.copy():
                if trip.deadline <= now:
                    trip.cut()
            if self._under_way:
                time.sleep(self.STEP)
                continue
            self._wake.clear()
            if self._under_way:  # it began before that, and saw us awake
                self._wake.set()

    def cut_all(self) -> None:
        """Cut every trip under way."""
        for trip in self._under_way.copy():
            trip.cut()

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        self._wake.set()
