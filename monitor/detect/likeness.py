"""How likely a newcomer reports the same happening as each of many events, all at once.

A logistic score over nearness in time, two kinds of sentence vectors, shared wording, shared names and clashing
figures. What the whole storyline has in common counts for little: words and names weigh by their rarity in it, and
vectors are compared with how alike its unrelated reports are. The weights were fitted on labelled events of four kinds
(single storylines, mixed headlines, wars told day by day with and without names) and rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.detect.facts import Facts
from monitor.detect.lex import STEM_SPACE, fold, stem_id
from monitor.detect.reading import Reading
from monitor.detect.vectors import Vectors

BIAS = -0.35
PARALLEL = -0.75  # times the logarithm of the number of events of the same day: each makes any one less likely
MULTILINGUAL, STATIC, WORDING, NAMES = 2.5, 3.0, 6.0, 1.1
OTHER_LANGUAGE = 2.3  # makes up for wording and static vectors that cannot agree
DAYS, FIRST_DAY = -1.2, -3.3  # a day apart, and the first of them once more
SIZE = -0.6  # times the logarithm of the number of reports: a large event resembles everything
SAME_OUTLET, OTHER_FIGURES = -1.5, -0.7

_MOST_NAMES = 2.5  # rare names beyond that add nothing
_LEAST_RARITY = 0.02
_EARLY = 8  # reports a storyline is taken to have had before its first
_USUAL = np.array([0.3, 0.25])  # resemblance of strangers (multilingual, static) before there are any ...
_USUAL_COUNT = 10  # ... and how many of them that is worth

_MUTE = re.compile(r"[aeiouyjwh'`]")
_REPEATED = re.compile(r"(.)\1+")
_SPELLINGS = str.maketrans({"c": "k", "q": "k", "z": "s", "x": "s"})

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@lru_cache(maxsize=1 << 15)
def sound(word: str) -> str:
    """Consonants by which a name is known across spellings: Umerov, Umierov; Zelensky, Selenskyj."""
    plain = fold(word).lower().replace("ph", "f").replace("ck", "k").translate(_SPELLINGS)
    bones = _REPEATED.sub(r"\1", _MUTE.sub("", plain))
    return f"{plain[0]}|{bones}" if len(bones) >= 3 else word


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One entry as the comparison sees it; words and names are hashed, ascending."""

    uid: str
    date: datetime
    source: str
    lang: str
    stems: Ints
    names: Ints  # by sound
    sounds: Ints  # of every word, names included
    facts: Facts
    static: Vectors
    multilingual: Vectors

    @property
    def day(self) -> float:
        """The date in days."""
        return self.date.timestamp() / 86_400


def point_of(reading: Reading, facts: Facts, multilingual: Vectors) -> Point:
    """Take a reading, its facts and its multilingual vector together."""
    names = {sound(atom) for atom in facts.atoms}
    return Point(
        uid=reading.uid,
        date=reading.date,
        source=reading.source,
        lang=reading.lang or "en",
        stems=_ids(reading.stems),
        names=_ids(names),
        sounds=_ids(names | {sound(stem) for stem in reading.stems}),
        facts=facts,
        static=reading.vector,
        multilingual=multilingual,
    )


def _ids(words: Iterable[str]) -> Ints:
    return np.array(sorted({stem_id(word) for word in words}), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The reports of one event, laid out for comparison."""

    first: float
    last: float
    days: Floats
    size: int
    static: Vectors  # one row a report
    multilingual: Vectors
    langs: tuple[str, ...]
    stems: Ints
    counts: Floats  # reports with the stem
    sounds: Ints
    named: NDArray[np.bool_]  # which of them are names
    sources: frozenset[str]
    values: frozenset[float]
    units: frozenset[str]


def group_of(points: Sequence[Point]) -> Group:
    """Lay out the reports of an event."""
    stems, counts = np.unique(np.concatenate([p.stems for p in points]), return_counts=True)
    sounds = np.unique(np.concatenate([p.sounds for p in points]))
    days = np.array([p.day for p in points])
    return Group(
        first=float(days.min()),
        last=float(days.max()),
        days=days,
        size=len(points),
        static=np.stack([p.static for p in points]),
        multilingual=np.stack([p.multilingual for p in points]),
        langs=tuple(p.lang for p in points),
        stems=stems,
        counts=counts.astype(np.float64),
        sounds=sounds,
        named=np.isin(sounds, np.concatenate([p.names for p in points])),
        sources=frozenset(p.source for p in points),
        values=frozenset(value for p in points for value in _values(p.facts)),
        units=frozenset(f.unit for p in points for f in p.facts.figures if f.unit),
    )


def _values(facts: Facts) -> set[float]:
    return {figure.value for figure in facts.figures if figure.value > 2}


@dataclass(slots=True)
class Rarity:
    """How rare stems and names are: in ordinary news (`idf`, scaled to 1) and in this storyline (counted here)."""

    idf: NDArray[np.float32]
    reports: int = 0
    stems: Ints = field(default_factory=lambda: np.zeros(STEM_SPACE, dtype=np.int64))
    names: Ints = field(default_factory=lambda: np.zeros(STEM_SPACE, dtype=np.int64))
    mask: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(STEM_SPACE, dtype=np.bool_))

    def count(self, point: Point, times: int = 1) -> None:
        """Count a report in (`times=1`) or out (`times=-1`)."""
        self.reports += times
        self.stems[point.stems] += times
        self.names[point.names] += times

    def of_stems(self, ids: Ints) -> Floats:
        """The weight of each stem, 0..1."""
        weights: Floats = self.idf[ids] * self._local(self.stems[ids])
        return weights

    def of_names(self, ids: Ints) -> Floats:
        """The weight of each name, 0..1."""
        return self._local(self.names[ids])

    def _local(self, counts: Ints) -> Floats:
        total = np.log(self.reports + _EARLY)
        rarity: Floats = np.maximum((total - np.log(counts + 1)) / total, _LEAST_RARITY)
        return rarity


def scores(point: Point, groups: Sequence[Group], strangers: Sequence[Point], rarity: Rarity) -> Floats:
    """The log odds that the newcomer reports the event of each group."""
    gap = np.array([float(np.abs(g.days - point.day).min()) for g in groups])
    parallel = np.log(max(1, int((gap <= 1).sum())))
    foreign = np.array([point.lang not in g.langs for g in groups])
    wording, names = _shared_words(point, groups, rarity)
    usual = _usual(point, strangers)
    score = BIAS + PARALLEL * parallel + DAYS * gap + FIRST_DAY * np.minimum(gap, 1)
    score = score + MULTILINGUAL * (_closest([g.multilingual for g in groups], point.multilingual) - usual[0])
    score = score + STATIC * np.where(foreign, 0, _closest_of_language(point, groups) - usual[1])
    score = score + WORDING * np.where(foreign, 0, wording) + OTHER_LANGUAGE * foreign + NAMES * names
    score = score + SIZE * np.log([g.size for g in groups])
    score = score + SAME_OUTLET * np.array([point.source in g.sources for g in groups])
    odds: Floats = np.nan_to_num(score + OTHER_FIGURES * _figures_clash(point, groups), nan=-99.0)
    return odds


def _usual(point: Point, strangers: Sequence[Point]) -> Floats:
    """How much the newcomer resembles reports of other happenings of the storyline."""
    total = _USUAL * _USUAL_COUNT
    if strangers:
        total[0] += float((np.stack([s.multilingual for s in strangers]) @ point.multilingual).sum())
        total[1] += float((np.stack([s.static for s in strangers]) @ point.static).sum())
    usual: Floats = total / (_USUAL_COUNT + len(strangers))
    return usual


def _closest(rows: Sequence[Vectors], vector: Vectors) -> Floats:
    products = np.concatenate(rows) @ vector
    starts = np.cumsum([0, *map(len, rows)])[:-1]
    return np.maximum.reduceat(products, starts).astype(np.float64)


def _closest_of_language(point: Point, groups: Sequence[Group]) -> Floats:
    products = np.concatenate([g.static for g in groups]) @ point.static
    same = np.array([lang == point.lang for g in groups for lang in g.langs])
    starts = np.cumsum([0, *(g.size for g in groups)])[:-1]
    return np.maximum.reduceat(np.where(same, products, -1), starts).astype(np.float64)


def _shared_words(point: Point, groups: Sequence[Group], rarity: Rarity) -> tuple[Floats, Floats]:
    """Cosine of weighted stems with all reports of each group taken together, and the weight of the names shared."""
    own = rarity.of_stems(point.stems)
    ids = np.concatenate([g.stems for g in groups])
    rows = np.repeat(np.arange(len(groups)), [len(g.stems) for g in groups])
    weights = rarity.of_stems(ids)
    weighted = weights * np.concatenate([g.counts for g in groups])
    rarity.mask[point.stems] = True
    dots = np.bincount(rows, weights * weighted * rarity.mask[ids], len(groups))
    rarity.mask[point.stems] = False
    lengths = np.sqrt(np.bincount(rows, weighted * weighted, len(groups)) * float(own @ own))
    return dots / np.maximum(lengths, 1e-9), _shared_names(point, groups, rarity)


def _shared_names(point: Point, groups: Sequence[Group], rarity: Rarity) -> Floats:
    ids = np.concatenate([g.sounds for g in groups])
    rows = np.repeat(np.arange(len(groups)), [len(g.sounds) for g in groups])
    named = np.concatenate([g.named for g in groups])
    rarity.mask[point.sounds] = True
    shared = rarity.mask[ids] & named
    rarity.mask[point.sounds] = False
    rarity.mask[point.names] = True
    shared |= rarity.mask[ids]
    rarity.mask[point.names] = False
    found = np.bincount(rows[shared], rarity.of_names(ids[shared]), len(groups))
    return np.minimum(found, _MOST_NAMES)


def _figures_clash(point: Point, groups: Sequence[Group]) -> NDArray[np.bool_]:
    """Both count the same kind of thing and no number agrees."""
    values = _values(point.facts)
    units = {f.unit for f in point.facts.figures if f.unit}
    return np.array([bool(values and g.values and units & g.units and not values & g.values) for g in groups])
