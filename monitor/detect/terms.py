"""The watch terms a pack of seeds yields: people, places, organisations and phrases, each with its seed sentence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from math import log, sqrt

from monitor.detect.background import Background
from monitor.detect.data import words
from monitor.detect.lex import SILENT, STOPWORDS, stem, stem_id


class Kind(StrEnum):
    """What a derived term names."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    NAME = "name"
    PHRASE = "phrase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One derived watch term."""

    text: str
    kind: Kind
    weight: float  # the strongest of a storyline has 1.0
    origin: str  # the seed sentence it came from
    file: str  # of that seed
    seeds: int  # how many seeds hold it
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of one seed."""

    text: str
    seed: int
    file: str
    is_title: bool = False
    outlet: str = ""


@dataclass(slots=True)
class _Candidate:
    surfaces: Counter[str] = field(default_factory=Counter)
    counts: Counter[int] = field(default_factory=Counter)  # by seed
    first: dict[int, Sentence] = field(default_factory=dict)
    roles: int = 0  # times a role or title stood in front, or a verb of saying behind
    quoted: int = 0  # times it was named as the source of a report

    def note(self, surface: str, sentence: Sentence) -> None:
        self.surfaces[surface] += 1
        self.counts[sentence.seed] += 1
        self.first.setdefault(sentence.seed, sentence)

    @property
    def surface(self) -> str:
        return max(self.surfaces, key=lambda s: (self.surfaces[s], -len(s), s))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


_ROLES = words("roles")
_DAYS = words("days")
_SAYING = r"(?:said|says|told|tells|warned|warns|added|adds|vowed|declared|announced|called|argued|claimed|insisted)"
_ORG_WORDS = words("organisations")
_CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞŁŚŽČŠĐİА-ЯЁЇІЄ][\w'’]*(?:-\w+)*)"
_NAME = re.compile(rf"{_CAPITAL}(?:(?:\s+(?:of|de|da|del|al|bin|ibn|van|von|der|for)(?:\s+the)?)?\s+{_CAPITAL})*")
_CAPITALISED = re.compile(rf"(?<=[a-z,;] )({_CAPITAL})")  # inside a sentence
_WORDS = re.compile(r"[^\W_][\w'’]*(?:-\w+)*|[.,;:!?()\[\]\"“”—–…|/]")
_ATTRIBUTED = re.compile(r"(?:according to|told|reported by|source:|\()\s*(?:the\s+|state\s+)*$", re.IGNORECASE)
_OUTLET_AFTER = re.compile(r"\s*(?:reported|news\b|reports|writer|photo|/)", re.IGNORECASE)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|across|from|to|into|inside|outside|toward|towards)\s+(?:the\s+)?$")
_LAST_WORD = re.compile(r"([\w'’]+)\s+$")
_LONGEST_PHRASE = 3
_SHARE = {1: 0.42, 2: 1.3, 3: 1.4}  # a lone common word tells less than a phrase
_NAMED = 0.1  # power of the share of the seeds that hold a name: one mention in one seed is enough to be worth watching
_MOST_TERMS = 90


def derive(sentences: Sequence[Sentence], background: Background, limit: int = _MOST_TERMS) -> tuple[Term, ...]:
    """The weighted terms of these seed sentences, strongest first.

    A term weighs by how often the seeds hold it (sublinear: one long seed cannot speak for all), in how many of them it
    stands, and how rare its words are in ordinary news.
    """
    names = _names(sentences)
    phrases = _phrases(sentences, names)
    seeds = len({s.seed for s in sentences}) or 1
    outlets = {_key(s.outlet) for s in sentences if s.outlet}
    scored = [
        (_weight(key, found, seeds, background, is_name), key, found, is_name)
        for group, is_name in ((names, True), (phrases, False))
        for key, found in group.items()
        if not (is_name and (key in outlets or found.quoted * 2 >= found.total))
    ]
    scored.sort(key=lambda item: (-item[0], item[1]))
    kept = _without_fragments(scored)[:limit]
    top = kept[0][0] if kept else 1.0
    return tuple(_term(weight / top, key, found, is_name, names) for weight, key, found, is_name in kept)


def _key(surface: str) -> tuple[str, ...]:
    return tuple(re.sub(r"['’]s?$", "", w).lower().replace(".", "") for w in re.split(r"[\s-]+", surface.strip()) if w)


def _weight(key: tuple[str, ...], found: _Candidate, seeds: int, background: Background, is_name: bool) -> float:
    stems = [s for s in map(stem, key) if s]
    if not stems:
        return 0.0
    rarity = sum(float(background.idf[stem_id(s)]) for s in stems) / len(stems)
    mentions = sum(log(1 + count) for count in found.counts.values())
    spread = len(found.counts) / seeds
    return mentions * rarity * (spread**_NAMED if is_name else sqrt(spread) * _SHARE[len(key)])


# ------------------------------------------------------------------------------------------------ names


def _names(sentences: Sequence[Sentence]) -> dict[tuple[str, ...], _Candidate]:
    found: dict[tuple[str, ...], _Candidate] = defaultdict(_Candidate)
    doubtful: list[tuple[tuple[str, ...], str, Sentence]] = []
    for sentence in sentences:
        if _is_headline_case(sentence.text):
            continue
        for match in _NAME.finditer(sentence.text):
            surface, role = _bare(match.group())
            key = _key(surface)
            if not key or len("".join(key)) < 2 or all(w in SILENT for w in key):
                continue
            if match.start() == 0 and len(key) == 1 and not role:
                doubtful.append((key, surface, sentence))
                continue
            _note_name(found[key], surface, sentence, match, role)
    for key, surface, sentence in doubtful:  # a capital at the start of a sentence proves nothing by itself
        if key in found:
            found[key].note(surface, sentence)
    return _with_surnames(_merge_adjectives(dict(found)))


def _note_name(candidate: _Candidate, surface: str, sentence: Sentence, match: re.Match[str], role: bool) -> None:
    before, after = sentence.text[: match.start()], sentence.text[match.end() :]
    candidate.note(surface, sentence)
    said = re.match(rf"['’]?s?\s*,?\s+{_SAYING}\b", after) is not None
    lead = _LAST_WORD.search(before)
    candidate.roles += role or said or (lead is not None and lead.group(1).lower() in _ROLES)
    candidate.quoted += bool(_ATTRIBUTED.search(before) or _OUTLET_AFTER.match(after))


def _bare(surface: str) -> tuple[str, bool]:
    """A name without the stop-words and everything up to a role in front of it, and whether a role was there."""
    parts = re.sub(r"['’]s?$", "", surface).split()
    roles = [i for i, word in enumerate(parts) if word.lower() in _ROLES]
    if roles and roles[-1] == len(parts) - 1:  # "National Security Adviser": a role by itself
        return "", False
    parts = parts[roles[-1] + 1 :] if roles else parts
    if roles and parts[0] == "of":  # Secretary of State Marco Rubio
        parts = parts[2:]
    while parts and parts[0].lower() in STOPWORDS | _DAYS:
        parts.pop(0)
    return " ".join(parts), bool(roles)


def _is_headline_case(text: str) -> bool:
    """Whether nearly every word has a capital, so that capitals tell nothing."""
    long = re.findall(r"[^\W\d_]{4,}", text)
    return len(long) > 3 and sum(w[0].isupper() for w in long) > 0.8 * len(long)


def _merge_adjectives(found: dict[tuple[str, ...], _Candidate]) -> dict[tuple[str, ...], _Candidate]:
    """Fold Russian into Russia, South Korean into South Korea; drop lone parts of Korea where they say less."""
    for key in sorted(found, key=len, reverse=True):
        base = next((other for other in found if other != key and _is_adjective_of(key, other)), None)
        if base is not None:
            adjective = found.pop(key)
            for seed, count in adjective.counts.items():
                found[base].counts[seed] += count
                found[base].first.setdefault(seed, adjective.first[seed])
    return found


def _with_surnames(found: dict[tuple[str, ...], _Candidate]) -> dict[tuple[str, ...], _Candidate]:
    """Count "Yoon" for Yoon Suk Yeol too: for the full name that is mentioned most."""
    people = [key for key in found if 1 < len(key) < 4 and key not in _places() and not {key[0], key[-1]} & _ORG_WORDS]
    for key in [k for k in found if len(k) == 1 and k not in _places()]:
        full = max((p for p in people if key[0] in (p[0], p[-1])), key=lambda p: (found[p].total, p), default=None)
        if full is not None:
            for seed, count in found[key].counts.items():
                found[full].counts[seed] += count
                found[full].first.setdefault(seed, found[key].first[seed])
    return found


def _is_adjective_of(word: tuple[str, ...], base: tuple[str, ...]) -> bool:
    if len(word) != len(base) or word[:-1] != base[:-1]:
        return False
    last, root = word[-1], base[-1]
    return (
        last != root
        and len(root) > 3
        and last.startswith(root[:-1])
        and re.search(r"(?:n|ns|ian|ians|ish|ese|i|is)$", last) is not None
    )


# ------------------------------------------------------------------------------------------------ phrases


def _phrases(
    sentences: Sequence[Sentence], names: dict[tuple[str, ...], _Candidate]
) -> dict[tuple[str, ...], _Candidate]:
    found: dict[tuple[str, ...], _Candidate] = defaultdict(_Candidate)
    parts = (
        {w for key in names for w in key} | {w.lower() for s in sentences for w in _CAPITALISED.findall(s.text)} | _DAYS
    )
    for sentence in sentences:
        for run in _runs(sentence.text, parts):
            for n in range(1, _LONGEST_PHRASE + 1):
                for i in range(len(run) - n + 1):
                    words = run[i : i + n]
                    found[tuple(stem(w) for w in words)].note(" ".join(words), sentence)
    return {
        key: c
        for key, c in found.items()
        if (len(key) == 1 and c.total > 1) or len(c.counts) > 1 or (len(key) > 1 and c.total > 1)
    }


def _runs(text: str, names: set[str]) -> Iterable[list[str]]:
    """Stretches of plain content words between stop-words, names, figures and marks."""
    run: list[str] = []
    for token in _WORDS.findall(text):
        word = re.sub(r"['’]s?$", "", token.lower())
        known = word in SILENT or word in names or set(word.split("-")) <= names
        if not word[:1].isalpha() or known or len(word) < 3 or not stem(word):
            if run:
                yield run
            run = []
        else:
            run.append(word)
    if run:
        yield run


def _without_fragments(
    scored: Sequence[tuple[float, tuple[str, ...], _Candidate, bool]],
) -> list[tuple[float, tuple[str, ...], _Candidate, bool]]:
    """Leave out what nearly always stands inside a stronger, longer term."""
    inside: Counter[tuple[str, ...]] = Counter()
    for _, key, found, _ in scored:
        for n in range(1, len(key)):
            for i in range(len(key) - n + 1):
                inside[key[i : i + n]] = max(inside[key[i : i + n]], found.total)
    return [item for item in scored if inside[item[1]] < 0.7 * (item[2].total + (inside[item[1]] if item[3] else 0))]


# ------------------------------------------------------------------------------------------------ kinds


@lru_cache(maxsize=1)
def _places() -> frozenset[tuple[str, ...]]:
    lines = files("monitor.detect.data").joinpath("gazetteer.txt").read_text("utf-8").splitlines()
    return frozenset(tuple(re.split(r"[\s-]+", line.lower())) for line in lines)


def _kind(key: tuple[str, ...], found: _Candidate, names: dict[tuple[str, ...], _Candidate]) -> Kind:
    if key in _places():
        return Kind.PLACE
    if key[-1] in _ORG_WORDS or key[0] in _ORG_WORDS or (found.surface.isupper() and len(key) == 1):
        return Kind.ORGANISATION
    alone = [k for k in names if len(k) == 1 and k[0] in (key[0], key[-1]) and k not in _places()]
    short = alone if len(key) < 4 and "of" not in key else []
    full = [k for k in names if len(k) > 1 and key[0] in (k[0], k[-1]) and k not in _places()] if len(key) == 1 else []
    if len(key) == 1 and not full and _is_whereabouts(found):
        return Kind.PLACE  # "officials in Seoul", whatever "Seoul said"
    if found.roles or any(names[k].roles for k in (*short, *full)):
        return Kind.PERSON
    if len(key) > 1 and short and not _is_thing(key, (found, *(names[k] for k in short))):
        return Kind.PERSON  # Kim Jong Un, and Kim alone elsewhere
    return Kind.PLACE if _is_whereabouts(found) else Kind.NAME


def _is_thing(key: tuple[str, ...], forms: Iterable[_Candidate]) -> bool:
    """Whether it is named after a country, has an article in front, or is somewhere to be: no person."""
    countries = {place[0] for place in _places() if len(place) == 1}
    return any(
        any(word in countries or any(_is_adjective_of((word,), (each,)) for each in countries) for word in key)
        or any(f"the {form.surface}" in f"{s.text[:1].lower()}{s.text[1:]}" for s in form.first.values())
        or _is_whereabouts(form)
        for form in forms
    )


def _is_whereabouts(found: _Candidate) -> bool:
    """Whether a sentence speaks of being in it, or of going there."""
    firsts = [sentence.text.partition(found.surface) for sentence in found.first.values()]
    return any(
        _PLACE_BEFORE.search(before) and not after.startswith(("'s", "’s")) for before, name, after in firsts if name
    )


def _term(
    weight: float, key: tuple[str, ...], found: _Candidate, is_name: bool, names: dict[tuple[str, ...], _Candidate]
) -> Term:
    first = found.first[min(found.first)]
    titled = next((s for _, s in sorted(found.first.items()) if s.is_title), first)
    return Term(
        text=found.surface,
        kind=_kind(key, found, names) if is_name else Kind.PHRASE,
        weight=round(weight, 4),
        origin=titled.text,
        file=titled.file,
        seeds=len(found.counts),
        stems=tuple(s for s in map(stem, key) if s),
    )
