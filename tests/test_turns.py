"""Who is set to work when: verbs that hang, fail or end at once, many looks, reloads in the middle of a batch."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from monitor import config
from monitor.config import Config
from monitor.daemon import LONGEST_REST, PATIENCE, ROUND, Daemon
from monitor.errors import StoreError, StoreFull
from monitor.pipeline import VERBS, Pipeline
from monitor.store import Store
from tests.scene import SEEDS, Newsroom

if TYPE_CHECKING:
    from systemd_watchdog.systemd_watchdog import WatchDog

DEADLINE = 120.0
HURRY = 0.005  # seconds between looks


@dataclass
class Line:
    """A pipeline whose verbs do what they are told; everything is due all the time."""

    does: dict[str, Callable[[], None]] = field(default_factory=dict)
    turns: Counter[str] = field(default_factory=Counter)
    at_work: Counter[str] = field(default_factory=Counter)
    twice: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def due(self) -> set[str]:
        return set(VERBS)

    def turn(self, verb: str) -> int:
        with self._lock:
            self.turns[verb] += 1
            self.at_work[verb] += 1
            if self.at_work[verb] > 1:
                self.twice.add(verb)
        try:
            self.does.get(verb, nothing_more)()
        finally:
            with self._lock:
                self.at_work[verb] -= 1
        return 1


def nothing_more() -> None:
    """Do nothing."""


def eventually(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not seen():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(HURRY)


@contextmanager
def ticking(line: Line, tick: float = HURRY) -> Iterator[Daemon]:
    """Let a daemon look as often as that."""
    daemon = Daemon(Path("monitor.yaml"), tick=tick)
    daemon.pipeline = cast("Pipeline", line)
    scheduler = daemon._metronome()
    scheduler.remove_job("tidy")
    with closing(daemon._socket):
        scheduler.start()
        try:
            yield daemon
        finally:
            daemon.stop()
            daemon._wait_for_all(scheduler)


def test_no_verb_runs_twice_at_once_or_starves_when_looks_come_by_the_hundred() -> None:
    line = Line()
    with ticking(line) as daemon, ThreadPoolExecutor(4) as crowd:
        for _ in range(200):
            crowd.submit(daemon._look)
        for _ in range(3):  # however often, each goes on
            line.turns.clear()
            eventually(lambda: all(line.turns[verb] > 50 for verb in VERBS))
    assert line.twice == set()
    assert not daemon._at_work


def test_a_look_under_way_at_the_end_is_no_failure() -> None:
    looking, go_on = threading.Event(), threading.Event()

    class Slow(Line):
        def due(self) -> set[str]:
            looking.set()
            go_on.wait(DEADLINE)
            return super().due()

    daemon = Daemon(Path("monitor.yaml"))
    daemon.pipeline = cast("Pipeline", Slow())
    scheduler = daemon._metronome()
    with closing(daemon._socket), ThreadPoolExecutor(2) as threads:
        look = threads.submit(daemon._look)
        assert looking.wait(DEADLINE)
        daemon.stop()
        scheduler.start(paused=True)
        end = threads.submit(daemon._wait_for_all, scheduler)
        eventually(lambda: not scheduler.running)
        go_on.set()
        look.result(DEADLINE)
        end.result(DEADLINE)
    assert not daemon._at_work


@pytest.mark.parametrize("stuck", VERBS)
def test_a_verb_that_hangs_keeps_no_other_waiting(stuck: str) -> None:
    def hang() -> None:
        go_on.wait(DEADLINE)

    go_on = threading.Event()
    line = Line({stuck: hang})
    with ticking(line):
        eventually(lambda: all(line.turns[verb] > 20 for verb in VERBS if verb != stuck))
        assert line.turns[stuck] == 1
        go_on.set()
        eventually(lambda: line.turns[stuck] > 20)
    assert line.twice == set()


def test_entries_wait_a_little_for_the_round_of_feeds_they_came_in() -> None:
    def hang() -> None:
        go_on.wait(DEADLINE)

    go_on = threading.Event()
    line = Line({"poll": hang})
    with ticking(line) as daemon:
        eventually(lambda: line.turns["compose"] > 20)
        assessed = line.turns["assess"]  # the first look found no feed being read
        assert assessed <= 1 or time.monotonic() - daemon._at_work["poll"] >= ROUND
        go_on.set()
        eventually(lambda: line.turns["assess"] > assessed)


@pytest.mark.parametrize("error", [StoreError("no space left on the disk"), ValueError("a surprise")])
def test_a_verb_that_fails_rests_ever_longer_and_is_well_at_once_afterwards(error: Exception) -> None:
    def fail() -> None:
        if line.turns["assess"] <= 4:
            raise error
        go_on.wait(DEADLINE)

    go_on = threading.Event()
    line = Line({"assess": fail})
    with ticking(line) as daemon:
        eventually(lambda: line.turns["assess"] == 5)
        assert daemon._rests["assess"][0] == pytest.approx(8 * HURRY)
        eventually(lambda: line.turns["poll"] > 4)
        daemon._feed_watchdog()
        assert daemon._said == "failing, tried again: assess; see the log"
        go_on.set()
        eventually(lambda: line.turns["assess"] > 20)
        assert "assess" not in daemon._rests
        daemon._feed_watchdog()
        assert daemon._said == "running"
    for _ in range(50):
        daemon._rest("poll", failed=True)
    assert daemon._rests["poll"][0] == LONGEST_REST


def test_what_the_store_refuses_in_time_is_late_but_does_not_hang() -> None:
    class Systemd:
        def ping(self) -> None:
            pings.append("ping")

        def status(self, said: str) -> None:
            pings.append(said)

    def refuse() -> int:
        raise StoreFull("no space left on the disk")

    pings: list[str] = []
    daemon = Daemon(Path("monitor.yaml"))
    with closing(daemon._socket):
        daemon._watchdog = cast("WatchDog", Systemd())
        daemon._ticked = dict.fromkeys(("look", "poll", "compose", "deliver"), time.monotonic())
        daemon._started -= 2 * PATIENCE
        daemon._feed_watchdog()
        assert pings == ["late: assess"]
        daemon._guarded("assess", refuse)
        daemon._feed_watchdog()
        assert pings == ["late: assess", "ping"]
        assert daemon.late_verbs() == ["assess"]


def test_a_start_without_room_on_the_disk_waits_for_it(tmp_path: Path) -> None:
    class Cramped(Daemon):
        tries = 0

        def _hold(self, config: Config) -> None:
            self.tries += 1
            if self.tries < 3:
                raise StoreFull("no space left on the disk")
            super()._hold(config)

        def _serve(self, config: Config, store: Store) -> None:
            assert store.run_lock() is not None
            self.exit_code = 7

    with Newsroom(tmp_path) as room:
        daemon = Cramped(room.config, tick=HURRY)
        assert daemon.run() == 7
    assert daemon.tries == 3


def test_a_storm_of_hangups_is_one_reload_at_work_and_one_to_come(tmp_path: Path) -> None:
    class Slow(Daemon):
        def _renewed(self, old: Pipeline) -> Pipeline:
            begun.append(threading.current_thread())
            go_on.wait(DEADLINE)
            raise StoreError("refused")

    begun: list[threading.Thread] = []
    go_on = threading.Event()
    daemon = Slow(tmp_path)
    daemon.pipeline = cast("Pipeline", Line())
    with closing(daemon._socket):
        daemon._reload_soon()
        eventually(lambda: len(begun) == 1)
        for _ in range(100):
            daemon._reload_soon()
        go_on.set()
        eventually(lambda: len(begun) == 2 and not begun[1].is_alive())
        daemon._reload_soon()
        eventually(lambda: len(begun) == 3 and not begun[2].is_alive())


# ---------------------------------------------------------------------------- a reload while entries are judged


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        yield room


def test_a_batch_in_hand_is_stored_before_its_storyline_is_renamed_and_no_other_after(room: Newsroom) -> None:
    def wait_before_storing(moment: str) -> None:
        if moment == "assess-before-commit":
            judged.set()
            assert not renamed.wait(0.3)  # the reload waits for us
        order.append(moment)

    judged, renamed, order = threading.Event(), threading.Event(), list[str]()
    room.publish_all()
    loaded = config.load(room.config)
    with (
        Store(loaded.state) as store,
        ThreadPoolExecutor(1) as pool,
        Pipeline(loaded, store, room.clock, wait_before_storing) as old,
    ):
        old.sync()
        old.poll()
        batch = pool.submit(old.assess)
        assert judged.wait(DEADLINE)
        room.write(storylines=f"\n  kyiv: {{title: Seoul and arms, seeds: {SEEDS}, formerly: seoul}}")
        with Pipeline(config.load(room.config), store, room.clock) as fresh:
            fresh.succeed(old)
            renamed.set()
            assert batch.result().entries == 6
            assert order[-2:] == ["assess-before-commit", "assessed"]
            room.feeds[0].publish("Seoul and Kyiv talk of arms again", at=room.clock())
            room.clock.advance(minutes=20)
            fresh.poll()
            assert old.assess().entries == 0
            assert fresh.assess().entries == 1
            with store.read() as tx:
                assert set(tx.stories.summary()) == {"kyiv"}
                assert {name for _, name in tx.events.pending_groups()} == {"kyiv"}


def test_a_look_back_that_could_not_be_stored_is_made_again_from_nothing(room: Newsroom) -> None:
    room.publish_all()
    loaded = config.load(room.config)
    with Store(loaded.state, busy=0.05) as store, Pipeline(loaded, store, room.clock) as line:
        line.sync()
        line.poll()
        line.assess()
        room.write(storylines=f"\n  seoul: {{seeds: {SEEDS}}}\n  other: {{seeds: {SEEDS}}}")
        with Pipeline(config.load(room.config), store, room.clock) as fresh:
            fresh.succeed(line)
            with closing(sqlite3.connect(room.folder / "var/monitor.db", isolation_level=None)) as another:
                another.execute("begin immediate")
                with pytest.raises(StoreError):
                    fresh.assess()
            fresh.assess()
            with store.read() as tx:
                found = [[row.decision.verdict for row in tx.stories.on_topic(name)] for name in ("seoul", "other")]
            assert len(found[0]) == 3
            assert found[0] == found[1]
