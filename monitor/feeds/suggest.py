"""Search feeds made from what a storyline watches: an address each, nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from monitor.text import collapse, printable
from monitor.types import Storyline

FIRST, SECOND, EXCLUDED = 8, 8, 6  # most terms of each group: engines ignore what is beyond 32 words
LONGEST = 60
FIELD = re.compile(r"(?:title|summary|source|author|content|link|tag):\s*", re.I)
REGEX = re.compile(r"/.+/[a-z]*", re.S)
OPERATORS = re.compile(r'["()\[\]{}|<>\\:*~^]+')
PLAIN_WORD = re.compile(r"[^\W_]+", re.U)
RESERVED = frozenset(("and", "or", "not", "near"))
TABLE = """
    ar ar EG ar-SA arabic / cs cs CZ cs-CZ czech / da da DK da-DK danish / de de DE de-DE german /
    el el GR el-GR greek / en en-GB GB en-GB english / es es ES es-ES spanish / fi fi FI fi-FI finnish /
    fr fr FR fr-FR french / he he IL he-IL hebrew / hi hi IN hi-IN hindi / hu hu HU hu-HU hungarian /
    id id ID id-ID indonesian / it it IT it-IT italian / ja ja JP ja-JP japanese / ko ko KR ko-KR korean /
    nl nl NL nl-NL dutch / no no NO nb-NO norwegian / pl pl PL pl-PL polish / pt pt-PT PT pt-PT portuguese /
    ro ro RO ro-RO romanian / ru ru RU ru-RU russian / sv sv SE sv-SE swedish / tr tr TR tr-TR turkish /
    uk uk UA uk-UA ukrainian / vi vi VN vi-VN vietnamese / zh zh-CN CN zh-CN chinese
"""  # language, Google's language and country, Bing's market, GDELT's name of it
EDITIONS = {row.split()[0]: row.split()[1:] for row in TABLE.split("/")}


class Suggestion(NamedTuple):
    """A search feed: its name, its address, and the query in words."""

    name: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Query:
    """Groups of which one member each must appear, and what must not."""

    groups: tuple[tuple[str, ...], ...]
    without: tuple[str, ...] = ()


def suggest(storyline: Storyline, terms: Sequence[str] = (), languages: Sequence[str] = ()) -> tuple[Suggestion, ...]:
    """Return search feeds for a storyline, one an engine and language.

    `terms` are those derived from its seeds, weightiest first; they narrow the user's own, or stand in for them.
    Without `languages`, those of the storyline and its seeds, else English. No usable term: no suggestion.
    """
    query = query_of(storyline, terms)
    if not query.groups:
        return ()
    spoken = languages or storyline.languages or tuple(dict.fromkeys(seed.lang for seed in storyline.seeds.articles))
    found = []
    for language in dict.fromkeys(one.lower()[:2] for one in spoken or ("en",)):
        if language in EDITIONS:
            found += [engine(storyline.label, query, language) for engine in (_google, _bing, _gdelt)]
    return tuple(found)


def query_of(storyline: Storyline, terms: Sequence[str] = ()) -> Query:
    """Return what to search for: one of the `any` terms and one of the others, each `all` group, none of `none`."""
    watch = storyline.watch
    derived = _usable(terms)
    wanted = _usable(watch.any)[:FIRST]
    required = [group for written in watch.all if (group := _usable(written)[:FIRST])]
    if not wanted and not required:
        wanted, derived = derived[:3], derived[3:]
    weighty = _usable(term for term, weight in watch.boost if weight > 0)
    narrowing = tuple(one for one in dict.fromkeys((*weighty, *derived)) if one.lower() not in _lower(wanted))[:SECOND]
    groups = [group for group in (wanted, *required) if group]
    if len(groups) == 1 and narrowing:
        groups.append(narrowing)
    return Query(tuple(groups), _usable(watch.none)[:EXCLUDED])


def _lower(terms: Iterable[str]) -> set[str]:
    return {one.lower() for one in terms}


def _usable(written: Iterable[str]) -> tuple[str, ...]:
    """Return the terms that a search engine can be asked for, without our own notation; no regular expressions."""
    found: dict[str, str] = {}
    for term in written:
        if REGEX.fullmatch(term.strip()):
            continue
        plain = collapse(OPERATORS.sub(" ", FIELD.sub("", printable(term), count=1)))
        if 1 < len(plain) <= LONGEST and PLAIN_WORD.search(plain):
            found.setdefault(plain.lower(), plain)
    return tuple(found.values())


def quoted(term: str) -> str:
    """Return a term as engines take it literally: quoted unless it is one plain word that is no operator."""
    plain = PLAIN_WORD.fullmatch(term) and term.lower() not in RESERVED
    return term if plain else f'"{term}"'


def worded(query: Query, minus: str = "-") -> str:
    """Return a query in the notation that the engines share: juxtaposition is AND, groups in parentheses."""
    groups = [" OR ".join(map(quoted, group)) for group in query.groups]
    parts = [f"({text})" if len(group) > 1 else text for group, text in zip(query.groups, groups, strict=True)]
    return " ".join(parts + [minus + quoted(term) for term in query.without])


def _google(label: str, query: Query, language: str) -> Suggestion:
    spoken, country = EDITIONS[language][:2]
    text = worded(query)
    edition = f"{country}:{spoken.split('-')[0] if language not in ('zh', 'pt') else spoken}"
    address = urlencode({"q": text, "hl": spoken, "gl": country, "ceid": edition})
    return Suggestion(f"Google News: {label} ({language})", f"https://news.google.com/rss/search?{address}", text)


def _bing(label: str, query: Query, language: str) -> Suggestion:
    text = worded(query)
    address = urlencode({"q": text, "format": "rss", "mkt": EDITIONS[language][2]})
    return Suggestion(f"Bing News: {label} ({language})", f"https://www.bing.com/news/search?{address}", text)


def _gdelt(label: str, query: Query, language: str) -> Suggestion:
    """GDELT 2.0 DOC: words of one or two letters are errors there, and so are parentheses around one word."""
    long = [tuple(term for term in group if len(term) > 2) for group in query.groups]
    fit = Query(tuple(group for group in long if group), tuple(term for term in query.without if len(term) > 2))
    text = f"{worded(fit)} sourcelang:{EDITIONS[language][3]}"
    options = {"query": text, "mode": "artlist", "format": "rss", "sort": "datedesc", "maxrecords": "100"}
    return Suggestion(
        f"GDELT: {label} ({language})", f"https://api.gdeltproject.org/api/v2/doc/doc?{urlencode(options)}", text
    )
