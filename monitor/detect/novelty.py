"""What an entry adds to what is known: the seeds, the storyline so far and its own event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from monitor.detect.claims import KnownClaims, Statement
from monitor.detect.facts import Name
from monitor.detect.figures import Figure
from monitor.detect.lex import stem, stem_id, stems
from monitor.detect.likeness import sound
from monitor.text import short, words
from monitor.types import Claim, Novelty, Verdict

ENOUGH = 0.5  # newness from which a further report of an event is a development
MAX_WHY = 5
_NAME, _FIGURE, _CHANGED_FIGURE, _DATE, _DENIAL = 0.5, 0.5, 0.6, 0.3, 0.5
_FEW, _ROUGH = 0.25, 0.3  # of figures such as `two men`, `hundreds of people`
_SCALE_OF_CHANGE = 20  # a figure so many times another is not what that became
_COMMON_NAME, _PLACE = 0.25, 0.3  # of ordinary words, or a country
_LIKELY_NAME = 0.35  # a rare word that only begins a sentence
_SHOUTED_NAME, _LONGEST_NAME = 0.2, 3  # in a headline full of capitals nothing tells a name from other words
_FOREIGN_NAME = 0.25  # names are told from other words less surely in other languages
_IDENTIFIED = 0.2  # who it was that something known was told of
_TOLD_UNNAMED = 0.5  # share of its other words in one earlier sentence from which a claim only adds a name to that
_DENIED = 0.5  # share of its words in one earlier denial from which a denial is that one
_SHORT = 2  # words of a name that is not cut to its initials
_RARE = 0.85  # share of the greatest rarity from which a word is no ordinary one
_AHEAD = 180  # days: dates no further off are announced, later ones belong to another year
NOT_YET = "not in the earlier reports"  # the reason where no single fact is new, with the sentence
_QUOTED = 90  # characters of a sentence that a reason quotes
_CONVINCING = 0.3  # a reason that weighs less counts, but is not given to the reader
_FURNITURE = frozenset(map(stem, words("reasons ways things tips questions takeaways photos pictures facts")))
_DIRECTIONS = frozenset(("north", "south", "east", "west", "northern", "southern", "eastern", "western"))
_ADJECTIVES = ("an", "ans", "ese", "ish", "ch", "i", "is")
_DOUBT = 1.1  # log odds of belonging to its event at which a report without new facts counts as half new ...
_DOUBT_FOREIGN = -0.4  # ... and in another language, where the odds are lower by nature

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one entry teaches, kept small: it is remembered longer than the entry."""

    sounds: frozenset[str]
    full_names: frozenset[tuple[str, ...]]  # of more than one word, or initials
    figures: frozenset[str]


def lesson_of(statements: Iterable[Statement]) -> Lesson:
    """Everything in the statements that is known from then on."""
    found = tuple(statements)
    names = [name for s in found for name in s.facts.names]
    heard = {word for s in found for word in s.stems | s.facts.atoms}
    heard |= {_initials(name) for name in names if len(name.atoms) > _SHORT}
    full = (name for name in names if not name.shouted and (len(name.atoms) > 1 or name.written.isupper()))
    return Lesson(
        sounds=frozenset(map(sound, heard)),
        full_names=frozenset(tuple(map(sound, name.atoms)) for name in full),
        figures=frozenset(figure.key for s in found for figure in s.facts.figures),
    )


def _initials(name: Name) -> str:
    """The letters a long name goes by: `imf`."""
    return "".join(atom[0] for atom in name.atoms)


@dataclass(slots=True)
class Known:
    """What a reader of the storyline knows: words, names and figures, counted so that they can be forgotten again."""

    idf: NDArray[np.float32]  # of stems in ordinary news, the rarest 1
    sounds: Counter[str] = field(default_factory=Counter)
    full_names: Counter[tuple[str, ...]] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)  # first and last word of full names
    figures: Counter[str] = field(default_factory=Counter)

    def learn(self, lesson: Lesson, times: int = 1) -> None:
        """Count a lesson in (`times=1`) or out (`times=-1`)."""
        _count(self.sounds, lesson.sounds, times)
        _count(self.full_names, lesson.full_names, times)
        _count(self.ends, [end for name in lesson.full_names for end in (name[0], name[-1])], times)
        _count(self.figures, lesson.figures, times)

    def is_rare(self, name: Name) -> bool:
        """Whether ordinary news hardly knows a word of the name."""
        return any(self.idf[stem_id(atom)] >= _RARE for atom in name.atoms)

    def has_name(self, name: Name) -> bool:
        """Whether the name, its initials, what it is short for or the surname it extends was mentioned before."""
        atoms = tuple(map(sound, name.atoms))
        new = {atom for atom in atoms if atom not in self.sounds}
        short = sound(_initials(name))
        cut = (short,) in self.full_names or (len(atoms) > _SHORT + 1 and short in self.sounds)
        if not new or cut or atoms[1:] in self.full_names:
            return True
        if name.place:
            return all(sound(word) in self.sounds for word in stems(name.written))
        ends = {atoms[0], atoms[-1]} - new
        return bool(ends) and not any(end in self.ends for end in ends)


def _count(table: Counter[_Key], keys: Iterable[_Key], times: int) -> None:
    for key in keys:
        table[key] += times
        if table[key] <= 0:
            del table[key]


@dataclass(frozen=True, slots=True)
class _News:
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """An entry to be judged, with the log odds that it belongs to its event."""

    statements: Sequence[Statement]
    date: datetime
    home: bool = True  # in the language of the storyline
    odds: float | None = None  # None: the first of its event


def judge(report: Report, event: Sequence[Statement], known: Known) -> Verdict:
    """Say what an entry adds: NEW_EVENT for the first report, else DEVELOPMENT or REPEAT.

    `event` holds the statements of the event's earlier reports, `known` what the whole storyline and its seeds taught.
    A report that fits its event badly counts as new in part: it may be about another happening.
    """
    whys: dict[str, float] = {}
    fresh: list[Statement] = []
    told = _Told(event)
    for statement in report.statements:
        news = list(_news(statement, report, told, known))
        whys.update({n.why: max(n.weight, whys.get(n.why, 0.0)) for n in news})
        if news or report.odds is None:
            fresh.append(statement)
    if report.odds is None:
        score = round(1 - 0.5 * _left(whys.values()), 4)
        why = ("first report", *_worth_saying(whys))[:MAX_WHY]
        return Verdict(novelty=Novelty.NEW_EVENT, score=score, why=why, new=_claims(fresh))
    return _further(report, told.claims, whys, fresh)


def _further(report: Report, event: KnownClaims, whys: dict[str, float], fresh: list[Statement]) -> Verdict:
    """The verdict on a later report of an event."""
    near = [(s, *event.nearest(s)) for s in report.statements]
    _, found, _ = max(near, key=lambda n: n[2] if n[1] else -1.0, default=(None, None, 0.0))
    best = found.text if found is not None else ""
    doubt = _DOUBT if report.home else _DOUBT_FOREIGN
    unlike = 1 / (1 + exp(1.5 * min(max((report.odds or 0.0) - doubt, -30.0), 30.0)))
    score = round(1 - _left([*whys.values(), unlike]), 4)
    if score < ENOUGH or not near:
        return Verdict(novelty=Novelty.REPEAT, score=score, why=("adds nothing new to its event",), nearest=best)
    why = _worth_saying(whys)
    if not why:
        least = min(near, key=lambda n: n[2])[0]
        why, fresh = (f"{NOT_YET}: “{short(least.text, _QUOTED)}”",), fresh or [least]
    return Verdict(novelty=Novelty.DEVELOPMENT, score=score, why=why, new=_claims(fresh), nearest=best)


def _claims(statements: Iterable[Statement]) -> tuple[Claim, ...]:
    return tuple(Claim(text=s.text, facts=s.facts.keys) for s in statements)


def _worth_saying(whys: dict[str, float]) -> tuple[str, ...]:
    """The reasons, weightiest first, without those that would not convince a reader."""
    return tuple(sorted((why for why in whys if whys[why] >= _CONVINCING), key=lambda why: -whys[why]))[:MAX_WHY]


def _left(weights: Iterable[float]) -> float:
    """How much room to doubt several pieces of evidence leave."""
    left = 1.0
    for weight in weights:
        left *= 1 - weight
    return left


class _Told:
    """What the earlier reports of an event say, read once."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.claims = KnownClaims(statements)
        self.denials = KnownClaims(s for s in statements if s.facts.denials)
        self.figures = [figure for s in statements for figure in s.facts.figures]
        self.dates = {date for s in statements for date in s.facts.dates}
        self.anything = bool(statements)

    def unnamed(self, statement: Statement, name: Name) -> bool:
        """Whether an earlier sentence says the same of somebody it does not name."""
        found, covered = self.claims.nearest(statement, but=name.atoms)
        if found is None or covered < _TOLD_UNNAMED:
            return False
        return found.facts.atoms <= statement.facts.atoms | statement.stems


def _news(statement: Statement, report: Report, told: _Told, known: Known) -> Iterable[_News]:
    """The facts nobody reported before, with what each weighs."""
    facts = statement.facts
    for name in facts.names:
        weight = _name_weight(name, report, known)
        if weight and not known.has_name(name):
            named = not name.place and told.unnamed(statement, name)
            yield _News(min(weight, _IDENTIFIED) if named else weight, f"first mention: {_called(name)}")
    for figure in facts.figures:
        yield from _figure_news(figure, told.figures, known)
    if facts.denials and told.anything and told.denials.nearest(statement)[1] < _DENIED:
        yield _News(_DENIAL, f"now denied or disputed: “{_around(facts.denials[0], statement.text)}”")
    for date in facts.dates if told.anything else ():
        day = next((day for day in _coming(report.date) if day.strftime("%m-%d") == date), None)
        if day is not None and date not in told.dates:
            yield _News(_DATE, f"new date: {day.day} {day:%B}")


def _called(name: Name) -> str:
    """A name as a reason gives it: the country in place of `British`."""
    short_form = "." in name.written or name.written.lower().endswith(_ADJECTIVES)
    return name.place.title() if name.place and short_form else name.written


def _around(word: str, text: str) -> str:
    """The part of a sentence in which a word stands."""
    start = max(text.lower().find(word) - _QUOTED // 2, 0)
    start = text.find(" ", start) + 1 if start else 0
    return "…" * (start > 0) + short(text[start:], _QUOTED)


def _coming(date: datetime) -> Iterable[datetime]:
    """The days a report may announce something for."""
    return (date + timedelta(days=ahead) for ahead in range(2, _AHEAD))


def _name_weight(name: Name, report: Report, known: Known) -> float:
    if name.place:
        return _PLACE if report.home else 0.0
    if name.shouted:
        return _SHOUTED_NAME if len(name.atoms) <= _LONGEST_NAME and known.is_rare(name) else 0.0
    if not report.home:
        return _FOREIGN_NAME if name.sure and len(name.atoms) > 1 else 0.0
    if len(name.atoms) == 1 and name.written.lower() in _DIRECTIONS:
        return 0.0
    if not known.is_rare(name):
        return _COMMON_NAME if name.sure else 0.0
    return _NAME if name.sure else _LIKELY_NAME


def _figure_news(figure: Figure, told: Sequence[Figure], known: Known) -> Iterable[_News]:
    if figure.unit in _FURNITURE or any(figure.covers(other) for other in told) or figure.key in known.figures:
        return
    few = figure.value <= 2 and not figure.number[0].isdigit()
    before = [other for other in told if other.unit and other.unit == figure.unit and _may_become(other, figure)]
    if before and not few and not figure.is_plural:
        yield _News(_CHANGED_FIGURE, f"{before[-1].number} → {figure.written}")
    elif figure.unit:
        yield _News(_FEW if few else _ROUGH if figure.is_plural else _FIGURE, f"new figure: {figure.written}")


def _may_become(figure: Figure, later: Figure) -> bool:
    """Whether one figure may be the later state of another."""
    low, high = sorted((figure.value, later.value))
    return low > 0 and high / low <= _SCALE_OF_CHANGE
