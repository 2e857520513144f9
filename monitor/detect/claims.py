"""An entry as claims: its headline and sentences, each with what it states."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from monitor.detect.background import shipped
from monitor.detect.facts import Facts, facts_of
from monitor.detect.lex import stem_id, stems
from monitor.detect.mastheads import is_cut, own_words
from monitor.text import sentences

MAX_CLAIMS = 12  # of one entry
MAX_CHARACTERS = 4_000  # of a body read for claims
LONGEST = 600  # characters of one claim
KNOWN = 0.75  # share of a claim's weighted words found in a known one from which it says nothing new


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One sentence, read."""

    text: str
    stems: frozenset[str]
    facts: Facts


@lru_cache(maxsize=4_096)
def statements_of(title: str, body: str, lang: str = "en") -> tuple[Statement, ...]:
    """The claims of an entry: its title, then the sentences of its body; what mastheads add is left out."""
    found = [own_words(title), *sentences(own_words(body[:MAX_CHARACTERS]), lang or "en")]
    if len(found) > 1 and is_cut(body[:MAX_CHARACTERS]):
        found[-1] = found[-1].rstrip(" .,") + "…"
    texts = dict.fromkeys(text[:LONGEST].strip() for text in found if len(text.strip()) > 2)
    return tuple(_statement(text, lang or "en") for text in list(texts)[:MAX_CLAIMS])


def statement_of(text: str, lang: str = "en") -> Statement:
    """One sentence as it stands."""
    return _statement(text[:LONGEST].strip(), lang or "en")


@lru_cache(maxsize=8_192)
def _statement(text: str, lang: str) -> Statement:
    return Statement(text, frozenset(stems(text)), facts_of(text, lang))


class KnownClaims:
    """Sentences somebody knows, to be asked whether another one says anything new.

    `before` holds what was known before them; it is asked too and stays as it is.
    """

    def __init__(self, statements: Iterable[Statement] = (), before: KnownClaims | None = None) -> None:
        self._before = before
        self._statements: list[Statement] = []
        self._with: dict[str, list[int]] = {}
        self._figures: set[float] = set()
        for statement in dict.fromkeys(statements):  # copies repeat them
            self.add(statement)

    def add(self, statement: Statement) -> None:
        """Know this sentence from now on."""
        for stem in statement.stems:
            self._with.setdefault(stem, []).append(len(self._statements))
        self._statements.append(statement)
        self._figures.update(figure.value for figure in statement.facts.figures)

    def nearest(self, claim: Statement, but: Collection[str] = ()) -> tuple[Statement | None, float]:
        """The known sentence that covers most of a claim, and the share (0..1) of its weighted words it covers.

        `but` are stems of the claim that are left out of account.
        """
        asked = sorted(claim.stems.difference(but))
        total = sum(map(_weight, asked))
        if not total:
            return None, 1.0
        earlier, share = self._before.nearest(claim, but) if self._before else (None, 0.0)
        covered: dict[int, float] = {}
        for stem in asked:
            for at in self._with.get(stem, ()):
                covered[at] = covered.get(at, 0.0) + _weight(stem)
        best = max(covered, key=lambda at: (round(covered[at], 6), -at), default=None)
        if best is None or round(share, 6) >= round(covered[best] / total, 6):
            return earlier, share
        return self._statements[best], covered[best] / total

    def has(self, claim: Statement, share: float = KNOWN) -> bool:
        """Whether a claim is known: its words are, its figures are, and it does not deny what was affirmed."""
        found, covered = self.nearest(claim)
        if found is None or covered < share:
            return found is None and covered >= share
        figures = {figure.value for figure in claim.facts.figures}
        turned = (claim.facts.negations > 0) != (found.facts.negations > 0)
        denied = bool(claim.facts.denials) and not found.facts.denials
        return self._counts(figures) and not turned and not denied

    def _counts(self, figures: set[float]) -> bool:
        left = figures - self._figures
        return not left or (self._before is not None and self._before._counts(left))


@lru_cache(maxsize=1 << 16)
def _weight(stem: str) -> float:
    """How much a word tells: its rarity in ordinary news."""
    return float(shipped().idf[stem_id(stem)])
