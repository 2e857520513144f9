"""The middle of the line: from entries that wait to decisions, events and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from monitor.detect.reading import Reading
from monitor.following import Followed, Following
from monitor.notify.route import RouteFacts, alerts_for
from monitor.notify.routes import Route
from monitor.store import Tx
from monitor.store.entries import Waiting
from monitor.types import Alert, AlertState, Decision, Entry, Event, Match, Novelty, Silence

LOOK = 256  # entries read at once when a new storyline looks back
TITLE = 120  # characters of a title in the log

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Judged:
    """A batch with everything decided about it, in the order of deciding; nothing is stored yet."""

    waiting: Sequence[Waiting]
    now: datetime
    matched: list[tuple[Entry, Decision]] = field(default_factory=list)  # to tell of, or to know
    rest: list[tuple[Entry, Decision]] = field(default_factory=list)  # off topic
    events: dict[str, Event] = field(default_factory=dict)  # as they are after the batch
    alerts: list[Alert] = field(default_factory=list)  # raised while writing, muted ones too

    @property
    def on_topic(self) -> int:
        """How many entries matched at least one storyline."""
        return len({entry.uid for entry, _ in self.matched})

    @property
    def titles(self) -> list[str]:
        """What a reader would have been told, in order."""
        told = (Novelty.NEW_EVENT, Novelty.DEVELOPMENT)
        return [
            entry.title for entry, made in self.matched if made.verdict is not None and made.verdict.novelty in told
        ]

    def write(self, tx: Tx, routes: Sequence[Route]) -> int:
        """Store the batch inside a write transaction; return the number of alerts raised."""
        standing = [silence for silence in tx.desk.silences() if silence.until > self.now]
        raised = sum(self._write_match(tx, entry, decision, routes, standing) for entry, decision in self.matched)
        tx.stories.decide([(entry.seq, decision) for entry, decision in self.rest])
        tx.events.save(list(self.events.values()))
        first = tx.entries.assessed_count() + 1
        fresh = [item.entry.seq for item in self.waiting if not item.numbered]
        again = [item.entry.seq for item in self.waiting if item.numbered]
        tx.entries.mark_assessed([(seq, first + i) for i, seq in enumerate(fresh)] + [(seq, 0) for seq in again])
        return raised

    def log(self) -> None:
        """Leave a line for each entry on topic, once the batch is stored."""
        for entry, made in self.matched:
            if made.assignment is not None and made.verdict is not None:
                place = {"storyline": made.storyline, "source": entry.source, "entry": entry.uid}
                why = {"verdict": made.verdict.novelty.value, "score": round(made.match.score, 3)}
                say = log.debug if made.backlog else log.info
                say("matched", **place, event_id=made.assignment.event_id, **why, title=entry.title[:TITLE])

    def _write_match(
        self, tx: Tx, entry: Entry, decision: Decision, routes: Sequence[Route], standing: Sequence[Silence]
    ) -> int:
        assignment = decision.assignment
        if assignment is None:
            tx.stories.decide([(entry.seq, decision)])
            return 0
        parts = [tx.events.sources_of(part) for part in (assignment.event_id, *assignment.merged)]
        for merged in assignment.merged:
            tx.events.merge(merged, assignment.event_id)
        tx.stories.decide([(entry.seq, decision)])
        own = set().union(*parts, set() if assignment.copy_of else {entry.source})
        facts = RouteFacts(
            tags=entry.tags,
            text=entry.text,
            independent_sources=max(1, len(own)),
            sources_before=max(len(part) for part in parts),
        )
        alerts = alerts_for(decision, facts, routes, standing)
        for alert in alerts:
            if alert.state is AlertState.MUTED and alert.reason.startswith("silence "):
                tx.desk.count_swallowed(int(alert.reason.removeprefix("silence ")), 1)
        self.alerts += alerts
        return tx.events.raise_alerts(alerts)


def judge(following: Following, waiting: Sequence[Waiting], tx: Tx, now: datetime, keep: float) -> Judged:
    """Decide about a batch for every storyline; `keep`: see `worth_a_row`."""
    judged = Judged(waiting, now)
    readings = following.lens.read([item.entry for item in waiting])
    starts = {story.name: story.start_at for story in tx.stories.all()}
    matches = {name: mind.tracker.match(readings) for name, mind in following.minds.items()}
    for index, item in enumerate(waiting):
        for name, mind in following.minds.items():
            match = matches[name][index]
            backlog = is_backlog(item.entry, starts.get(name))
            base = Decision(
                entry_uid=item.entry.uid,
                storyline=name,
                match=match,
                backlog=backlog,
                decided_at=now,
                storyline_version=mind.storyline.version,
            )
            if item.previous is not None and item.numbered:
                _judge_edit(judged, mind, item, readings[index], base, tx)
            elif match.on_topic:
                _judge_match(judged, mind, item.entry, readings[index], base)
            elif worth_a_row(match, keep):
                judged.rest.append((item.entry, base))
    return judged


def look_back(following: Following, name: str, tx: Tx, now: datetime) -> Judged:
    """Decide for one new storyline about every entry still held, oldest first: all of it is known, none is told."""
    mind = following.minds[name]
    judged = Judged((), now)
    held = [entry for entry in tx.entries.assessed() if entry.text]
    for start in range(0, len(held), LOOK):
        part = held[start : start + LOOK]
        readings = following.lens.read(part)
        for entry, reading, match in zip(part, readings, mind.tracker.match(readings), strict=True):
            if match.on_topic:
                base = Decision(
                    entry_uid=entry.uid,
                    storyline=name,
                    match=match,
                    backlog=True,
                    decided_at=now,
                    storyline_version=mind.storyline.version,
                )
                _judge_match(judged, mind, entry, reading, base)
    return judged


def worth_a_row(match: Match, keep: float) -> bool:
    """Return whether an off-topic decision is stored; the others can be computed again from the text."""
    return match.score >= keep * match.threshold


def is_backlog(entry: Entry, start: datetime | None) -> bool:
    """Return whether an entry is older than the storyline's start: known, not told."""
    return (start is not None and entry.date < start) or (entry.undated and entry.first_poll)


def _judge_match(judged: Judged, mind: Followed, entry: Entry, reading: Reading, base: Decision) -> None:
    assignment, verdict = mind.chronicle.add(entry, reading, base.match)
    judged.matched.append((entry, replace(base, assignment=assignment, verdict=verdict)))
    for merged in assignment.merged:
        judged.events.pop(merged, None)
    _note_event(judged, mind, assignment.event_id)


def _judge_edit(judged: Judged, mind: Followed, item: Waiting, reading: Reading, base: Decision, tx: Tx) -> None:
    """An edited entry: a correction when it matters, else the old decision stands."""
    held = tx.stories.of_pair(item.entry.uid, base.storyline)
    if held is None or held.assignment is None or item.previous is None:
        if base.match.on_topic:
            _judge_match(judged, mind, item.entry, reading, base)
        return
    verdict = mind.chronicle.revise(item.entry, reading, item.previous)
    if verdict is None:
        return
    corrected = replace(held, verdict=verdict, decided_at=base.decided_at)
    judged.matched.append((item.entry, corrected))
    _note_event(judged, mind, held.assignment.event_id)


def _note_event(judged: Judged, mind: Followed, event_id: str) -> None:
    event = mind.chronicle.event(event_id)
    if event is not None:
        judged.events[event.id] = event
