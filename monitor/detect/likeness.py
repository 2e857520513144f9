"""How likely a newcomer reports the same happening as each of many events, all at once.

A logistic score over nearness in time, two kinds of sentence vectors, shared wording, shared names and clashing
figures. What the whole storyline has in common counts for little: words and names weigh by their rarity in it, and
vectors are compared with how alike its unrelated reports are. The weights were fitted on labelled events of four kinds
(single storylines, mixed headlines, wars told day by day with and without names) and rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.detect.facts import Facts
from monitor.detect.language import LEARNT, script_of
from monitor.detect.lex import STEM_SPACE, fold, stem_id
from monitor.detect.reading import Reading
from monitor.detect.vectors import Vectors

BIAS = -0.15
PARALLEL = -0.15  # to be added times the logarithm of the number of events of the day: each makes any one less likely
RIVALS = -0.65  # and times the logarithm of one and the odds of all others: the likelier they are, the less this one
MORE = 0.45  # and times the log odds with which reports of the stream joined an event so far
MULTILINGUAL, STATIC, WORDING, NAMES = 2.5, 3.0, 6.0, 1.1
OTHER_LANGUAGE = 2.3  # makes up for wording and static vectors that cannot agree
DAYS, FIRST_DAY = -1.2, -3.3  # a day apart, and the first of them once more
SPAN = -0.9  # a day from the first to the last report, from the second day on: what goes on is another happening
SIZE = -0.5  # times the logarithm of the number of reports: a large event resembles everything
SAME_OUTLET, OTHER_FIGURES = -1.5, -0.7
AT_ONCE, FIRST_AT_ONCE = -0.4, -0.8  # times the logarithm of one and the reports of that moment; in a young stream more

_NEAREST = 0.6  # share of the nearest report in a group's likeness, the rest is their mean: chains stay short
_MOST_NAMES = 2.5  # rare names beyond that add nothing
_LEAST_RARITY = 0.02
_EARLY = 8  # reports a storyline is taken to have had before its first
_USUAL = np.array([0.3, 0.25])  # resemblance of strangers (multilingual, static) before there are any ...
_USUAL_COUNT = 10  # ... and how many of them that is worth
_ALIKE = {"ARABIC": np.array([0.0, 0.7])}  # strangers in an unlearnt script are as alike (multilingual, static)
_ALL_ALIKE = np.array([0.7, 0.8])  # ... and where neither model knows the letters

_MUTE = re.compile(r"[aeiouyjwh'`]")
_REPEATED = re.compile(r"(.)\1+")
_SPELLINGS = str.maketrans({"c": "k", "q": "k", "z": "s", "x": "s"})

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int32]


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
    alike: Floats  # how much strangers in its script are alike at least (multilingual, static)

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
        alike=_alike(reading.text),
    )


def _alike(text: str) -> Floats:
    """How much texts have in common by their script alone, which says nothing of what they report."""
    script = script_of(text)
    return np.zeros(2) if script in LEARNT else _ALIKE.get(script, _ALL_ALIKE)


def _ids(words: Iterable[str]) -> Ints:
    return np.array(sorted({stem_id(word) for word in words}), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The reports of one event, taken together."""

    id: str
    days: Floats
    size: int
    static: Vectors  # one row a report
    multilingual: Vectors
    langs: Ints  # hashed
    stems: Ints
    counts: Floats  # reports with the stem
    sounds: Ints
    named: NDArray[np.bool_]  # which of them are names
    sources: frozenset[str]
    values: frozenset[float]
    units: frozenset[str]
    alike: Floats


def group_of(group_id: str, points: Sequence[Point]) -> Group:
    """Lay out the reports of an event."""
    stems, counts = np.unique(np.concatenate([p.stems for p in points]), return_counts=True)
    sounds = np.unique(np.concatenate([p.sounds for p in points]))
    return Group(
        id=group_id,
        days=np.array([p.day for p in points]),
        size=len(points),
        static=np.stack([p.static for p in points]),
        multilingual=np.stack([p.multilingual for p in points]),
        langs=np.array([stem_id(p.lang) for p in points], dtype=np.int64),
        stems=stems,
        counts=counts.astype(np.float64),
        sounds=sounds,
        named=np.isin(sounds, np.concatenate([p.names for p in points])),
        sources=frozenset(p.source for p in points),
        values=frozenset(value for p in points for value in _values(p.facts)),
        units=frozenset(f.unit for p in points for f in p.facts.figures if f.unit),
        alike=np.max([p.alike for p in points], axis=0),
    )


def _values(facts: Facts) -> set[float]:
    return {figure.value for figure in facts.figures if figure.value > 2}


@dataclass(slots=True)
class Rarity:
    """How rare stems and names are: in ordinary news (`idf`, scaled to 1) and in this storyline (counted here)."""

    idf: NDArray[np.float32]
    reports: int = 0
    stems: Counts = field(default_factory=lambda: np.zeros(STEM_SPACE, dtype=np.int32))
    names: dict[int, int] = field(default_factory=dict)
    mask: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(STEM_SPACE, dtype=np.bool_))

    def expect(self, shares: Mapping[str, float]) -> None:
        """Take these stems to stand in such a share of the reports before the first."""
        for stemmed, share in shares.items():
            times = round(share * _EARLY)
            self.stems[stem_id(stemmed)] += times
            name = stem_id(sound(stemmed))
            self.names[name] = self.names.get(name, 0) + times

    def count(self, point: Point, times: int = 1) -> None:
        """Count a report in (`times=1`) or out (`times=-1`)."""
        self.reports += times
        self.stems[point.stems] += times
        for name in point.names.tolist():
            self.names[name] = self.names.get(name, 0) + times
            if not self.names[name]:
                del self.names[name]

    def of_stems(self, ids: Ints) -> Floats:
        """The weight of each stem, 0..1."""
        weights: Floats = self.idf[ids] * self._local(self.stems[ids])
        return weights

    def of_names(self, ids: Ints) -> Floats:
        """The weight of each name, 0..1."""
        return self._local(np.array([self.names.get(name, 0) for name in ids.tolist()], dtype=np.int32))

    def _local(self, counts: Counts) -> Floats:
        total = np.log(self.reports + _EARLY)
        rarity: Floats = np.maximum((total - np.log(counts + 1)) / total, _LEAST_RARITY)
        return rarity


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Many groups side by side, so that a newcomer is compared with all of them in a few array operations."""

    groups: tuple[Group, ...]
    reports: Ints  # where each group's reports begin
    days: Floats
    langs: Ints
    static: Vectors
    multilingual: Vectors
    stems: Ints
    counts: Floats
    stem_rows: Ints  # the group of each stem
    sounds: Ints
    named: NDArray[np.bool_]
    sound_rows: Ints
    sizes: Floats
    alike: Floats  # (2, groups)


def layout_of(groups: Sequence[Group]) -> Layout:
    """Lay out at least one group."""
    each = np.arange(len(groups))
    return Layout(
        groups=tuple(groups),
        reports=np.cumsum([0, *(g.size for g in groups)])[:-1],
        days=np.concatenate([g.days for g in groups]),
        langs=np.concatenate([g.langs for g in groups]),
        static=np.concatenate([g.static for g in groups]),
        multilingual=np.concatenate([g.multilingual for g in groups]),
        stems=np.concatenate([g.stems for g in groups]),
        counts=np.concatenate([g.counts for g in groups]),
        stem_rows=np.repeat(each, [len(g.stems) for g in groups]),
        sounds=np.concatenate([g.sounds for g in groups]),
        named=np.concatenate([g.named for g in groups]),
        sound_rows=np.repeat(each, [len(g.sounds) for g in groups]),
        sizes=np.array([g.size for g in groups], dtype=np.float64),
        alike=np.stack([g.alike for g in groups], axis=1),
    )


def gaps(point: Point, layout: Layout) -> Floats:
    """The days between the newcomer and the nearest report of each group."""
    nearest: Floats = np.minimum.reduceat(np.abs(layout.days - point.day), layout.reports)
    return nearest


def _spans(point: Point, layout: Layout) -> Floats:
    """The days from the first report of each group to its last, the newcomer included."""
    first = np.minimum(np.minimum.reduceat(layout.days, layout.reports), point.day)
    last = np.maximum(np.maximum.reduceat(layout.days, layout.reports), point.day)
    spans: Floats = last - first
    return spans


def scores(point: Point, layout: Layout, usual: Floats, rarity: Rarity) -> Floats:
    """The log odds that the newcomer reports the event of each group, if that were the only one of its day."""
    gap = gaps(point, layout)
    same = layout.langs == stem_id(point.lang)
    foreign = ~np.logical_or.reduceat(same, layout.reports)
    static = _linked(_products(layout.static, point.static), layout, same)
    multilingual = _linked(_products(layout.multilingual, point.multilingual), layout, np.ones_like(same))
    score = BIAS + DAYS * gap + FIRST_DAY * np.minimum(gap, 1) + SIZE * np.log(layout.sizes)
    score = score + SPAN * np.maximum(_spans(point, layout) - 1, 0)
    alike = np.maximum(layout.alike, point.alike[:, None])
    score = score + MULTILINGUAL * (multilingual - np.maximum(usual[0], alike[0]))
    score = score + STATIC * np.where(foreign, 0, static - np.maximum(usual[1], alike[1]))
    score = score + WORDING * np.where(foreign, 0, _shared_words(point, layout, rarity))
    score = score + OTHER_LANGUAGE * (foreign & (alike[0] == 0))
    score = score + NAMES * _shared_names(point, layout, rarity)
    score = score + SAME_OUTLET * np.array([point.source in g.sources for g in layout.groups])
    odds: Floats = np.nan_to_num(score + OTHER_FIGURES * _figures_clash(point, layout.groups), nan=-99.0)
    return odds


def usual_likeness(point: Point, strangers: Sequence[Point]) -> Floats:
    """How much the newcomer resembles reports of other happenings of the storyline (multilingual, static)."""
    total = _USUAL * _USUAL_COUNT
    if strangers:
        total[0] += float(_products(np.stack([s.multilingual for s in strangers]), point.multilingual).sum())
        total[1] += float(_products(np.stack([s.static for s in strangers]), point.static).sum())
    usual: Floats = total / (_USUAL_COUNT + len(strangers))
    return usual


def _products(rows: Vectors, vector: Vectors) -> Floats:
    """One inner product a row, whose bytes do not depend on the other rows (a matrix product's may)."""
    products: Floats = np.einsum("ij,j->i", rows, vector).astype(np.float64)
    return products


def _linked(products: Floats, layout: Layout, counted: NDArray[np.bool_]) -> Floats:
    """The likeness to each group, between that to its nearest report and the mean of those counted."""
    nearest = np.maximum.reduceat(np.where(counted, products, -1), layout.reports)
    number = np.maximum(np.add.reduceat(counted, layout.reports, dtype=np.float64), 1)
    mean = np.add.reduceat(np.where(counted, products, 0), layout.reports) / number
    linked: Floats = _NEAREST * nearest + (1 - _NEAREST) * mean
    return linked


def _shared_words(point: Point, layout: Layout, rarity: Rarity) -> Floats:
    """Cosine of weighted stems with all reports of each group taken together."""
    own = rarity.of_stems(point.stems)
    weights = rarity.of_stems(layout.stems)
    weighted = weights * layout.counts
    number = len(layout.groups)
    rarity.mask[point.stems] = True
    shared = np.flatnonzero(rarity.mask[layout.stems])
    rarity.mask[point.stems] = False
    dots = np.bincount(layout.stem_rows[shared], weights[shared] * weighted[shared], number)
    lengths = np.sqrt(np.bincount(layout.stem_rows, weighted * weighted, number) * float(own @ own))
    cosines: Floats = dots / np.maximum(lengths, 1e-9)
    return cosines


def _shared_names(point: Point, layout: Layout, rarity: Rarity) -> Floats:
    """The weight of the names of either side that the other has among its words."""
    rarity.mask[point.sounds] = True
    shared = rarity.mask[layout.sounds] & layout.named
    rarity.mask[point.sounds] = False
    rarity.mask[point.names] = True
    shared |= rarity.mask[layout.sounds]
    rarity.mask[point.names] = False
    found = np.bincount(layout.sound_rows[shared], rarity.of_names(layout.sounds[shared]), len(layout.groups))
    most: Floats = np.minimum(found, _MOST_NAMES)
    return most


def _figures_clash(point: Point, groups: Sequence[Group]) -> NDArray[np.bool_]:
    """Both count the same kind of thing and no number agrees."""
    values = _values(point.facts)
    units = {f.unit for f in point.facts.figures if f.unit}
    if not values or not units:
        return np.zeros(len(groups), dtype=np.bool_)
    return np.array([bool(g.values and units & g.units and not values & g.values) for g in groups])
