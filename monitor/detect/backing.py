"""A summariser's sentences held against the claims they were made of: each must be one claim, only shorter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.detect import data
from monitor.detect.language import language_of
from monitor.detect.lex import fold, plain, stem
from monitor.text import collapse, printable
from monitor.types import Line

SHORTEST = 4  # words of a sentence that says something
LONGEST = 300  # characters of one
SKIPPED = 2  # plain words that may be left out in the middle of a clause

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W\d_][^\W_]*(?:['’-][^\W_]+)*|[^\w\s]")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_EDGE = frozenset(",;:()[]–—-")
_FREE = frozenset(("a", "an", "the"))  # may be added
_LINKS = frozenset(("and", "or", "but", "while", "than", "that", "which", "who", "whom", "whose", "by", "to", "from"))
_LATER = frozenset(("after", "as", "when", "while", "following", "during", "since", "amid"))  # a tail may begin so


@dataclass(frozen=True, slots=True)
class _Words:
    """A sentence as words, and the places between them where a clause begins or ends."""

    written: tuple[str, ...]
    stems: tuple[str, ...]
    edges: frozenset[int]  # n: there is a comma, bracket or dash in front of word n

    def __len__(self) -> int:
        return len(self.stems)

    @property
    def guards(self) -> frozenset[str]:
        """The words that deny, doubt or attribute."""
        return frozenset(word.lower() for word in self.written) & data.words("guards")

    def is_plain(self, start: int, end: int) -> bool:
        """Whether a span is short and its words neither name nor count nor link anything; weekdays may go."""
        span = [word.lower() if word.lower() in data.words("days") else word for word in self.written[start:end]]
        return len(span) <= SKIPPED and all(word.islower() and word.isalpha() and word not in _LINKS for word in span)


def drafted(answer: str) -> list[str]:
    """The sentences of a summariser's answer, one a line, without bullets and control characters."""
    lines = (collapse(printable(_BULLET.sub("", line))) for line in answer[:20_000].splitlines())
    return [line for line in lines if line]


def backed(drafts: Iterable[str], claims: Sequence[Line], most: int) -> tuple[Line, ...]:
    """The first `most` drafts that shorten a claim, each with the source and link of that claim.

    A draft passes when it is a claim with words left out: whole clauses between commas or at either end, or one or two
    plain words. Words that deny, doubt or attribute (not, may, said) all stay, no other word may be added, and order
    stays. So no sentence of a summary says what no report says. A draft that repeats a claim word for word is no
    summary and is left out, as is a second one of the same claim. Only English claims are looked at: the words that
    must stay are known in no other language.
    """
    read = [(claim, _read(claim.text)) for claim in claims if language_of(claim.text) == "en"]
    whole = {_key(words) for _, words in read}
    taken: dict[str, Line] = {}
    for draft in drafts:
        words = _read(draft)
        if len(taken) == most or len(words) < SHORTEST or len(draft) > LONGEST or _key(words) in whole:
            continue
        claim = next((claim for claim, known in read if _shortens(words, known)), None)
        if claim is not None:
            taken.setdefault(claim.text, replace(claim, text=draft))
    return tuple(taken.values())


def _read(sentence: str) -> _Words:
    written: list[str] = []
    edges = {0}
    for token in _TOKEN.findall(sentence):
        if token[0].isalnum():
            written.append(token)
        elif token in _EDGE:
            edges.add(len(written))
    return _Words(tuple(written), tuple(map(_stem, written)), frozenset((*edges, len(written))))


def _stem(word: str) -> str:
    lower = plain(word)
    return lower.replace(",", "") if lower[0].isdigit() else stem(lower) or fold(lower)


def _key(words: _Words) -> tuple[str, ...]:
    return tuple(s for s in words.stems if s not in _FREE)


def _shortens(draft: _Words, claim: _Words) -> bool:
    """Whether the draft's words stand in the claim in this order, and only what may be left out is left out."""
    if draft.guards != claim.guards:
        return False
    ends = {0}  # places in the claim behind the word matched last
    for number, wanted in enumerate(draft.stems):
        found = {
            place + 1
            for end in ends
            for place in range(end, len(claim))
            if claim.stems[place] == wanted and _may_skip(claim, end, place, first=number == 0)
        }
        ends = found or (ends if wanted in _FREE else set())
    return any(_may_stop(claim, end) for end in ends)


def _may_skip(claim: _Words, start: int, end: int, *, first: bool) -> bool:
    if start == end or {start, end} <= claim.edges:
        return True
    return not first and claim.is_plain(start, end)


def _may_stop(claim: _Words, end: int) -> bool:
    following = range(end, min(end + SKIPPED, len(claim)) + 1)
    at_edge = any(place in claim.edges and claim.is_plain(end, place) for place in following)
    return at_edge or claim.stems[end] in _LATER
