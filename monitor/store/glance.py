"""The state of a database at a glance: what `status` shows and probes ask every half minute.

By the standard library's driver alone: to load the SQL toolkit takes longer than all the answers. It says what the
drawers of a `Tx` say; a test compares the two.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.errors import StoreBusy, StoreError
from monitor.store.locks import RunLock
from monitor.store.place import BUSY_SECONDS, HEAD, MEMORY, database_file
from monitor.types import Feed, Health, Silence

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FEEDS = (
    "select id, url, name, title, disabled, polled_at, news_at, due_at, failing_since, error, health, rhythm, newest,"
    " ok_at from feeds where listed order by id"
)
MATCHES = "select decided_at from decisions where storyline = ? and on_topic and decided_at >= ? and not backlog"
THRESHOLDS = "select at, value from thresholds where storyline = ? order by id desc limit ?"
LATEST = (
    "select id, title, last_seen from events where storyline = ? and merged_into is null"
    " order by last_seen desc, id limit 1"
)
SILENCES = (
    "select id, storyline, until, created_at, terms, event_id, author, comment, swallowed"
    " from silences where not ended order by id"
)
PENDING = "select route, storyline, count(*) from alerts where state = 'pending' group by route, storyline"
GIVEN_UP = (
    "select count(*) from deliveries where state = 'dead' and coalesce("
    "(select max(ended_at) from attempts where delivery_id = deliveries.id), created_at) >= ?"
)
OPEN = "select min(created_at), min(next_attempt_at) from deliveries where state in ('pending', 'leased')"


@dataclass(frozen=True, slots=True)
class Glance:
    """One consistent look."""

    connection: sqlite3.Connection
    path: Path | None

    @property
    def runs(self) -> bool:
        """Whether a daemon holds the database."""
        return self.path is not None and RunLock(self.path).held_elsewhere

    def noted(self, key: str) -> Any:
        """Return a small fact, None when it was never kept."""
        return next((json.loads(value) for (value,) in self._ask("select value from meta where key = ?", key)), None)

    def size(self) -> tuple[int, int]:
        """Return the bytes of the database and how many entries wait to be assessed."""
        ((pages,),), ((each,),) = self._ask("pragma page_count"), self._ask("pragma page_size")
        ((waiting,),) = self._ask("select count(*) from entries where state = 'new'")
        return pages * each, waiting

    def feeds(self) -> list[Feed]:
        """Return the listed feeds as far as their health, dates and names go."""
        return [
            Feed(
                id=row[0],
                url=row[1],
                name=row[2],
                title=row[3],
                disabled=bool(row[4]),
                polled_at=_moment(row[5]),
                news_at=_moment(row[6]),
                due_at=_moment(row[7]),
                failing_since=_moment(row[8]),
                error=row[9],
                health=Health(row[10]),
                rhythm=None if row[11] is None else timedelta(milliseconds=row[11]),
                newest=_moment(row[12]),
                ok_at=_moment(row[13]),
            )
            for row in self._ask(FEEDS)
        ]

    def threshold(self, storyline: str) -> tuple[float | None, str]:
        """Return the threshold of a storyline and where it came from."""
        found = self._ask("select threshold, threshold_origin from storylines where name = ?", storyline)
        return found[0] if found else (None, "")

    def thresholds(self, storyline: str, limit: int) -> list[tuple[datetime, float]]:
        """Return the latest changes of a threshold, newest first."""
        return [(EPOCH + _after(at), value) for at, value in self._ask(THRESHOLDS, storyline, limit)]

    def matches(self, storyline: str, since: datetime) -> list[datetime]:
        """Return when each entry on topic was decided about since then, the backlog left out."""
        start = (since - EPOCH) // timedelta(milliseconds=1)
        return [EPOCH + _after(at) for (at,) in self._ask(MATCHES, storyline, start)]

    def latest_event(self, storyline: str) -> tuple[str, str, datetime] | None:
        """Return (id, title, last report) of the event that grew last."""
        return next(((key, title, EPOCH + _after(at)) for key, title, at in self._ask(LATEST, storyline)), None)

    def pending(self) -> dict[tuple[str, str], int]:
        """Return (route, storyline) -> number of pending alerts."""
        return {(route, storyline): count for route, storyline, count in self._ask(PENDING)}

    def silences(self) -> list[Silence]:
        """Return the silences that stand."""
        return [
            Silence(
                id=row[0],
                storyline=row[1],
                until=EPOCH + _after(row[2]),
                created_at=EPOCH + _after(row[3]),
                terms=tuple(json.loads(row[4])),
                event_id=row[5],
                author=row[6],
                comment=row[7],
                swallowed=row[8],
            )
            for row in self._ask(SILENCES)
        ]

    def outbox(self) -> tuple[dict[str, int], datetime | None, datetime | None]:
        """Return deliveries by state, when the oldest open one was queued, and when the next is tried."""
        states = dict(self._ask("select state, count(*) from deliveries group by state"))
        ((oldest, due),) = self._ask(OPEN)
        return states, _moment(oldest), _moment(due)

    def given_up(self, since: datetime) -> int:
        """Return how many dead letters were tried for the last time since then."""
        ((count,),) = self._ask(GIVEN_UP, (since - EPOCH) // timedelta(milliseconds=1))
        return int(count)

    def _ask(self, statement: str, *given: Any) -> list[Any]:
        return self.connection.execute(statement, given).fetchall()


def _after(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else EPOCH + _after(milliseconds)


@contextmanager
def glance(state: str) -> Iterator[Glance]:
    """Look at a database; before the first run at an empty one in memory, so that looking creates nothing.

    Errors: `StoreError` with a remedy; a database of an earlier release is migrated.
    """
    path = database_file(state)
    connection = None if path is None else _opened(path)
    if connection is None:
        with _by_the_store(state, path) as found:
            yield found
        return
    with closing(connection):
        try:
            connection.execute("begin")
            yield Glance(connection, path)
        except sqlite3.OperationalError as error:
            raise (StoreBusy if "locked" in str(error) else StoreError)(f"{path}: {error}") from error
        except sqlite3.DatabaseError as error:
            from monitor.store.engine import damaged  # noqa: PLC0415

            raise damaged(path or Path(state), str(error)) from error


def _opened(path: Path) -> sqlite3.Connection | None:
    """Return a connection when the database is there, can be read, and is of this release."""
    if not path.is_file():
        return None
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", timeout=BUSY_SECONDS, isolation_level=None, uri=True
        )
    except sqlite3.Error:
        return None
    try:
        version = connection.execute("select version_num from alembic_version").fetchone()
    except sqlite3.Error:
        version = None
    if version == (HEAD,):
        return connection
    connection.close()
    return None


@contextmanager
def _by_the_store(state: str, path: Path | None) -> Iterator[Glance]:
    """Look through the store, which creates, migrates or refuses what is not as it should be."""
    from monitor.store.store import Store  # noqa: PLC0415  what this module saves

    with Store(state if path is None or path.exists() else MEMORY) as store, store.read() as tx:
        driver: Any = tx.connection.connection.driver_connection
        yield Glance(driver, store.path)
