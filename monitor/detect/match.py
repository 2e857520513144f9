"""The evidence that an entry belongs to a storyline: how close it is to the seeds in words and in meaning.

Three views of closeness are summed: stems and character n-grams, static sentence vectors, multilingual vectors. The
last are computed only where they can matter: for other languages, and where the first two leave a chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitor.detect.language import COVERED, LEARNT, SENSED, script_of
from monitor.detect.lex import Indexed, Sparse, Stacked, indexed
from monitor.detect.near import Neighbours
from monitor.detect.reading import Lens, Reading, Readings
from monitor.detect.vectors import MULTILINGUAL_SIZE, STATIC_SIZE, Vectors, unit

PARTS = ("words", "meaning", "sense")
WEIGHTS = np.array([1.0, 0.4, 0.4])

GATE = 0.2  # share of the seeds' own closeness from which the multilingual vectors are asked
_AGREED = 0.25  # power of the share of the seeds that hold a feature, in its weight
_FOREIGN, _STRANGE = 0.95, 0.85  # how far closeness in another language counts; in one the model never learnt

Evidence = NDArray[np.float64]  # shape (n, len(PARTS)), weighted: the sum of a row is the closeness


@dataclass(frozen=True, eq=False)
class Document:
    """A text that speaks for (weight > 0) or against (< 0) a storyline."""

    lexical: Sparse
    vector: Vectors
    sense: Vectors
    weight: float


@dataclass(frozen=True, eq=False)
class Profile:
    """Where a storyline lies in each space."""

    words: NDArray[np.float32] | Indexed  # (SPACE,), about unit length
    meaning: Vectors
    sense: Vectors

    def kept(self) -> Profile:
        """The same in less memory, for as long as the storyline is followed."""
        return self if isinstance(self.words, Indexed) else replace(self, words=indexed(self.words))

    def first(self, lexical: Stacked, vectors: Vectors) -> Evidence:
        """The evidence without the multilingual part, which stays zero."""
        rows: Evidence = np.zeros((lexical.count, len(PARTS)))
        rows[:, 0] = lexical.dots(self.words)
        rows[:, 1] = (vectors * self.meaning).sum(axis=1)  # not a matrix product: its last digits depend on the batch
        rows *= WEIGHTS
        return rows


@dataclass(frozen=True, eq=False)
class Scale:
    """How close the seeds' own passages are to the other seeds: all of it, and by the multilingual vectors alone."""

    closeness: float
    sense: float


def profile_of(documents: Sequence[Document], near: Neighbours | None = None) -> Profile:
    """The weighted centroid of the documents in every space (Rocchio), turned away from the neighbours."""
    words = _words_of(documents)
    weights = np.array([d.weight for d in documents], dtype=np.float32)
    return Profile(
        words.dense() if near is None else near.contrast(words),
        unit(weights @ np.array([d.vector for d in documents])),
        unit(weights @ np.array([d.sense for d in documents])),
    )


def _words_of(documents: Sequence[Document]) -> Sparse:
    """The weighted sum of the documents' words; what more of them hold counts for more."""
    ids = np.concatenate([d.lexical.ids for d in documents])
    voices = np.repeat([d.weight for d in documents], [len(d.lexical.ids) for d in documents])
    found, place = np.unique(ids, return_inverse=True)
    summed = np.bincount(place, voices * np.concatenate([d.lexical.weights for d in documents]))
    held = np.bincount(place, np.maximum(voices, 0)) / sum(max(d.weight, 0) for d in documents)
    weights = np.maximum(summed, 0) * held**_AGREED
    return Sparse(found, (weights / (np.linalg.norm(weights) or 1)).astype(np.float32))


def evidence_of(readings: Sequence[Reading], profile: Profile, scale: Scale, lens: Lens) -> Evidence:
    """The weighted evidence of entries read, one row each."""
    batch = readings if isinstance(readings, Readings) else Readings(readings)
    rows = profile.first(batch.lex, batch.vectors)
    return with_sense(rows, [r.text for r in readings], [r.lang for r in readings], profile, scale, lens)


def with_sense(
    rows: Evidence, texts: Sequence[str], langs: Sequence[str], profile: Profile, scale: Scale, lens: Lens
) -> Evidence:
    """Add the multilingual part where it can matter."""
    foreign = np.array([lang not in {"", "en"} for lang in langs], dtype=bool)
    asked = np.nonzero(foreign | (rows.sum(axis=1) >= GATE * scale.closeness))[0].tolist()
    if not asked:
        return rows
    sense = (lens.sense([texts[i] for i in asked]) * profile.sense).sum(axis=1)
    rows[asked, 2] = WEIGHTS[2] * sense
    for row, closeness in zip(asked, sense, strict=True):
        if foreign[row]:  # the words of another language tell little: what they lack is given back
            trust = _FOREIGN if langs[row] in COVERED else _STRANGE
            expected = trust * scale.closeness * float(closeness) / max(scale.sense, 0.1)
            rows[row, 2] += max(0.0, expected - float(rows[row].sum()))
    return rows


def document_of(text: str, passages: Sequence[str], lens: Lens, weight: float) -> Document:
    """A whole text for its words, its passages for their meaning, as far as the models know their letters."""
    counted = lens.features([text])[0].counted
    scripts = [(passage, script_of(passage)) for passage in passages]
    learnt = [passage for passage, script in scripts if script in LEARNT]
    sensed = [passage for passage, script in scripts if script in SENSED]
    vector, sense = np.zeros(STATIC_SIZE, np.float32), np.zeros(MULTILINGUAL_SIZE, np.float32)
    if learnt:
        vector = unit(np.mean([f.vector for f in lens.features(learnt)], axis=0))
    if sensed:
        sense = unit(lens.sense(sensed).mean(axis=0))
    return Document(lens.background.weigh([counted])[0], vector, sense, weight)
