"""The measures of tracking, on cases small enough to count by hand."""

from __future__ import annotations

import pytest

from monitor.detect.metrics import det_text, evaluate


def test_a_perfect_tracker() -> None:
    found = evaluate([True, True, False, False], [0.9, 0.8, 0.2, 0.1], [True, True, False, False])
    assert found is not None
    assert (found.decided.f1, found.decided.cost, found.average_precision, found.recall_at_90) == (1, 0, 1, 1)


def test_one_miss_and_one_false_alarm() -> None:
    found = evaluate([True, False, True, False], [0.9, 0.8, 0.3, 0.1], [True, True, False, False])
    assert found is not None
    assert (found.decided.misses, found.decided.false_alarms) == (1, 1)
    assert found.decided.precision == found.decided.recall == found.decided.f1 == 0.5
    assert found.decided.cost == pytest.approx(0.5 + 4.9 * 0.5)
    assert found.average_precision == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert found.best.threshold == 0.3


def test_ties_are_one_block() -> None:
    found = evaluate([True, False], [0.5, 0.5], [False, False])
    assert found is not None
    assert found.average_precision == 0.5
    assert len(found.curve) == 1


def test_nothing_to_find_is_said_so() -> None:
    assert evaluate([False], [0.5], [True]) is None


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="one length"):
        evaluate([True], [0.5, 0.6], [True])


def test_the_curve_can_be_read() -> None:
    found = evaluate([True, False, True, False], [0.9, 0.8, 0.3, 0.1], [True, True, False, False])
    assert found is not None
    lines = det_text(found.curve).splitlines()
    assert lines[0].split() == ["threshold", "misses", "false", "alarms", "cost"]
    assert [line.split()[1] for line in lines[1:]] == ["50.0%", "0.0%"]
