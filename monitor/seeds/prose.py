"""A draft becomes a seed: the headline, the date, and the paragraphs of the article and nothing else."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import takewhile

from monitor.seeds import boilerplate, dates
from monitor.seeds.document import Draft
from monitor.text import collapse, normalise, sentences, short, words
from monitor.types import Seed

HEAD = 15  # lines in which a headline is looked for
MIN_WORDS = 25  # of prose; less is no article
THIN_WORDS = 50  # less is an article that says little
LETTERS = 0.7  # least share of letters and spaces in prose; tables have less
NO_LETTER = re.compile(r"[^\w\s]|\d|_")
SIGNS = re.compile(r"[(){}\[\]=<>_;|\\/#*`]")
MOST_SIGNS = 0.03  # share of these in prose; programs and data have more
MOSTLY = 0.5  # share of a text's words that stand in sentences, where it is written out
HEADLINE_WORDS = (3, 40)
LONGEST_SITE_NAME = 50  # characters, with what stands before it
FULL_HEADLINE = 5  # words; shorter ones may be a masthead
ENGLISH = frozenset(("the", "of", "and", "to", "in", "that", "for", "with", "by", "was", "has", "its", "from", "said"))
SITE_NAME = re.compile(r"\s+(?:[|•·»]|[-–—](?=\s))\s*(?P<name>[^|•·»]{2,40})$")
NAME = r"[A-ZÀ-Ž][\w.’' -]{1,30}"
DATELINE = re.compile(
    rf"^(?:\([A-Z][\w ./&-]{{1,20}}\)\s+(?=[A-ZÀ-Ž])"  # (CNN)
    rf"|(?P<place>{NAME}(?:, {NAME}){{0,2}}(?:, [A-Z][a-z]+\.? \d{{1,2}})?)\s*"  # SEOUL, South Korea
    r"(?:\([A-Z][\w ./&-]{1,40}\)\s*)?(?:--|[|—–-])\s+(?=[A-ZÀ-Ž\"“'‘«\d]))"  # (AP) -
)
SPACED_MARK = re.compile(r"(?<=\w|[\"”’»)]) +(?=[.,;:!?](?:\s|$))")
TWO_STOPS = re.compile(r"(?<=[.!?]) +\.(?=\s|$)|(?<=[”\"’]\.) ?\.(?=\s|$)")
SOURCE = re.compile(
    r"^\W*(?:source|via|quelle|fuente|источник|출처)\s*[:：]\s*(?P<name>[^\n.]{2,40})\W*$", re.IGNORECASE
)


def tidy(draft: Draft) -> tuple[Seed, list[str]]:
    """Return the seed in a draft, and notes about it.

    Raises:
        SeedError: hardly any prose is left, so it is no article.

    """
    start, title = _headline(draft)
    above, body = list(draft.lines[:start]), list(draft.lines[start:])
    body = _up_to_end([line for line in body if not _same(line, title)])
    kept, header, footer = _article(body, draft)
    paragraphs = tuple(_polish(line) for line in kept)
    prose = " ".join(paragraphs)
    count = len(words(prose))
    if count < MIN_WORDS:
        raise draft.source.error(f"not an article: {count} words of prose in it")
    if _is_data(prose):
        raise draft.source.error("not an article: it reads like a program or a table")
    seed = Seed(
        file=draft.source.name,
        title=title or _title_of(draft, paragraphs),
        paragraphs=paragraphs,
        published=draft.published or dates.publication(header, above, footer),
        outlet=draft.outlet or _outlet(footer),
        lang=draft.lang or _language(prose),
        link=draft.link,
    )
    notes = [f"only {count} words of prose; a fuller article describes the story better"] if count < THIN_WORDS else []
    return seed, notes


def _is_data(prose: str) -> bool:
    """Say whether a text holds more signs than anybody writes in sentences."""
    letters = len(prose) - len(NO_LETTER.findall(prose))
    return letters < LETTERS * len(prose) or len(SIGNS.findall(prose)) > MOST_SIGNS * len(prose)


def _headline(draft: Draft) -> tuple[int, str]:
    """Return where the article begins, and its headline ("" if nothing looks like one)."""
    if draft.title:
        title = _without_site(draft.title, draft.outlet)
        places = [at for at, line in enumerate(draft.lines[:HEAD]) if _same(line, title)]
        return (places[0] if places else 0), title
    head = [(at, line) for at, line in enumerate(draft.lines[:HEAD]) if _could_be_headline(line)]
    for at, line in head:
        if any(_same(line, other) for place, other in head if place > at):
            return at, _without_site(line, "")
    above = list(takewhile(lambda found: not _begins_text(found[1]), head))
    plain = [(at, line) for at, line in above if not boilerplate.is_sentence(line)]
    full = (found for found in plain if boilerplate.length(found[1]) >= FULL_HEADLINE)
    at, line = next(full, plain[0] if plain else (0, ""))
    return at, _without_site(line, "")


def _begins_text(line: str) -> bool:
    """Say whether a line is a paragraph, so that no headline comes after it."""
    return boilerplate.is_sentence(line) and boilerplate.length(line) > 12


def _could_be_headline(line: str) -> bool:
    """Say whether a line has the length and the wording of a headline."""
    least, most = HEADLINE_WORDS
    return least <= boilerplate.length(line) <= most and len(line) <= 300 and not boilerplate.what_is(line)


def _without_site(title: str, outlet: str) -> str:
    """Return a page's title without the name of the site behind it."""
    found = SITE_NAME.search(title)
    if found is None:
        return title
    name, rest = found["name"].strip(), title[: found.start()]
    named = bool(outlet) and SequenceMatcher(None, normalise(name), normalise(outlet)).ratio() > 0.6
    capital = all(word[:1].isupper() or not word[:1].isalpha() or word in {"of", "the", "and"} for word in name.split())
    fits = len(words(name)) <= 4 and capital and len(words(rest)) >= 4
    return (
        rest
        if named or ("|" in found[0] and fits) or (fits and name.casefold().endswith(("news", "times", "post")))
        else title
    )


def _same(line: str, title: str) -> bool:
    """Say whether a line is the headline once more, perhaps with the site's name or cut short."""
    if len(line) > 1.25 * len(title) + LONGEST_SITE_NAME:
        return False
    mine, theirs = normalise(line).rstrip(" .…"), normalise(title).rstrip(" .…")
    if not mine or not theirs:
        return False
    if mine == theirs or normalise(_without_site(line, "")).rstrip(" .…") == theirs:
        return True
    cut = len(mine) > 30 and theirs.startswith(mine) and line.rstrip().endswith(("…", "..."))
    return cut or (0.8 < len(mine) / len(theirs) < 1.25 and SequenceMatcher(None, mine, theirs).ratio() > 0.94)


def _up_to_end(body: list[str]) -> list[str]:
    """Return the lines before the part where comments, related articles and the like begin."""
    for at, line in enumerate(body):
        if boilerplate.is_end(line) and at >= len(body) * 0.4:
            return body[:at]
    return body


def _article(body: list[str], draft: Draft) -> tuple[list[str], list[str], list[str]]:
    """Return the paragraphs of the article, and the lines before and behind them that are none."""
    strict = _is_written_out([line for line in body if not boilerplate.what_is(line)])
    kept: list[tuple[int, str]] = []
    dropped: list[tuple[int, str]] = []
    seen: set[str] = set()
    pictured = _pictures(body)
    for at, line in enumerate(body):
        form = normalise(line)
        teaser = strict and not boilerplate.is_prose(line)
        if at in pictured or teaser or form in seen or line in draft.headings or boilerplate.what_is(line):
            dropped.append((at, line))
        else:
            kept.append((at, line))
            seen.add(form)
    first = kept[0][0] if kept else len(body)
    last = kept[-1][0] if kept else -1
    header = [line for at, line in dropped if at < first]
    return [line for _, line in kept], header, [line for at, line in dropped if at > last]


def _is_written_out(lines: list[str]) -> bool:
    """Say whether a text consists of sentences, so that a line without a full stop is a heading or a teaser."""
    counts = [(boilerplate.length(line), boilerplate.is_sentence(line)) for line in lines]
    return sum(count for count, ends in counts if ends) >= MOSTLY * sum(count for count, _ in counts)


def _pictures(body: list[str]) -> set[int]:
    """Return the places of captions and video teasers, known by what stands next to them."""
    found: set[int] = set()
    for at, line in enumerate(body):
        if boilerplate.is_time_code(line) and at and not boilerplate.is_sentence(body[at - 1]):
            found.add(at - 1)
        if boilerplate.is_credit(line):
            found |= _before_credit(body, at)
        if boilerplate.is_caption(line) and at and _announces(body[at - 1], line):
            found.add(at - 1)
    return found


def _before_credit(body: list[str], credit: int) -> set[int]:
    """Return the places of up to two lines before a credit that describe its picture."""
    found: set[int] = set()
    for at in range(credit - 1, max(credit - 3, -1), -1):
        if not (boilerplate.is_caption_like(body[at]) or _announces(body[at], body[at + 1])):
            break
        found.add(at)
    return found


def _announces(line: str, caption: str) -> bool:
    """Say whether a line without a stop is a picture's short text, said again in its caption."""
    mine = set(words(normalise(line)))
    return not boilerplate.is_sentence(line) and len(mine & set(words(normalise(caption)))) >= 0.7 * len(mine)


def _polish(line: str) -> str:
    """Return a paragraph without its dateline and without the spaces that pasting left before full stops."""
    found = DATELINE.match(line)
    if found and len(words(found["place"] or "")) <= 5 and boilerplate.is_prose(line):
        line = line[found.end() :]
    return collapse(TWO_STOPS.sub("", SPACED_MARK.sub("", line)))


def _outlet(footer: list[str]) -> str:
    """Return whom the article names as its source, at its end."""
    found = next((match for line in footer if (match := SOURCE.match(line))), None)
    return found["name"].strip() if found else ""


def _title_of(draft: Draft, paragraphs: tuple[str, ...]) -> str:
    """Return a title for an article without headline: its file's name if that is words, else how it begins."""
    stem = re.sub(r"[\W_]+", " ", draft.source.path.stem).strip()
    if len(stem.split()) >= 3 and not any(char.isdigit() for char in stem):
        return stem
    return short(sentences(paragraphs[0])[0], 120)


def _language(prose: str) -> str:
    """Return the language of a text as two letters."""
    found = words(normalise(prose[:2000]))
    if sum(word in ENGLISH for word in found) > 0.15 * len(found):
        return "en"
    from py3langid import classify  # noqa: PLC0415 - a second, for seeds that do not say

    return str(classify(prose[:2000])[0])
