"""Replays: one line for every item, the same each time, and thresholds within a budget."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import config
from monitor.backtest import Backtest, Item, Replay, replay
from monitor.backtest.figures import choices, figures
from monitor.types import Reason, Sensitivity
from tests.scene import OFF_TOPIC, ON_TOPIC, SEEDS

START = datetime(2024, 7, 1, 8, tzinfo=UTC)


def made_items() -> list[Item]:
    told = [(title, text, 2) for title, text in ON_TOPIC] + [(title, text, 0) for title, text in OFF_TOPIC]
    found = [
        Item(id=f"i{n}", date=START + timedelta(hours=n), title=title, summary=text, grade=grade, source=f"o{n % 2}")
        for n, (title, text, grade) in enumerate(told)
    ]
    copy = replace(found[0], id="copy", source="o9", date=START + timedelta(hours=9))
    return [*found, copy, replace(found[3], id="i3", title="", summary="")]


@pytest.fixture(scope="module")
def backtest(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    path = tmp_path_factory.mktemp("replay") / "monitor.yaml"
    path.write_text(f"storylines: {{story: {{seeds: {SEEDS}}}}}\nfeeds: []\nreceivers: {{}}\nroutes: []\n")
    return Backtest(config.load(path), "story", made_items())


@pytest.fixture(scope="module")
def made(backtest: Backtest) -> Replay:
    return backtest.run()


def lines(found: Replay) -> list[str]:
    return [row.json() for row in found.rows]


def test_every_item_has_its_line_in_the_order_of_the_input(made: Replay) -> None:
    found = [json.loads(line) for line in lines(made)]
    assert [row["id"] for row in found] == [item.id for item in made_items()]
    assert all((row["event"] is None) == (not row["on_topic"]) for row in found)
    assert found[6]["copy_of"] == "i0"
    assert found[7]["score"] is not None


def test_the_same_input_gives_the_same_bytes_whatever_was_replayed_before(backtest: Backtest, made: Replay) -> None:
    backtest.run(Sensitivity(threshold=0.2))
    assert lines(backtest.run()) == lines(made)
    assert lines(replay(backtest.config, "story", list(backtest.items))) == lines(made)


def test_the_order_of_the_input_changes_nothing_but_the_order_of_the_lines(backtest: Backtest, made: Replay) -> None:
    turned = replay(backtest.config, "story", list(reversed(backtest.items)))
    unrepeated = [line for line in lines(turned) if '"i3"' not in line]  # the input has two items of this id
    assert sorted(unrepeated) == sorted(line for line in lines(made) if '"i3"' not in line)


def test_either_side_of_the_line(made: Replay) -> None:
    over, under = made.line
    assert all(row.on_topic for row in over)
    assert all(row.reason is Reason.BELOW_THRESHOLD for row in under)
    margins = [row.margin for row in [*reversed(over), *under]]
    assert margins == sorted(margins, reverse=True)


def test_figures_count_against_the_labels(made: Replay) -> None:
    found = figures(made)
    labels = found["labels"]
    assert (found["entries"], labels["on_topic"]) == (8, 4)
    assert labels["missed"] == sum(row.item.grade == 2 and not row.on_topic for row in made.rows)
    assert 0 <= labels["average_precision"] <= 1


def test_a_budget_is_kept_and_not_stricter_than_needed(backtest: Backtest, made: Replay) -> None:
    assert made.alerts_a_day > 0.5
    best = backtest.within(0.5, made)
    assert best.alerts_a_day <= 0.5
    looser = backtest.run(Sensitivity(threshold=best.threshold - 0.0002))
    assert looser.alerts_a_day > 0.5


def test_a_budget_that_is_never_spent_proposes_no_less_than_broad(backtest: Backtest, made: Replay) -> None:
    broad = backtest.run(Sensitivity(level="broad"))
    assert backtest.within(100, made).threshold == broad.threshold


def test_other_settings_from_strict_to_generous(backtest: Backtest) -> None:
    steps: list[int] = []
    found = choices(backtest, steps.append)
    thresholds: Sequence[float] = [row["threshold"] for row in found]
    counts = [row["on_topic"] for row in found if row["setting"][0] == "0"]
    assert thresholds == sorted(thresholds, reverse=True)
    assert counts == sorted(counts)
    assert steps == list(range(1, len(found) + 1))


def test_two_items_of_one_id_and_one_that_looks_like_the_second(backtest: Backtest) -> None:
    items = [Item(id=name, date=START, title="Heat wave closes schools") for name in ("a", "a", "a#2")]
    assert [row.item.id for row in replay(backtest.config, "story", items).rows] == ["a", "a", "a#2"]


def test_a_config_for_backtests_only_needs_a_storyline(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("storylines: {s: {watch: {any: [heat]}}}\nfeeds: []\nreceivers: {}\nroutes: []\n")
    (row,) = replay(config.load(tmp_path / "c.yaml"), "s", [Item(id="a", date=START, title="Heat wave")]).rows
    assert row.on_topic
