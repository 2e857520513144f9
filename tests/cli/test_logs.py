"""Logs: readable by people, by journald, and steered by nobody."""

from __future__ import annotations

import io
import json
import logging
import os
import sys

import pytest
import structlog

from monitor.cli import logs

Captured = pytest.CaptureFixture[str]


def logged(monkeypatch: pytest.MonkeyPatch, capfd: Captured, *, systemd: bool, **facts: object) -> str:
    stream = os.fstat(2)
    monkeypatch.setenv("JOURNAL_STREAM", f"{stream.st_dev}:{stream.st_ino + (not systemd)}")
    monkeypatch.setattr(sys, "stderr", os.fdopen(2, "w", closefd=False))
    logs.set_up(2)
    structlog.get_logger("x").warning("feed-failed", **facts)
    sys.stderr.flush()
    return capfd.readouterr().err


def test_lines_for_people(monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> None:
    line = logged(monkeypatch, capfd, systemd=False, feed="A", count=3)
    assert "feed-failed" in line
    assert "feed=A" in line
    assert "count=3" in line


def test_lines_for_journald(monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> None:
    line = logged(monkeypatch, capfd, systemd=True, feed="A")
    assert line.startswith("<4>{")
    assert json.loads(line[3:]) == {"feed": "A", "event": "feed-failed", "level": "warning"}


HOSTILE = "title\n2026-01-01 CRITICAL all is lost\x1b[31m\x07\u202e\x9b2J"


@pytest.mark.parametrize("systemd", [False, True])
def test_a_feed_cannot_write_log_lines(monkeypatch: pytest.MonkeyPatch, capfd: Captured, systemd: bool) -> None:
    line = logged(monkeypatch, capfd, systemd=systemd, title=HOSTILE)
    assert line.count("\n") == 1
    assert not set("\x1b\x07\u202e\x9b") & set(line)


def test_passwords_in_addresses_are_struck_out(monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> None:
    line = logged(monkeypatch, capfd, systemd=False, url="https://user:CANARY7731@example.org/x")
    assert "CANARY" not in line
    assert "https://***@example.org/x" in line


@pytest.mark.parametrize("systemd", [False, True])
def test_a_traceback_shows_no_variable_and_no_password(
    monkeypatch: pytest.MonkeyPatch, capfd: Captured, systemd: bool
) -> None:
    def fail(secret: str) -> None:
        raise ValueError(f"https://user:{secret}@example.org/x")

    try:
        fail("yranac"[::-1])
    except ValueError:
        line = logged(monkeypatch, capfd, systemd=systemd, exc_info=True)
    assert "canary" not in line
    assert "https://***@example.org/***" in line
    assert "in fail" in line
    assert (line.count("\n") == 1) is systemd


def test_a_full_disk_under_the_log_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    logs.set_up(1)
    structlog.get_logger("x").warning("lost")


def test_silence_by_default(capsys: Captured) -> None:
    logs.set_up(0)
    structlog.get_logger("x").info("composed")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("systemd", [False, True])
def test_a_crash_is_told_as_neutrally(monkeypatch: pytest.MonkeyPatch, capfd: Captured, systemd: bool) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # and back
    logged(monkeypatch, capfd, systemd=systemd)
    try:
        raise KeyError("https://hooks.example/T0/" + "CANARY7731" + "\x1b[31m")
    except KeyError:
        sys.excepthook(*sys.exc_info())
    line = capfd.readouterr().err
    assert "crashed" in line
    assert "https://hooks.example/***" in line
    assert "CANARY" not in line.replace('"CANARY7731"', "").replace('\\"CANARY7731\\"', "")  # the line of the source
    assert "\x1b" not in line
    assert not systemd or json.loads(line.removeprefix("<2>"))["level"] == "critical"


@pytest.mark.parametrize("systemd", [False, True])
def test_what_looks_like_a_key_in_an_address_is_struck_out(
    monkeypatch: pytest.MonkeyPatch, capfd: Captured, systemd: bool
) -> None:
    url = "https://example.org/rss?q=port&apiKey=CANARY7731&access_token=CANARY7731&n=5"
    line = logged(monkeypatch, capfd, systemd=systemd, feed=url)
    assert "CANARY" not in line
    assert "https://example.org/rss?q=port&apiKey=***&access_token=***&n=5" in line


def test_a_traceback_shows_no_path_of_an_address(monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> None:
    try:
        raise ValueError("https://hooks.example/T0/" + "CANARY7731" + " with url: /T0/" + "CANARY7731")
    except ValueError:
        line = logged(monkeypatch, capfd, systemd=True, exc_info=True)
    shown = json.loads(line[3:])["exception"].splitlines()[-1]
    assert shown == "ValueError: https://hooks.example/*** with url: /***"


def test_what_libraries_say_goes_the_same_way(monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    logged(monkeypatch, capfd, systemd=True)
    logging.getLogger("urllib3.connection").warning("Failed (url=%s)\x1b[31m\n", "https://u:CANARY7731@x.example/")
    logging.getLogger("urllib3.connection").info("nothing to hear")
    line = capfd.readouterr().err
    told = json.loads(line.removeprefix("<4>"))
    assert told["logger"] == "urllib3.connection"
    assert told["event"] == "Failed (url=https://***@x.example/)·[31m ⏎ "
