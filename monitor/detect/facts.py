"""What a text states that can be compared: names, figures with their unit, dates and denials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from monitor.detect import places
from monitor.detect.lex import STOPWORDS, fold, stem
from monitor.text import words

MAX_CHARACTERS = 6_000  # a text is read so far: time stays bounded whatever a feed sends

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*|\d[\d.,]*\d|\d|[^\w\s]")
_BREAK = frozenset('.!?…:;•|–—"“”«»()[]')  # a capital after one of these may be the sentence's, not a name's
_COMPOUND = re.compile(r"-(?:\w*ed|style|based|made|nation|member|born|owned|wide|era|run|like|bound|day|year|old)$")
_POSSESSIVE = re.compile(r"['’]s?$")
_CASELESS_NAMES = frozenset(("de",))  # languages that write every noun with a capital
_TITLES = frozenset(
    words(
        """president minister ambassador general secretary chancellor king queen prince pope senator governor mayor
    chief deputy vice prime mr mrs ms dr sir lord lady lawmaker judge captain colonel major lieutenant official
    adviser advisor spokesman spokeswoman envoy premier commander foreign defence defense first opinion analysis
    exclusive live update updated breaking
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december"""
    )
)
_MONTHS = words("jan feb mar apr may jun jul aug sep oct nov dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b(?:{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?![\d,.:]*\d)|(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?=\W|$)"
    r"|(\d{4})-(\d{2})-(\d{2}))", re.I
)  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
_SMALL = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
_SPELT: dict[str, float] = {word: float(n) for n, word in enumerate(_SMALL)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
_SPELT |= {"dozen": 12, "dozens": 24, "half": 0.5}
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
_CURRENCY = {"$": "$", "€": "€", "£": "£", "¥": "¥", "₩": "₩", "₽": "₽", "₹": "₹"}
_PERCENT = frozenset(("%", "percent", "pct", "procent", "prozent"))
_NOT_A_UNIT = frozenset(
    words(
        """more additional extra further other another new newly old least most nearly almost about around least total
    some over under than up late early last next past former foreign"""
    )
)
_NEGATIONS = frozenset(
    words(
        """no not never none nor without cannot nothing didn't doesn't don't isn't wasn't aren't weren't won't wouldn't
    can't couldn't hasn't haven't hadn't shouldn't"""
    )
)
_DENIALS = re.compile(
    r"\b(?:den(?:y|ies|ied|ial|ying)|refut(?:e|es|ed|ing)|reject(?:s|ed|ing)?|rul(?:e|es|ed|ing) out|baseless|untrue|"
    r"disput(?:e|es|ed|ing)|retract(?:s|ed|ion)?|withdr(?:aws|ew|awn)|dement(?:i|iert|ert)|desmient\w*|niega\w*|"
    r"опроверг\w*|отрица\w*|спростув\w*|заперечу\w*)\b", re.I
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name; `sure` says that its capital was not just a sentence's or a headline's."""

    written: str
    atoms: tuple[str, ...]  # its words, folded and stemmed
    sure: bool = True
    place: str = ""  # the country it stands for


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts: the stem of the noun behind it, a currency, `%`, or "" where nothing tells."""

    value: float
    unit: str
    written: str  # "10,000 troops"

    @property
    def key(self) -> str:
        """The form in which figures are compared."""
        return f"{self.value:g} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything comparable in one text, in the order of its appearance."""

    names: tuple[Name, ...] = ()
    figures: tuple[Figure, ...] = ()
    dates: tuple[str, ...] = ()  # MM-DD
    denials: tuple[str, ...] = ()  # the words that deny
    negations: int = 0

    @property
    def atoms(self) -> frozenset[str]:
        """Every word of every name."""
        return frozenset(atom for name in self.names for atom in name.atoms)

    @property
    def keys(self) -> tuple[str, ...]:
        """The facts in words of a fixed form."""
        return (
            *(f"name:{' '.join(name.atoms)}" for name in self.names),
            *(f"figure:{figure.key}" for figure in self.figures),
            *(f"date:{date}" for date in self.dates),
            *(f"denial:{word}" for word in self.denials),
        )


@lru_cache(maxsize=4_096)
def facts_of(text: str, lang: str = "en") -> Facts:
    """Read the facts of a text; never raises, looks at no more than 6,000 characters."""
    text = text[:MAX_CHARACTERS]
    tokens = _WORD.findall(text)
    return Facts(
        names=tuple(_names(tokens, lang)),
        figures=tuple(_figures(tokens)),
        dates=tuple(dict.fromkeys(_dates(text))),
        denials=tuple(dict.fromkeys(found.lower() for found in _DENIALS.findall(text))),
        negations=sum(map(is_negation, tokens)),
    )


def is_negation(word: str) -> bool:
    """Whether a word turns its sentence round."""
    return word.lower().replace("’", "'") in _NEGATIONS


def merged(parts: Iterable[Facts]) -> Facts:
    """The facts of several texts taken together, each once."""
    found = tuple(parts)
    return Facts(
        names=tuple({n.atoms: n for f in reversed(found) for n in reversed(f.names)}.values())[::-1],
        figures=tuple({x.key: x for f in reversed(found) for x in reversed(f.figures)}.values())[::-1],
        dates=tuple(dict.fromkeys(d for f in found for d in f.dates)),
        denials=tuple(dict.fromkeys(d for f in found for d in f.denials)),
        negations=sum(f.negations for f in found),
    )


# --------------------------------------------------------------------------- names


def _names(tokens: list[str], lang: str) -> Iterable[Name]:
    """Runs of capitalised words; where everything is capitalised nothing is sure."""
    headline = _is_headline_case(tokens) or lang in _CASELESS_NAMES
    run: list[str] = []
    start = first = True
    for word in [*tokens, "."]:
        if _is_capital(word):
            first = start if not run else first
            run.append(word)
        elif run:
            if not (first and len(run) == 1 and word == "of"):  # Toll of ..., Families of ...
                yield from _name_of(run, first, headline)
            run = []
        start = word in _BREAK or (start and not word[0].isalnum())


def _name_of(run: list[str], at_start: bool, headline: bool) -> Iterable[Name]:
    """The names in a run of capitalised words, without titles and what only begins the sentence."""
    words_of_run = [_POSSESSIVE.sub("", word) for word in run]
    if at_start and words_of_run[0].lower() in STOPWORDS:
        words_of_run, at_start = words_of_run[1:], False
    for position, part in enumerate(places.split(words_of_run)):
        found = _without_titles(part)
        if not found:
            continue
        place = places.place_of(" ".join(found))
        alone = at_start and position == 0 and len(part) == 1 and not found[0].isupper() and not place
        if alone and not _may_be_a_name(found[0].lower()):
            continue
        atoms = (f"={place}",) if place else tuple(atom for word in found for atom in atoms_of(word))
        if atoms and not _COMPOUND.search(found[-1]):
            yield Name(" ".join(found), atoms, not headline and not alone, place)


def _may_be_a_name(word: str) -> bool:
    """Whether a word that only begins its sentence could be a name: no number, and English grammar finds no ending."""
    stemmed = stem(word)
    return word not in _SPELT and bool(stemmed) and (stemmed[:-1] == word[:-1] or stemmed + stemmed[-1:] == word)


def _without_titles(part: tuple[str, ...]) -> tuple[str, ...]:
    while part and part[0].lower() in _TITLES:
        part = part[1:]
    return part


@lru_cache(maxsize=1 << 15)
def atoms_of(word: str) -> tuple[str, ...]:
    """The folded stems of a capitalised word; `Ho-jin` is two."""
    folded = fold(word).lower().replace(".", "").replace("'", "").replace("’", "")
    return tuple(stemmed for part in folded.split("-") if len(part) > 1 and (stemmed := stem(part) or ""))


def _is_capital(token: str) -> bool:
    return token[0].isupper() and len(token) > 1


def _is_headline_case(tokens: list[str]) -> bool:
    """Whether capitals say nothing here: nearly every longer word carries one."""
    long = [t for t in tokens if t[0].isalpha() and len(t) > 3]
    return len(long) >= 4 and sum(map(_is_capital, long)) > 0.75 * len(long)


# --------------------------------------------------------------------------- figures and dates


def _figures(tokens: list[str]) -> Iterable[Figure]:
    lower = [t.lower() for t in tokens]
    taken = -1
    for at in range(len(tokens)):
        if at <= taken:
            continue
        value, end = _number_at(lower, at)
        if value is None or _is_part_of_date(lower, at, end):
            continue
        taken = end - 1
        before = tokens[at - 1] if at else ""
        unit, last = _unit_at(tokens, lower, end, before)
        if unit or value > 12 or lower[at][0].isdigit():
            head = before if before in _CURRENCY else ""
            yield Figure(value, unit, (head + " ".join(tokens[at : last + 1])).replace(" %", "%").strip())


def _number_at(lower: list[str], at: int) -> tuple[float | None, int]:
    """The number that starts at `at` (digits or words, with thousands or millions behind) and where it ends."""
    value = _plain_number(lower[at])
    end = at + 1
    if value is None or (lower[at] in {"one", "half", "zero"}):
        return None, end
    while end < len(lower) and end < at + 4:
        if lower[end] == "-" or (lower[end] in _SPELT and value in range(20, 100, 10)):
            value += _SPELT.get(lower[end], 0)
        elif lower[end] in _SCALE and not (lower[end] == "m" and value > 1000):
            value *= _SCALE[lower[end]]
        else:
            break
        end += 1
    return value, end


def _plain_number(token: str) -> float | None:
    if token[0].isdigit():
        return _digits(token)
    if token in _SPELT:
        return float(_SPELT[token])
    tens, _, rest = token.partition("-")
    if rest in _SPELT and tens in _SPELT:
        return float(_SPELT[tens] + _SPELT[rest])
    return None


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


def _unit_at(tokens: list[str], lower: list[str], end: int, before: str) -> tuple[str, int]:
    """What is counted: the first ordinary noun within the next words, and where it stands."""
    if before in _CURRENCY:
        return _CURRENCY[before], end - 1
    if end < len(lower) and lower[end] in _PERCENT:
        return "%", end
    for at in range(end, min(end + 5, len(tokens))):
        word = lower[at]
        if not word[0].isalpha():
            break
        if _is_capital(tokens[at]) or word in STOPWORDS or word in _NOT_A_UNIT or word in _SPELT:
            continue
        return stem(word) or word, at
    return "", end - 1


def _is_part_of_date(lower: list[str], at: int, end: int) -> bool:
    around = [lower[at - 1][:3] if at else "", lower[end][:3] if end < len(lower) else ""]
    if any(word in _MONTHS for word in around) and len(lower[at]) <= 4:
        return True
    return bool(_YEAR.fullmatch(lower[at])) or (end < len(lower) and lower[end] in {":", "-mm", "am", "pm"})


def _dates(text: str) -> Iterable[str]:
    for month, day, day_first, month_after, _, iso_month, iso_day in _DATE.findall(text):
        name = (month or month_after).lower()[:3]
        number = int(day or day_first or iso_day)
        which = _MONTHS.index(name) + 1 if name else int(iso_month)
        if 1 <= number <= 31 and 1 <= which <= 12:
            yield f"{which:02d}-{number:02d}"
