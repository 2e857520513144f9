"""A total time limit for network work: when it is over, the watched socket is shut."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

NEVER = float("inf")


class Watchdog:
    """Shuts its socket when a limit passes, whatever the socket's owner is waiting for.

    Time limits of single reads do not end a conversation with a peer that sends one byte at a time; this does. The
    owner sees a closed connection; `expired` says why. One thread serves all limits of its owner, one after another.
    """

    def __init__(self) -> None:
        self._until = NEVER  # monotonic
        self._wakes_at = NEVER
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._sock: socket.socket | None = None
        self._inside = False
        self.expired = False

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Allow so many seconds for what is done inside."""
        with self._changed:
            self._inside, self.expired = True, False
            self._until = time.monotonic() + seconds
            self._start()
            if self._until < self._wakes_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._inside, self._until = False, NEVER

    def watch(self, sock: socket.socket) -> None:
        """Watch this socket from now on; it becomes ours: give a duplicate."""
        self._forget()
        with self._changed:
            self._sock = sock
            if self._inside and self.expired:
                self._shut()

    def bark(self) -> None:
        """Shut the socket now, if somebody is inside a limit."""
        with self._changed:
            if self._inside:
                self._shut()

    def rest(self) -> None:
        """End the thread and let the socket go."""
        self._forget()
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None:
            thread.join()

    def _forget(self) -> None:
        with self._changed:
            sock, self._sock = self._sock, None
        if sock is not None:
            sock.close()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True, name="deadline")
            self._thread.start()

    def _run(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                if time.monotonic() >= self._until:
                    self._until = NEVER
                    self._shut()
                self._wakes_at = self._until
                self._changed.wait(None if self._until == NEVER else max(0.0, self._until - time.monotonic()))

    def _shut(self) -> None:
        self.expired = True
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
