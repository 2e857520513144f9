"""Trouble at the database: another writer, no space left, old texts; nothing half-done, nothing told lost."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreBusy, StoreError, StoreFull
from monitor.store import Store
from monitor.store.engine import translated
from monitor.store.locks import RunLock
from monitor.types import Assignment, Decision, Entry, Event, Feed, Match, Novelty, Reason, Verdict

NOW = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)


def entry(name: str, seen: datetime = NOW) -> Entry:
    link = f"https://n.example/{name}"
    words = f"A summary of {name} that says enough to be told apart."
    return Entry(
        uid=f"uid-{name}",
        key=name,
        link=link,
        canonical=link,
        title=f"Title {name}",
        summary=words,
        source="News",
        seen_at=seen,
        date=seen,
    )


def decision(name: str, *, on_topic: bool, at: datetime = NOW, event: str = "e1") -> Decision:
    match = Match(score=0.9 if on_topic else 0.1, threshold=0.5, on_topic=on_topic, reason=Reason.MATCHED)
    return Decision(
        entry_uid=f"uid-{name}", storyline="s", match=match, decided_at=at,
        assignment=Assignment(event_id=event, is_first=True) if on_topic else None,
        verdict=Verdict(novelty=Novelty.NEW_EVENT, why=("first report",)) if on_topic else None,
    )  # fmt: skip


def test_another_writer_is_waited_for_then_named_and_nothing_is_half_written(tmp_path: Path) -> None:
    with Store(str(tmp_path), busy=0.2) as store:
        other = sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)
        other.execute("begin immediate")
        with pytest.raises(StoreBusy, match="locked by another process"), store.begin():
            pass
        with store.read() as tx:  # readers are not kept out
            assert tx.feeds.all() == []
        other.execute("rollback")
        other.close()
        with store.begin() as tx:
            tx.feeds.sync([Feed(url="http://127.0.0.1/a.xml")])


def test_writers_of_one_process_wait_for_each_other_and_not_for_ever(tmp_path: Path) -> None:
    def write() -> None:
        with store.begin() as tx:
            tx.desk.note("second", {"saw": tx.desk.noted("first")})

    with Store(str(tmp_path), busy=0.2) as store, ThreadPoolExecutor(1) as pool:
        with store.begin() as tx:
            tx.desk.note("first", {})
            with pytest.raises(StoreBusy, match="being written for too long"):
                pool.submit(write).result()
        pool.submit(write).result()
        with store.read() as tx:
            assert tx.desk.noted("second") == {"saw": {}}


def test_a_full_disk_stores_nothing_of_the_step_and_works_again_with_room(tmp_path: Path) -> None:
    def fill(store: Store, pages: int) -> None:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("rollback")
            connection.exec_driver_sql(f"pragma max_page_count={pages}")
        with store.begin() as tx:
            tx.entries.add(1, [entry(f"{n:04}") for n in range(800)], NOW)

    with Store(str(tmp_path)) as store:
        with store.begin() as tx:
            tx.feeds.sync([Feed(url="http://127.0.0.1/a.xml")])
        with pytest.raises(StoreError, match="no space left"):
            fill(store, 60)
        with store.read() as tx:
            assert tx.entries.count_waiting() == 0
            assert tx.feeds.known(1) == {}
        fill(store, 1_000_000)
        with store.read() as tx:
            assert tx.entries.count_waiting() == 800


def test_a_disk_without_room_for_the_files_beside_the_database_is_full(tmp_path: Path) -> None:
    for folder, kind in ((Path("/proc"), StoreFull), (tmp_path, StoreError)):  # the first never has any room
        with pytest.raises(StoreError) as raised, translated(f"{folder}/monitor.db"):
            raise sqlite3.OperationalError("disk I/O error")
        assert type(raised.value) is kind


def test_the_lock_of_the_daemon_needs_no_room(tmp_path: Path) -> None:
    full = tmp_path / "monitor.db.lock"
    full.symlink_to("/dev/full")
    lock = RunLock(tmp_path / "monitor.db")
    lock.acquire()
    lock.release()


def test_old_off_topic_texts_are_forgotten_their_keys_and_told_ones_kept(tmp_path: Path) -> None:
    old = NOW - timedelta(days=100)
    with Store(str(tmp_path)) as store, store.begin() as tx:
        tx.feeds.sync([Feed(url="http://127.0.0.1/a.xml")])
        tx.entries.add(1, [entry("told", old), entry("off", old), entry("young")], old)
        seqs = {w.entry.key: w.entry.seq for w in tx.entries.waiting(9)}
        tx.stories.decide([(seqs["told"], decision("told", on_topic=True, at=old))])
        tx.stories.decide([(seqs["off"], decision("off", on_topic=False, at=old))])
        tx.entries.mark_assessed([(seq, n) for n, seq in enumerate(sorted(seqs.values()), 1)])
        assert tx.housekeeping.forget_texts(NOW - timedelta(days=90)) == (1, seqs["off"])
        assert tx.housekeeping.forget_texts(NOW - timedelta(days=90)) == (0, seqs["off"])
        assert tx.housekeeping.forget_texts(NOW - timedelta(days=90), seqs["off"]) == (0, seqs["off"])
        found = tx.entries.by_uids(["uid-told", "uid-off", "uid-young"])
        assert [found[f"uid-{k}"].title for k in ("told", "off", "young")] == ["Title told", "", "Title young"]
        assert tx.stories.of_entry("uid-off") == []
        assert len(tx.stories.of_entry("uid-told")) == 1
        assert set(tx.feeds.known(1)) == {"told", "off", "young"}
        again = tx.entries.add(1, [entry("off")], NOW)
        assert (again.new, again.edited) == (0, 0)


def test_events_that_turn_out_to_be_one_keep_the_older_id_everywhere(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as store, store.begin() as tx:
        tx.feeds.sync([Feed(url="http://127.0.0.1/a.xml")])
        tx.entries.add(1, [entry("a"), entry("b")], NOW)
        rows = [(w.entry.seq, w.entry.key) for w in tx.entries.waiting(9)]
        tx.stories.decide([(seq, decision(key, on_topic=True, event=f"e-{key}")) for seq, key in rows])
        tx.events.save([Event(id=f"e-{k}", storyline="s", title=k, first_seen=NOW, last_seen=NOW) for k in "ab"])
        tx.events.merge("e-b", "e-a")
        merged = tx.events.get("e-b")
        assert merged is not None
        assert (merged.id, merged.entries) == ("e-a", ("uid-a", "uid-b"))
        assert [event.id for event in tx.events.all("s")] == ["e-a"]


def test_thresholds_are_logged_when_they_change_and_forgotten_with_the_version(tmp_path: Path) -> None:
    from monitor.types import Storyline

    with Store(str(tmp_path)) as store, store.begin() as tx:
        tx.stories.sync([Storyline(name="s", version="1")])
        tx.stories.set_threshold("s", 0.5, "automatic", 0, NOW)
        tx.stories.set_threshold("s", 0.4, "automatic", 64, NOW)
        tx.stories.set_threshold("s", 0.4, "automatic", 128, NOW)
        assert [value for _, value, _ in tx.stories.threshold_log("s")] == [0.4, 0.5]
        held = tx.stories.get("s")
        assert held is not None
        assert (held.threshold, held.threshold_before, held.epoch) == (0.4, 0.4, 128)
        tx.stories.sync([Storyline(name="s", version="2")])
        again = tx.stories.get("s")
        assert again is not None
        assert (again.threshold, again.epoch) == (None, 0)
