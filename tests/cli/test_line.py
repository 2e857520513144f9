"""run, once, poll, assess, compose, deliver."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor
from tests.scene import Newsroom

DEADLINE = 240.0  # for machines that are busy


def started(*arguments: str) -> subprocess.Popen[str]:
    """Start `monitor` as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "monitor", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)


@pytest.mark.usefixtures("room")
def test_once_tells_and_a_second_once_does_not(monitor: Monitor) -> None:
    first = monitor("--json once").json
    assert (first["poll"]["new"], len(first["digests"]), first["deliver"]["sent"]) == (6, 1, 1)
    again = monitor("once --json").json
    assert (again["poll"]["new"], again["digests"], again["deliver"]["sent"]) == (0, [], 0)
    assert len(list(Path("digests").rglob("*.html"))) >= 1


@pytest.mark.usefixtures("room")
def test_the_four_verbs_one_by_one(monitor: Monitor) -> None:
    assert "2 feeds polled: 2 changed" in monitor("poll").out
    assert monitor("poll --json").json["feeds"] == 0
    assert monitor("poll --all --json").json["unchanged"] == 2
    assert "6 entries assessed, 3 on a storyline" in monitor("assess").out
    assert "0 digests written" in monitor("compose").out
    assert "1 digests written: " in monitor("compose --now").out
    assert "1 sent, 0 to be tried again, 0 given up." in monitor("deliver").out


@pytest.mark.usefixtures("room")
def test_a_dry_run_prints_and_leaves_no_trace(monitor: Monitor) -> None:
    answer = monitor("once --dry-run")
    assert answer.code == 0
    assert "SEOUL AND ARMS" in answer.out
    assert answer.out.endswith("Nothing was stored or sent.\n")
    assert not Path("var").exists()
    assert not Path("digests").exists()


def test_a_failing_feed_is_reported_and_fails_nothing(room: Newsroom, monitor: Monitor) -> None:
    room.feeds[1].broken = b"<html><body>Maintenance</body></html>"
    answer = monitor("once")
    assert answer.code == 0
    assert "1 failed" in answer.out
    assert "outlet-1: " in answer.out


def test_a_receiver_that_fails_is_tried_again(room: Newsroom, monitor: Monitor) -> None:
    room.write(receivers="\n  archive: {file: {path: monitor.yaml/under-a-file}}")
    assert "0 sent, 1 to be tried again" in monitor("once").out
    assert monitor("deliveries list --json").json[0]["error"]


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("room")
def test_run_ends_well_on_sigterm_and_is_seen_by_status(monitor: Monitor) -> None:
    service = started("run")
    try:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline and not monitor("status --json").json["service"]["running"]:
            service.poll()
            assert service.returncode is None
        assert "The service runs" in monitor("status").out
        assert monitor("healthcheck").code == 0
        second = started("run")
        _, errors = second.communicate(timeout=DEADLINE)
        assert second.returncode == 1
        assert "another `monitor run`" in errors
    finally:
        service.send_signal(signal.SIGTERM)
        _, errors = service.communicate(timeout=DEADLINE)
    assert service.returncode == 0, errors
    assert monitor("healthcheck").code == 1
