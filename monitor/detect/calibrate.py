"""From evidence to a score in 0..1 that means the same in every storyline, and to a threshold without labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detect.match import Evidence
from monitor.types import Sensitivity

LEVELS = {"strict": 0.65, "balanced": 0.5, "broad": 0.35}
HYSTERESIS = 0.02  # a new estimate this near to the old one changes nothing

_WEIGHTS = np.array([1.0, 1.0, 1.0]) / 3
_STEEPNESS = 10.0
_MIDDLE = 0.5  # of the way from ordinary news to the seeds
_ALONE = np.array([0.35, 0.75, 0.6])  # how near seeds stand to each other when there is only one to ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The score an entry needs, and where that number came from."""

    value: float
    origin: str  # in words
    level: str  # strict | balanced | broad


@dataclass(frozen=True, eq=False)
class Calibration:
    """The scale of one storyline: where ordinary news ends and where its own entries are expected."""

    low: NDArray[np.float64]  # per part of the evidence
    high: NDArray[np.float64]

    @classmethod
    def of(cls, background: Evidence, own: Evidence) -> Calibration:
        """Learn the scale from background entries and from seeds scored without themselves (none: a guess)."""
        low = np.quantile(background, 0.95, axis=0)
        high = own.mean(axis=0) * 0.8 if len(own) > 1 else np.maximum(_ALONE, low + 0.1)
        return cls(low, np.maximum(high, low + 0.05))

    def parts(self, evidence: Evidence) -> NDArray[np.float64]:
        """Contribution of each part to the log-odds, shape (n, parts)."""
        position = (evidence - self.low) / (self.high - self.low)
        scaled: NDArray[np.float64] = _STEEPNESS * _WEIGHTS * (position - _MIDDLE)
        return scaled


def score_of(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic of the summed evidence."""
    squashed: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return squashed


def threshold_of(
    sensitivity: Sensitivity, previous: Threshold | None, replay: Sequence[float], days: float
) -> Threshold:
    """The threshold of a storyline; `replay` are scores of the user's own stream over `days`, for a budget."""
    if sensitivity.threshold is not None:
        return Threshold(value=sensitivity.threshold, origin="a number in the configuration", level=sensitivity.level)
    if sensitivity.budget is not None:
        return _steady(_within_budget(sensitivity.budget, replay, days), previous)
    return Threshold(value=LEVELS[sensitivity.level], origin=f"automatic, {sensitivity.level}", level=sensitivity.level)


def _within_budget(budget: float, replay: Sequence[float], days: float) -> Threshold:
    """The lowest threshold that would have kept the alerts of the replay within the budget."""
    allowed = int(budget * max(days, 1.0))
    ordered = sorted(replay, reverse=True)
    if len(ordered) <= allowed:
        return Threshold(
            value=LEVELS["broad"], origin=f"budget {budget:g}/day: nothing to hold back yet", level="broad"
        )
    value = max(LEVELS["broad"], round(float(np.nextafter(ordered[allowed], 2.0)), 4))
    return Threshold(value=min(value, 1.0), origin=f"budget {budget:g}/day over {len(ordered)} entries", level="budget")


def _steady(new: Threshold, previous: Threshold | None) -> Threshold:
    if previous is None or abs(new.value - previous.value) > HYSTERESIS:
        return new
    return Threshold(value=previous.value, origin=new.origin, level=new.level)
