"""Three days of forty feeds in a minute: nothing lost, nothing doubled, and nothing left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.farm import World
from benchmarks.soak import DAY, START, replay


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_days_of_feeds_with_faults_lose_and_double_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = World(40, 2, DAY / 2, START.timestamp(), rare=5)
    assert replay(world, tmp_path, days=3).broken == []
    printed = capsys.readouterr().out
    assert "'sent'" in printed, "nothing was told: the run shows nothing"
    rows = [line.split() for line in printed.splitlines() if line.split()[:1] in (["1"], ["2"])]
    (handles_before, threads_before), (handles, threads) = ((int(row[3]), int(row[4])) for row in rows)
    assert handles <= handles_before + 15  # what the store may open when five look at once for the first time
    assert threads <= threads_before + 2
