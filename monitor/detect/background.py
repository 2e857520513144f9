"""What ordinary news looks like: how rare words are, and the user's own latest entries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from monitor.detect.language import language_of
from monitor.detect.lex import SPACE, STEM_SPACE, Counted, Sparse, Stacked, stacked
from monitor.detect.vectors import STATIC_SIZE, Vectors

_AHEAD = 7.0  # days a seed may be newer than the stream
_BEYOND = re.compile(r"[^\W\d_a-zA-Z]")


@dataclass(frozen=True, eq=False)
class Stream:
    """The user's own latest entries, counted and embedded."""

    texts: tuple[str, ...] = ()
    counted: tuple[Counted, ...] = ()
    vectors: Vectors = field(default_factory=lambda: np.empty((0, STATIC_SIZE), dtype=np.float32))
    days: float = 0.0  # the entries cover; 0 = unknown
    newest: datetime | None = None  # date of the latest of them

    @cached_property
    def langs(self) -> tuple[str, ...]:
        """The language of each text; one without a letter beyond a-z is taken for the seeds' own."""
        return tuple(language_of(text) if _BEYOND.search(text) else "" for text in self.texts)

    def share_after(self, moment: datetime | None) -> float:
        """The share of the days covered that came after `moment`, 0..1; 1 where dates are unknown or do not fit."""
        if moment is None or self.newest is None or not self.days:
            return 1.0
        after = (self.newest - moment).total_seconds() / 86_400
        return min(max(after, 0.0) / self.days, 1.0) if after > -_AHEAD else 1.0


@dataclass(frozen=True, eq=False)
class Background:
    """Document frequencies of hashed features, and the stream they were learnt on from."""

    documents: float
    df: NDArray[np.float32]  # shape (SPACE,)
    sense: Vectors  # mean of the multilingual vectors of ordinary news
    stream: Stream = field(default_factory=Stream)

    @cached_property
    def idf(self) -> NDArray[np.float32]:
        """Smoothed inverse document frequency of every feature."""
        rarity: NDArray[np.float32] = (np.log((1 + self.documents) / (1 + self.df)) + 1).astype(np.float32)
        return rarity

    @cached_property
    def rarity(self) -> NDArray[np.float32]:
        """`idf` scaled so that the rarest feature weighs 1."""
        scaled: NDArray[np.float32] = self.idf / self.idf.max()
        return scaled

    def weigh(self, counted: Sequence[Counted]) -> list[Sparse]:
        """Sublinear tf-idf; stems and character n-grams are each half of the unit length."""
        if not counted:
            return []
        lengths = [len(c.ids) for c in counted]
        ids = np.concatenate([c.ids for c in counted])
        weights = (1 + np.log(np.concatenate([c.counts for c in counted]))) * self.idf[ids]
        half = np.repeat(np.arange(len(counted)) * 2, lengths) + (ids >= STEM_SPACE)
        squares = np.bincount(half, weights.astype(np.float64) ** 2, minlength=2 * len(counted))
        filled = (squares.reshape(-1, 2) > 0).sum(axis=1).repeat(2)
        weights *= (1 / np.sqrt(np.maximum(squares * np.maximum(filled, 1), 1e-12))).astype(np.float32)[half]
        cuts = np.cumsum(lengths)[:-1]
        return [Sparse(c.ids, w) for c, w in zip(counted, np.split(weights, cuts), strict=True)]

    @cached_property
    def lexical(self) -> list[Sparse]:
        """The stream as weighted vectors."""
        return self.weigh(self.stream.counted)

    @cached_property
    def stacked(self) -> Stacked:
        """The same, laid end to end."""
        return stacked(self.lexical)

    def with_stream(self, stream: Stream) -> Background:
        """The same, learnt on from the user's own latest entries."""
        if not stream.counted:
            return self
        ids = np.concatenate([c.ids for c in stream.counted])
        df = self.df + np.bincount(ids, minlength=SPACE).astype(np.float32)
        return Background(self.documents + len(stream.counted), df, self.sense, stream)


@lru_cache(maxsize=1)
def shipped() -> Background:
    """The background that comes with the package (see data/ATTRIBUTION.md)."""
    with files("monitor.detect.data").joinpath("background.npz").open("rb") as stored:
        parts = dict(np.load(stored))
    df = np.zeros(SPACE, dtype=np.float32)
    df[parts["df_ids"]] = parts["df"]
    return Background(float(parts["documents"]), df, parts["sense"].astype(np.float32))
