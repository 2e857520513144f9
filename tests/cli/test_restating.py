"""Storylines paused, resumed, archived and renamed by verbs: the configuration says it, the history stays."""

from __future__ import annotations

from tests.cli.conftest import Monitor
from tests.scene import Newsroom


def test_a_paused_storyline_reads_nothing_and_goes_on_when_resumed(room: Newsroom, monitor: Monitor) -> None:
    paused = monitor("storyline pause seoul")
    assert "seoul is paused (monitor.yaml:" in paused.out
    assert "systemctl reload" in paused.out
    monitor("once")
    assert monitor("entries list --json").json == []
    assert "paused" in monitor("status").out
    assert monitor("storyline resume seoul").code == 0
    assert "followed already" in monitor("storyline resume seoul").out
    room.feeds[0].publish("Seoul and Putin: South Korea weighs arms for Ukraine again", at=room.clock())
    monitor("poll --all")
    monitor("assess")
    assert len(monitor("entries list --json").json) == 1


def test_an_archived_storyline_is_listed_with_its_history_and_comes_back(room: Newsroom, monitor: Monitor) -> None:
    monitor("once")
    assert monitor("storyline archive seoul").code == 0
    assert monitor("check").code == 0
    assert monitor("status --json").json["storylines"] == []
    (row,) = monitor("storyline list --json").json
    assert (row["name"], row["state"], row["entries"]) == ("seoul", "archived", 3)
    assert monitor("storyline resume seoul").code == 0
    monitor("once")
    (row,) = monitor("storyline list --json").json
    assert (row["state"], row["entries"]) == ("followed", 3)


def test_a_renamed_storyline_takes_its_history_along(room: Newsroom, monitor: Monitor) -> None:
    monitor("once")
    assert monitor("storyline rename seoul kyiv").code == 0
    monitor("once")
    (row,) = monitor("storyline list --json").json
    assert (row["name"], row["state"], row["entries"]) == ("kyiv", "followed", 3)
    assert {entry["storyline"] for entry in monitor("entries list --json").json} == {"kyiv"}


def test_what_is_not_there_or_taken_is_wrong_usage(room: Newsroom, monitor: Monitor) -> None:
    assert monitor("storyline pause soul").code == 2
    assert "did you mean seoul" in monitor("storyline rename soul x").err
    assert monitor("storyline rename seoul seoul").code == 2
    assert monitor("storyline rename seoul 'two words'").code == 78
