"""What an entry adds to what is known: the seeds, the storyline so far and its own event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from monitor.detect.claims import KNOWN, Statement, nearest
from monitor.detect.facts import Facts, Figure, Name
from monitor.types import Claim, Novelty, Verdict

_Key = TypeVar("_Key")

ENOUGH = 0.5  # newness from which a further report of an event is a development
MAX_WHY = 5
_NEW_NAME, _NEW_FIGURE, _CHANGED_FIGURE, _NEW_DATE, _NEW_DENIAL = 0.5, 0.4, 0.6, 0.2, 0.4


@dataclass(slots=True)
class Known:
    """What a reader of the storyline knows: names and figures, counted so that they can be forgotten again."""

    words: Counter[str] = field(
        default_factory=Counter
    )  # stems of every text: a name is new only if nobody wrote it before
    full_names: Counter[tuple[str, ...]] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)

    def learn(self, statements: Iterable[Statement], times: int = 1) -> None:
        """Count the statements in (`times=1`) or out (`times=-1`)."""
        for statement in statements:
            _count(self.words, statement.stems | statement.facts.atoms, times)
            _count(self.full_names, {name.atoms for name in statement.facts.names if len(name.atoms) > 1}, times)
            _count(self.figures, {figure.key for figure in statement.facts.figures}, times)

    def has_name(self, name: Name) -> bool:
        """Whether the name, or the surname it extends, was mentioned before."""
        new = [atom for atom in name.atoms if atom not in self.words]
        if not new:
            return True
        ends = {name.atoms[0], name.atoms[-1]} - set(new)
        taken = any(end in (full[0], full[-1]) for end in ends for full in self.full_names)
        return bool(ends) and not taken


def _count(table: Counter[_Key], keys: Iterable[_Key], times: int) -> None:
    for key in keys:
        table[key] += times
        if table[key] <= 0:
            del table[key]


@dataclass(frozen=True, slots=True)
class _News:
    weight: float
    why: str


def judge(statements: Sequence[Statement], event: Sequence[Statement], known: Known, *, first: bool) -> Verdict:
    """The verdict on an entry's statements: NEW_EVENT for the first report, else DEVELOPMENT or REPEAT.

    `event` holds the statements of the event's earlier reports, `known` those of the whole storyline and its seeds.
    """
    fresh: list[Claim] = []
    whys: dict[str, float] = {}
    best, covered = "", 0.0
    for statement in statements:
        found, share = nearest(statement, event)
        best, covered = (found.text, share) if found is not None and share > covered else (best, covered)
        news = list(_news(statement.facts, event, known))
        whys.update({n.why: max(n.weight, whys.get(n.why, 0)) for n in news})
        if news or (first and share < KNOWN):
            fresh.append(Claim(text=statement.text, facts=statement.facts.keys))
    score = 1.0
    for weight in whys.values():
        score *= 1 - weight
    why = tuple(sorted(whys, key=lambda w: -whys[w]))[:MAX_WHY]
    if first:
        return Verdict(
            novelty=Novelty.NEW_EVENT,
            score=round(1 - 0.5 * score, 4),
            why=why or ("first report",),
            new=tuple(fresh),
            nearest=best,
        )
    if 1 - score >= ENOUGH:
        return Verdict(novelty=Novelty.DEVELOPMENT, score=round(1 - score, 4), why=why, new=tuple(fresh), nearest=best)
    return Verdict(
        novelty=Novelty.REPEAT, score=round(1 - score, 4), why=("adds nothing new to its event",), nearest=best
    )


def _news(facts: Facts, event: Sequence[Statement], known: Known) -> Iterable[_News]:
    """The facts nobody reported before, with what each weighs."""
    for name in facts.names:
        if name.sure and not known.has_name(name):
            yield _News(_NEW_NAME, f"first mention: {name.written}")
    told = [figure for statement in event for figure in statement.facts.figures]
    for figure in facts.figures:
        yield from _figure_news(figure, told, known)
    if facts.denials and not any(statement.facts.denials for statement in event):
        yield _News(_NEW_DENIAL, f"now denied or disputed ({facts.denials[0]})")
    dates = {date for statement in event for date in statement.facts.dates}
    for date in facts.dates:
        if event and date not in dates:
            yield _News(_NEW_DATE, f"new date: {date}")


def _figure_news(figure: Figure, told: Sequence[Figure], known: Known) -> Iterable[_News]:
    if any(other.value == figure.value for other in told) or figure.key in known.figures:
        return
    before = [other for other in told if other.unit and other.unit == figure.unit]
    if before:
        yield _News(_CHANGED_FIGURE, f"{before[-1].written.partition(' ')[0]} → {figure.written}")
    elif figure.unit:
        yield _News(_NEW_FIGURE, f"new figure: {figure.written}")
