"""A glance: it says what the store says, of any database, and creates nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import SchemaTooNew, StoreError
from monitor.pipeline import Pipeline
from monitor.store import Store
from monitor.store.glance import Glance, glance
from monitor.types import Silence
from tests.scene import START, Newsroom

SEEN = ("id", "url", "name", "title", "disabled", "polled_at", "news_at", "due_at", "failing_since", "error", "health")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Pipeline]:
    """A line after a full pass, with a broken feed, a silence, and alerts that wait."""
    with Newsroom(tmp_path, feeds=3) as room:
        room.feeds[2].broken = b"<html>moved</html>"
        room.publish_all()
        line = room.monitor()
        line.poll()
        line.assess()
        line.compose(at_once=True)
        end = START + timedelta(hours=3)
        with line.store.begin() as tx:
            tx.desk.silence(Silence(id=0, storyline="*", until=end, created_at=START, terms=("ferry",), comment="ok"))
            tx.desk.note("tick", {"at": START.isoformat()})
        with line.store.begin() as tx:
            tx.connection.exec_driver_sql("update alerts set state = 'pending' where id = 1")
        yield line
        line.close()
        line.store.close()


def test_it_says_what_the_drawers_say(line: Pipeline) -> None:
    with glance(line.config.state) as look, line.store.read() as tx:
        feeds = look.feeds()
        for name in (*SEEN, "rhythm", "newest"):
            assert [getattr(feed, name) for feed in feeds] == [getattr(feed, name) for feed in tx.feeds.all()], name
        held = tx.stories.get("seoul")
        assert look.threshold("seoul") == (held.threshold, held.threshold_origin)
        assert look.thresholds("seoul", 3) == [(at, value) for at, value, _ in tx.stories.threshold_log("seoul", 3)]
        told = [at for at, _, backlog in tx.stories.per_day("seoul", START - timedelta(days=7)) if not backlog]
        assert look.matches("seoul", START - timedelta(days=7)) == told
        (latest,) = tx.events.all("seoul", 1)
        assert look.latest_event("seoul") == (latest.id, latest.title, latest.last_seen)
        assert look.pending() == tx.events.pending_groups()
        assert look.silences() == tx.desk.silences()
        assert look.outbox() == (tx.outbox.counts(), tx.outbox.oldest_waiting(), tx.outbox.next_due())
        assert look.size() == (tx.housekeeping.bytes(), tx.entries.count_waiting())
        assert look.noted("tick") == tx.desk.noted("tick")
        assert told
        assert look.pending()


def test_dead_letters_count_from_their_last_try(line: Pipeline) -> None:
    line.deliver()
    with line.store.begin() as tx:
        tx.connection.exec_driver_sql("update deliveries set state = 'dead'")
        dead = tx.outbox.counts()["dead"]
    with glance(line.config.state) as look:
        assert look.given_up(START - timedelta(days=1)) == dead
        assert look.given_up(START + timedelta(days=3660)) == 0


def nothing(look: Glance) -> bool:
    """Say whether a glance finds an empty database."""
    return not look.feeds() and look.outbox() == ({}, None, None) and not look.runs and look.noted("tick") is None


@pytest.mark.parametrize("state", [":memory:", "not/yet"])
def test_before_the_first_run_there_is_nothing_and_nothing_is_made(tmp_path: Path, state: str) -> None:
    with glance(state if state == ":memory:" else str(tmp_path / state)) as look:
        assert nothing(look)
        assert look.threshold("seoul") == (None, "")
        assert look.latest_event("seoul") is None
    assert not list(tmp_path.iterdir())


def test_a_daemon_on_the_database_is_seen(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store:
        lock = store.run_lock()
        lock.acquire()
        with glance(str(tmp_path)) as look:
            assert look.runs
        lock.release()
        with glance(str(tmp_path)) as look:
            assert not look.runs


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    Store(str(tmp_path)).close()
    with sqlite3.connect(tmp_path / "monitor.db") as db:
        db.execute("update alembic_version set version_num = '9999'")
    db.close()
    with pytest.raises(SchemaTooNew), glance(str(tmp_path)):
        pass


@pytest.mark.parametrize("content", [b"", b"no database at all" * 300])
def test_what_is_no_database_is_refused_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "monitor.db").write_bytes(content)
    with pytest.raises(StoreError, match=r"restore|Restore"), glance(str(tmp_path)):
        pass


def test_damage_found_on_the_way_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Restore a backup"), glance(_ready(tmp_path)):
        raise sqlite3.DatabaseError("database disk image is malformed")


def test_it_does_without_the_sql_toolkit(tmp_path: Path) -> None:
    asked = (
        f"import sys; from monitor.store.glance import glance\nwith glance({_ready(tmp_path)!r}) as look: look.size()"
    )
    code = f"{asked}\nsys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _ready(folder: Path) -> str:
    Store(str(folder)).close()
    return str(folder)
