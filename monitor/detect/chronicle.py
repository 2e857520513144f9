"""The chronicle of one storyline: its events, who copied whom, and what each entry added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp

import numpy as np

from monitor.detect.claims import KnownClaims, Statement, statements_of
from monitor.detect.cluster import JOIN, MERGE, Cluster
from monitor.detect.copies import wording_of
from monitor.detect.edits import edits
from monitor.detect.facts import merged
from monitor.detect.lex import stems
from monitor.detect.likeness import point_of
from monitor.detect.memory import HORIZON, KEPT, Memory, Row
from monitor.detect.novelty import Report, judge, lesson_of
from monitor.detect.reading import Lens, Reading
from monitor.text import fingerprint
from monitor.types import Assignment, Claim, Entry, Event, Match, Novelty, Storyline, Verdict

__all__ = ["HORIZON", "Chronicle", "Remembered"]

_SENTENCE = 3  # spaces in a sentence that a copy may have added; shorter ones are labels
_ADDED = 0.5  # share of its words that the event has already, from which a sentence of a copy adds nothing
_SURE = 10.0  # log odds that a copy belongs to the event of its original
_REVISED = 0.3  # wording kept from which a changed page is the same report, not another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One entry of the past with what was decided about it."""

    entry: Entry
    reading: Reading
    assignment: Assignment
    verdict: Verdict


class Chronicle:
    """The events and claims of one storyline, in memory.

    Its state is a fold over the entries in the order in which they were decided: `add` decides, then remembers;
    `recall` only remembers. A recalled chronicle therefore equals the live one as long as the readings do: after a new
    fit of the lens, make a new chronicle and recall. What is older than `HORIZON` is not needed for that.
    """

    def __init__(self, storyline: Storyline, lens: Lens) -> None:
        self._storyline = storyline
        self._lens = lens
        self._lang = storyline.seeds.articles[0].lang if storyline.seeds.articles else "en"
        self._memory = Memory(lens.background.rarity, _common(storyline))
        for seed in storyline.seeds.articles:
            for paragraph in (seed.title, *seed.paragraphs):
                self._memory.known.learn(lesson_of(statements_of("", paragraph, seed.lang)))

    # ----------------------------------------------------------------- the stream

    def add(self, entry: Entry, reading: Reading, match: Match) -> tuple[Assignment, Verdict]:  # noqa: ARG002
        """Fold an on-topic entry into its event and say what it adds."""
        row = _read(entry, reading, self._lens)
        earlier = self._edited(row) or self._copied(row)
        if earlier is not None:
            assignment, verdict = _follow(row, earlier, reading.lang)
        else:
            assignment, verdict = self._place(row)
        if verdict.novelty is Novelty.COPY:
            assignment, verdict = self._enlarged(row, assignment) or (assignment, verdict)
        self._memory.remember(_decided(row, assignment, verdict), assignment.merged)
        return assignment, verdict

    def recall(self, past: Iterable[Remembered]) -> None:
        """Take back what was decided before a restart, in the order in which it was decided."""
        rows = list(past)
        living = _living(rows)
        for found in rows:
            if found.assignment.event_id in living:
                row = _decided(_read(found.entry, found.reading, self._lens), found.assignment, found.verdict)
                self._memory.remember(row, found.assignment.merged)
            else:
                self._memory.learn(found.entry, statements_of(*_text(found.entry), found.reading.lang))

    def revise(self, entry: Entry, reading: Reading, previous: Entry) -> Verdict | None:
        """Say whether an edit changed anything that matters, and know the new text from here on; None = it did not."""
        changed = edits(_text(previous), _text(entry), reading.lang)
        verdict = _correction(changed, statements_of(*_text(entry), reading.lang), previous) if changed else None
        if entry.uid in self._memory.rows:
            old = self._memory.rows[entry.uid]
            self._memory.exchange(replace(_read(entry, reading, self._lens), verdict=verdict or old.verdict))
        else:
            self._memory.learn(entry, statements_of(*_text(entry), reading.lang))
        return verdict

    # ----------------------------------------------------------------- what there is

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in memory, oldest first."""
        found = [self._event(cluster) for cluster in self._memory.clusters.all.values()]
        return tuple(sorted(found, key=lambda event: (event.first_seen, event.id)))

    def event(self, event_id: str) -> Event | None:
        """The event with this id, or the one it was folded into; None when it is forgotten or unknown."""
        cluster = self._memory.clusters.all.get(self._memory.resolve(event_id))
        return self._event(cluster) if cluster is not None else None

    def _event(self, cluster: Cluster) -> Event:
        return Event(
            id=cluster.id,
            storyline=self._storyline.name,
            title=self._title(cluster),
            first_seen=cluster.first_seen,
            last_seen=cluster.last_seen,
            state=cluster.state(self._memory.newest or cluster.last_seen),
            entries=cluster.entries,
        )

    def _title(self, cluster: Cluster) -> str:
        """The most central title, in the language of the seeds if there is one."""
        points = [p for p in cluster.points.values() if self._memory.rows[p.uid].entry.title]
        points = [p for p in points if p.lang == self._lang] or points or list(cluster.points.values())
        vectors = np.stack([p.multilingual for p in points])
        central = points[int(np.argmax(np.round(vectors @ vectors.sum(axis=0), 5)))]
        entry = self._memory.rows[central.uid].entry
        return entry.title or entry.text

    # ----------------------------------------------------------------- deciding

    def _edited(self, row: Row) -> Row | None:
        """The earlier version of the same entry, or of the same page of the same outlet."""
        same = self._memory.rows.get(row.entry.uid) or self._memory.same_page(row.entry)
        if same is None:
            return None
        shared = len(same.point.stems) and np.isin(row.point.stems, same.point.stems).mean()
        return same if same.entry.uid == row.entry.uid or shared >= _REVISED else None

    def _copied(self, row: Row) -> Row | None:
        """The first entry of the same wording."""
        found = self._memory.copies.find(row.wording)
        return self._memory.rows[found[0][0]] if found else None

    def _enlarged(self, row: Row, assignment: Assignment) -> tuple[Assignment, Verdict] | None:
        """A copy with sentences of its own that hold new facts is a further report."""
        known = [s for other in self._memory.of_events([assignment.event_id]) for s in other.statements]
        told = KnownClaims(known)
        added = [s for s in row.statements if s.text.count(" ") >= _SENTENCE and told.nearest(s)[1] < _ADDED]
        verdict = judge(self._report(replace(row, statements=tuple(added)), _SURE), known, self._memory.known)
        further = verdict.novelty is Novelty.DEVELOPMENT
        return (replace(assignment, copy_of=None), verdict) if further else None

    def _place(self, row: Row) -> tuple[Assignment, Verdict]:
        """An entry in its own words: the event it most likely reports, or a new one."""
        near = self._memory.clusters.ranked(row.point)
        if not near or near[0][1] < JOIN:
            event_id = fingerprint(self._storyline.name, row.entry.uid)
            verdict = judge(self._report(row), (), self._memory.known)
            return Assignment(event_id=event_id, is_first=True, similarity=_odds(near[0][1]) if near else 0.0), verdict
        joined = {near[0][0], *(other for other, odds in near[1:] if odds >= MERGE)}
        kept, *gone = [event_id for event_id in self._memory.clusters.all if event_id in joined]
        known = [s for other in self._memory.of_events((kept, *gone)) for s in other.statements]
        verdict = judge(self._report(row, near[0][1]), known, self._memory.known)
        similarity = _odds(near[0][1])
        return Assignment(event_id=kept, is_first=False, similarity=similarity, merged=tuple(gone)), verdict

    def _report(self, row: Row, odds: float | None = None) -> Report:
        return Report(row.statements, row.entry.date, home=row.point.lang == self._lang, odds=odds)


def _common(storyline: Storyline) -> dict[str, float]:
    """The stems that say no more than that an entry belongs here, each with the share of entries it is expected in.

    Those of the titles of several seeds, of conditions, and of watch terms that decide alone.
    """
    articles, watch = storyline.seeds.articles, storyline.watch
    titles = Counter(stemmed for article in articles for stemmed in set(stems(article.title)))
    shares = {stemmed: count / len(articles) for stemmed, count in titles.items() if count > 1 or len(articles) < 3}
    groups = watch.all if articles else (watch.any, *watch.all)
    return shares | {stemmed: 1 / len(group) for group in groups for term in group for stemmed in stems(term)}


def _read(entry: Entry, reading: Reading, lens: Lens) -> Row:
    statements = statements_of(*_text(entry), reading.lang)
    vector = lens.multilingual([reading.text])[0]
    point = point_of(reading, merged(s.facts for s in statements), np.nan_to_num(vector))
    return Row(entry=entry, statements=statements, wording=wording_of(*_text(entry)), point=point)


def _text(entry: Entry) -> tuple[str, str]:
    return entry.title, entry.summary or entry.content


def _decided(row: Row, assignment: Assignment, verdict: Verdict) -> Row:
    return replace(row, event_id=assignment.event_id, copy_of=assignment.copy_of, verdict=verdict)


def _follow(row: Row, earlier: Row, lang: str) -> tuple[Assignment, Verdict]:
    """An entry in the words of an earlier one: a copy, unless something that matters was changed."""
    changed = edits(_text(earlier.entry), _text(row.entry), lang)
    assignment = Assignment(event_id=earlier.event_id, is_first=False, similarity=1.0)
    if row.entry.uid == earlier.entry.uid and not changed:
        return assignment, Verdict(novelty=Novelty.REPEAT, why=("nothing that matters was changed",))
    if changed:
        verdict = _correction(changed, row.statements, earlier.entry)
        if earlier.entry.source != row.entry.source:
            verdict = replace(verdict, novelty=Novelty.DEVELOPMENT)
        return assignment, verdict
    original = earlier.copy_of or earlier.entry.uid
    why = f"copy of {earlier.entry.source or original}: {earlier.entry.title or earlier.entry.text[:80]}"
    return replace(assignment, copy_of=original), Verdict(novelty=Novelty.COPY, why=(why,), nearest=earlier.entry.text)


def _correction(changed: Sequence[str], statements: Sequence[Statement], before: Entry) -> Verdict:
    """The verdict on an edit that matters; its claims are the sentences that carry what was changed."""
    came = {change.partition(" → ")[2] for change in changed} - {""}
    came |= {text.partition(" ")[0] for text in came if text[0].isdigit()}
    new = [s for s in statements if any(text in s.text for text in came)] or list(statements[:1])
    claims = tuple(Claim(text=s.text, facts=s.facts.keys) for s in new)
    nearest = before.title or before.text
    return Verdict(novelty=Novelty.CORRECTION, score=0.8, why=tuple(changed[:5]), new=claims, nearest=nearest)


def _odds(log_odds: float) -> float:
    """Log odds as a probability."""
    return round(1 / (1 + exp(-min(max(log_odds, -50.0), 50.0))), 4)


def _living(rows: Sequence[Remembered]) -> set[str]:
    """The ids, folded ones included, of the events that a live chronicle would still remember."""
    if not rows:
        return set()
    kept = {gone: row.assignment.event_id for row in rows for gone in row.assignment.merged}
    newest = max(row.entry.date for row in rows)

    def now(event_id: str) -> str:
        while event_id in kept and kept[event_id] != event_id:
            event_id = kept[event_id]
        return event_id

    last: dict[str, datetime] = {}
    for row in rows:
        event_id = now(row.assignment.event_id)
        last[event_id] = max(last.get(event_id, row.entry.date), row.entry.date)
    return {row.assignment.event_id for row in rows if last[now(row.assignment.event_id)] >= newest - KEPT}
