"""The threshold without labels: from the share of the stream, the level asked for, a budget; steady between fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.detect.calibrate import HYSTERESIS, Calibration, Span, share_on_topic, threshold_of
from monitor.types import Sensitivity

LEVELS = ("strict", "balanced", "broad")
DAYS = Span(days=10)
BALANCED = Sensitivity(level="balanced")
NOTHING = np.full(2_000, -4.0)  # log-likelihood ratios of a stream that says nothing of the storyline


def stream(on: int, off: int) -> np.ndarray:
    """Log-likelihood ratios of two normal classes four apart: the ratio of a value x is 4 x - 8."""
    rng = np.random.default_rng(7)
    values = np.concatenate([rng.normal(4, 1, on), rng.normal(0, 1, off)])
    return np.asarray(4 * values - 8)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_the_share_on_topic_is_found_without_labels(share: float) -> None:
    ratios = stream(round(2_000 * share), round(2_000 * (1 - share)))
    assert share_on_topic(ratios) == pytest.approx(share, rel=0.15)


def test_a_stream_without_the_story_asks_for_more_the_longer_it_goes_on() -> None:
    values = [threshold_of(BALANCED, NOTHING[:seen], DAYS).value for seen in (0, 64, 256, 1_024, 2_000)]
    assert values == sorted(set(values))
    assert values[0] < 0.4
    assert 0.6 < values[-1] < 0.8


def test_a_storyline_younger_than_the_stream_is_still_hot() -> None:
    fresh, half, old = (threshold_of(BALANCED, NOTHING, Span(days=10, followed=part)).value for part in (0, 0.5, 1))
    assert fresh < half < old
    assert fresh == threshold_of(BALANCED, NOTHING[:0], Span()).value


def test_a_story_that_fills_the_stream_needs_less_evidence_but_some() -> None:
    rare, common, all_of_it = (threshold_of(BALANCED, stream(on, 2_000 - on), DAYS).value for on in (20, 700, 2_000))
    assert rare > common >= all_of_it > 0.05


@pytest.mark.parametrize("ratios", [NOTHING[:0], NOTHING, stream(100, 900), stream(900, 100)])
def test_levels_are_ordered_in_every_stream(ratios: np.ndarray) -> None:
    strict, balanced, broad = (threshold_of(Sensitivity(level=level), ratios, DAYS).value for level in LEVELS)
    assert 1 > strict > balanced > broad > 0


def test_the_origin_tells_what_the_threshold_rests_on() -> None:
    assert "before any stream" in threshold_of(BALANCED, NOTHING[:0], Span()).origin
    assert "of 2000 entries on topic" in threshold_of(BALANCED, NOTHING, DAYS).origin


def test_a_number_is_taken_as_it_is() -> None:
    assert threshold_of(Sensitivity(threshold=0.42), stream(900, 100), DAYS).value == 0.42


def test_a_budget_never_lets_in_more_than_it_says_nor_less_than_the_broad_level() -> None:
    ratios = stream(300, 700)
    loose, tight = (threshold_of(Sensitivity(budget=budget), ratios, DAYS) for budget in (1_000, 5))
    assert loose.value == threshold_of(Sensitivity(level="broad"), ratios, DAYS).value
    scores = 1 / (1 + np.exp(-(ratios - 3) / 2))
    assert 0 < (scores >= tight.value).sum() <= 50


def test_the_threshold_stays_where_it_is_for_a_small_change_and_follows_a_large_one() -> None:
    new = threshold_of(BALANCED, NOTHING, DAYS)
    near, far = (replace(new, value=new.value + step) for step in (HYSTERESIS / 2, HYSTERESIS * 2))
    assert threshold_of(BALANCED, NOTHING, DAYS, near).value == near.value
    assert threshold_of(BALANCED, NOTHING, DAYS, far).value == new.value


def test_verdicts_move_the_scale_towards_the_reader() -> None:
    calibration, closeness = Calibration(own=0.8), np.array([0.7, 0.8])
    kept, raised, lowered = (calibration.taught(closeness[: len(said)], said) for said in ([], [True] * 2, [False] * 2))
    assert kept == calibration
    assert raised.base > calibration.base > lowered.base
