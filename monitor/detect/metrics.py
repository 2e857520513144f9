"""How well a storyline was tracked, given labels: the measures of topic detection and tracking (TDT)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISS_COST, ALARM_COST, TARGET = 1.0, 0.1, 0.02  # TDT: what a miss and a false alarm cost, how common targets are
_ALARM_WEIGHT = ALARM_COST * (1 - TARGET) / (MISS_COST * TARGET)  # 4.9 false-alarm rates weigh as one miss rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One threshold and what it leads to."""

    threshold: float
    hits: int
    misses: int
    false_alarms: int
    rejects: int

    @property
    def precision(self) -> float:
        """Share of the alerts that are on topic; 1 without alerts."""
        alerts = self.hits + self.false_alarms
        return self.hits / alerts if alerts else 1.0

    @property
    def recall(self) -> float:
        """Share of the on-topic entries that were alerted; 1 when there are none."""
        wanted = self.hits + self.misses
        return self.hits / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        wanted = 2 * self.hits + self.misses + self.false_alarms
        return 2 * self.hits / wanted if wanted else 1.0

    @property
    def miss_rate(self) -> float:
        """Share of the on-topic entries that were missed."""
        return 1 - self.recall

    @property
    def alarm_rate(self) -> float:
        """Share of the off-topic entries that were alerted."""
        others = self.false_alarms + self.rejects
        return self.false_alarms / others if others else 0.0

    @property
    def cost(self) -> float:
        """Normalised detection cost: 0 = perfect, 1 = as good as saying nothing."""
        return self.miss_rate + _ALARM_WEIGHT * self.alarm_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """The whole picture of one replay against labels."""

    decided: Point  # what the storyline's own decisions came to
    best: Point  # the threshold with the highest F1, chosen knowing the labels
    average_precision: float
    recall_at_90: float  # the highest recall at a precision of at least 0.9
    curve: tuple[Point, ...]  # every threshold worth naming, strictest first


def evaluate(labels: Sequence[bool], scores: Sequence[float], decided: Sequence[bool]) -> Tracking | None:
    """Measure decisions and ranking against labels; None when no entry is on topic (nothing to find).

    Tied scores are taken as one block. Errors: ValueError when the lengths differ.
    """
    truth, ranks, chosen = np.array(labels, bool), np.array(scores, float), np.array(decided, bool)
    if not len(truth) == len(ranks) == len(chosen):
        raise ValueError("labels, scores and decisions must be of one length")
    if not truth.any():
        return None
    curve = _curve(truth, ranks)
    recalls = np.array([0.0, *(p.recall for p in curve)])
    precise = [p.recall for p in curve if p.precision >= 0.9]
    return Tracking(
        decided=_point(float(ranks[chosen].min()) if chosen.any() else 1.0, truth, chosen),
        best=max(curve, key=lambda p: (p.f1, p.threshold)),
        average_precision=float(np.sum(np.diff(recalls) * np.array([p.precision for p in curve]))),
        recall_at_90=max(precise, default=0.0),
        curve=curve,
    )


def det_text(curve: Sequence[Point], rows: int = 10) -> str:
    """The DET curve as lines of text: miss rate against false-alarm rate, from strict to generous thresholds."""
    lines = ["threshold  misses  false alarms   cost"]
    shown: list[Point] = []
    for step in range(rows):
        wanted = (step + 1) / rows
        point = next((p for p in curve if p.recall >= wanted - 1e-9), None)
        if point is not None and point not in shown:
            shown.append(point)
    for p in shown:
        bar = "#" * round(20 * p.miss_rate)
        lines.append(f"{p.threshold:9.3f}  {p.miss_rate:6.1%}  {p.alarm_rate:12.2%}  {p.cost:5.2f}  {bar}")
    return "\n".join(lines)


def _curve(truth: NDArray[np.bool_], ranks: NDArray[np.float64]) -> tuple[Point, ...]:
    order = np.argsort(-ranks, kind="stable")
    ordered = ranks[order]
    ends = np.concatenate([np.nonzero(np.diff(ordered))[0], [len(ordered) - 1]])
    hits = np.cumsum(truth[order])[ends]
    wanted, others = int(truth.sum()), int((~truth).sum())
    return tuple(
        Point(
            threshold=float(ordered[end]),
            hits=int(hit),
            misses=wanted - int(hit),
            false_alarms=int(end) + 1 - int(hit),
            rejects=others - (int(end) + 1 - int(hit)),
        )
        for end, hit in zip(ends, hits, strict=True)
    )


def _point(threshold: float, truth: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> Point:
    return Point(
        threshold=threshold,
        hits=int((truth & chosen).sum()),
        misses=int((truth & ~chosen).sum()),
        false_alarms=int((~truth & chosen).sum()),
        rejects=int((~truth & ~chosen).sum()),
    )
