"""The user's own terms: words, "exact phrases", word*, /regex/, with a field in front if wanted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from monitor.text import is_unspaced
from monitor.types import Watch

if TYPE_CHECKING:  # settings are read by every verb, the models by few
    from monitor.detect.reading import Reading

FIELDS = ("title", "summary", "source")

_FIELD = re.compile(rf"({'|'.join(FIELDS)}):\s*(.*)", re.DOTALL)
_REGEX = re.compile(r"/(.+)/(i?)", re.DOTALL)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+\d*|\d+[^\W_]*|\*")
_POSSESSIVE = re.compile(r"['’]s(?!\w)", re.IGNORECASE)
_MARK = re.compile("[\u0300-\u036f]")
_REGEX_MEMORY = 1 << 20


class TermError(ValueError):
    """A watch term cannot be read; says what to write instead."""


@dataclass(frozen=True, slots=True)
class Term:
    """One compiled watch term."""

    written: str
    field: str  # "" = title and summary
    find: Callable[[str], bool]
    raw: bool  # looks at the text as it stands, not at its plain form

    def hits(self, page: Page) -> bool:
        """Whether the term stands in the entry."""
        return self.find(page.part(self.field, raw=self.raw))


@dataclass(slots=True)
class Page:
    """The texts of one entry in the form terms are looked for in."""

    reading: Reading
    case: bool
    _plain: dict[str, str] = field(default_factory=dict)

    def part(self, name: str, *, raw: bool) -> str:
        """The text of a field ("" = all of it), made plain unless `raw`."""
        if raw:
            return self._raw(name)
        if name not in self._plain:
            self._plain[name] = plain(self._raw(name), case=self.case)
        return self._plain[name]

    def _raw(self, name: str) -> str:
        reading = self.reading
        if name == "title":
            return reading.title
        if name == "source":
            return reading.source
        return reading.text.removeprefix(reading.title).lstrip(". ") if name == "summary" else reading.text


@dataclass(frozen=True, slots=True)
class Found:
    """What the user's terms say about one entry."""

    any: tuple[str, ...] = ()
    boost: tuple[tuple[str, float], ...] = ()
    missing: tuple[str, ...] = ()  # of `all`, one text a group
    excluded: str = ""  # the first `none` term that stands in it


@dataclass(frozen=True, slots=True)
class Terms:
    """A storyline's watch terms, compiled."""

    any: tuple[Term, ...]
    all: tuple[tuple[Term, ...], ...]
    none: tuple[Term, ...]
    boost: tuple[tuple[Term, float], ...]
    case: bool

    @classmethod
    def of(cls, watch: Watch) -> Terms:
        """Compile; raises TermError."""
        make = _compiled
        return cls(
            any=tuple(make(t, watch.case) for t in watch.any),
            all=tuple(tuple(make(t, watch.case) for t in group) for group in watch.all),
            none=tuple(make(t, watch.case) for t in watch.none),
            boost=tuple((make(t, watch.case), weight) for t, weight in watch.boost),
            case=watch.case,
        )

    def __bool__(self) -> bool:
        return bool(self.any or self.all or self.none or self.boost)

    def look(self, reading: Reading) -> Found:
        """What stands in the entry."""
        page = Page(reading, self.case)
        return Found(
            any=tuple(t.written for t in self.any if t.hits(page)),
            boost=tuple((t.written, weight) for t, weight in self.boost if t.hits(page)),
            missing=tuple(" or ".join(t.written for t in g) for g in self.all if not any(t.hits(page) for t in g)),
            excluded=next((t.written for t in self.none if t.hits(page)), ""),
        )


def plain(text: str, *, case: bool) -> str:
    """The words of `text`, a space before and behind each: hyphens, accents, 's and punctuation do not matter."""
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", text))).replace("’", "'")
    text = text if case else text.casefold()
    text = _POSSESSIVE.sub("", text).replace("'", "")
    return f" {' '.join(_WORD.findall(text))} "


def compile_term(written: str, *, case: bool = False) -> Term:
    """Read one term as the user wrote it; raises TermError with a remedy."""
    field_name, body = _split(written)
    regex = _REGEX.fullmatch(body)
    if regex:
        return Term(written, field_name, _regex(regex.group(1), case and not regex.group(2)), raw=True)
    if len(body) > 1 and body[0] == body[-1] == '"':
        body = body[1:-1]
    words = plain(body.replace("*", " * ") if body.endswith("*") else body.replace("*", " "), case=case).split()
    prefix = bool(words) and words[-1] == "*"
    words = [w for w in words if w != "*"]
    if not words:
        raise TermError(f"the term {written!r} holds no word; write a word, a phrase, word* or /regex/")
    needle = " ".join(words)
    if is_unspaced(needle):
        bare = needle.replace(" ", "")
        return Term(written, field_name, lambda text: bare in text.replace(" ", ""), raw=False)
    needle = f" {needle}" if prefix else f" {needle} "
    return Term(written, field_name, lambda text: needle in text, raw=False)


@lru_cache(maxsize=4096)
def _compiled(written: str, case: bool) -> Term:
    return compile_term(written, case=case)


def _split(written: str) -> tuple[str, str]:
    found = _FIELD.fullmatch(written.strip())
    return (found.group(1), found.group(2).strip()) if found else ("", written.strip())


def _regex(pattern: str, case: bool) -> Callable[[str], bool]:
    import re2  # noqa: PLC0415  few terms are patterns

    options: Any = re2.Options()
    options.log_errors = False
    options.case_sensitive = case
    options.max_mem = _REGEX_MEMORY
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        what = error.args[0] if error.args else error
        what = what.decode("utf-8", "replace") if isinstance(what, bytes) else what
        raise TermError(
            f"the pattern /{pattern}/ cannot be read ({what}); look-around and back-references are not offered"
        ) from error
    return lambda text: compiled.search(text) is not None
