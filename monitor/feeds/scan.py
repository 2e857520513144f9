"""One quick pass over a document: whether it is sound and within bounds, and where its entries lie.

expat reads 100 MB a second where feedparser reads 4, so everything that can be decided on the bytes is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat

MAX_DEPTH = 200
MAX_ATTRIBUTES = 500
MAX_ELEMENTS = 2_000_000
DEEPEST_ITEM = 4  # rss/channel/item, and one more for the odd wrapper
ITEMS = frozenset(("item", "entry"))
# What an entry may carry and nobody here asks for; none of it changes what feedparser says of the rest.
UNREAD = frozenset(
    """
    category comments enclosure dc:subject slash:comments slash:department slash:section slash:hit_parade thr:total
    wfw:comment wfw:commentRss media:thumbnail media:keywords media:category media:credit media:rating itunes:duration
    itunes:explicit itunes:episode itunes:episodeType itunes:season itunes:keywords itunes:image itunes:block
    """.split()  # noqa: SIM905
)
MAX_AUTHOR = 500

# What feedparser searches for mail addresses, in quadratic time (its issue 562).
AUTHOR = re.compile(
    rb"(<(?:\w{1,30}:)?(?:author|creator|contributor|managingEditor|webMaster|publisher|owner|name|email)\b[^<>]{0,2000}>"
    rb"\s{0,100}(?:<!\[CDATA\[)?[^<\]]{%d})[^<\]]+" % MAX_AUTHOR,
    re.I,
)
HALF_ENTITY = re.compile(rb"&[^;<&]{0,40}\Z")
SUBSET = re.compile(rb"<!DOCTYPE[^\[>]{0,2000}\[(.*?)\]\s*>", re.S | re.I)
DOCTYPE = re.compile(rb"<!DOCTYPE\b", re.I)
HARMLESS = re.compile(
    rb"""(?:\s|<!--.{0,2000}?-->|<!ENTITY\s+\w{1,40}\s+(?:"[^"&%<>]{0,200}"|'[^'&%<>]{0,200}')\s*>)*""", re.S
)
MAX_SUBSET = 10_000


class Hostile(ValueError):
    """The document goes beyond what a feed needs."""


class Malformed(ValueError):
    """The document is not well-formed XML."""


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scan:
    """The root element and the byte ranges of the entries and of what is unread in them, in document order."""

    root: str
    items: tuple[Span, ...]
    unread: tuple[Span, ...]


class _Scanner:
    """Counts elements, and notes where entries and their unread parts begin and end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.parser = expat.ParserCreate("utf-8")
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.root = ""
        self.items: list[Span] = []
        self.unread: list[Span] = []
        self.depth = self.count = self.item_depth = self.item_start = self.unread_from = 0

    def start(self, name: str, attributes: list[str]) -> None:
        self.depth = depth = self.depth + 1
        self.count += 1
        if depth > MAX_DEPTH:
            raise Hostile(f"nested more than {MAX_DEPTH} deep")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise Hostile(f"an element with more than {MAX_ATTRIBUTES} attributes")
        if self.item_depth:
            if depth == self.item_depth + 1:
                self.part(name)
            else:
                self.unread_from = 0  # with elements inside it is something else
        elif depth <= DEEPEST_ITEM:
            local = name.rpartition(":")[2]
            if local in ITEMS:
                self.item_depth, self.item_start = depth, self.parser.CurrentByteIndex
            self.root = self.root or local

    def part(self, name: str) -> None:
        """An unread part lasts up to the next tag: no search for its own end, an attribute may hold one."""
        if self.unread_from:
            self.unread.append((self.unread_from, self.parser.CurrentByteIndex))
        self.unread_from = self.parser.CurrentByteIndex if name in UNREAD else 0

    def end(self, _: str) -> None:
        if self.depth == self.item_depth:
            self.part("")
            at = self.parser.CurrentByteIndex
            if at > self.item_start:  # else it is empty: feedparser's to judge
                self.items.append((self.item_start, self.data.index(b">", at) + 1))
            self.item_depth = 0
            if self.count > MAX_ELEMENTS:
                raise Hostile(f"more than {MAX_ELEMENTS} elements")
        self.depth -= 1


def scan(data: bytes) -> Scan:
    """Return where the entries lie in a UTF-8 document. Errors: `Malformed`; `Hostile` beyond depth and counts."""
    scanner = _Scanner(data)
    try:
        scanner.parser.Parse(data, True)  # in one call: pieces make long tokens quadratic (CVE-2023-52425)
    except expat.ExpatError as error:
        raise Malformed(str(error)) from None
    return Scan(scanner.root, tuple(scanner.items), tuple(scanner.unread))


def cut(data: bytes, spans: Iterable[Span]) -> bytes:
    """Return the document without these spans; those that lie in others count with them."""
    pieces: list[bytes] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            pieces.append(data[position:start])
            position = end
    pieces.append(data[position:])
    return b"".join(pieces)


def tame(data: bytes) -> bytes:
    """Return the document with its overlong author fields cut."""
    return AUTHOR.sub(lambda found: HALF_ENTITY.sub(b"", found[1]), data)


def refuse_entities(data: bytes) -> None:
    """Raise `Hostile` for a DOCTYPE that declares more than a few plain words, before anything expands them."""
    head = data[: 4 * MAX_SUBSET]
    if not DOCTYPE.search(head):
        return
    subset = SUBSET.search(head)
    if subset is None:
        if b"[" in head[DOCTYPE.search(head).start() :].partition(b">")[0]:  # type: ignore[union-attr]
            raise Hostile("its DOCTYPE declares entities")
        return
    if len(subset[1]) > MAX_SUBSET or not HARMLESS.fullmatch(subset[1]):
        raise Hostile("its DOCTYPE declares entities")
