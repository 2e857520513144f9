"""The chronicle of one storyline: its events, who copied whom, and what each entry added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.detect.claims import Statement, statements_of
from monitor.detect.cluster import JOIN, MERGE, Cluster, Clusters
from monitor.detect.copies import Copies, Wording, edits, wording_of
from monitor.detect.facts import merged
from monitor.detect.likeness import Point, point_of
from monitor.detect.novelty import Known, judge
from monitor.detect.reading import Lens, Reading
from monitor.detect.vectors import multilingual_vectors
from monitor.text import fingerprint
from monitor.types import Assignment, Entry, Event, Match, Novelty, Storyline, Verdict

HORIZON = timedelta(days=60)  # what is older than this, counted from the newest entry, is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One entry of the past with what was decided about it."""

    entry: Entry
    reading: Reading
    assignment: Assignment
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One remembered entry, read."""

    entry: Entry
    reading: Reading
    statements: tuple[Statement, ...]
    wording: Wording
    point: Point
    event_id: str = ""
    copy_of: str | None = None
    verdict: Verdict | None = None


class Chronicle:
    """The events and claims of one storyline, in memory.

    The state is a fold over the entries in the order in which they were decided: `add` decides, then remembers;
    `recall` only remembers. A recalled chronicle therefore equals the live one as long as the readings do. Entries
    dated more than `HORIZON` before the newest are forgotten.
    """

    def __init__(self, storyline: Storyline, lens: Lens) -> None:
        self._storyline = storyline
        self._lens = lens
        self._rows: dict[str, _Row] = {}
        self._links: dict[tuple[str, str], str] = {}
        idf = lens.background.idf
        self._clusters = Clusters(idf / idf.max())
        self._copies = Copies()
        self._known = Known()
        self._merged: dict[str, str] = {}
        self._newest: datetime | None = None
        for seed in storyline.seeds.articles:
            self._known.learn(statements_of(seed.title, " ".join(seed.paragraphs), seed.lang))
            for paragraph in seed.paragraphs:
                self._known.learn(statements_of("", paragraph, seed.lang))

    # ----------------------------------------------------------------- the stream

    def add(self, entry: Entry, reading: Reading, match: Match) -> tuple[Assignment, Verdict]:  # noqa: ARG002
        """Fold an on-topic entry into its event and say what it adds."""
        row = self._read(entry, reading)
        earlier = self._edited(row) or self._copied(row)
        if earlier is not None:
            assignment, verdict = self._follow(row, earlier)
        else:
            assignment, verdict = self._place(row)
        self._remember(
            replace(row, event_id=assignment.event_id, copy_of=assignment.copy_of, verdict=verdict), assignment.merged
        )
        return assignment, verdict

    def recall(self, past: Iterable[Remembered]) -> None:
        """Take back what was decided before a restart, in the order in which it was decided."""
        for found in past:
            row = replace(
                self._read(found.entry, found.reading),
                event_id=found.assignment.event_id,
                copy_of=found.assignment.copy_of,
                verdict=found.verdict,
            )
            self._remember(row, found.assignment.merged)

    def revise(self, entry: Entry, reading: Reading, previous: Entry) -> Verdict | None:
        """Say whether an edit changed anything that matters, and know the new text from here on; None = it did not."""
        changed = edits(previous.text, entry.text, reading.lang)
        verdict = _correction(changed) if changed else None
        old = self._rows.get(entry.uid)
        if old is not None:
            row = replace(
                self._read(entry, reading), event_id=old.event_id, copy_of=old.copy_of, verdict=verdict or old.verdict
            )
            self._exchange(old, row)
        return verdict

    # ----------------------------------------------------------------- what there is

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in memory, oldest first."""
        found = [self._event(cluster) for cluster in self._clusters.all.values()]
        return tuple(sorted(found, key=lambda event: (event.first_seen, event.id)))

    def event(self, event_id: str) -> Event | None:
        """The event with this id, or the one it was folded into; None when it is forgotten or unknown."""
        cluster = self._clusters.all.get(self._resolve(event_id))
        return self._event(cluster) if cluster is not None else None

    def _event(self, cluster: Cluster) -> Event:
        return Event(
            id=cluster.id,
            storyline=self._storyline.name,
            title=self._title(cluster),
            first_seen=cluster.first_seen,
            last_seen=cluster.last_seen,
            state=cluster.state(self._newest or cluster.last_seen),
            entries=tuple(point.uid for point in cluster.points),
        )

    def _title(self, cluster: Cluster) -> str:
        """The most central title."""
        points = [p for p in cluster.points if self._rows[p.uid].copy_of is None] or cluster.points
        score = [sum(float(p.multilingual @ q.multilingual) for q in points) for p in points]
        return self._rows[points[score.index(max(score))].uid].entry.title

    # ----------------------------------------------------------------- deciding

    def _read(self, entry: Entry, reading: Reading) -> _Row:
        body = entry.summary or entry.content
        statements = statements_of(entry.title, body, reading.lang)
        vector = multilingual_vectors().encode([reading.text])[0]
        point = point_of(reading, merged(s.facts for s in statements), vector)
        return _Row(entry, reading, statements, wording_of(entry.title, body), point)

    def _edited(self, row: _Row) -> _Row | None:
        """The earlier version of the same page of the same outlet."""
        uid = self._links.get(_link_key(row.entry)) if row.entry.canonical else None
        return self._rows.get(uid) if uid is not None and uid != row.entry.uid else None

    def _copied(self, row: _Row) -> _Row | None:
        found = self._copies.find(row.wording)
        return self._rows[found[0][0]] if found else None

    def _follow(self, row: _Row, earlier: _Row) -> tuple[Assignment, Verdict]:
        """An entry in the words of an earlier one: a copy, unless something that matters was changed."""
        changed = edits(earlier.entry.text, row.entry.text, row.reading.lang)
        same = earlier.entry.source == row.entry.source
        event_id = earlier.event_id
        if changed:
            verdict = _correction(changed)
            verdict = verdict if same else replace(verdict, novelty=Novelty.DEVELOPMENT)
            return Assignment(event_id=event_id, is_first=False, similarity=1.0), verdict
        original = earlier.copy_of or earlier.entry.uid
        verdict = Verdict(
            novelty=Novelty.COPY, why=(f"copy of {earlier.entry.source or original}",), nearest=earlier.entry.title
        )
        return Assignment(event_id=event_id, is_first=False, similarity=1.0, copy_of=original), verdict

    def _place(self, row: _Row) -> tuple[Assignment, Verdict]:
        near = self._clusters.ranked(row.point)
        if not near or near[0][1] < JOIN:
            event_id = fingerprint(self._storyline.name, row.entry.uid)
            verdict = judge(row.statements, (), self._known, first=True)
            return Assignment(
                event_id=event_id, is_first=True, similarity=round(near[0][1], 4) if near else 0.0
            ), verdict
        event_id, similarity = near[0]
        also = [other for other, close in near[1:] if close >= MERGE]
        kept, *gone = sorted([event_id, *also], key=self._age)
        statements = [
            s for cid in [kept, *gone] for p in self._clusters.all[cid].points for s in self._rows[p.uid].statements
        ]
        verdict = judge(row.statements, statements, self._known, first=False)
        return Assignment(event_id=kept, is_first=False, similarity=round(similarity, 4), merged=tuple(gone)), verdict

    def _age(self, event_id: str) -> int:
        return list(self._clusters.all).index(event_id)

    # ----------------------------------------------------------------- remembering

    def _remember(self, row: _Row, gone: Sequence[str]) -> None:
        row = replace(row, event_id=self._resolve(row.event_id))
        for event_id in gone:
            self._fold(row.event_id, self._resolve(event_id))
        self._rows[row.entry.uid] = row
        if row.entry.canonical:
            self._links[_link_key(row.entry)] = row.entry.uid
        self._known.learn(row.statements)
        self._clusters.add(row.event_id, row.point)
        self._copies.add(row.entry.uid, row.wording)
        self._newest = max(self._newest or row.entry.date, row.entry.date)
        self._forget()

    def _fold(self, kept: str, gone: str) -> None:
        if kept == gone:
            return
        self._merged[gone] = kept
        self._clusters.fold(kept, gone)
        for uid, row in self._rows.items():
            if row.event_id == gone:
                self._rows[uid] = replace(row, event_id=kept)

    def _exchange(self, old: _Row, row: _Row) -> None:
        """Put the new version of an entry where the old one stood."""
        self._rows[row.entry.uid] = row
        self._known.learn(old.statements, -1)
        self._known.learn(row.statements)
        self._clusters.replace(row.point)
        self._copies.discard(row.entry.uid)
        self._copies.add(row.entry.uid, row.wording)

    def _forget(self) -> None:
        """Drop events whose last report lies behind the horizon, with all their entries."""
        assert self._newest is not None
        limit = self._newest - HORIZON
        old = [c for c in self._clusters.all.values() if c.last_seen < limit]
        for uid in [point.uid for cluster in old for point in cluster.points]:
            row = self._rows.pop(uid)
            self._known.learn(row.statements, -1)
            self._copies.discard(uid)
            self._links.pop(_link_key(row.entry), None)
        self._clusters.forget([cluster.id for cluster in old])

    def _resolve(self, event_id: str) -> str:
        while event_id in self._merged:
            event_id = self._merged[event_id]
        return event_id


def _link_key(entry: Entry) -> tuple[str, str]:
    return entry.source, entry.canonical


def _correction(changed: Sequence[str]) -> Verdict:
    return Verdict(novelty=Novelty.CORRECTION, score=0.8, why=tuple(changed[:5]))
