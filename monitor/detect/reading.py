"""Entries as the science sees them: stems, a weighted sparse vector, a sentence vector."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np

from monitor.detect import lex
from monitor.detect.background import Background, Stream, shipped
from monitor.detect.language import language_of
from monitor.detect.lex import Counted, Sparse, Stacked, stacked
from monitor.detect.shelf import shelf
from monitor.detect.vectors import Vectors, multilingual_vectors, static_vectors, unit
from monitor.types import Entry

_REMEMBERED = 4_096  # texts whose features are kept, so that a new fit need not count them again
_SENSED = 8_192  # and those whose multilingual vectors are: ten times as dear
_BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One entry, read: everything `detect` compares."""

    uid: str
    date: datetime
    source: str
    lang: str  # ISO 639-1, "" = unknown
    title: str
    text: str  # title and summary
    stems: tuple[str, ...]
    lex: Sparse  # tf-idf of stems and character 3-5-grams, unit length
    vector: Vectors  # 256 float32, unit length


class Readings(list[Reading]):
    """The readings of one batch, laid side by side once for all storylines."""

    @cached_property
    def lex(self) -> Stacked:
        """Their weighted words, end to end."""
        return stacked([reading.lex for reading in self])

    @cached_property
    def vectors(self) -> Vectors:
        """Their sentence vectors, one row each."""
        return np.array([reading.vector for reading in self])


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A text counted and embedded: what does not depend on any background."""

    counted: Counted
    vector: Vectors


@dataclass(frozen=True, eq=False)
class Lens:
    """Reads texts against a background; a pure function of that background (the memory only saves time)."""

    background: Background
    _memory: OrderedDict[str, Features] = field(default_factory=OrderedDict, repr=False)
    _multilingual: OrderedDict[str, Vectors] = field(default_factory=OrderedDict, repr=False)

    @classmethod
    def shipped(cls) -> Lens:
        """The lens of a fresh installation."""
        return cls(shipped())

    def with_stream(self, texts: Sequence[str], days: float = 0.0, newest: datetime | None = None) -> Lens:
        """A lens that also knows the user's own stream (its latest texts, at most 2,000) in place of any earlier.

        `days` is the time those texts cover, `newest` the date of the latest: a noise budget and the threshold of a
        storyline younger than the stream need them.
        """
        if not texts:
            return Lens(shipped(), self._memory, self._multilingual)
        features = self.features(texts)
        vectors = np.array([f.vector for f in features], dtype=np.float32)
        stream = Stream(tuple(texts), tuple(f.counted for f in features), vectors, days, newest)
        return Lens(shipped().with_stream(stream), self._memory, self._multilingual)

    def read(self, entries: Sequence[Entry]) -> Readings:
        """One reading an entry, in order."""
        texts = [entry.text for entry in entries]
        features = self.features(texts)
        weighed = self.background.weigh([found.counted for found in features])
        readings = Readings(
            Reading(
                uid=entry.uid,
                date=entry.date,
                source=entry.source,
                lang=language_of(text, entry.lang),
                title=entry.title,
                text=text,
                stems=found.counted.stems,
                lex=weights,
                vector=found.vector,
            )
            for entry, text, found, weights in zip(entries, texts, features, weighed, strict=True)
        )
        shelf().rest()
        return readings

    def lex(self, texts: Sequence[str]) -> list[Sparse]:
        """Weighted sparse vectors of any texts (sentences, titles), unit length."""
        return self.background.weigh([f.counted for f in self.features(texts)])

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Static sentence vectors of any texts, one unit row each."""
        return static_vectors().encode(texts)

    def multilingual(self, texts: Sequence[str]) -> Vectors:
        """Multilingual sentence vectors of any texts, one unit row each; loads the model at first use."""
        new = list(dict.fromkeys(t for t in texts if t not in self._multilingual))
        if new:
            self._multilingual.update(zip(new, multilingual_vectors().encode(new), strict=True))
        rows = np.array([self._multilingual[t] for t in texts], dtype=np.float32)
        _forget(self._multilingual, _SENSED)
        return rows

    def remembers(self, text: str) -> Vectors | None:
        """The multilingual vector of a text, if it was ever needed: for whoever keeps vectors across restarts."""
        return self._multilingual.get(text)

    def remember(self, vectors: Mapping[str, Vectors]) -> None:
        """Take over multilingual vectors computed earlier, text by text."""
        self._multilingual.update(vectors)

    def sense(self, texts: Sequence[str]) -> Vectors:
        """Multilingual vectors with what all news has in common taken out, one unit row each."""
        return unit(self.multilingual(texts) - self.background.sense)

    def features(self, texts: Sequence[str]) -> list[Features]:
        """Counted and embedded texts, from memory where they were read before."""
        found = {text: self._memory[text] for text in texts if text in self._memory}
        new = list(dict.fromkeys(text for text in texts if text not in found))
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            pairs = zip(lex.count(batch), self.vectors(batch), strict=True)
            found.update({text: Features(c, v) for text, (c, v) in zip(batch, pairs, strict=True)})
        self._memory.update(found)
        for text in found:
            self._memory.move_to_end(text)  # seeds and the stream are asked for again and again
        _forget(self._memory, _REMEMBERED)
        return [found[text] for text in texts]


def _forget(memory: OrderedDict[str, Any], limit: int) -> None:
    while len(memory) > limit:
        memory.popitem(last=False)
