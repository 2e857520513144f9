"""The events of one storyline: what is open, what a newcomer joins, what turns out to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import exp, log, log1p
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from monitor.detect.likeness import (
    AT_ONCE,
    FIRST_AT_ONCE,
    MORE,
    PARALLEL,
    RIVALS,
    Group,
    Layout,
    Point,
    Rarity,
    gaps,
    group_of,
    layout_of,
    scores,
    usual_likeness,
)
from monitor.types import EventState

NEAR = timedelta(days=4)  # how far from its nearest report a further one may be dated
LONGEST = timedelta(days=14)  # from its first to its last report
CLOSED = timedelta(days=14)  # without a report an event is closed; until then copies and edits may still come
JOIN = 0.0  # log odds from which a newcomer joins: more likely than not
MERGE = 1.5  # log odds from which a newcomer that belongs to two events makes one of them
_PRIOR_COUNT = 8  # joined and new reports each that a stream is taken to have had before its first
_STRANGERS = 200  # earlier reports that show how alike two happenings of the storyline are
_COMPARED = 150  # latest reports of an event a newcomer is compared with
_DAY = 86_400
_MOMENT = 90 / _DAY  # days within which reports come at once
_YOUNG = 16  # reports from which a stream is its own yardstick
_NEAR, _LONGEST = NEAR.total_seconds() / _DAY, LONGEST.total_seconds() / _DAY
_FRESH = 64  # changed events after which all are laid out again
_NEVER = datetime.max.replace(tzinfo=UTC)

_T = TypeVar("_T")


@dataclass(slots=True)
class Cluster:
    """One event in the making."""

    id: str
    points: dict[str, Point] = field(default_factory=dict)  # its own wordings by uid, in order of joining
    dates: dict[str, datetime] = field(default_factory=dict)  # of every entry, copies included
    first_seen: datetime = _NEVER
    last_seen: datetime = _NEVER
    first: float = 0.0  # the same in days
    last: float = 0.0
    _group: Group | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """The uids of its entries in order of joining."""
        return tuple(self.dates)

    @property
    def group(self) -> Group:
        """Its latest reports laid out for comparison."""
        if self._group is None:
            self._group = group_of(self.id, list(self.points.values())[-_COMPARED:])
        return self._group

    def changed(self) -> None:
        """Bring up to date what follows from its entries."""
        self.first_seen, self.last_seen = min(self.dates.values()), max(self.dates.values())
        self.first, self.last = self.first_seen.timestamp() / _DAY, self.last_seen.timestamp() / _DAY
        self._group = None

    def state(self, now: datetime) -> EventState:
        """Whether it can still grow."""
        quiet = now - self.last_seen
        if quiet > CLOSED:
            return EventState.CLOSED
        return EventState.OPEN if quiet <= NEAR and now - self.first_seen <= LONGEST else EventState.DORMANT


class Clusters:
    """The events a newcomer may join; a pure function of the reports put in, in their order."""

    def __init__(self, idf: NDArray[np.float32], common: Mapping[str, float]) -> None:
        self.all: dict[str, Cluster] = {}
        self._rarity = Rarity(idf)
        self._rarity.expect(common)
        self._order: dict[str, tuple[Point, str]] = {}  # every own wording and its event, in order of joining
        self._joined: dict[str, int] = {}  # the order in which all entries came
        self._count = 0
        self._oldest: datetime | None = None  # no event had its last report before
        self._bulk: Layout | None = None
        self._laid: dict[str, Group] = {}  # what stands in the bulk

    def add(self, cluster_id: str, point: Point, *, is_copy: bool = False) -> None:
        """Put an entry into an event, which begins with it if it is new."""
        cluster = self.all.setdefault(cluster_id, Cluster(cluster_id))
        cluster.dates[point.uid] = point.date
        self._count += 1
        self._joined[point.uid] = self._count
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
        cluster.points = self._in_order(cluster.points | lost.points)
        cluster.dates = self._in_order(cluster.dates | lost.dates)
        cluster.changed()

    def _in_order(self, by_uid: dict[str, _T]) -> dict[str, _T]:
        return {uid: by_uid[uid] for uid in sorted(by_uid, key=self._joined.__getitem__)}

    def forget(self, cluster_id: str) -> None:
        """Drop an event with all its entries."""
        cluster = self.all.pop(cluster_id)
        for uid, point in cluster.points.items():
            self._rarity.count(point, -1)
            del self._order[uid]
        for uid in cluster.dates:
            del self._joined[uid]

    def older_than(self, limit: datetime) -> list[Cluster]:
        """The events without a report since then."""
        if self._oldest is None or self._oldest >= limit:
            return []
        found = [cluster for cluster in self.all.values() if cluster.last_seen < limit]
        rest = (cluster.last_seen for cluster in self.all.values() if cluster.last_seen >= limit)
        self._oldest = min(rest, default=None)
        return found

    def ranked(self, point: Point) -> list[tuple[str, float]]:
        """The likeliest event of the newcomer with its log odds, then the others that it could join."""
        found = self._open(point.day)
        if not found:
            return []
        usual = usual_likeness(point, self._strangers({c.id for c in found}))
        odds: dict[str, float] = {}
        near: dict[str, bool] = {}
        for layout in self._layouts(found):
            ids = [g.id for g in layout.groups]
            odds.update(zip(ids, scores(point, layout, usual, self._rarity).tolist(), strict=True))
            near.update(zip(ids, (gaps(point, layout) <= 1).tolist(), strict=True))
        best = max(odds[c.id] for c in found)
        rivals = sum(exp(min(odds[c.id], 30.0)) for c in found) - exp(min(best, 30.0))
        shift = PARALLEL * log(max(1, sum(near[c.id] for c in found))) + RIVALS * log1p(max(rivals, 0.0))
        shift += MORE * self._joining() + self._crowd(point, found)
        likely = [c.id for c in found if odds[c.id] >= min(best, JOIN - shift)]
        return sorted(((i, round(odds[i] + shift, 6)) for i in likely), key=lambda found: (-found[1], found[0]))

    def _joining(self) -> float:
        """The log odds that a report of this stream joins an event, as those remembered did."""
        joined = len(self._order) - len(self.all)
        return log((joined + _PRIOR_COUNT) / (len(self.all) + _PRIOR_COUNT))

    def _crowd(self, point: Point, candidates: list[Cluster]) -> float:
        """What reports of one moment have less in common than their dates say.

        Those of a poll that gave them no date, of a day without a time, of the batch a storyline begins with.
        """
        days = np.concatenate([cluster.group.days for cluster in candidates])
        others = np.count_nonzero(np.abs(days - point.day) <= _MOMENT)
        youth = max(0.0, 1 - len(self._order) / _YOUNG)
        return (AT_ONCE + FIRST_AT_ONCE * youth) * log1p(others)

    def _open(self, day: float) -> list[Cluster]:
        """The events that something of that day may join."""
        clusters = list(self.all.values())
        first = np.fromiter((c.first for c in clusters), dtype=np.float64, count=len(clusters))
        last = np.fromiter((c.last for c in clusters), dtype=np.float64, count=len(clusters))
        near = (first - _NEAR <= day) & (day <= last + _NEAR)
        near &= np.maximum(last, day) - np.minimum(first, day) <= _LONGEST
        return [clusters[at] for at in np.flatnonzero(near)]

    def _layouts(self, wanted: list[Cluster]) -> list[Layout]:
        """The candidates laid out: the bulk from the last time, and apart from it what has changed since."""
        fresh = [c.group for c in wanted if self._laid.get(c.id) is not c.group]
        if self._bulk is None or len(fresh) > _FRESH or len(self._laid) > 2 * len(wanted):
            groups = [c.group for c in wanted]
            self._bulk, self._laid = layout_of(groups), {g.id: g for g in groups}
            return [self._bulk]
        return [self._bulk, layout_of(fresh)] if fresh else [self._bulk]

    def _strangers(self, candidates: set[str]) -> list[Point]:
        """The latest reports that belong to none of the candidates."""
        others = (point for point, owner in reversed(self._order.values()) if owner not in candidates)
        return list(islice(others, _STRANGERS))
