"""From closeness to a score in 0..1, and to a threshold without labels.

The score is the weight of evidence (the logistic of a log-likelihood ratio, learnt once on labelled streams): it does
not depend on what else the stream holds, so that scores of different days and storylines can be compared. What the
stream does change is the threshold: where a story fills a good part of the feeds, less evidence is enough. That share
is estimated without labels by expectation-maximisation (Saerens, Latinne and Decaestecker 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

import numpy as np
from numpy.typing import NDArray

from monitor.types import Sensitivity

Floats = NDArray[np.float64]

HYSTERESIS = 0.02  # a new estimate this near to the old one changes nothing

# log-likelihood ratio = _RELATIVE * closeness / own + _ABSOLUTE * closeness + _BIAS; learnt by benchmarks/track.py
# --fit before near misses were weighed in; fitted again since, F1 at the threshold was no better
_RELATIVE, _ABSOLUTE, _BIAS = 3.78, 8.33, -4.97
_CENTRE, _SPREAD = 3.0, 2.0  # score = logistic((ratio - centre) / spread): uses the middle of 0..1

_POSTERIOR = {"strict": 0.7, "balanced": 0.4, "broad": 0.15}  # probability an entry needs
# the prior: chosen on the same streams, by F1 at the threshold and the worst tenth of stories
_PRIOR = -2.2  # log-odds of an entry being on topic right after the seeds: 10 %
_COOLING = 0.6  # stories are followed while they are hot: the odds fall with this power of the entries seen
_EARLY = 16  # entries, from where they fall
_COMMON = 0.15  # share of the stream from which a story counts as common there
_GAIN = 8.0  # how far the prior follows beyond
_MOST = 0.6  # log-odds the prior never exceeds
_TRUST = 20  # entries the prior is worth in the estimate of the share
_RARE = 0.01
_DOUBT = -4.4  # log-odds of an entry a reader was asked about, before its closeness
_VERDICT_SPREAD = 1.5  # standard deviation of what verdicts may move, in log-likelihood


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The score an entry needs, and where that number came from."""

    value: float
    origin: str  # in words
    level: str  # strict | balanced | broad | budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time a stream covers."""

    days: float = 0.0
    followed: float = 1.0  # share of it since the seeds


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scale of one storyline."""

    own: float  # closeness of the seeds' passages to the other seeds
    learnt: float = 0.0  # what verdicts moved, in log-likelihood

    @property
    def slope(self) -> float:
        """What one unit of closeness adds to the log-odds of the score."""
        return (_RELATIVE / self.own + _ABSOLUTE) / _SPREAD

    @property
    def base(self) -> float:
        """The log-odds of the score of an entry without any closeness."""
        return (_BIAS + self.learnt - _CENTRE) / _SPREAD

    def ratio(self, closeness: Floats) -> Floats:
        """The log-likelihood ratio of on topic to off topic."""
        return _SPREAD * (self.slope * closeness + self.base) + _CENTRE

    def taught(self, closeness: Floats, verdicts: Sequence[bool]) -> Calibration:
        """The same, moved by a reader's verdicts on entries of that closeness (a one-parameter logistic fit)."""
        if not len(closeness):
            return self
        odds = self.ratio(closeness) + _DOUBT
        truth = np.array(verdicts, dtype=float)
        moved = 0.0
        for _ in range(20):  # Newton's method on a concave function
            p = logistic(odds + moved)
            gradient = float((truth - p).sum()) - moved / _VERDICT_SPREAD**2
            moved += gradient / (float((p * (1 - p)).sum()) + 1 / _VERDICT_SPREAD**2)
        return Calibration(self.own, self.learnt + moved)


def logistic(log_odds: Floats | float) -> Floats:
    """1 / (1 + e^-x), safe at both ends."""
    squashed: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return squashed


def share_on_topic(ratios: Floats) -> float:
    """The share of a stream that belongs to the storyline, estimated from its log-likelihood ratios alone."""
    share = _RARE
    for _ in range(30):
        posterior = logistic(ratios + _odds(share))
        share = float((posterior.sum() + _TRUST * _RARE) / (len(ratios) + _TRUST))
    return share


def threshold_of(sensitivity: Sensitivity, ratios: Floats, span: Span, previous: Threshold | None = None) -> Threshold:
    """The threshold of a storyline, given the log-likelihood ratios of the stream's latest entries over `span`."""
    if sensitivity.threshold is not None:
        return Threshold(value=sensitivity.threshold, origin="set by number", level="fixed")
    share = share_on_topic(ratios)
    prior = _prior(share, len(ratios) * span.followed)
    if sensitivity.budget is not None:
        return _steady(_within_budget(sensitivity.budget, ratios, span.days, _cut("broad", prior)), previous)
    seen = f", about {share:.1%} of {len(ratios)} entries on topic" if len(ratios) else ", before any stream was seen"
    origin = f"automatic, {sensitivity.level}{seen}"
    new = Threshold(value=_cut(sensitivity.level, prior), origin=origin, level=sensitivity.level)
    return _steady(new, previous)


def _prior(share: float, followed: float) -> float:
    """The log-odds of the next entry being on topic, `followed` entries after the seeds."""
    common = _GAIN * max(0.0, _odds(share) - _odds(_COMMON))
    return min(_PRIOR - _COOLING * log1p(followed / _EARLY) + common, _MOST)


def _cut(level: str, prior: float) -> float:
    """The score at which an entry is on topic with the probability the level asks for."""
    return round(float(logistic((_odds(_POSTERIOR[level]) - prior - _CENTRE) / _SPREAD)), 4)


def _within_budget(budget: float, ratios: Floats, days: float, floor: float) -> Threshold:
    """The lowest threshold, from `floor`, that would have kept the alerts of the replay within the budget."""
    allowed = int(budget * max(days, 1.0))
    if len(ratios) <= allowed:
        return Threshold(value=floor, origin=f"budget {budget:g}/day: nothing to hold back yet", level="budget")
    over = np.sort(logistic((ratios - _CENTRE) / _SPREAD))[::-1][allowed]
    value = max(floor, min(1.0, round(float(over) + 1e-4, 4)))
    return Threshold(value=value, origin=f"budget {budget:g}/day, replayed over {len(ratios)} entries", level="budget")


def _steady(new: Threshold, previous: Threshold | None) -> Threshold:
    if previous is None or abs(new.value - previous.value) > HYSTERESIS:
        return new
    return Threshold(value=previous.value, origin=new.origin, level=new.level)


def _odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))
