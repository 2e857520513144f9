"""What ordinary news looks like: word rarity, and a sample of entries to tell the usual from the unusual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from monitor.detect.language import language_of
from monitor.detect.lex import SPACE, STEM_SPACE, Counted, Sparse
from monitor.detect.vectors import Vectors

FULL_STREAM = 2_000  # entries of the own stream after which the shipped sample is no longer needed


@dataclass(frozen=True, eq=False)
class Background:
    """Document frequencies of hashed features and a sample of ordinary entries, counted and as vectors."""

    documents: float
    df: NDArray[np.float32]  # shape (SPACE,)
    sample: tuple[Counted, ...]
    vectors: Vectors  # of the sample, one unit row each
    sense: Vectors  # mean of the multilingual vectors of ordinary news
    texts: tuple[str, ...] = ()  # of the own stream: the first rows of the sample
    days: float = 0.0  # the own stream covers, 0 = unknown

    @cached_property
    def idf(self) -> NDArray[np.float32]:
        """Smoothed inverse document frequency of every feature."""
        rarity: NDArray[np.float32] = (np.log((1 + self.documents) / (1 + self.df)) + 1).astype(np.float32)
        return rarity

    def weigh(self, counted: Counted) -> Sparse:
        """Sublinear tf-idf; stems and character n-grams are each half of the unit length."""
        weights = (1 + np.log(counted.counts)) * self.idf[counted.ids]
        cut = int(np.searchsorted(counted.ids, STEM_SPACE))
        share = 0.5**0.5 if 0 < cut < len(weights) else 1.0
        weights[:cut] *= share / (np.linalg.norm(weights[:cut]) or 1)
        weights[cut:] *= share / (np.linalg.norm(weights[cut:]) or 1)
        return Sparse(counted.ids, weights.astype(np.float32))

    @cached_property
    def langs(self) -> tuple[str, ...]:
        """The languages of the own stream's texts."""
        return tuple(language_of(text) for text in self.texts)

    @cached_property
    def lexical(self) -> tuple[Sparse, ...]:
        """The sample as weighted vectors."""
        return tuple(self.weigh(counted) for counted in self.sample)

    def with_stream(
        self, texts: Sequence[str], counted: Sequence[Counted], vectors: Vectors, days: float
    ) -> Background:
        """The same, learnt on from the user's own latest entries."""
        if not counted:
            return self
        df = self.df.copy()
        np.add.at(df, np.concatenate([c.ids for c in counted]), np.float32(1))
        keep = max(0, min(len(self.sample), FULL_STREAM - len(counted)))
        return Background(
            self.documents + len(counted),
            df,
            (*counted, *self.sample[:keep]),
            np.concatenate([vectors, self.vectors[:keep]]),
            self.sense,
            tuple(texts),
            days,
        )


@lru_cache(maxsize=1)
def shipped() -> Background:
    """The background that comes with the package (see data/ATTRIBUTION.md)."""
    with files("monitor.detect.data").joinpath("background.npz").open("rb") as stored:
        parts = dict(np.load(stored))
    df = np.zeros(SPACE, dtype=np.float32)
    df[parts["df_ids"]] = parts["df"]
    starts = np.concatenate([[0], np.cumsum(parts["lengths"].astype(np.int64))])
    ids, counts = parts["ids"].astype(np.int32), parts["counts"].astype(np.float32)
    sample = tuple(Counted((), ids[a:b], counts[a:b]) for a, b in pairwise(starts))
    vectors, sense = parts["vectors"].astype(np.float32), parts["sense"].astype(np.float32)
    return Background(float(parts["documents"]), df, sample, vectors, sense)
