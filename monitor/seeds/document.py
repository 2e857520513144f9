"""A seed file as a draft: what it says of itself, and its lines, still with everything around the article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

import yaml

from monitor.errors import SeedError
from monitor.seeds import dates
from monitor.seeds.files import Source
from monitor.text import clean, collapse

FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
MAX_FRONT_MATTER = 20_000  # characters
LOADER = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
WEB_PAGE = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body|article|div|!--)", re.IGNORECASE)
WRAPPED_AT = 130  # characters; longer lines are paragraphs
UNSEEN = re.compile(r"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
BLOCK_END = re.compile(r"</?(?:p|div|li|h[1-6]|br|tr|td|time|section|article|header|footer|figcaption)\b[^<>]*>", re.I)
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
KEYS = {
    "title": ("title", "headline"),
    "outlet": ("outlet", "publisher", "site", "sitename", "source", "publication"),
    "published": ("published", "date", "published_at", "datepublished", "pubdate"),
    "language": ("language", "lang"),
    "link": ("link", "url", "canonical", "source_url"),
}
MARKDOWN = (
    (re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL), "\n"),
    (re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), ""),
    (re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)|\[([^\]\n]+)\]\[[^\]\n]*\]"), r"\1\2"),
    (re.compile(r"^\[[^\]\n]+\]:\s.*$", re.MULTILINE), ""),
    (re.compile(r"^(?=.*\w)(.+)\n {0,3}(?:=+|-{3,}) *$", re.MULTILINE), r"# \1"),
    (re.compile(r"^ {0,3}(?:[-*_] *){3,}$", re.MULTILINE), ""),
    (re.compile(r"^ {0,3}>[ >]*", re.MULTILINE), ""),
    (re.compile(r"^\s*(?:[*+-]|\d{1,2}[.)]) +(?=\S)", re.MULTILINE), "\n"),
    (re.compile(r"(\*\*|__|\*|(?<!\w)_)(?=\S)([^*_\n]+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
)
WORDS = re.compile(r"[^\W_]")
EMPTY_LINE = re.compile(r"\n(?:[^\S\n]*\n)+")
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a file holds before the article is picked out of it."""

    source: Source
    lines: tuple[str, ...]  # one paragraph, headline, caption ... each, on one line
    title: str = ""
    headings: frozenset[str] = field(default_factory=frozenset)  # lines marked as such
    outlet: str = ""
    published: datetime | None = None
    lang: str = ""
    link: str = ""


def read_draft(source: Source, text: str) -> Draft:
    """Return the draft of a file's text.

    Raises:
        SeedError: front matter that is no YAML mapping or has a value of the wrong kind, a page without text, data.

    """
    if source.kind == "html" or WEB_PAGE.match(text):
        return _from_page(source, text)
    if text.lstrip()[:1] in "[{" and text.rstrip()[-1:] in "]}":
        raise source.error("data (JSON), not an article")
    meta, body = _front_matter(source, text)
    headings: list[str] = []
    if source.kind == "markdown":
        body = _plain(body, headings)
    outlet = meta.get("outlet", "")
    lines = tuple(line for line in map(_shown, _paragraphs(body, source.kind)) if line)
    return Draft(
        source=source,
        lines=lines,
        title=meta.get("title", "") or next(iter(headings), ""),
        headings=frozenset(headings),
        outlet="" if ADDRESS.match(outlet) else outlet,
        published=_moment(source, meta.get("published", "")),
        lang=meta.get("language", "").lower()[:2],
        link=meta.get("link", "") or (outlet if ADDRESS.match(outlet) else ""),
    )


def _shown(line: str) -> str:
    """Return a line as a reader sees it; markup that was pasted along goes."""
    return clean(line) if "<" in line or "&" in line else collapse(line)


def _from_page(source: Source, page: str) -> Draft:
    """Return the draft of a saved web page."""
    from trafilatura import bare_extraction  # noqa: PLC0415 - half a second, for saved pages only
    from trafilatura.settings import Document  # noqa: PLC0415

    found = bare_extraction(
        page,
        include_comments=False,
        include_tables=False,
        favor_precision=True,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if not isinstance(found, Document):
        return Draft(source=source, lines=_blocks(page))
    lines = tuple(line for line in map(collapse, (found.text or "").split("\n")) if line)
    return Draft(
        source=source,
        lines=lines or _blocks(page),
        title=collapse(found.title or ""),
        outlet=collapse(found.sitename or ""),
        published=dates.parse(found.date or "") or dates.publication([], [], _blocks(page)),
        lang=(found.language or "").lower()[:2],
        link=found.url or "",
    )


def _blocks(page: str) -> tuple[str, ...]:
    """Return the text of a page as the lines a reader sees, navigation and all."""
    return tuple(line for line in map(clean, BLOCK_END.split(UNSEEN.sub(" ", page))) if line)


def _front_matter(source: Source, text: str) -> tuple[dict[str, str], str]:
    """Return what the front matter says, and the text after it; unknown keys are other programs' business."""
    found = FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    values = _yaml(source, found[1])
    lowered = {str(key).lower(): value for key, value in values.items()}
    meta: dict[str, str] = {}
    for key, names in KEYS.items():
        value = next((lowered[name] for name in names if lowered.get(name)), "")
        if not isinstance(value, str):
            raise source.error(f"front matter: {key} must be one value")
        meta[key] = collapse(value)
    return meta, text[found.end() :]


def _yaml(source: Source, written: str) -> Mapping[object, object]:
    """Return the mapping a piece of YAML holds, every value as the text it is written in."""
    if len(written) > MAX_FRONT_MATTER:
        raise source.error("the front matter is too long", 1)
    try:
        values = yaml.load(written, Loader=LOADER)  # noqa: S506 - it makes nothing but text, lists and mappings
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        raise source.error(f"front matter: {collapse(what)}", mark.line + 2 if mark else 1) from error
    if not isinstance(values, Mapping):
        raise source.error("front matter: must be `key: value` lines between two lines of ---", 1)
    return values


def _moment(source: Source, written: str) -> datetime | None:
    """Return the moment a front matter's date names; without zone it counts as UTC."""
    if not written:
        return None
    try:
        found: datetime | None = datetime.fromisoformat(written)
    except ValueError:
        found = dates.parse(written)
    if found is None:
        raise SeedError(source.error("").where, f"front matter: published {written!r} is no date; write 2024-06-20")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _plain(markdown: str, headings: list[str]) -> str:
    """Return Markdown as plain text; its headings are noted and stand alone."""
    for pattern, replacement in MARKDOWN:
        markdown = pattern.sub(replacement, markdown)
    lines: list[str] = []
    for line in markdown.split("\n"):
        found = HEADING.match(line)
        if found:
            headings.append(_shown(found[2]))
            lines += ["", found[2], ""]
        else:
            lines.append(line)
    return "\n".join(lines)


def _paragraphs(text: str, kind: str) -> Iterator[str]:
    """Yield the paragraphs of a text: its lines, or the blocks between empty lines where lines are wrapped."""
    blocks = [[line.strip() for line in block.split("\n") if WORDS.search(line)] for block in EMPTY_LINE.split(text)]
    width = _wrap_width(blocks)
    for block in blocks:
        if kind == "markdown":
            yield " ".join(block)
            continue
        run: list[str] = []
        for line in block:
            run.append(line)
            if len(line) < 0.6 * width or not width:
                yield " ".join(run)
                run = []
        if run:
            yield " ".join(run)


def _wrap_width(blocks: list[list[str]]) -> int:
    """Return the width lines are wrapped at, 0 where each line is a paragraph."""
    inner = [len(line) for block in blocks for line in block[:-1]]
    widest = max((len(line) for block in blocks for line in block), default=0)
    return widest if len(inner) >= 3 and widest <= WRAPPED_AT and median(inner) >= 0.75 * widest else 0
