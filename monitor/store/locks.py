"""Locks on a database's work, freed by the kernel when the process that holds them ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from monitor.errors import StoreError
from monitor.ownership import settled

PATIENCE = 1.0  # seconds to try for the lock: who asks whether it is held holds it for an instant


class RunLock:
    """The right to be the one daemon of a database."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.lock")
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock or raise `StoreError`."""
        handle = _opened(self.path)
        if not _locked(handle, PATIENCE):
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            handle.close()
            raise StoreError(
                f"another `monitor run` (process {holder}) uses {self.path.parent}; "
                "stop it first, or give this one a `state` of its own"
            )
        with suppress(OSError):  # a full disk: who holds it is a courtesy
            handle.truncate(0)
            os.write(handle.fileno(), f"{os.getpid()}\n".encode())
        self._file = handle

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def held_elsewhere(self) -> bool:
        """Whether some daemon runs on this database now."""
        if not self.path.exists():
            return False
        with self.path.open("a+", encoding="utf-8") as handle:
            return not _locked(handle)


class Couriers:
    """The lock that everybody who delivers from a database holds together."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.couriers")
        self._file: IO[str] | None = None

    def join(self, alone: Callable[[], object]) -> None:
        """Hold the lock; `alone` is called first when nobody else does: whoever held it before is gone."""
        self._file = _opened(self.path)
        try:
            if _locked(self._file):
                alone()
            fcntl.flock(self._file, fcntl.LOCK_SH)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _opened(path: Path) -> IO[str]:
    """Open a lock's file, which stays for whoever comes next."""
    handle = path.open("a+", encoding="utf-8")
    settled(path)
    return handle


def _locked(handle: IO[str], patience: float = 0.0) -> bool:
    """Take a lock for one alone, within so many seconds or not at all."""
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= end:
                return False
            time.sleep(0.02)
        else:
            return True
