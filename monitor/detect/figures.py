"""Numbers in a text and what they count: `two hundred and thirty people`, `$1.5bn`, `more than 3 000 shells`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.detect.lex import STOPWORDS, stem
from monitor.text import words

MONTHS = words("jan feb mar apr may jun jul aug sep oct nov dec")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SMALL = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
SPELT: dict[str, float] = {word: float(n) for n, word in enumerate(_SMALL)} | {
    word: 10.0 * n for n, word in enumerate(_TENS, 2)
}
SPELT |= {"dozen": 12.0, "half": 0.5}
_SCALE = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}
_PLURAL = {"dozens": 12.0, "scores": 20.0, "hundreds": 1e2, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
_CURRENCY = frozenset("$€£¥₩₽₹")
_MONEY = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥", "won": "₩", "roubl": "₽", "rubl": "₽", "rupe": "₹"}
_PERCENT = frozenset(("%", "percent", "pct", "procent", "prozent"))
_NOT_A_UNIT = frozenset(
    words(
        """more additional extra further other another new newly old least most nearly almost about around least total
    some over under than up late early last next past former foreign nuclear military civilian armed senior local"""
    )
)
_BEYOND = frozenset(words("in on at to by from after before for with during near against while when who that per as"))
_ABOVE, _BELOW, _AROUND = frozenset(("over", "than", "least")), frozenset(("nearly", "almost", "under")), 0.25
_ROUGHLY = frozenset(("about", "around", "some", "roughly", "approximately", "circa", "estimated"))
_ALIKE = {
    stem(word) or word: group.partition(" ")[0]
    for group in (
        "soldier soldiers troops servicemen fighters", "dead deaths death killed died fatalities toll lives",
        "hurt injured wounded", "casualties casualty", "people persons person",
       "case cases infections", "aircraft planes plane jets",
    )
    for word in group.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts: the stem of the noun behind it, a currency, `%`, or "" where nothing tells."""

    value: float
    unit: str
    number: str  # "10,000"
    written: str  # "10,000 troops"
    least: float  # `more than 300` may stand for anything in this range ...
    most: float

    @property
    def key(self) -> str:
        """The form in which figures are compared."""
        return f"{self.value:g} {self.unit}".strip()

    @property
    def is_plural(self) -> bool:
        """Whether only the order of magnitude is told: `hundreds`."""
        return self.number.lower() in _PLURAL

    @property
    def is_rough(self) -> bool:
        """Whether the text says `about`, `more than`, `dozens of`."""
        return self.least != self.most

    def covers(self, other: Figure) -> bool:
        """Whether it says nothing that `other` does not say."""
        return self.value == other.value or (self.is_rough and self.least <= other.value <= self.most)


def figures(tokens: Sequence[str]) -> Iterable[Figure]:
    """The figures among the words and signs of a text, dates and years left out."""
    lower = [token.lower() for token in tokens]
    taken = -1
    for at in range(len(tokens)):
        if at <= taken:
            continue
        value, end = _number_at(lower, at)
        if value is None or _is_part_of_date(lower, at, end) or (at and lower[at - 1] in {"no", "number"}):
            continue
        taken = end - 1
        before = tokens[at - 1] if at else ""
        unit, last = _unit_at(tokens, lower, end, before)
        head = before if before in _CURRENCY else f"{before} " if before == "a" else ""
        number, written = (head + " ".join(tokens[at:to]).replace(" %", "%") for to in (end, last + 1))
        if not unit:
            unit, noun = _unit_before(lower, at)
            written = f"{number} {noun}".strip()
        if unit or value > 12 or lower[at][0].isdigit():
            yield Figure(value, unit, number, written, *_range(lower, at, value))


def _unit_before(lower: Sequence[str], at: int) -> tuple[str, str]:
    """What is counted where it stands in front (`casualties near | 4,700`), and how to say it behind."""
    for word in reversed(lower[max(at - 4, 0) : at]):
        stemmed = stem(word) or word
        if stemmed in _ALIKE:
            return _ALIKE[stemmed], _ALIKE[stemmed] if _ALIKE[stemmed] in {"dead", "hurt"} else word
    return "", ""


def _range(lower: Sequence[str], at: int, value: float) -> tuple[float, float]:
    """What the number may stand for: `about 300`, `more than 300`, `hundreds`."""
    if lower[at] in _PLURAL:
        return value, 10 * value
    before = lower[at - 1] if at else ""
    before = lower[at - 2] if (before in _CURRENCY or before == "a") and at > 1 else before
    least = (
        value * (1 - _AROUND) if before in _BELOW | _ROUGHLY or lower[max(at - 2, 0) : at] == ["up", "to"] else value
    )
    return least, value * (1 + _AROUND) if before in _ABOVE | _ROUGHLY else value


def _number_at(lower: Sequence[str], at: int) -> tuple[float | None, int]:
    """The number that starts at `at` (digits or words, with thousands or millions behind) and where it ends."""
    word, end = lower[at], at + 1
    if word in _PLURAL:
        return _PLURAL[word], end
    if word in _SCALE and len(word) > 3:  # a thousand
        return (_SCALE[word], end) if at and lower[at - 1] in {"a", "the"} else (None, end)
    value = _plain_number(word)
    counted = value is not None and (word not in {"one", "half", "zero"} or "".join(lower[end : end + 1]) in _SCALE)
    if value is None or not counted:
        return None, end
    if word.isdigit() and len(word) <= 3 and end < len(lower) and len(lower[end]) == 3 and lower[end].isdigit():
        value, end = 1000 * value + float(lower[end]), end + 1  # 10 000
    return _with_scales(lower, value, end)


def _with_scales(lower: Sequence[str], value: float, end: int) -> tuple[float, int]:
    """Go on reading behind a first number: `two | hundred and thirty thousand`, `1.5 | bn`."""
    total, start = 0.0, end
    while end < min(len(lower), start + 8):
        word = lower[end]
        small = SPELT.get(lower[end + 1], 0) if word == "and" and end + 1 < len(lower) and value >= 100 else 0
        if word in _SCALE and not (word == "m" and value > 1000):
            value *= _SCALE[word]
        elif small and lower[end - 1] in _SCALE:
            value, end = value + small, end + 1
        elif word in SPELT and (value in range(20, 100, 10) or lower[end - 1] in _SCALE or lower[end - 1] in _TENS):
            value, total = (
                (SPELT[word], total + value) if lower[end - 1] == "thousand" else (value + SPELT[word], total)
            )
        else:
            break
        end += 1
    return total + value, end


def _plain_number(token: str) -> float | None:
    if token[0].isdigit():
        return _digits(token)
    if token in SPELT:
        return SPELT[token]
    tens, _, rest = token.partition("-")
    return SPELT[tens] + SPELT[rest] if rest in SPELT and tens in SPELT else None


def _digits(token: str) -> float | None:
    """`3,000`, `3.000`, `1.5`: separators before exactly three digits group thousands."""
    plain = token.strip(".,")
    if re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", plain) and not plain.startswith("0"):
        plain = plain.replace(",", "").replace(".", "")
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain.replace(",", "")
    try:
        return float(plain) if plain.isascii() and len(plain) < 18 else None
    except ValueError:
        return None


def _unit_at(tokens: Sequence[str], lower: Sequence[str], end: int, before: str) -> tuple[str, int]:
    """What is counted: the first ordinary noun within the next words, and where it stands."""
    if before in _CURRENCY:
        return before, end - 1
    if end < len(lower) and lower[end] in _CURRENCY | _PERCENT:
        return ("%" if lower[end] in _PERCENT else lower[end]), end
    if lower[end : end + 2] in (["per", "cent"], ["percentage", "points"]):
        return "%", end + 1
    for at in range(end, min(end + 5, len(tokens))):
        word = lower[at]
        if not word[0].isalpha() or word in _BEYOND:
            break
        capital = tokens[at][0].isupper() and len(word) > 1
        if capital or word.endswith(("'s", "’s")) or word in STOPWORDS | _NOT_A_UNIT or word in SPELT:
            continue
        stemmed = stem(word) or word
        return _MONEY.get(stemmed) or _ALIKE.get(stemmed, stemmed), at
    return "", end - 1


def _is_part_of_date(lower: Sequence[str], at: int, end: int) -> bool:
    around = [lower[at - 1][:3] if at else "", lower[end][:3] if end < len(lower) else ""]
    if any(word in MONTHS for word in around) and len(lower[at]) <= 4:
        return True
    return bool(_YEAR.fullmatch(lower[at])) or (end < len(lower) and lower[end] in {":", "-mm", "am", "pm"})
