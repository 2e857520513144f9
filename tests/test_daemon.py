"""`monitor run` as a real process: tells within seconds, ends and reloads on signals, is alone on its database."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.config import Config
from monitor.config.changes import changes
from monitor.daemon import Daemon
from monitor.pipeline import Pipeline
from monitor.store import Store
from tests.scene import Newsroom

FAST = (
    "  - {storyline: '*', receiver: desk, immediate: {group_wait: 1s}}\n"
    "  - {storyline: '*', receiver: ops, immediate: {group_wait: 1s}}\n"
)
pytestmark = pytest.mark.timeout(900)
DEADLINE = 240.0  # for machines that are busy; nothing waits that long on one that is not


def eventually(seen: Callable[[], bool], seconds: float = DEADLINE) -> None:
    """Wait until something is seen, or fail."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


class Process:
    """A `monitor run` with its log."""

    def __init__(self, room: Newsroom, **environment: str) -> None:
        self.log = room.folder / "log"
        with self.log.open("ab") as log:
            self.said = log.tell()  # by those that ran before
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "monitor", "-c", str(room.config), "run"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment},
            )  # fmt: skip

    def says(self, words: str) -> bool:
        """Say whether its part of the log holds these words."""
        return words.encode() in self.log.read_bytes()[self.said :]

    def end(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(DEADLINE)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, routes=FAST) as room:
        from datetime import UTC, datetime

        room.clock.now = datetime.now(UTC)
        yield room


@pytest.fixture
def running(room: Newsroom) -> Iterator[Process]:
    process = Process(room)
    try:
        eventually(lambda: process.says("started") or process.popen.poll() is not None)
        yield process
    finally:
        process.popen.kill()
        process.popen.wait()


def test_what_is_published_is_told_and_sigterm_ends_it_well(room: Newsroom) -> None:
    room.publish_all()
    process = Process(room)
    try:
        eventually(lambda: bool(room.smtp.mails and room.hook.posts))
        began = time.monotonic()
        assert process.end() == 0
        assert time.monotonic() - began < DEADLINE / 2
        assert process.says("stopped")
    finally:
        process.popen.kill()
        process.popen.wait()


def test_a_second_run_is_refused_and_a_killed_one_leaves_no_lock(room: Newsroom, running: Process) -> None:
    second = Process(room)
    assert second.popen.wait(DEADLINE) == 1
    assert second.says("another `monitor run`")
    running.popen.send_signal(signal.SIGKILL)
    running.popen.wait()
    third = Process(room)
    try:
        eventually(lambda: third.log.read_text().count("started") >= 2)
        assert third.end() == 0
    finally:
        third.popen.kill()
        third.popen.wait()


def test_sighup_takes_a_good_configuration_and_refuses_a_bad_one(room: Newsroom, running: Process) -> None:
    good = room.config.read_text()
    room.config.write_text(good + "polling_every: 3m\n")
    running.popen.send_signal(signal.SIGHUP)
    eventually(lambda: running.says("reload-refused") and running.says("polling_every"))
    room.write(storylines="\n  other: {watch: {any: [Turin]}}")
    running.popen.send_signal(signal.SIGHUP)
    eventually(lambda: running.says("storyline other added") and running.says("storyline seoul removed"))
    assert running.popen.poll() is None


def test_a_reload_that_the_store_does_not_take_changes_nothing(room: Newsroom) -> None:
    before = config.load(room.config)
    daemon = Daemon(room.config, room.clock)
    with Store(before.state, busy=0.05) as store, closing(daemon._socket), Pipeline(before, store) as line:
        line.sync()
        daemon.pipeline = line
        room.write(storylines="\n  other: {watch: {any: [Turin]}}")
        with closing(sqlite3.connect(room.folder / "var/monitor.db", isolation_level=None)) as another:
            another.execute("begin immediate")
            assert daemon.reload() is False
            assert daemon.pipeline is line
            assert not line.stopping
        assert daemon.reload() is True
        assert line.stopping
        assert list(daemon.pipeline.config.storylines) == ["other"]
        daemon.pipeline.close()


def test_a_database_that_is_taken_away_ends_the_service(room: Newsroom, running: Process) -> None:
    (room.folder / "var/monitor.db").rename(room.folder / "var/elsewhere.db")
    assert running.popen.wait(DEADLINE) == 1
    assert running.says("was deleted or replaced while in use")


def hears(listener: socket.socket, beginning: str) -> str:
    """Wait for a word to systemd that begins so, and return it."""
    while not (word := listener.recv(1000).decode().strip()).startswith(beginning):
        pass
    return word


def test_systemd_hears_ready_and_the_watchdog(room: Newsroom, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(DEADLINE)
        process = Process(room, NOTIFY_SOCKET=address, WATCHDOG_USEC="1000000")
        try:
            heard = {listener.recv(100).decode().strip() for _ in range(3)}
            assert {"READY=1", "STATUS=running", "WATCHDOG=1"} <= heard
            sound = room.config.read_text()
            room.config.write_text(f"{sound}\nnonsense: 1\n")
            process.popen.send_signal(signal.SIGHUP)
            assert "nonsense: unknown key" in hears(listener, "STATUS=reload refused: ")
            room.config.write_text(f"{sound}\ninclude: nowhere/*.yaml\n")
            process.popen.send_signal(signal.SIGHUP)
            assert hears(listener, "STATUS=running")
            assert process.says("nowhere"), "a warning of the configuration is logged"
            assert process.end() == 0
        finally:
            process.popen.kill()
            process.popen.wait()


def test_changes_are_told_a_line_each(room: Newsroom) -> None:
    before = config.load(room.config)
    room.write(feeds=f"\n  - {{url: '{room.url(0)}', name: outlet-0}}", storylines="\n  other: {watch: {any: [Turin]}}")
    after = config.load(room.config)
    assert changes(before, after) == [
        "storyline other added",
        "storyline seoul removed; its history is kept",
        f"feed {room.url(1)} removed",
    ]
    assert changes(after, after) == ["nothing changed"]
    room.write(storylines="\n  turin: {watch: {any: [Turin]}, formerly: other}", probes="{bind: '127.0.0.1:9080'}")
    renamed = config.load(room.config)
    assert [line for line in changes(after, renamed) if "feed" not in line] == [
        "storyline other is called turin now; its history moves along",
        "probes changed: that takes a restart",
    ]
    room.write(storylines="\n  turin: {watch: {any: [Turin]}, archived: true}", probes="{bind: '127.0.0.1:9080'}")
    assert changes(renamed, config.load(room.config)) == ["storyline turin archived; its history is kept"]


def test_what_changed_in_a_storyline_a_receiver_and_a_feed_is_named(room: Newsroom) -> None:
    def written(feed: str, story: str, receiver: str) -> Config:
        room.write(
            feeds=f"\n  - {{url: '{room.url(0)}', {feed}}}",
            storylines=f"\n  other: {{watch: {{any: [Turin]}}, {story}}}",
            receivers=f"\n  desk: {{{receiver}, webhook: {{url: 'https://example.org/hook'}}}}",
            routes=" []",
        )
        return config.load(room.config)

    before = written("every: 1h", "title: Turin", "rate_limit: 3/1h")
    assert changes(before, written("every: 2h, tags: [city]", "title: Turin, paused: true", "rate_limit: 4/1h")) == [
        "storyline other changed: paused",
        "receiver desk changed: rate_limit",
        f"feed {room.url(0)} changed: tags, every",
    ]


def test_status_and_healthcheck_see_the_ticks_and_a_reload_that_is_due(
    room: Newsroom, running: Process, tmp_path: Path
) -> None:
    def monitor(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "monitor", "-c", str(room.config), *words]
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=DEADLINE)

    def service() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(monitor("status", "--json").stdout)["service"]
        return found

    eventually(lambda: monitor("healthcheck").returncode == 0)
    eventually(lambda: service()["ticked_at"] is not None)
    assert service()["running"] is True
    assert service()["reload_due"] == []
    edited = tmp_path / "edited.yaml"
    edited.write_text(room.config.read_text() + "# a remark\n")
    os.utime(edited, (0, 0))  # as a copy that keeps its date
    edited.replace(room.config)
    assert service()["reload_due"]
    assert running.end() == 0
    assert monitor("healthcheck").returncode == 1
