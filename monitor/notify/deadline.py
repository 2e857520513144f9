"""A total time limit for network work: when it is over, the watched sockets are shut."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Deadline:
    """Shuts every watched socket after `seconds`, whatever its owner is waiting for.

    Time limits of single reads do not end a conversation with a peer that sends one byte at a time; this does. The
    owner sees a closed connection; `expired` says why.
    """

    def __init__(self, seconds: float, *socks: socket.socket) -> None:
        self._socks = list(socks)
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self.expired = False

    def watch(self, sock: socket.socket) -> None:
        """Add a socket; give a duplicate where TLS will take the first one over."""
        self._socks.append(sock)
        if self.expired:
            self._shut()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _shut(self) -> None:
        self.expired = True
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
