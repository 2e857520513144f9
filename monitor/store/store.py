"""The store: where transactions come from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, text

from monitor.errors import StoreBusy, StoreGone
from monitor.store import engine as db
from monitor.store.agenda import Agenda, agenda
from monitor.store.desk import Desk
from monitor.store.entries import Entries
from monitor.store.events import Events
from monitor.store.feeds import Feeds
from monitor.store.housekeeping import Housekeeping
from monitor.store.locks import Couriers, RunLock
from monitor.store.outbox import Outbox
from monitor.store.place import BUSY_SECONDS, MEMORY, database_file
from monitor.store.stories import Stories

SMALL = 64 * 2**20  # bytes


class Tx:
    """One transaction: a drawer a kind of row."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def feeds(self) -> Feeds:
        """Feeds and what the last polls taught."""
        return Feeds(self.connection)

    @cached_property
    def entries(self) -> Entries:
        """Entries and the keys they came under."""
        return Entries(self.connection)

    @cached_property
    def stories(self) -> Stories:
        """Storylines, thresholds, decisions."""
        return Stories(self.connection)

    @cached_property
    def events(self) -> Events:
        """Events and the alerts they cause."""
        return Events(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """Digests, deliveries, attempts, and what each receiver was told."""
        return Outbox(self.connection)

    @cached_property
    def desk(self) -> Desk:
        """What people say: silences, feedback; and small facts by name."""
        return Desk(self.connection)

    @cached_property
    def housekeeping(self) -> Housekeeping:
        """Retention and sizes."""
        return Housekeeping(self.connection)


class Store:
    """The database of one monitor. Thread-safe; transactions are short."""

    def __init__(self, state: str = MEMORY, busy: float = BUSY_SECONDS) -> None:
        """Open and migrate `state`: a folder, `sqlite:///FILE`, or `:memory:`; wait `busy` seconds for other writers.

        Errors: `StoreError` with a remedy.
        """
        self.path = database_file(state)
        self.engine = db.connect(state, busy)
        self._reading = self.engine.execution_options(begin="BEGIN")
        self._inode = self._seen_inode()
        self._busy = busy
        self._turn = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """One write transaction: all or nothing. Errors: `StoreBusy`, `StoreError` (disk full, damaged)."""
        with self._in_turn(), self._guarded(self.engine) as connection:
            yield Tx(connection)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent look that blocks nobody."""
        shared = self.path is None  # in memory there is one connection for all
        with self._in_turn() if shared else nullcontext(), self._guarded(self._reading) as connection:
            yield Tx(connection)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Wait for the other writers of this process; SQLite would sleep up to 0.1 s between two looks for its turn."""
        if not self._turn.acquire(timeout=self._busy):
            raise StoreBusy(f"{self.path or MEMORY} is being written for too long; the next tick tries again")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _guarded(self, engine: Engine) -> Iterator[Connection]:
        self.ensure_in_place()
        with db.translated(str(self.path or MEMORY)), engine.begin() as connection:
            yield connection

    def ensure_in_place(self) -> None:
        """Raise `StoreGone` when the file was deleted or replaced under us."""
        if self._inode is not None and self._seen_inode() != self._inode:
            raise StoreGone(f"{self.path} was deleted or replaced while in use; restart to open what is there now")

    def _seen_inode(self) -> int | None:
        if self.path is None:
            return None
        try:
            return self.path.stat().st_ino
        except OSError:
            return -1

    def agenda(self, now: datetime) -> Agenda:
        """Return what there is to do at `now`."""
        with self.read() as tx:
            return agenda(tx.connection, now)

    def ping(self) -> None:
        """Raise `StoreError` unless the database answers."""
        with self.read() as tx:
            tx.connection.execute(text("select 1"))

    @property
    def is_small(self) -> bool:
        """Whether reading every page takes no time to speak of."""
        return self.path is None or self.path.stat().st_size <= SMALL

    def ensure_sound(self) -> None:
        """Raise `StoreError` with a remedy when any page is damaged; see `is_small`."""
        if self.path is not None:
            with db.translated(str(self.path)):
                db.check_sound(self.engine, self.path)

    def backup(self, target: Path) -> None:
        """Write a consistent copy while others read and write."""
        with db.translated(str(target)):
            db.copy_to(self.engine, target)

    def run_lock(self) -> RunLock | None:
        """Return the lock of the one daemon; None in memory."""
        return None if self.path is None else RunLock(self.path)

    def couriers(self) -> Couriers | None:
        """Return the lock of those who deliver; None in memory."""
        return None if self.path is None else Couriers(self.path)
