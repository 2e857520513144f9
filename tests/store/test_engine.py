"""Opening the database: fresh, damaged, foreign, newer, locked, moved away."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from monitor.errors import SchemaTooNew, StoreError
from monitor.store import Store
from monitor.store import engine as db
from monitor.store.schema import metadata


def test_a_new_folder_becomes_a_database_only_its_owner_reads(tmp_path: Path) -> None:
    with Store(str(tmp_path / "var")) as store:
        store.ping()
    file = tmp_path / "var" / "monitor.db"
    assert file.stat().st_mode & 0o077 == 0


def test_processes_that_start_together_share_one_new_database(tmp_path: Path) -> None:
    opens = "import sys; from monitor.store import Store; Store(sys.argv[1]).close()"
    command = [sys.executable, "-c", opens, str(tmp_path)]
    together = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(one.communicate()[1], one.returncode) for one in together] == [("", 0)] * 4
    assert {file.name for file in tmp_path.iterdir()} <= {"monitor.db", "monitor.db-wal", "monitor.db-shm"}


def laid_out(file: Path) -> dict[str, list[list[str]]]:
    """Return what SQLite says of every table of a database: columns, keys, indexes."""
    with sqlite3.connect(file) as raw:
        names = [row[0] for row in raw.execute("select name from sqlite_master where type = 'table' order by name")]
        asked = ("table_info", "foreign_key_list", "index_list")
        told = {
            name: [sorted(str(row[1:]) for row in raw.execute(f"pragma {ask}({name})")) for ask in asked]
            for name in names
        }
    raw.close()
    return told


def test_migrations_end_at_the_schema_of_the_code(tmp_path: Path) -> None:
    with Store(str(tmp_path / "made")):
        made = laid_out(tmp_path / "made/monitor.db")
    engine = create_engine(f"sqlite:///{tmp_path}/migrated.db")
    db.upgrade(engine)
    engine.dispose()
    assert laid_out(tmp_path / "migrated.db") == made
    assert set(made) >= {*metadata.tables, "alembic_version"}


def test_head_is_the_newest_migration() -> None:
    folder = Path(db.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == db.HEAD


def test_a_newer_schema_is_refused_with_the_remedy(tmp_path: Path) -> None:
    Store(str(tmp_path)).close()
    with sqlite3.connect(tmp_path / "monitor.db") as raw:
        raw.execute("update alembic_version set version_num = '9999'")
    raw.close()
    with pytest.raises(SchemaTooNew, match=r"upgrade the program$"):
        Store(str(tmp_path))
    (tmp_path / "monitor.db.before-9999").touch()
    with pytest.raises(SchemaTooNew, match=r"upgrade the program, or put the copy .*/monitor\.db\.before-9999$"):
        Store(str(tmp_path))


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "monitor.db") as raw:
        raw.execute("create table bookmarks (url text)")
    raw.close()
    with pytest.raises(StoreError, match="another program"):
        Store(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty: it was truncated"), (b"hello, this is no database at all" * 99, "is damaged")],
)
def test_what_is_no_database_is_never_started_afresh(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "monitor.db"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=says):
        Store(str(tmp_path))
    assert file.read_bytes() == content


def test_a_flipped_page_is_found_at_start_and_replaces_no_backup(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store:
        with store.begin() as tx:
            for n in range(2000):
                tx.desk.note(f"key-{n}", "x" * 200)
        store.backup(tmp_path / "good.db")
    with sqlite3.connect(tmp_path / "monitor.db") as raw:
        raw.execute("pragma wal_checkpoint(truncate)")
    raw.close()
    file = tmp_path / "monitor.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 2048] = b"\xff" * 2048
    file.write_bytes(bytes(content))
    before = (tmp_path / "good.db").read_bytes()
    with Store(str(tmp_path)) as store:
        with pytest.raises(StoreError, match="Restore a backup") as found:
            store.ensure_sound()
        assert "\n" not in str(found.value)
        with pytest.raises(StoreError, match="is damaged"):
            store.backup(tmp_path / "good.db")
    assert (tmp_path / "good.db").read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_into_nowhere_says_so(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store, pytest.raises(StoreError, match="no copy could be made"):
        store.backup(tmp_path / "nowhere/copy.db")


def test_idle_space_goes_back_to_the_disk_a_little_at_a_time(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store:
        with store.begin() as tx:
            for n in range(2000):
                tx.desk.note(f"key-{n}", "x" * 2000)
            assert tx.housekeeping.shrink(100) == 0  # nothing lies idle
            full = tx.housekeeping.bytes()
        with store.begin() as tx:
            tx.connection.exec_driver_sql("delete from meta")
        with store.begin() as tx:
            first = tx.housekeeping.shrink(100)
        left = first
        while left:
            with store.begin() as tx:
                left = tx.housekeeping.shrink(100)
        with store.read() as tx:
            assert first > 100
            assert tx.housekeeping.bytes() < full / 4


def test_a_database_deleted_while_open_is_noticed(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store:
        (tmp_path / "monitor.db").unlink()
        with pytest.raises(StoreError, match="deleted or replaced"), store.read():
            pass


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(str(tmp_path / "var" / "deep"))


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    def break_off(store: Store) -> None:
        with store.begin() as tx:
            tx.desk.note("half", 1)
            raise KeyError("half-way")

    with Store(str(tmp_path)) as store:
        with pytest.raises(KeyError):
            break_off(store)
        with store.read() as tx:
            assert tx.desk.noted("half") is None


def test_the_run_lock_is_for_one(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store:
        first, second = store.run_lock(), store.run_lock()
        assert first is not None
        assert second is not None
        assert not second.held_elsewhere
        first.acquire()
        assert second.held_elsewhere
        with pytest.raises(StoreError, match="another `monitor run`"):
            second.acquire()
        first.release()
        second.acquire()
        second.release()


def test_a_backup_is_whole_and_opens(tmp_path: Path) -> None:
    with Store(str(tmp_path / "a")) as store:
        with store.begin() as tx:
            tx.desk.note("kept", [1, 2])
        store.backup(tmp_path / "copy.db")
    with Store(f"sqlite:///{tmp_path}/copy.db") as copy, copy.read() as tx:
        assert tx.desk.noted("kept") == [1, 2]


def test_the_log_of_a_long_transaction_gives_its_room_back(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store:
        with store.begin() as tx:
            tx.desk.note("much", "x" * 30_000_000)
        for turn in range(3):  # the first that finds it all in its place begins the log anew
            with store.begin() as tx:
                tx.desk.note("little", turn)
        assert (tmp_path / "monitor.db-wal").stat().st_size < 20_000_000


def test_memory_is_a_store_too() -> None:
    with Store() as store, store.begin() as tx:
        assert tx.connection.execute(text("select count(*) from entries")).scalar() == 0
