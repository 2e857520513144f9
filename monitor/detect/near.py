"""The entries next to a storyline: near misses tell which of its words it shares with its siblings.

A word the neighbours hold too (an actor of several stories) says less than one they lack (the matter of this one). The
strengths were chosen on labelled streams; where sibling stories count as misses average precision rose by .02.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detect.lex import SPACE, Sparse, stacked

_MOST = 100  # neighbours
_FEWEST = 5  # under which nothing is said
_DOUBT = 20  # neighbours that are trusted half
_DENSE = 4  # power of the share of the stream that is off topic: in a stream about the story a miss is not that sure
_COMMON = 0.02  # share of the neighbours from which a feature loses weight
_AGAINST = 0.1  # weight of the neighbours' own centroid, taken off

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The closest entries of a stream that are probably not on topic."""

    trust: float  # 0..1
    share: NDArray[np.float32]  # (SPACE,) of them that hold a feature
    words: NDArray[np.float32]  # (SPACE,) their centroid, unit length

    def contrast(self, words: Sparse) -> NDArray[np.float32]:
        """A centroid of words turned away from these neighbours, shape (SPACE,)."""
        rarity = np.log1p(1 / (self.share[words.ids] + np.float32(_COMMON)))
        turned = words.weights * rarity ** np.float32(self.trust)
        away: NDArray[np.float32] = self.words * np.float32(-_AGAINST * self.trust)
        away[words.ids] += turned / np.float32(np.linalg.norm(turned) or 1)
        return away


def neighbours_of(lexical: Sequence[Sparse], closeness: Floats, on_topic: Floats) -> Neighbours | None:
    """The neighbours among the entries of a stream, by closeness and probability of being on topic; None if too few."""
    candidates = np.flatnonzero(on_topic <= 0.5)
    if len(candidates) < _FEWEST:
        return None
    nearest = candidates[np.argsort(-closeness[candidates], kind="stable")[:_MOST]]
    weights = 1 - on_topic[nearest]
    total = float(weights.sum())
    chosen = [lexical[i] for i in nearest.tolist()]
    rows, each = stacked(chosen), np.repeat(weights / total, [len(row.ids) for row in chosen])
    share = np.bincount(rows.ids, each, SPACE).astype(np.float32)
    words = np.bincount(rows.ids, each * rows.weights, SPACE).astype(np.float32)
    trust = total / (total + _DOUBT) * float(1 - on_topic.mean()) ** _DENSE
    return Neighbours(trust, share, words / np.float32(np.linalg.norm(words) or 1))
