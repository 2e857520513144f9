"""Words, stems and hashed character n-grams: the lexical half of every comparison, for whole batches at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
import Stemmer
from anyascii import anyascii
from numpy.typing import NDArray

from monitor.detect import data

STEM_SPACE = 1 << 18  # hashed stems take ids 0 .. STEM_SPACE - 1
CHAR_SPACE = 1 << 18  # hashed character n-grams the ids behind them
SPACE = STEM_SPACE + CHAR_SPACE

_IDEOGRAPHS = "\u2e80"  # from here on one letter can be a word
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_][^\W_]*(?:'[^\W_]+)*")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_MIX = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing
_MASK = (1 << 18) - 1
_MAX_CHARACTERS = 20_000  # a text is read so far; keeps the time bounded whatever a feed sends

STOPWORDS = data.words("stopwords")
SILENT = STOPWORDS | data.words("function_words")  # and those of other languages, as far as they are no English words

# one stemmer an alphabet, so that a word has the same stem whatever its entry is declared to be
_STEMMERS = (("\u0370", "\u03ff", "greek"), ("\u0400", "\u04ff", "russian"), ("\u0600", "\u06ff", "arabic"))


@dataclass(frozen=True, slots=True, eq=False)
class Sparse:
    """A sparse vector: ascending feature ids and their weights."""

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]

    def dot(self, other: Sparse) -> float:
        """The inner product with `other`; the cosine when both are of unit length."""
        _, mine, theirs = np.intersect1d(self.ids, other.ids, assume_unique=True, return_indices=True)
        return float(self.weights[mine] @ other.weights[theirs])

    def dense(self) -> NDArray[np.float32]:
        """The same with a place for every feature, shape (SPACE,)."""
        full = np.zeros(SPACE, dtype=np.float32)
        full[self.ids] = self.weights
        return full


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """A weight for every feature, as quick to look up as a dense vector, in half its memory where most are zero."""

    places: NDArray[np.unsignedinteger[Any]]  # where the weight of each feature stands, shape (SPACE,)
    weights: NDArray[np.float32]  # the first is zero

    def __getitem__(self, ids: NDArray[np.int32] | int) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self.weights[self.places[ids]]
        return found


def indexed(dense: NDArray[np.float32]) -> Indexed:
    """The same weights, indexed."""
    filled = np.flatnonzero(dense)
    places = np.zeros(len(dense), dtype=np.min_scalar_type(len(filled)))
    places[filled] = np.arange(1, len(filled) + 1)
    return Indexed(places, np.concatenate([np.zeros(1, dtype=np.float32), dense[filled]]))


@dataclass(frozen=True, slots=True, eq=False)
class Stacked:
    """Sparse vectors laid end to end, so that one pass multiplies them all."""

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]
    filled: NDArray[np.intp]  # the rows that are not empty ...
    starts: NDArray[np.intp]  # ... and where each begins
    count: int

    def dots(self, dense: NDArray[np.float32] | Indexed) -> NDArray[np.float32]:
        """The inner product of each row with a weight for every feature; a row's does not depend on the others."""
        sums = np.zeros(self.count, dtype=np.float32)
        if len(self.filled):
            sums[self.filled] = np.add.reduceat(dense[self.ids] * self.weights, self.starts)
        return sums


def stacked(rows: Sequence[Sparse]) -> Stacked:
    """Lay sparse vectors end to end."""
    if not rows:
        nothing = np.empty(0, dtype=np.intp)
        return Stacked(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32), nothing, nothing, 0)
    lengths = np.array([len(row.ids) for row in rows])
    filled = np.flatnonzero(lengths)
    starts = (np.cumsum(lengths) - lengths)[filled]
    ids, weights = np.concatenate([r.ids for r in rows]), np.concatenate([r.weights for r in rows])
    return Stacked(ids, weights, filled, starts, len(rows))


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """One text counted: its stems in order and how often each hashed feature occurs (ids ascending)."""

    stems: tuple[str, ...]
    ids: NDArray[np.int32]
    counts: NDArray[np.float32]


def plain(text: str) -> str:
    """Lower-case text with typographic quotes, compatibility forms and dotted initials (U.N.) made plain."""
    text = unicodedata.normalize("NFKC", text[:_MAX_CHARACTERS]).lower().replace("’", "'")
    return _DOTTED.sub(lambda found: found.group().replace(".", ""), text)


def fold(text: str) -> str:
    """Latin letters for any script, lower case: names meet across alphabets."""
    return text if text.isascii() else anyascii(text).lower()


_SILENT_FOLDED = frozenset(map(fold, SILENT))


def words(text: str) -> list[str]:
    """The tokens of `text`, lower case, in order; figures keep their digits together (3,000 -> 3000)."""
    return [w.replace(",", "") if w[0].isdigit() else w for w in _TOKEN.findall(plain(text))]


@lru_cache(maxsize=64)
def _stemmer(algorithm: str) -> Any:
    return Stemmer.Stemmer(algorithm)


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """The folded stem of a lower-case word; "" for a stop-word or a single letter."""
    if word in SILENT or (len(word) < 2 and word < _IDEOGRAPHS):
        return ""
    algorithm = "english" if word.isascii() else next((name for a, z, name in _STEMMERS if a <= word[0] <= z), "")
    stemmed = _stemmer(algorithm).stemWord(word) if algorithm else word
    return fold(stemmed).replace("'", "").replace(" ", "")


@lru_cache(maxsize=1 << 15)
def stem_id(stemmed: str) -> int:
    """The feature id of a stem."""
    return crc32(stemmed.encode()) & _MASK


def stems(text: str) -> tuple[str, ...]:
    """The stems of `text` in order, stop-words left out."""
    return tuple(s for s in map(stem, words(text)) if s)


def count(texts: Sequence[str]) -> list[Counted]:
    """Stems and hashed character 3-5-grams of each text."""
    grams = _char_grams([_spaced(text) for text in texts])
    return [_merge(stems(text), *g) for text, g in zip(texts, grams, strict=True)]


def _spaced(text: str) -> str:
    folded = fold(plain(text))
    return " " + " ".join(w.replace("'", "") for w in _TOKEN.findall(folded) if w not in _SILENT_FOLDED) + " "


def _merge(stemmed: tuple[str, ...], ids: NDArray[np.int32], counts: NDArray[np.float32]) -> Counted:
    own, times = np.unique(np.array([stem_id(s) for s in stemmed], dtype=np.int32), return_counts=True)
    return Counted(stemmed, np.concatenate([own, ids]), np.concatenate([times.astype(np.float32), counts]))


def _char_grams(spaced: Sequence[str]) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
    """Character n-grams that stay inside one word (its two border spaces included), counted per text."""
    raw = [s.encode("ascii", "ignore") for s in spaced]
    chars = np.frombuffer(b"".join(raw), dtype=np.uint8).astype(np.uint64)
    owner = np.repeat(np.arange(len(raw), dtype=np.uint64), [len(r) for r in raw])
    keys = [_grams_of(chars, owner, n) for n in (3, 4, 5)]
    found, times = np.unique(np.concatenate(keys), return_counts=True)
    ids = (found & np.uint64(_MASK)).astype(np.int32) + STEM_SPACE
    cuts = np.searchsorted(found, np.arange(1, len(raw), dtype=np.uint64) << np.uint64(18))
    return list(zip(np.split(ids, cuts), np.split(times.astype(np.float32), cuts), strict=True))


def _grams_of(chars: NDArray[np.uint64], owner: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    if len(chars) < n:
        return np.empty(0, dtype=np.uint64)
    length = len(chars) - n + 1
    value = np.full(length, n, dtype=np.uint64)
    inside = np.ones(length, dtype=bool)
    for offset in range(n):
        part = chars[offset : offset + length]
        value = (value << np.uint64(8)) | part
        if 0 < offset < n - 1:
            inside &= part != 32
    bucket = (value[inside] * _MIX) >> np.uint64(64 - 18)
    keys: NDArray[np.uint64] = (owner[:length][inside] << np.uint64(18)) | bucket
    return keys
