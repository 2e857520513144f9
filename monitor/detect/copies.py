"""Which entry is a copy of which: the same text under other mastheads, cut, tagged or with a dateline in front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz

from monitor.detect.mastheads import own_words
from monitor.text import fingerprint, normalise, words

MAX_WORDS = 400  # of a text compared; what follows adds nothing but time
SHINGLE = 3  # words a shingle
CONTAINED = 0.8  # share of the shorter text's shingles found in the longer one (Broder 1997, containment)
ALIKE_TITLES = 88.0  # token ratio (0..100) from which two headlines are one wording
MIN_WORDS = 6  # a text shorter than that proves nothing by itself
_OFTEN = 64  # entries that hold a shingle from which it is hardly a mark: furniture, or a text printed everywhere
_MARK = 16  # what a shingle of fewer entries counts beside one of those

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """How a text is worded: the marks by which its copies are found."""

    title: str  # own words, normalised
    body: str  # the rest
    shingles: frozenset[int]  # of title and body
    body_shingles: frozenset[int]
    words: int


def wording_of(title: str, body: str) -> Wording:
    """Read the wording of an entry (clean title; clean summary or content)."""
    heading, rest = own_words(title), own_words(body)
    in_title, in_body = _words(heading), _words(rest)
    return Wording(
        title=" ".join(in_title),
        body=" ".join(in_body),
        shingles=frozenset(_shingles(in_title)) | frozenset(_shingles(in_body)),
        body_shingles=frozenset(_shingles(in_body)),
        words=len(in_title) + len(in_body),
    )


def same_wording(one: Wording, other: Wording) -> float:
    """How surely (0..1) two entries are the same text; 0 where they are two wordings."""
    titles = fuzz.token_sort_ratio(one.title, other.title) if one.title and other.title else 0.0
    if one.title == other.title and one.title.count(" ") >= 3 and _agree(one, other, 0.5):
        return 1.0
    if min(len(one.body_shingles), len(other.body_shingles)) >= MIN_WORDS:
        inside = _containment(one.body_shingles, other.body_shingles)
        if inside >= CONTAINED:
            return inside
    if min(one.words, other.words) >= MIN_WORDS and len(one.shingles) > 2 and len(other.shingles) > 2:
        inside = _containment(one.shingles, other.shingles)
        if inside >= CONTAINED and (one.body or other.body) and titles >= 50:
            return inside
    if titles >= ALIKE_TITLES and min(one.title.count(" "), other.title.count(" ")) >= 4 and _agree(one, other, 0.5):
        return titles / 100
    if _is_prefix(one, other):
        return 0.9
    return 0.0


def _agree(one: Wording, other: Wording, share: float) -> bool:
    """Whether the bodies do not speak against a copy: one is missing, or they overlap."""
    if len(one.body_shingles) < 3 or len(other.body_shingles) < 3:
        return True
    return _containment(one.body_shingles, other.body_shingles) >= share


def _is_prefix(one: Wording, other: Wording) -> bool:
    """A cut text: the whole of one stands at the beginning of the other."""
    short, long = sorted((f"{one.title} {one.body}".strip(), f"{other.title} {other.body}".strip()), key=len)
    return short.count(" ") + 1 >= 8 and long.startswith(short)


def _containment(one: frozenset[int], other: frozenset[int]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    both = len(one | other)
    return len(one & other) / both if both else 0.0


def _words(text: str) -> list[str]:
    return [w[:40] for w in words(normalise(text))[:MAX_WORDS]]


def _shingles(found: list[str]) -> Iterable[int]:
    if len(found) < SHINGLE:
        return ()
    return (int(fingerprint(*found[i : i + SHINGLE]), 16) for i in range(len(found) - SHINGLE + 1))


class Copies:
    """The wordings of recent entries, to be asked for the one a text copies; bounded by what is kept in it."""

    def __init__(self) -> None:
        self._wordings: dict[str, Wording] = {}
        self._order: dict[str, int] = {}
        self._count = 0
        self._at: dict[int, list[str]] = {}
        self._titles: dict[str, list[str]] = {}

    def add(self, uid: str, wording: Wording) -> None:
        """Remember a wording."""
        self._wordings[uid] = wording
        self._count += 1
        self._order[uid] = self._count
        for shingle in wording.shingles:
            self._at.setdefault(shingle, []).append(uid)
        self._titles.setdefault(wording.title, []).append(uid)

    def replace(self, uid: str, wording: Wording) -> None:
        """Put a later wording where the earlier one stood."""
        order = self._order.get(uid)
        self.discard(uid)
        self.add(uid, wording)
        if order is not None:
            self._order[uid] = order

    def discard(self, uid: str) -> None:
        """Forget a wording."""
        wording = self._wordings.pop(uid, None)
        if wording is None:
            return
        del self._order[uid]
        for shingle in wording.shingles:
            _drop(self._at, shingle, uid)
        _drop(self._titles, wording.title, uid)

    def find(self, wording: Wording) -> list[tuple[str, float]]:
        """The entries of the same wording with how sure that is, most alike and then first seen first."""
        hits: Counter[str] = Counter()
        for holders in (self._titles.get(wording.title, []), *(self._at.get(s, []) for s in wording.shingles)):
            mark = _MARK if len(holders) <= _OFTEN else 1
            for uid in holders[:_OFTEN]:
                hits[uid] += mark
        likely = sorted(hits, key=lambda uid: (-hits[uid], self._order[uid]))[:30]
        found = [(uid, same_wording(wording, self._wordings[uid])) for uid in likely]
        alike = {uid: _resemblance(wording.shingles, self._wordings[uid].shingles) for uid in likely}
        return sorted(((uid, sure) for uid, sure in found if sure > 0), key=lambda f: (-alike[f[0]], self._order[f[0]]))


def _drop(table: dict[_Key, list[str]], key: _Key, uid: str) -> None:
    table[key].remove(uid)
    if not table[key]:
        del table[key]
