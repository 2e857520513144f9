"""backtest: what is asked for, what is printed, what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor
from tests.scene import Newsroom

STORY = {"id": "a", "date": "2024-06-25T08:00:00Z", "title": "Putin warns Seoul over arms for Ukraine", "grade": 2}
OTHER = {"id": "b", "date": "2024-06-26T08:00:00Z", "title": "Striker signs for Turin club", "grade": 0}


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    path = tmp_path / "entries.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (STORY, OTHER)))
    return path


def test_labels_are_counted_and_decisions_written(told: Newsroom, monitor: Monitor, entries: Path) -> None:
    out, plot = entries.with_name("out.jsonl"), entries.with_name("det.svg")
    answer = monitor(f"backtest seoul --entries {entries} --out {out} --plot {plot} --budget 5/day --json")
    found = answer.json
    assert answer.err == ""  # no progress in a pipe
    assert (found["entries"], found["labels"]["on_topic"]) == (2, 1)
    assert "choices" not in found
    assert (found["proposal"]["budget"], found["proposal"]["alerts_a_day"] <= 5) == ("5/day", True)
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["a", "b"]
    assert plot.read_text().startswith("<svg")
    said = monitor(f"backtest seoul --entries {entries}").out
    assert all(word in said for word in ("false alarms", "recall, precision, F1", "detection cost"))


def test_the_history_of_the_store_with_both_sides_of_the_line(told: Newsroom, monitor: Monitor) -> None:
    found = monitor("backtest seoul --since 7d --json").json
    assert found["entries"] == 6
    assert {choice["setting"] for choice in found["choices"]} >= {"strict", "balanced", "broad", "0.4"}
    shown = {row["id"] for row in found["over_the_line"] + found["under_the_line"]}
    assert shown <= {entry["uid"] for entry in monitor("entries list --all --json").json}
    said = monitor("backtest seoul --since 7d --budget 1/day").out
    assert all(words in said for words in ("ALERTS A DAY", "just over the line", "For 1/day: sensitivity: "))


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ("seoul", "say what to replay"),
        ("seoul --since never", "30d or 2026-06-01"),
        ("seoul --since 1d --budget lots", "like 5/day"),
        ("seoul --since 1d --plot det.pdf", ".svg or .png"),
        ("seoul --since 1d --plot det.png", "needs labels"),
        ("nobody --since 1d", "unknown storyline"),
        ("seoul --entries nosuch.jsonl", "does not exist"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(told: Newsroom, monitor: Monitor, arguments: str, remedy: str) -> None:
    answer = monitor(f"backtest {arguments}")
    assert answer.code == 2
    assert remedy in " ".join(answer.err.split())


def test_a_faulty_line_is_named(told: Newsroom, monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{}\n")
    bad = monitor(f"backtest seoul --entries {tmp_path}/bad.jsonl")
    assert bad.code == 78
    assert bad.err.startswith(f"{tmp_path}/bad.jsonl:1:1: ")


def test_nothing_in_that_time_is_said(told: Newsroom, monitor: Monitor, entries: Path) -> None:
    answer = monitor(f"backtest seoul --entries {entries} --since 2025-01-01")
    assert answer.code == 1
    assert "holds no entries in that time" in answer.err
