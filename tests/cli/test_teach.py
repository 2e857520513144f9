"""silence, feedback, send-test, backup."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor
from tests.scene import Newsroom


def test_a_silence_swallows_and_ends(room: Newsroom, monitor: Monitor) -> None:
    made = monitor("silence add seoul --for 2h --comment 'state visit' --json").json
    assert made["id"] == 1
    assert "0 digests written" in monitor("once").out
    assert "state visit" in monitor("silence list").out
    assert monitor("silence list --json").json[0]["swallowed"] >= 1
    assert monitor("silence expire 1").code == 0
    assert monitor("silence expire 1").code == 1
    assert monitor("silence list").out == "no silence stands\n"


@pytest.mark.parametrize(
    "arguments",
    ["seoul", "seoul --for soon", "nobody --for 2h", "seoul --until 2001-01-01", "seoul --for 1h --until 2030-01-01"],
)
def test_a_silence_that_makes_no_sense_is_wrong_usage(room: Newsroom, monitor: Monitor, arguments: str) -> None:
    assert monitor(f"silence add {arguments}").code == 2


def test_feedback_is_kept_and_taken_back(told: Newsroom, monitor: Monitor) -> None:
    uid = monitor("entries list --json").json[0]["uid"]
    assert monitor(f"feedback {uid} no --json").json == {
        "entry": uid,
        "storyline": "seoul",
        "answer": "no",
        "changed": True,
    }
    assert monitor("storyline show seoul --json").json["feedback"] == 1
    assert monitor(f"feedback {uid[:8]} forget --json").json["changed"] is True
    assert monitor(f"feedback {uid} forget --json").json["changed"] is False
    assert monitor("feedback nothing yes").code == 1
    assert monitor(f"feedback {uid} maybe").code == 2


def test_send_test(room: Newsroom, monitor: Monitor) -> None:
    answer = monitor("send-test spare")
    assert answer.code == 0
    assert "sent" in answer.out
    assert list(Path("spare").rglob("*.html"))
    unknown = monitor("send-test spere")
    assert unknown.code == 2
    assert "did you mean spare?" in unknown.err


def test_backup_is_a_database(told: Newsroom, monitor: Monitor, tmp_path: Path) -> None:
    assert monitor(f"backup {tmp_path}/copy.db").code == 0
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
        assert copy.execute("select count(*) from entries").fetchone() == (6,)
    copy.close()
    assert monitor("backup var/monitor.db").code == 2
