"""The events of one storyline: what is open, what a newcomer joins, what turns out to be one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.detect.likeness import Group, Point, Rarity, group_of, scores
from monitor.types import EventState

NEAR = timedelta(days=4)  # how far from its nearest report a further one may be dated
LONGEST = timedelta(days=14)  # from its first to its last report
CLOSED = timedelta(days=14)  # without a report an event is closed; until then copies and edits may still come
JOIN = -0.6  # log odds from which a newcomer joins
MERGE = 0.5  # log odds from which a newcomer that belongs to two events makes one of them
_STRANGERS = 200  # earlier reports that show how alike two happenings of the storyline are
_DAY = 86_400


@dataclass(slots=True)
class Cluster:
    """One event in the making; `points` in order of joining."""

    id: str
    points: list[Point] = field(default_factory=list)
    _group: Group | None = None

    @property
    def group(self) -> Group:
        """Its reports laid out for comparison."""
        if self._group is None:
            self._group = group_of(self.points)
        return self._group

    @property
    def first_seen(self) -> datetime:
        """The date of its earliest report."""
        return min(p.date for p in self.points)

    @property
    def last_seen(self) -> datetime:
        """The date of its latest report."""
        return max(p.date for p in self.points)

    def put(self, points: Iterable[Point]) -> None:
        """Replace its reports."""
        self.points = list(points)
        self._group = None

    def state(self, now: datetime) -> EventState:
        """Whether it can still grow."""
        quiet = now - self.last_seen
        if quiet > CLOSED:
            return EventState.CLOSED
        return EventState.OPEN if quiet <= NEAR and now - self.first_seen <= LONGEST else EventState.DORMANT


class Clusters:
    """The events a newcomer may join; a pure function of the reports put in, in their order."""

    def __init__(self, idf: NDArray[np.float32]) -> None:
        self.all: dict[str, Cluster] = {}
        self._rarity = Rarity(idf)
        self._order: dict[str, Point] = {}  # every report, in order of joining
        self._owner: dict[str, str] = {}

    def add(self, cluster_id: str, point: Point) -> None:
        """Put an entry into an event, which begins with it if it is new."""
        cluster = self.all.setdefault(cluster_id, Cluster(cluster_id))
        cluster.put([*cluster.points, point])
        self._order[point.uid] = point
        self._owner[point.uid] = cluster_id
        self._rarity.count(point)

    def replace(self, point: Point) -> None:
        """Put the later version of an entry where the earlier one stood."""
        cluster = self.all[self._owner[point.uid]]
        cluster.put(point if p.uid == point.uid else p for p in cluster.points)
        self._rarity.count(self._order[point.uid], -1)
        self._rarity.count(point)
        self._order[point.uid] = point

    def fold(self, kept: str, gone: str) -> None:
        """Make one event of two; its reports stay in the order in which they came."""
        lost = self.all.pop(gone)
        members = {p.uid for p in (*self.all[kept].points, *lost.points)}
        for point in lost.points:
            self._owner[point.uid] = kept
        self.all[kept].put(point for uid, point in self._order.items() if uid in members)

    def forget(self, cluster_ids: Iterable[str]) -> None:
        """Drop events with all their reports."""
        for cluster_id in cluster_ids:
            for point in self.all.pop(cluster_id).points:
                self._rarity.count(point, -1)
                del self._order[point.uid], self._owner[point.uid]

    def ranked(self, point: Point) -> list[tuple[str, float]]:
        """The events the newcomer may belong to with the log odds that it does, likeliest first."""
        day, near, longest = point.day, NEAR.total_seconds() / _DAY, LONGEST.total_seconds() / _DAY
        open_ = [
            cluster
            for cluster in self.all.values()
            if (group := cluster.group).first - near <= day <= group.last + near
            and max(group.last, day) - min(group.first, day) <= longest
        ]
        if not open_:
            return []
        odds = scores(point, [c.group for c in open_], self._strangers({c.id for c in open_}), self._rarity)
        found = zip([c.id for c in open_], odds.tolist(), strict=True)
        return sorted(found, key=lambda candidate: (-candidate[1], candidate[0]))

    def _strangers(self, candidates: set[str]) -> list[Point]:
        """The latest reports that belong to none of the candidates."""
        found: list[Point] = []
        for uid in reversed(self._order):
            if self._owner[uid] not in candidates:
                found.append(self._order[uid])
                if len(found) == _STRANGERS:
                    break
        return found
