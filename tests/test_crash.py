"""The process is killed at every named moment, and at random under faults: nothing is lost, nothing told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crash import REPEATING, Trial
from monitor.crash import POINTS, crash_at

pytestmark = pytest.mark.timeout(900)  # many lives of a process, on a machine that may be busy
WEB, BOOK = POINTS[: POINTS.index("composed-before-commit")], POINTS[POINTS.index("composed-before-commit") :]


@pytest.mark.parametrize("points", [WEB[:4], WEB[4:]])
def test_killed_while_reading_and_judging_every_item_still_reaches_both_targets(
    tmp_path: Path, points: tuple[str, ...]
) -> None:
    with Trial(tmp_path, "reading and judging", ("mail", "hook"), seed=1) as trial:
        for point in points:
            trial.die_at(point)
        outcome = trial.settle()
    assert outcome.failures == []
    assert outcome.kills == len(points)


@pytest.mark.parametrize("target", ["mail", "hook"])
def test_killed_while_telling_only_what_was_sent_and_not_noted_is_repeated(tmp_path: Path, target: str) -> None:
    with Trial(tmp_path, target, (target,), seed=2) as trial:
        for point in (point for point in BOOK if point not in REPEATING):
            trial.die_at(point)
        assert trial.repeats(target) == 0
        for point in sorted(REPEATING):
            trial.die_at(point)
        outcome = trial.settle()
    assert outcome.failures == []
    assert outcome.repeats == len(REPEATING)


@pytest.mark.slow
def test_killed_at_random_while_servers_and_disk_misbehave_everything_is_accounted_for(tmp_path: Path) -> None:
    with Trial(tmp_path, "random under faults", ("mail", "hook"), seed=3, patience="2s") as trial:
        for _ in range(8):
            trial.die_at_random(faults=True)
        outcome = trial.settle()
    assert outcome.failures == []
    assert outcome.faults


def test_a_moment_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no crash point 'lunch'"):
        crash_at("lunch:1")
