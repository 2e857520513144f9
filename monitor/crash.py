"""Named moments at which a test may have the process killed (SIGKILL), to prove that nothing is lost there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

POINTS = (
    "polled", "fetched", "parsed", "mid-insert", "before-commit", "stored", "assess-before-commit", "assessed",
    "composed-before-commit", "queued", "claimed", "connected", "mid-data", "data-sent", "accepted", "marked",
)  # fmt: skip


def nothing(_: str) -> None:
    """Pass the moment by: what runs in earnest."""


def crash_at(spec: str) -> Callable[[str], None]:
    """Return a function that kills the process at the n-th pass of a point; `spec` is `name:n` (n = 1 by default).

    Errors: `ValueError` for a name that no such moment has.
    """
    name, _, count = spec.partition(":")
    if name not in POINTS:
        raise ValueError(f"no crash point {name!r}; known: {', '.join(POINTS)}")
    left = [int(count or 1)]
    lock = threading.Lock()

    def at(point: str) -> None:
        if point != name:
            return
        with lock:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return at
