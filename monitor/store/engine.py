"""Opening the database: pragmas, migrations, integrity."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from monitor.errors import SchemaTooNew, StoreBusy, StoreError, StoreFull
from monitor.ownership import make_folder, settled
from monitor.store.place import BUSY_SECONDS, HEAD, MEMORY, SQLITE, database_file
from monitor.store.schema import metadata

ROOM = 256 * 1024  # bytes that a database needs beside itself to be opened


def connect(state: str, busy: float = BUSY_SECONDS) -> Engine:
    """Return an engine on a migrated, sound database; `busy`: seconds to wait for another writer.

    Errors: `StoreError` with a remedy (not a database, damaged, unwritable), `SchemaTooNew`, `StoreBusy`.
    """
    path = database_file(state)
    if path is None and state != MEMORY:
        raise StoreError(
            f"state: {state.split('://', maxsplit=1)[0]} databases are not supported yet; give a folder or sqlite:////path.db"
        )
    if path is None:
        engine = _engine(SQLITE, busy, poolclass=StaticPool)
        metadata.create_all(engine)
        return engine
    _prepare(path)
    engine = _engine(f"{SQLITE}{path}", busy)
    with translated(str(path)):
        _migrate(engine, path)
    return engine


def _prepare(path: Path) -> None:
    """See that there is a database that can be written; refuse one that was emptied."""
    try:
        make_folder(path.parent)
        if not path.exists():
            _create(path)
        if path.stat().st_size == 0 and not Path(f"{path}-wal").exists():
            raise StoreError(
                f"{path} is empty: it was truncated. Starting afresh would tell old news again, so: "
                f"restore a backup over it, or delete it to begin anew"
            )
        with path.open("r+b"):
            pass
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written ({error.strerror}); check owner and mode of it and of {path.parent}"
        ) from error


def _create(path: Path) -> None:
    """Let a new database appear whole or not at all, whoever is killed or comes at the same time."""
    handle, part = tempfile.mkstemp(suffix=".new", prefix=f"{path.name}.", dir=path.parent)  # its owner's alone
    os.close(handle)
    try:
        engine = _engine(f"{SQLITE}{part}", BUSY_SECONDS)
        with translated(str(path)), engine.begin() as connection:
            metadata.create_all(connection)  # what all migrations come to; a test compares the two
            connection.exec_driver_sql("create table alembic_version (version_num VARCHAR(32) not null primary key)")
            connection.exec_driver_sql("insert into alembic_version values (?)", (HEAD,))
        engine.dispose()  # the last to leave puts everything into the one file
        with contextlib.suppress(FileExistsError):
            os.link(settled(Path(part)), path)
    finally:
        for end in ("", "-wal", "-shm"):
            Path(f"{part}{end}").unlink(missing_ok=True)


def _engine(url: str, busy: float, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"timeout": busy, "check_same_thread": False}, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "auto_vacuum=incremental",  # of a database that is not there yet; see housekeeping
            "journal_mode=wal",
            "journal_size_limit=16777216",  # bytes that it keeps on the disk once it has grown
            "synchronous=normal",
            "foreign_keys=on",
            "temp_store=memory",
            "cache_size=-4000",  # kB a connection; the system caches the file anyway
        ):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver(connection).execute(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))

    return engine


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection: for what runs so often that SQLAlchemy's own time counts."""
    made: Any = connection.connection.driver_connection
    return cast(sqlite3.Connection, made)


def check_sound(engine: Engine, path: Path) -> None:
    """Read every page, a second for some 100 MB and up to half a minute for a GB. Errors: `StoreError` when damaged."""
    with engine.connect().execution_options(begin="BEGIN") as connection:
        verdict = connection.exec_driver_sql("pragma quick_check(1)").scalar()
    if verdict != "ok":
        raise damaged(path, str(verdict))


def damaged(path: Path, detail: str) -> StoreError:
    """Return the error for a database that cannot be trusted."""
    return StoreError(
        f"{path} is damaged ({' '.join(detail.split())}). Nothing was changed. "
        f"Restore a backup (see `monitor backup`), or try "
        f"`sqlite3 {path} .recover | sqlite3 recovered.db` and put recovered.db in its place"
    )


def _migrate(engine: Engine, path: Path) -> None:
    with engine.connect().execution_options(begin="BEGIN") as connection:
        tables = set(connection.execute(text("select name from sqlite_master where type='table'")).scalars())
        version = (
            connection.execute(text("select version_num from alembic_version")).scalar()
            if "alembic_version" in tables
            else None
        )
    if version == HEAD:
        return
    if tables and version is None:
        raise StoreError(f"{path} is a database of another program; point `state` somewhere else")
    if version is not None and version > HEAD:
        copy = _before(path, version)
        older = f", or put the copy from before the upgrade over it: {copy}" if copy.exists() else ""
        raise SchemaTooNew(
            f"{path} was written by a newer release (schema {version}, this one knows {HEAD}); "
            f"upgrade the program{older}"
        )
    if version is not None:
        copy_to(engine, _before(path, HEAD))
    upgrade(engine)


def _before(path: Path, version: str) -> Path:
    """Return where a database is copied to before it is migrated to a schema."""
    return path.with_name(f"{path.name}.before-{version}")


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run the migrations inside one transaction."""
    from alembic import command  # noqa: PLC0415  0.3 s of import, needed once a release
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("monitor.store").joinpath("migrations")) as folder, engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def copy_to(engine: Engine, target: Path) -> None:
    """Write a consistent copy of the database while others use it; a damaged one replaces no older copy."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    source: Any = engine.raw_connection()
    try:
        part.touch(mode=0o600)  # as private as the database
        with contextlib.closing(sqlite3.connect(part)) as copy:
            source.driver_connection.backup(copy)
            verdict = copy.execute("pragma quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise damaged(Path(engine.url.database or MEMORY), verdict)
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{target}: no copy could be made ({error}); what was there before is untouched") from error
    finally:
        source.close()
        part.unlink(missing_ok=True)


def _is_full(folder: Path) -> bool:
    """Say whether there is no room for the files beside a database: SQLite calls that an input/output error."""
    return folder.is_dir() and shutil.disk_usage(folder).free < ROOM


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn the driver's errors into ours, with a remedy."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        what = str(error.orig if isinstance(error, OperationalError) else error)
        if "locked" in what or "busy" in what:
            raise StoreBusy(f"{path} is locked by another process for too long; the next tick tries again") from error
        if "full" in what or (("I/O" in what or "unable to open" in what) and _is_full(Path(path).parent)):
            raise StoreFull(
                f"{path}: no space left on the disk; nothing of this step was stored, it is repeated when there is room"
            ) from error
        raise StoreError(f"{path}: {what}") from error
    except DatabaseError as error:
        if error.orig is not None and ("malformed" in str(error.orig) or "not a database" in str(error.orig)):
            raise damaged(Path(path), str(error.orig)) from error
        raise
