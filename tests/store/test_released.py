"""Migrations forward: a database of every released schema opens, whole, in the code of today."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import Store
from monitor.store.place import HEAD
from tests.store.test_engine import laid_out

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))


def test_the_schema_of_today_is_among_them() -> None:
    assert HEAD in {file.stem for file in RELEASED}, "run: python -m tests.store.released.make"


@pytest.mark.parametrize("released", RELEASED, ids=lambda file: file.stem)
def test_an_old_database_opens_with_all_it_held(released: Path, tmp_path: Path) -> None:
    file = tmp_path / "monitor.db"
    with closing(sqlite3.connect(file)) as db:
        db.executescript(released.read_text(encoding="utf-8"))
        before = {table: db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("entries", "told")}
    with Store(str(tmp_path)) as store, store.read() as tx:
        sizes = tx.housekeeping.sizes()
        assert {table: sizes[table] for table in before} == before
        assert [story.name for story in tx.stories.all()] == ["seoul"]
        assert len(tx.stories.on_topic("seoul")) == 3
        assert len(tx.feeds.all()) == 2
        assert all(entry.title for entry in tx.entries.latest(99))
        assert {delivery.state.value for delivery in tx.outbox.all()} == {"sent"}
        assert [silence.comment for silence in tx.desk.silences()] == ["conference"]
        assert [said.yes for said in tx.desk.feedback("seoul")] == [False]
    with Store(str(tmp_path / "fresh")):
        assert laid_out(file) == laid_out(tmp_path / "fresh/monitor.db"), "run: python -m tests.store.released.make"
    assert (tmp_path / f"monitor.db.before-{HEAD}").exists() == (released.stem != HEAD)
