"""What ordinary news looks like: word rarity, and a sample of entries to tell the usual from the unusual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from monitor.detect.lex import SPACE, STEM_SPACE, Counted, Sparse
from monitor.detect.vectors import Vectors

SHIPPED_WEIGHT = 1.0  # how much one shipped document counts beside one of the user's own stream
FULL_STREAM = 2_000  # entries of the own stream after which the shipped sample is no longer needed


@dataclass(frozen=True, eq=False)
class Background:
    """Document frequencies of hashed features and a sample of ordinary entries, counted and as vectors."""

    documents: float
    df: NDArray[np.float32]  # shape (SPACE,)
    sample: tuple[Counted, ...]
    vectors: Vectors  # of the sample, one unit row each

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
    def whitening(self) -> tuple[Vectors, Vectors]:
        """Mean of the sample's vectors and the inverse of their covariance, shrunk half-way to a sphere."""
        mean: Vectors = self.vectors.mean(axis=0)
        covariance = np.cov(self.vectors.T)
        sphere = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        return mean, np.linalg.inv(0.5 * covariance + 0.5 * sphere).astype(np.float32)

    @cached_property
    def lexical(self) -> tuple[Sparse, ...]:
        """The sample as weighted vectors."""
        return tuple(self.weigh(counted) for counted in self.sample)

    def with_stream(self, counted: Sequence[Counted], vectors: Vectors) -> Background:
        """The same, learnt on from the user's own latest entries."""
        if not counted:
            return self
        df = self.df * np.float32(SHIPPED_WEIGHT)
        np.add.at(df, np.concatenate([c.ids for c in counted]), np.float32(1))
        keep = max(0, min(len(self.sample), FULL_STREAM - len(counted)))
        return Background(
            self.documents * SHIPPED_WEIGHT + len(counted),
            df,
            (*counted, *self.sample[:keep]),
            np.concatenate([vectors, self.vectors[:keep]]),
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
    return Background(float(parts["documents"]), df, sample, parts["vectors"].astype(np.float32))
