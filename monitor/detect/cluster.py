"""Which entries report the same happening: open events of one storyline, compared with a newcomer all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.detect.facts import Facts
from monitor.detect.lex import SPACE, Sparse
from monitor.detect.vectors import MULTILINGUAL_SIZE, Vectors
from monitor.types import EventState

OPEN = timedelta(days=3)  # without a new report an event goes dormant
DORMANT = timedelta(days=7)  # and then closed: nothing joins it any more
LONGEST = timedelta(days=14)  # from its first to its last report
HALF_LIFE = 1.5  # days in which the evidence of nearness in time halves
JOIN = 0.38  # similarity from which a newcomer joins
MERGE = 0.55  # similarity from which two events are one

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One entry as the clustering sees it."""

    uid: str
    date: datetime
    source: str
    lex: Sparse
    vector: Vectors  # multilingual
    facts: Facts


@dataclass(slots=True)
class Cluster:
    """One event in the making; `points` in order of joining."""

    id: str
    points: list[Point] = field(default_factory=list)

    @property
    def first_seen(self) -> datetime:
        """The date of its earliest report."""
        return min(p.date for p in self.points)

    @property
    def last_seen(self) -> datetime:
        """The date of its latest report."""
        return max(p.date for p in self.points)

    def state(self, now: datetime) -> EventState:
        """Whether it can still grow."""
        quiet = now - self.last_seen
        if quiet > DORMANT or now - self.first_seen > LONGEST:
            return EventState.CLOSED
        return EventState.OPEN if quiet <= OPEN else EventState.DORMANT


class Clusters:
    """The events a newcomer may join."""

    def __init__(self) -> None:
        self.all: dict[str, Cluster] = {}
        self._points: list[Point] = []
        self._owner: list[str] = []
        self._ids = np.empty(0, dtype=np.int32)
        self._weights = np.empty(0, dtype=np.float32)
        self._rows = np.empty(0, dtype=np.int64)
        self._vectors: Vectors = np.empty((0, MULTILINGUAL_SIZE), dtype=np.float32)
        self._days = np.empty(0, dtype=np.float64)
        self._dense = np.zeros(SPACE, dtype=np.float32)

    def add(self, cluster_id: str, point: Point) -> None:
        """Put an entry into an event, which begins with it if it is new."""
        self.all.setdefault(cluster_id, Cluster(cluster_id)).points.append(point)

    def replace(self, cluster_id: str, point: Point) -> None:
        """Put the later version of an entry in its place."""
        cluster = self.all.get(cluster_id)
        if cluster is not None:
            cluster.points = [point if p.uid == point.uid else p for p in cluster.points]

    def fold(self, kept: str, gone: str) -> None:
        """Make one event of two."""
        lost = self.all.pop(gone, None)
        if lost is not None:
            self.all.setdefault(kept, Cluster(kept)).points.extend(lost.points)

    def forget(self, cluster_ids: Iterable[str]) -> None:
        """Drop events."""
        for cluster_id in cluster_ids:
            self.all.pop(cluster_id, None)

    def nearest(self, point: Point) -> list[tuple[str, float]]:
        """The events that may be meant, most similar first."""
        self._index(point.date)
        if not self._points:
            return []
        pairs = self._similarities(point)
        best: dict[str, list[float]] = {}
        for owner, similarity in zip(self._owner, pairs.tolist(), strict=True):
            best.setdefault(owner, []).append(similarity)
        scored = [(owner, _linkage(values)) for owner, values in best.items()]
        return sorted(scored, key=lambda found: (-found[1], found[0]))

    def _similarities(self, point: Point) -> NDArray[np.float64]:
        self._dense[point.lex.ids] = point.lex.weights
        products = self._dense[self._ids] * self._weights
        self._dense[point.lex.ids] = 0
        lexical = np.bincount(self._rows, weights=products, minlength=len(self._points))
        vectors = self._vectors @ point.vector
        gap = np.abs(self._days - _days(point.date))
        similar: NDArray[np.float64] = (0.5 * np.sqrt(np.maximum(lexical, 0)) + 0.5 * vectors) * np.exp2(
            -gap / (2 * HALF_LIFE)
        )
        return np.nan_to_num(similar)

    def _index(self, now: datetime) -> None:
        """Lay the members of every event that can still grow side by side."""
        live = [c for c in self.all.values() if c.state(now) is not EventState.CLOSED]
        self._points = [p for c in live for p in c.points]
        self._owner = [c.id for c in live for _ in c.points]
        sizes = [len(p.lex.ids) for p in self._points]
        self._rows = np.repeat(np.arange(len(sizes)), sizes)
        if self._points:
            self._ids = np.concatenate([p.lex.ids for p in self._points])
            self._weights = np.concatenate([p.lex.weights for p in self._points])
            self._vectors = np.stack([p.vector for p in self._points])
        self._days = np.array([_days(p.date) for p in self._points])


def _linkage(similarities: list[float]) -> float:
    """Average link over the better half: one odd report does not keep the others out."""
    best = sorted(similarities, reverse=True)[: max(1, (len(similarities) + 1) // 2)]
    return sum(best) / len(best)


def _days(moment: datetime) -> float:
    return moment.timestamp() / 86_400
