"""The evidence that an entry belongs to a storyline: lexical and embedding closeness to its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detect.background import Background
from monitor.detect.lex import SPACE, Sparse
from monitor.detect.reading import Lens, Reading
from monitor.detect.vectors import Vectors, unit

PARTS = ("words", "meaning", "contrast")  # lexical, embedding and whitened embedding closeness

Evidence = NDArray[np.float64]  # shape (n, len(PARTS))


@dataclass(frozen=True, eq=False)
class Profile:
    """Where a storyline lies in each space."""

    words: NDArray[np.float32]  # (SPACE,), unit length
    meaning: Vectors  # (256,), unit length
    contrast: Vectors  # (256,), whitened direction
    origin: Vectors  # (256,), mean of the background

    def evidence(self, lexical: Sequence[Sparse], vectors: Vectors) -> Evidence:
        """One row of closeness an entry."""
        words = _dots(self.words, lexical)
        return np.stack([words, vectors @ self.meaning, (vectors - self.origin) @ self.contrast], axis=1).astype(float)

    def of(self, readings: Sequence[Reading]) -> Evidence:
        """The evidence of entries read."""
        vectors = np.array([r.vector for r in readings], dtype=np.float32).reshape(len(readings), -1)
        return self.evidence([r.lex for r in readings], vectors)


@dataclass(frozen=True, eq=False)
class Document:
    """A text that speaks for (weight > 0) or against (< 0) a storyline."""

    lexical: Sparse
    vector: Vectors
    weight: float


def profile_of(documents: Sequence[Document], background: Background) -> Profile:
    """The weighted centroid of the documents in every space (Rocchio)."""
    words = np.zeros(SPACE, dtype=np.float32)
    meaning = np.zeros_like(documents[0].vector)
    for document in documents:
        words[document.lexical.ids] += np.float32(document.weight) * document.lexical.weights
        meaning = meaning + np.float32(document.weight) * document.vector
    np.maximum(words, 0, out=words)
    mean, whitener = background.whitening
    direction = whitener @ (meaning - mean * sum(d.weight for d in documents))
    scale = np.sqrt(max(float((meaning - mean * sum(d.weight for d in documents)) @ direction), 1e-9))
    return Profile(words / (np.linalg.norm(words) or 1), unit(meaning), (direction / scale).astype(np.float32), mean)


def passages(texts: Sequence[str], weights: Sequence[float], lens: Lens, weight: float) -> Document:
    """One document out of several passages (a title, paragraphs): their weighted mean, of unit length."""
    features = lens.features(texts)
    lexical = [lens.background.weigh(f.counted) for f in features]
    ids, inverse = np.unique(np.concatenate([s.ids for s in lexical]), return_inverse=True)
    values = np.concatenate([s.weights * w for s, w in zip(lexical, weights, strict=True)])
    summed = np.bincount(inverse, values, minlength=len(ids)).astype(np.float32)
    vector = np.average([f.vector for f in features], axis=0, weights=weights)
    return Document(Sparse(ids.astype(np.int32), unit(summed)), unit(vector), weight)


def _dots(dense: NDArray[np.float32], rows: Sequence[Sparse]) -> NDArray[np.float32]:
    lengths = np.array([len(r.ids) for r in rows])
    sums = np.zeros(len(rows), dtype=np.float32)
    if lengths.sum():
        products = dense[np.concatenate([r.ids for r in rows])] * np.concatenate([r.weights for r in rows])
        filled = np.nonzero(lengths)[0]
        starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
        sums[filled] = np.add.reduceat(products, starts)
    return sums
