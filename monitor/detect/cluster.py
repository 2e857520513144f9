"""The events of one storyline: what is open, what a newcomer joins, what turns out to be one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

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
_COMPARED = 150  # latest reports of an event a newcomer is compared with
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Cluster:
    """One event in the making."""

    id: str
    points: dict[str, Point] = field(default_factory=dict)  # its own wordings by uid, in order of joining
    dates: dict[str, datetime] = field(default_factory=dict)  # of every entry, copies included
    first_seen: datetime = _NEVER
    last_seen: datetime = _NEVER
    _group: Group | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """The uids of its entries in order of joining."""
        return tuple(self.dates)

    @property
    def group(self) -> Group:
        """Its latest reports laid out for comparison."""
        if self._group is None:
            self._group = group_of(list(self.points.values())[-_COMPARED:])
        return self._group

    def changed(self) -> None:
        """Bring up to date what follows from its entries."""
        self.first_seen, self.last_seen = min(self.dates.values()), max(self.dates.values())
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
        self._order: dict[str, tuple[Point, str]] = {}  # every own wording and its event, in order of joining
        self._oldest: datetime | None = None  # no event had its last report before

    def add(self, cluster_id: str, point: Point, *, is_copy: bool = False) -> None:
        """Put an entry into an event, which begins with it if it is new."""
        cluster = self.all.setdefault(cluster_id, Cluster(cluster_id))
        cluster.dates[point.uid] = point.date
        if not is_copy or not cluster.points:
            cluster.points[point.uid] = point
            self._order[point.uid] = (point, cluster_id)
            self._rarity.count(point)
        cluster.changed()
        self._oldest = min(self._oldest or cluster.last_seen, cluster.last_seen)

    def replace(self, point: Point) -> None:
        """Put the later version of an entry where the earlier one stood."""
        if point.uid not in self._order:
            return
        old, cluster_id = self._order[point.uid]
        self._rarity.count(old, -1)
        self._rarity.count(point)
        self._order[point.uid] = (point, cluster_id)
        self.all[cluster_id].points[point.uid] = point
        self.all[cluster_id].changed()

    def fold(self, kept: str, gone: str) -> None:
        """Make one event of two; its entries stay in the order in which they came."""
        lost, cluster = self.all.pop(gone), self.all[kept]
        for uid, point in lost.points.items():
            self._order[uid] = (point, kept)
        cluster.points |= lost.points
        cluster.dates |= lost.dates
        cluster.changed()

    def forget(self, cluster_id: str) -> None:
        """Drop an event with all its entries."""
        for uid, point in self.all.pop(cluster_id).points.items():
            self._rarity.count(point, -1)
            del self._order[uid]

    def older_than(self, limit: datetime) -> list[Cluster]:
        """The events without a report since then."""
        if self._oldest is None or self._oldest >= limit:
            return []
        found = [cluster for cluster in self.all.values() if cluster.last_seen < limit]
        rest = (cluster.last_seen for cluster in self.all.values() if cluster.last_seen >= limit)
        self._oldest = min(rest, default=None)
        return found

    def ranked(self, point: Point) -> list[tuple[str, float]]:
        """The events the newcomer may belong to with the log odds that it does, likeliest first."""
        date = point.date
        open_ = [
            cluster
            for cluster in self.all.values()
            if cluster.first_seen - NEAR <= date <= cluster.last_seen + NEAR
            and max(cluster.last_seen, date) - min(cluster.first_seen, date) <= LONGEST
        ]
        if not open_:
            return []
        odds = scores(point, [c.group for c in open_], self._strangers({c.id for c in open_}), self._rarity)
        found = zip([c.id for c in open_], odds.tolist(), strict=True)
        return sorted(found, key=lambda candidate: (-candidate[1], candidate[0]))

    def _strangers(self, candidates: set[str]) -> list[Point]:
        """The latest reports that belong to none of the candidates."""
        others = (point for point, owner in reversed(self._order.values()) if owner not in candidates)
        return list(islice(others, _STRANGERS))
