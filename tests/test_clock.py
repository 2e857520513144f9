"""A clock that is set while something is planned: nothing waits for a time that went away, nothing is told twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.daemon import Every
from monitor.pipeline import Pipeline
from tests.conftest import absent
from tests.scene import OFF_TOPIC, ON_TOPIC, Newsroom

DAY = timedelta(days=1)
DEADLINE = 300.0
PROMPT = (
    "  - {storyline: '*', receiver: ops, immediate: {group_wait: 1s, verdicts: [new_event, development, repeat]}}\n"
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, routes=PROMPT) as room:
        yield room


def published(line: Pipeline, room: Newsroom, number: int) -> None:
    """Publish one item on topic and let the line take it in."""
    title, summary = ON_TOPIC[number]
    room.feeds[0].publish(title, summary, at=room.clock())
    room.clock.advance(minutes=20)
    line.poll()
    line.assess()
    room.clock.advance(seconds=1)


# ---------------------------------------------------------------------------- what is planned


def test_a_poll_in_flight_while_the_clock_goes_back_keeps_no_feed_waiting(room: Newsroom) -> None:
    def fetched(moment: str) -> None:
        if moment == "fetched" and room.clock() > started:
            room.clock.now = started - DAY

    started = room.clock.now
    room.clock.advance(minutes=1)
    room.publish_all()
    with room.monitor(fetched) as line, line.store:
        assert line.poll().new == 6
        assert room.clock() == started - DAY
        assert "poll" in line.due()
        again = line.poll()
        assert (again.feeds, again.new) == (2, 0)
        assert "poll" not in line.due()
        room.clock.advance(minutes=20)
        assert "poll" in line.due()


def test_a_retry_planned_before_the_clock_went_back_is_made_now(room: Newsroom) -> None:
    with room.monitor() as line, line.store:
        published(line, room, 0)
        line.compose()
        room.hook.faults.arm("status", "503")
        assert line.deliver().retried == 1
        room.clock.now -= DAY
        assert line.deliver().sent == 1


def test_what_a_dead_process_had_in_hand_is_taken_back_though_its_lease_lies_ahead(room: Newsroom) -> None:
    with room.monitor() as line, line.store:
        line.deliver()  # the lock of those who deliver is ours: what is left later is judged by its lease
        published(line, room, 0)
        line.compose()
        with line.store.begin() as tx:
            (waiting,) = tx.outbox.ready("ops", room.clock(), 1)
            assert tx.outbox.take(waiting, room.clock(), timedelta(minutes=5)) is not None
        assert line.deliver().sent == 0
        room.clock.now -= DAY
        assert line.deliver().sent == 1


def test_a_lane_keeps_what_it_has_in_hand_wherever_the_clock_goes(room: Newsroom) -> None:
    claimed, go_on = threading.Event(), threading.Event()

    def hold(moment: str) -> None:
        if moment == "claimed":
            claimed.set()
            go_on.wait(DEADLINE)

    with room.monitor(hold) as line, line.store:
        published(line, room, 0)
        line.compose()
        line.turn("deliver")
        assert claimed.wait(DEADLINE)
        for jump in (DAY, -2 * DAY):
            room.clock.now += jump
            line.turn("deliver")
        go_on.set()
        line.deliver()
        assert len(room.hook.posts) == 1
        with line.store.read() as tx:
            (delivery,) = tx.outbox.all()
            assert [attempt.outcome.value for attempt in tx.outbox.attempts_of(delivery.id)] == ["sent"]


def test_a_rate_limit_counts_nothing_that_is_yet_to_come(tmp_path: Path) -> None:
    with Newsroom(tmp_path, routes=PROMPT) as room:
        hook = f"  ops: {{rate_limit: 1/1h, webhook: {{url: {room.hook.url}, allow_private_networks: true}}}}\n"
        room.write(receivers="\n" + hook)
        with room.monitor() as line, line.store:
            for number, sent in ((0, 1), (1, 0)):
                published(line, room, number)
                line.compose()
                assert line.deliver().sent == sent
            room.clock.now -= DAY
            assert line.deliver().sent == 1


def test_a_digest_does_not_sleep_until_the_day_comes_again(tmp_path: Path) -> None:
    daily = "  - {storyline: '*', receiver: ops, digest: {cron: '0 12 * * *'}}\n"
    with Newsroom(tmp_path, routes=daily) as room, room.monitor() as line, line.store:
        published(line, room, 0)  # at 08:20
        assert line.compose() == []  # and asleep until noon
        room.clock.now -= DAY
        assert len(line.compose()) == 1


def test_a_storyline_first_polled_by_a_clock_that_was_ahead_tells_what_comes(room: Newsroom) -> None:
    room.clock.advance(days=400)
    with room.monitor() as line, line.store:
        line.poll()
        room.clock.now -= timedelta(days=400)
        published(line, room, 0)
        assert len(line.compose()) == 1


def test_a_feed_that_fails_since_a_time_yet_to_come_fails_since_now(room: Newsroom) -> None:
    room.feeds[0].broken = b"no feed at all"
    with room.monitor() as line, line.store:
        line.poll()
        room.clock.now -= DAY
        line.poll()
        with line.store.read() as tx:
            assert tx.feeds.all()[0].failing_since == room.clock()


# ---------------------------------------------------------------------------- the metronome


def test_a_clock_set_forward_by_years_is_one_tick() -> None:
    every, now = Every(1.0), datetime(1970, 1, 1, tzinfo=UTC)
    assert every.get_next_fire_time(None, now) == now
    job = Job(BackgroundScheduler(), id="poll", trigger=every, func=print, args=(), kwargs={}, executor="default",
              misfire_grace_time=None, coalesce=True, max_instances=1, next_run_time=now)  # fmt: skip
    later = now + timedelta(days=20_000)
    assert job._get_run_times(later) == [now]
    assert every.get_next_fire_time(now, later) == later + timedelta(seconds=1)


# ---------------------------------------------------------------------------- a real process


class Faked:
    """A real `monitor run` whose clock is set by libfaketime while it runs; the monotonic clock stays real."""

    def __init__(self, room: Newsroom, folder: Path, library: Path) -> None:
        self.room, self.folder, self.log = room, folder, folder / "log"
        self.set(timedelta())
        faked = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(folder / "offset")}
        real = {"FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        with self.log.open("wb") as written:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "monitor", "-c", str(room.config), "run"],
                env={**os.environ, **faked, **real}, stdout=written, stderr=written,
            )  # fmt: skip

    def set(self, by: timedelta) -> None:
        """Let its clock, and the room's, go so far from the real one."""
        (self.folder / "new").write_text(f"{by.total_seconds():+.0f}")
        (self.folder / "new").replace(self.folder / "offset")
        self.room.clock.now = datetime.now(UTC) + by

    def eventually(self, seen: Callable[[], bool]) -> None:
        """Wait until something is seen; fail when it never is, or when the process ended."""
        end = time.monotonic() + DEADLINE
        while not seen():
            assert self.popen.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def close(self) -> None:
        """End it."""
        self.popen.kill()
        self.popen.wait()


@pytest.mark.system
@pytest.mark.timeout(1000)
def test_a_day_back_and_a_day_forward_stop_nothing_and_tell_nothing_twice(
    room: Newsroom, tmp_path: Path, system_part: Callable[[str], str]
) -> None:
    system_part("faketime")
    room.write(polling="{every: 1s, allow_private_networks: true}", storylines="\n  all: {watch: {any: ['/./']}}")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        absent("MONITOR_REQUIRE_SYSTEM", "needs libfaketime where Debian puts it")
    with closing(Faked(room, tmp_path, library)) as process:
        for told, by in enumerate((timedelta(), -DAY, DAY), 1):
            process.set(by)
            if by:
                process.eventually(lambda told=told: process.log.read_text().count("clock-jumped") >= told - 1)
            room.feeds[0].publish(*OFF_TOPIC[told - 1], at=room.clock())
            process.eventually(lambda told=told: len(room.hook.posts) >= told)
    listed = [e["title"] for post in room.hook.posts for event in post.json["data"]["events"] for e in event["entries"]]
    assert sorted(listed) == sorted(title for title, _ in OFF_TOPIC)
