"""What a chronicle remembers: entries, their events, wordings and lessons; everything put in can be taken out again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.detect.claims import Statement
from monitor.detect.cluster import Cluster, Clusters
from monitor.detect.copies import Copies, Wording
from monitor.detect.likeness import Point
from monitor.detect.novelty import Known, Lesson, lesson_of
from monitor.types import Entry, Verdict

HORIZON = timedelta(days=120)  # names and figures are known for so long, counted back from the newest entry
KEPT = timedelta(days=30)  # an event without a report for so long is forgotten, but not yet what it taught


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """One entry, read, with what was decided about it."""

    entry: Entry
    statements: tuple[Statement, ...]
    wording: Wording
    point: Point
    event_id: str = ""
    copy_of: str | None = None
    verdict: Verdict | None = None


class Memory:
    """The state of a chronicle: a pure function of the rows remembered, in their order."""

    def __init__(self, idf: NDArray[np.float32], common: Mapping[str, float]) -> None:
        self.rows: dict[str, Row] = {}
        self.clusters = Clusters(idf, common)
        self.copies = Copies()
        self.known = Known(idf)
        self.newest: datetime | None = None
        self._links: dict[tuple[str, str], list[str]] = {}  # entries of one address, in order
        self._merged: dict[str, str] = {}
        self._lessons: dict[str, tuple[datetime, Lesson]] = {}
        self._oldest_lesson: datetime | None = None  # none is older

    def remember(self, row: Row, gone: Sequence[str] = ()) -> None:
        """Put an entry in; `gone` are the events that its coming folded into its own."""
        row = replace(row, event_id=self.resolve(row.event_id))
        if row.entry.uid in self.rows:
            self.exchange(row)
            return
        self.rows[row.entry.uid] = row
        self.clusters.add(row.event_id, row.point, is_copy=row.copy_of is not None)
        for event_id in gone:
            self._fold(row.event_id, self.resolve(event_id))
        self.copies.add(row.entry.uid, row.wording)
        if row.entry.canonical:
            self._links.setdefault(_link(row.entry), []).append(row.entry.uid)
        self.learn(row.entry, row.statements)

    def learn(self, entry: Entry, statements: Iterable[Statement]) -> None:
        """Know what an entry teaches, whether or not the entry itself is still remembered."""
        lesson = lesson_of(statements)
        before = self._lessons.get(entry.uid)
        if before is not None:
            self.known.learn(before[1], -1)
        self.known.learn(lesson)
        self._lessons[entry.uid] = (entry.date, lesson)
        self._oldest_lesson = min(self._oldest_lesson or entry.date, entry.date)
        self.newest = max(self.newest or entry.date, entry.date)
        self._forget(self.newest)

    def exchange(self, row: Row) -> None:
        """Put the later version of an entry where the earlier one stood."""
        old = self.rows[row.entry.uid]
        row = replace(row, event_id=old.event_id, copy_of=old.copy_of)
        self.rows[row.entry.uid] = row
        self.clusters.replace(row.point)
        self.copies.replace(row.entry.uid, row.wording)
        self._links = {}
        for other in self.rows.values():
            if other.entry.canonical:
                self._links.setdefault(_link(other.entry), []).append(other.entry.uid)
        self.learn(row.entry, row.statements)

    def same_page(self, entry: Entry) -> Row | None:
        """The first entry of the same outlet under the same address."""
        found = self._links.get(_link(entry)) if entry.canonical else None
        return self.rows[found[0]] if found else None

    def resolve(self, event_id: str) -> str:
        """The event an id stands for now."""
        while event_id in self._merged:
            event_id = self._merged[event_id]
        return event_id

    def of_events(self, event_ids: Iterable[str]) -> Iterator[Row]:
        """The entries of these events, event by event, in order of joining."""
        return (self.rows[uid] for event_id in event_ids for uid in self.clusters.all[event_id].entries)

    def _fold(self, kept: str, gone: str) -> None:
        if gone != kept:
            self._merged[gone] = kept
        if gone == kept or gone not in self.clusters.all:
            return
        for uid in self.clusters.all[gone].entries:
            self.rows[uid] = replace(self.rows[uid], event_id=kept)
        self.clusters.fold(kept, gone)

    def _forget(self, newest: datetime) -> None:
        """Drop what lies behind the horizons."""
        for cluster in self.clusters.older_than(newest - KEPT):
            self._drop(cluster)
        limit = newest - HORIZON
        if self._oldest_lesson is None or self._oldest_lesson >= limit:
            return
        for uid in [uid for uid, (date, _) in self._lessons.items() if date < limit]:
            self.known.learn(self._lessons.pop(uid)[1], -1)
        self._oldest_lesson = min((date for date, _ in self._lessons.values()), default=None)

    def _drop(self, cluster: Cluster) -> None:
        for uid in cluster.entries:
            row = self.rows.pop(uid)
            self.copies.discard(uid)
            left = [other for other in self._links.pop(_link(row.entry), ()) if other != uid]
            if left:
                self._links[_link(row.entry)] = left
        self.clusters.forget(cluster.id)
        self._merged = {gone: kept for gone, kept in self._merged.items() if self.resolve(kept) != cluster.id}


def _link(entry: Entry) -> tuple[str, str]:
    return entry.source, entry.canonical
