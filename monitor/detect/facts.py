"""What a text states that can be compared: names, figures with their unit, dates and denials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from monitor.detect import data, places
from monitor.detect.figures import MONTHS, SPELT, Figure, figures
from monitor.detect.lex import STOPWORDS, fold, stem
from monitor.text import words

MAX_CHARACTERS = 6_000  # a text is read so far: time stays bounded whatever a feed sends

_WORD = re.compile(
    r"[^\W\d_]{1,4}-?\d{1,4}[^\W_]{0,2}\b|\d+(?:st|nd|rd|th|[C-JL-SU-Z])\b|"  # K2, T-72B, 21st, 4Q
    r"[^\W\d_]+(?:['’.-][^\W\d_]+)*|\d[\d.,]*\d|\d|[^\w\s]"
)
_BREAK = frozenset('.!?…:;•|–—"“”«»()[]')  # a capital after one of these may be the sentence's, not a name's
_COMPOUND = re.compile(r"-(?:\w*ed|style|based|made|nation|member|born|owned|wide|era|run|like|bound|day|year|old)$")
_POSSESSIVE = re.compile(r"['’]s?$")
_PLURALS = ("men", "women", "people", "children", "police", "aircraft")
_PARTICLES = frozenset(("von", "van", "der", "den", "bin", "ibn", "al", "el", "de", "la", "da", "di", "du", "dos"))
_CASELESS_NAMES = frozenset(("de",))  # languages that write every noun with a capital
_TITLES = (
    data.words("roles")
    | data.words("days")
    | frozenset(
        words(
            """vice deputy prime lawmaker major lieutenant lawyer activist foreign defence defense interior finance
    first opinion analysis exclusive live update updated breaking minister ministry government"""
        )
    )
)
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b(?:{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?![\d,.:]*\d)|(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?=\W|$)"
    r"|(\d{4})-(\d{2})-(\d{2}))", re.I
)  # fmt: skip
_NEGATIONS = frozenset(
    words(
        """no not never none nor without cannot nothing didn't doesn't don't isn't wasn't aren't weren't won't wouldn't
    can't couldn't hasn't haven't hadn't shouldn't"""
    )
)
_DENIALS = re.compile(
    r"\b(?:den(?:y|ies|ied|ial|ying)|refut(?:e|es|ed|ing)|reject(?:s|ed|ing)?|rul(?:e|es|ed|ing) out|baseless|untrue|"
    r"disput(?:e|es|ed|ing)|retract(?:s|ed|ion)?|dement(?:i|iert|ert)|desmient\w*|niega\w*|"
    r"опроверг\w*|отрица\w*|спростув\w*|заперечу\w*)\b", re.I
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name; `sure` says that its capital was not just a sentence's or a headline's."""

    written: str
    atoms: tuple[str, ...]  # its words, folded and stemmed
    sure: bool = True
    place: str = ""  # the country it stands for
    shouted: bool = False  # found where every word has a capital


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
        figures=tuple(figures(tokens)),
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
    for at, word in enumerate([*tokens, "."]):
        if _is_short_for_words_before(tokens, at):
            continue
        if _is_capital(word) or (lang == "en" and run and _links(tokens[at : at + 3])):
            first = start if not run else first
            run.append(word)
        elif run:
            if not (first and len(run) == 1 and word == "of"):  # Toll of ..., Families of ...
                yield from _name_of(run, first, headline)
            run = []
        start = word in _BREAK or (start and not word[0].isalnum())


def _is_short_for_words_before(tokens: list[str], at: int) -> bool:
    """Whether a word in brackets is made of the initials of what stands before: memorandum of understanding (MOU)."""
    word = tokens[at] if at < len(tokens) else ""
    if not (word.isupper() and len(word) > 1 and tokens[at - 1 : at] == ["("] and tokens[at + 1 : at + 2] == [")"]):
        return False
    before = [token[0].upper() for token in tokens[max(at - 2 * len(word), 0) : at - 1]]
    return all(letter in before for letter in word)


def _links(following: list[str]) -> bool:
    """Whether a name goes on behind its particles: Ursula | von der Leyen."""
    rest = [word for word in following if word not in _PARTICLES]
    return len(rest) < len(following) and following[0] in _PARTICLES and bool(rest) and _is_capital(rest[0])


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
        atoms = (
            (f"={place}",)
            if place
            else tuple(atom for word in found if word not in _PARTICLES for atom in atoms_of(word))
        )
        if atoms and not _COMPOUND.search(found[-1]):
            yield Name(" ".join(found), atoms, not headline and not alone, place, headline)


def _may_be_a_name(word: str) -> bool:
    """Whether a word that only begins its sentence could be a name: no number, and English grammar finds no ending."""
    stemmed = stem(word)
    if word in SPELT or word.endswith(_PLURALS):
        return False
    return bool(stemmed) and (stemmed[:-1] == word[:-1] or stemmed + stemmed[-1:] == word)


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
    return token[0].isupper() and len(token) > 1 and not token.startswith(("I'", "I’"))


def _is_headline_case(tokens: list[str]) -> bool:
    """Whether capitals say nothing here: nearly every longer word carries one."""
    long = [t for t in tokens if t[0].isalpha() and len(t) > 3]
    return len(long) >= 4 and sum(map(_is_capital, long)) > 0.75 * len(long)


# --------------------------------------------------------------------------- dates


def _dates(text: str) -> Iterable[str]:
    for month, day, day_first, month_after, _, iso_month, iso_day in _DATE.findall(text):
        name = (month or month_after).lower()[:3]
        number = int(day or day_first or iso_day)
        which = MONTHS.index(name) + 1 if name else int(iso_month)
        if 1 <= number <= 31 and 1 <= which <= 12:
            yield f"{which:02d}-{number:02d}"
