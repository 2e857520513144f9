"""What a verdict changed: two trackers of one storyline laid side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.detect.lex import stem, words
from monitor.detect.reading import Reading
from monitor.detect.track import Tracker

_MOST = 8  # terms named
_LEAST = 0.005  # a weight that moves less is left unsaid


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after."""

    what: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Turned:
    """An entry that now falls on the other side of the threshold."""

    uid: str
    title: str
    on_topic: bool  # now
    before: float  # its score
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The difference between two fits of a storyline."""

    terms: tuple[Change, ...] = ()  # weights of words, largest change first
    threshold: Change
    scores: tuple[Change, ...] = ()  # of the entries the verdicts are about
    turned: tuple[Turned, ...] = ()

    def __bool__(self) -> bool:
        moved = (self.threshold, *self.scores)
        return bool(self.terms or self.turned) or any(change.before != change.after for change in moved)


def lesson(before: Tracker, after: Tracker, about: Sequence[Reading], others: Sequence[Reading] = ()) -> Lesson:
    """Compare two fits by their words, by the entries a verdict is `about`, and by `others` that may turn."""
    return Lesson(
        terms=_terms(before, after, [reading.text for reading in about]),
        threshold=Change("threshold", round(before.threshold.value, 4), round(after.threshold.value, 4)),
        scores=tuple(
            Change(reading.title, old.score, new.score)
            for reading, old, new in zip(about, before.match(about), after.match(about), strict=True)
        ),
        turned=tuple(
            Turned(reading.uid, reading.title, new.on_topic, old.score, new.score)
            for reading, old, new in zip(others, before.match(others), after.match(others), strict=True)
            if old.on_topic != new.on_topic
        ),
    )


def _terms(before: Tracker, after: Tracker, texts: Sequence[str]) -> tuple[Change, ...]:
    named = _surfaces([*texts, *(view.entry for view in before.baseline.views)])
    stems = list(named)
    weights = zip(stems, before.weights(stems), after.weights(stems), strict=True)
    moved = [Change(named[s], round(old, 3), round(new, 3)) for s, old, new in weights if abs(new - old) >= _LEAST]
    return tuple(sorted(moved, key=lambda change: (-abs(change.after - change.before), change.what))[:_MOST])


def _surfaces(texts: Iterable[str]) -> dict[str, str]:
    """Return stem -> the word it is most often written as."""
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        for word in words(text):
            if stemmed := stem(word):
                seen.setdefault(stemmed, Counter())[word] += 1
    return {stemmed: counts.most_common(1)[0][0] for stemmed, counts in seen.items()}
