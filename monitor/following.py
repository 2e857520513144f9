"""What the monitor holds in mind between two ticks: a tracker and a chronicle a storyline.

All of it is rebuilt from the store, and only from the store: a restart between any two entries, or a second process
that assessed in between, changes nothing. The shared lens (what ordinary news looks like) is re-fitted at fixed counts
of assessed entries, never by the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from monitor.detect.chronicle import HORIZON, Chronicle, Remembered
from monitor.detect.reading import Lens
from monitor.detect.track import Threshold, Tracker, follow
from monitor.store import Tx
from monitor.types import Entry, Feedback, Storyline

STREAM = 2_000  # entries the lens learns ordinary news from
FIRST_EPOCH = 64
EVERY = 1_024  # from here on the lens is re-fitted after as many entries


def next_epoch(count: int) -> int:
    """Return the first epoch above `count`; epochs are 64, 128, .. 1024, then every further 1024 assessed entries."""
    epoch = FIRST_EPOCH
    while epoch <= count and epoch < EVERY:
        epoch *= 2
    return epoch if count < epoch else (count // EVERY + 1) * EVERY


def last_epoch(count: int) -> int:
    """Return the latest epoch at or below `count`; 0 before the first."""
    if count >= EVERY:
        return count // EVERY * EVERY
    epoch = FIRST_EPOCH
    while epoch * 2 <= count:
        epoch *= 2
    return epoch if count >= epoch else 0


@dataclass(slots=True)
class Followed:
    """One storyline in mind."""

    storyline: Storyline
    tracker: Tracker
    chronicle: Chronicle
    feedback: tuple[Feedback, ...] = ()


@dataclass(slots=True)
class Following:
    """Every storyline in mind, and up to where in the store's history."""

    storylines: Mapping[str, Storyline]
    generation: int = -1  # of the history in mind, counted in assessing transactions; -1: nothing in mind yet
    assessed: int = 0  # entries in that history
    epoch: int = 0
    lens: Lens = field(default_factory=Lens.shipped)
    minds: dict[str, Followed] = field(default_factory=dict)
    changed: list[tuple[str, Threshold]] = field(default_factory=list)  # thresholds to log with the next write

    @property
    def room(self) -> int:
        """How many entries may be assessed before the lens is fitted again."""
        return next_epoch(self.assessed) - self.assessed

    def forget(self) -> None:
        """Start from the store at the next call: after a failure or a reload."""
        self.generation = -1

    def catch_up(self, tx: Tx) -> None:
        """Make what is in mind what the store says: a fresh start, a new epoch, or new feedback."""
        generation, count = tx.entries.generation(), tx.entries.assessed_count()
        if generation != self.generation or last_epoch(count) != self.epoch:
            self._refit(tx, count)
            self.generation, self.assessed = generation, count
            return
        for storyline in self._watched():
            mind = self.minds.get(storyline.name)
            if mind is None or tuple(tx.desk.feedback(storyline.name)) != mind.feedback:
                self._follow(tx, storyline)

    def inherit(self, before: Following) -> None:
        """Take over what another one has in mind of the storylines that did not change: what a reload needs."""
        self.generation, self.assessed, self.epoch = before.generation, before.assessed, before.epoch
        self.lens = before.lens
        same = (story for story in self._watched() if before.storylines.get(story.name) == story)
        self.minds = {story.name: before.minds[story.name] for story in same if story.name in before.minds}

    def _watched(self) -> list[Storyline]:
        return [storyline for storyline in self.storylines.values() if not storyline.paused]

    def _refit(self, tx: Tx, count: int) -> None:
        self.epoch = last_epoch(count)
        stream = tx.entries.stream(self.epoch, STREAM)
        if stream:
            self.lens = self.lens.with_stream([entry.text for entry in stream], *_covered(stream))
        self.minds = {}
        for storyline in self._watched():
            self._follow(tx, storyline)

    def _follow(self, tx: Tx, storyline: Storyline) -> None:
        """Fit one storyline and let it recall its past."""
        feedback = tuple(tx.desk.feedback(storyline.name))
        tracker = follow(storyline, self.lens, feedback, self._threshold_before(tx, storyline))
        chronicle = Chronicle(storyline, self.lens)
        chronicle.recall(self._past(tx, storyline))
        self.minds[storyline.name] = Followed(storyline, tracker, chronicle, feedback)
        self.changed.append((storyline.name, tracker.threshold))

    def _threshold_before(self, tx: Tx, storyline: Storyline) -> Threshold | None:
        """Return the threshold of the epoch before this one, reached just now or before a restart."""
        held = tx.stories.get(storyline.name)
        value = None if held is None else held.threshold if held.epoch < self.epoch else held.threshold_before
        if value is None:
            return None
        return Threshold(value=value, origin="the epoch before", level=storyline.sensitivity.level)

    def _past(self, tx: Tx, storyline: Storyline) -> list[Remembered]:
        newest = tx.stories.newest_on_topic(storyline.name)
        if newest is None:
            return []
        rows = tx.stories.on_topic(storyline.name, since=newest - HORIZON)
        kept = tx.entries.vectors([row.entry for row in rows if self.lens.remembers(row.entry.text) is None])
        self.lens.remember({text: np.frombuffer(value, dtype=np.float32) for text, value in kept.items()})
        readings = self.lens.read([row.entry for row in rows])
        return [
            Remembered(
                entry=row.entry, reading=reading, assignment=row.decision.assignment, verdict=row.decision.verdict
            )
            for row, reading in zip(rows, readings, strict=True)
            if row.decision.assignment is not None and row.decision.verdict is not None
        ]

    def keep_vectors(self, tx: Tx, matched: Sequence[Entry]) -> None:
        """Write down the vectors of entries on topic, so that a restart need not compute them again."""
        made = {entry.seq: (entry.text, self.lens.remembers(entry.text)) for entry in matched}
        tx.entries.keep_vectors({seq: (text, row.tobytes()) for seq, (text, row) in made.items() if row is not None})

    def note_thresholds(self, tx: Tx, at: datetime) -> None:
        """Write down the thresholds that were re-estimated."""
        for name, threshold in self.changed:
            tx.stories.set_threshold(name, threshold.value, threshold.origin, self.epoch, at)
        self.changed.clear()


def _covered(stream: Sequence[Entry]) -> tuple[float, datetime | None]:
    """Return the days that entries cover and the date of the newest; what budgets and thresholds count by."""
    dates = [entry.date for entry in stream if not entry.undated]
    return ((max(dates) - min(dates)).total_seconds() / 86_400, max(dates)) if dates else (0.0, None)
