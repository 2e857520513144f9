"""An entry as claims: its headline and sentences, each with what it states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.detect.facts import Facts, facts_of
from monitor.detect.lex import stems
from monitor.detect.mastheads import own_words
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
    texts = dict.fromkeys(text[:LONGEST].strip() for text in found if len(text.strip()) > 2)
    return tuple(
        Statement(text, frozenset(stems(text)), facts_of(text, lang or "en")) for text in list(texts)[:MAX_CLAIMS]
    )


def nearest(
    claim: Statement, known: Sequence[Statement], weight: dict[str, float] | None = None
) -> tuple[Statement | None, float]:
    """The known claim that covers most of `claim` and the share (0..1) of its weighted words it covers."""
    total = _weight(claim.stems, weight)
    best, share = None, 0.0
    for other in known:
        covered = _weight(claim.stems & other.stems, weight) / total if total else 1.0
        if covered > share or best is None:
            best, share = other, covered
    return best, share


def _weight(words: frozenset[str], weight: dict[str, float] | None) -> float:
    return float(len(words)) if weight is None else sum(weight.get(word, 1.0) for word in sorted(words))
