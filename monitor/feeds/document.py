"""From bytes to what feedparser says of them, at a fraction of its cost. The only door to feedparser.

What was read before is cut out on the bytes; feedparser reads the rest. Runs in a child process that may be killed.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import feedparser
import feedparser.api
from feedparser.encodings import convert_to_utf8

from monitor.feeds import jsonfeed, lookup
from monitor.feeds.dates import found_in
from monitor.feeds.glance import glance
from monitor.feeds.scan import Malformed, Scan, cut, refuse_entities, scan, tame

HTML = re.compile(rb"\s*(?:<!--.{0,5000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S)
ROOT_CLOSED = re.compile(rb"</(?:\w{1,30}:)?(?:rss|feed|rdf|channel)\s*>", re.I)
DATE = re.compile(
    rb"<(?:\w{1,20}:)?(?:pubDate|published|updated|date|issued|modified|created)\b[^>]{0,200}>([^<]{6,80})<"
)
PASSED_ON = ("content-type", "content-language")
ABSOLUTE = re.compile(r"https?://[\w.:-]+/[\w./-]*|(?:tag|urn):[\w.,:/-]*", re.ASCII)  # what joining leaves as it is
ROOTS = frozenset(("rss", "rdf", "feed", "channel"))
HINTS = ("ttl", "sy_updateperiod", "sy_updatefrequency", "skiphours", "skipdays")


feedparser.api.PREFERRED_XML_PARSERS[:] = ["monitor.feeds.sax"]
lookup.install()


class NotAFeed(ValueError):
    """The document is something else; `html` when a page was served."""

    def __init__(self, what: str, *, html: bool = False) -> None:
        super().__init__(what)
        self.html = html


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a document is read."""

    max_items: int = 1_000
    newest: int | None = None  # only so many are read, the others noted
    everything: bool = True  # else without what entries do not need: categories, enclosures, counters


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one document said; `entries` in document order, known ones left out."""

    version: str
    feed: Mapping[str, Any]
    entries: tuple[dict[str, Any], ...]  # of those merely noted, "id" and "link" alone
    prints: tuple[str, ...] = ()  # of each entry's bytes; () when they could not be told apart
    noted: frozenset[int] = frozenset()  # indexes of the entries that were not read
    seen: tuple[str, ...] = ()  # prints of the known entries that were cut out
    listed: int = 0
    dropped: int = 0
    degraded: str = ""
    truncated: bool = False
    bozo: bool = False
    encoding: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)


def read(
    body: bytes, headers: Mapping[str, str], url: str, known: Collection[str] = (), limits: Limits | None = None
) -> Document:
    """Return what the document says; entries whose bytes are `known` (prints of an earlier reading) are left out.

    Errors: `NotAFeed`, `Hostile`.
    """
    limits = limits or Limits()
    if not body.strip(b"\x00 \t\r\n"):
        raise NotAFeed("an empty document")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _json(body, limits)
    if HTML.match(body):
        raise NotAFeed("a web page, not a feed", html=True)
    said: dict[str, Any] = {}  # what feedparser finds out about the encoding
    passed = {name: headers[name] for name in PASSED_ON if name in headers}
    data = convert_to_utf8(passed, body, said)
    refuse_entities(data)
    try:
        found = scan(data) if said.get("encoding") else None
    except Malformed as error:
        return _whole(body, passed, url, limits, str(error))
    if found is None:
        return _whole(body, passed, url, limits, "its encoding is unknown")
    if found.root.lower() not in ROOTS and not found.items:
        html = found.root.lower() == "html"
        raise NotAFeed("a web page, not a feed" if html else "neither RSS, Atom nor JSON Feed", html=html)
    document = _part(data, said, found, url, known, limits)
    return document or _whole(body, passed, url, limits, "")


def _part(
    data: bytes, said: Mapping[str, Any], found: Scan, url: str, known: Collection[str], limits: Limits
) -> Document | None:
    """Return the document read without its known entries; None when feedparser counts entries differently."""
    prints = [hashlib.blake2b(data[start:end], digest_size=8).hexdigest() for start, end in found.items]
    kept = newest(data, found.items, limits.max_items)
    unknown = [index for index in kept if prints[index] not in known]
    noted = _noted(data, found, unknown, limits)
    full = frozenset(unknown) - frozenset(noted)
    left_out = [span for index, span in enumerate(found.items) if index not in full]
    left_out += () if limits.everything else found.unread
    parsed = _parse(tame(cut(data, left_out)), {"content-type": "application/xml; charset=utf-8"})
    if len(parsed.entries) != len(full):
        return None
    careful = iter(parsed.entries)
    parsed.entries = [noted[index] if index in noted else next(careful) for index in unknown]
    dropped = len(found.items) - len(kept)
    return _document(
        parsed,
        url,
        said,
        prints=tuple(prints[index] for index in unknown),
        noted=frozenset(at for at, index in enumerate(unknown) if index in noted),
        seen=tuple(prints[index] for index in kept if prints[index] in known),
        listed=len(found.items),
        dropped=dropped,
        degraded=f"{dropped} older entries left out" if dropped else "",
    )


def _noted(data: bytes, found: Scan, unknown: list[int], limits: Limits) -> dict[int, dict[str, Any]]:
    """Return the entries that are not read, by index: all but the newest ones, where the user asks for it."""
    if limits.newest is None or len(unknown) <= limits.newest:
        return {}
    spans = tuple(found.items[index] for index in unknown)
    careful = {unknown[at] for at in newest(data, spans, limits.newest)}
    others = [index for index in unknown if index not in careful]
    wanted = frozenset(others)
    entries = glance(cut(data, (span for index, span in enumerate(found.items) if index not in wanted)))
    if len(entries) != len(others):
        return {}
    return {index: entry for index, entry in zip(others, entries, strict=True) if entry["link"]}


def _whole(body: bytes, headers: Mapping[str, str], url: str, limits: Limits, why: str) -> Document:
    """Return the document as feedparser alone reads it, as far as it goes."""
    parsed = _parse(tame(body), headers)
    entries = parsed.entries
    dropped = max(0, len(entries) - limits.max_items)
    parsed.entries = entries[: limits.max_items]
    truncated = not ROOT_CLOSED.search(body[-4096:].replace(b"\x00", b""))
    if truncated and len(entries) > 1:
        parsed.entries = _complete(body, parsed.entries)
    if not entries and not parsed.version:
        raise NotAFeed("neither RSS, Atom nor JSON Feed", html=b"<html" in body[:4096].lower())
    return _document(
        parsed,
        url,
        {},
        listed=len(entries),
        dropped=dropped,
        degraded=f"not well-formed: {why.removeprefix('not well-formed ')}" if why else "",
        truncated=truncated,
    )


def _complete(body: bytes, entries: list[Any]) -> list[Any]:
    """Return the entries without the last one when the document broke off inside it."""
    opened = len(re.findall(rb"<(?:\w{1,30}:)?(?:item|entry)[\s>]", body))
    closed = len(re.findall(rb"</(?:\w{1,30}:)?(?:item|entry)\s*>", body))
    return entries[:-1] if opened > closed and len(entries) == opened else entries


def _parse(data: bytes, headers: Mapping[str, str]) -> Any:
    """Return feedparser's result; its sanitiser (quadratic) and relative-link pass are off, nothing is ever opened."""
    try:
        return feedparser.parse(
            io.BytesIO(data), response_headers=dict(headers), sanitize_html=False, resolve_relative_uris=False
        )
    except UnicodeEncodeError:  # half a surrogate pair as a character reference
        return feedparser.parse(
            io.BytesIO(SURROGATE_REFERENCE.sub(b"&#xFFFD;", data)),
            response_headers=dict(headers),
            sanitize_html=False,
            resolve_relative_uris=False,
        )


SURROGATE_REFERENCE = re.compile(rb"&#(?:0*5(?:529[6-9]|5[3-9]\d\d|[67]\d{3})|[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2});")


def newest(data: bytes, items: tuple[tuple[int, int], ...], most: int) -> list[int]:
    """Return the indexes of the newest entries in document order; without dates, those that stand first."""
    if len(items) <= most:
        return list(range(len(items)))

    def age(index: int) -> tuple[float, int]:
        start, end = items[index]
        date = DATE.search(data, start, end)
        when = found_in(date[1].decode("utf-8", "replace")) if date else None
        return (-when.timestamp() if when else 0.0, index)

    return sorted(sorted(range(len(items)), key=age)[:most])


def _document(parsed: Any, url: str, said: Mapping[str, Any], **known: Any) -> Document:
    """Return feedparser's result with absolute links and ids; `guid` keeps the id as it was written.

    Errors: `NotAFeed`.
    """
    for one in (parsed.feed, *parsed.entries):
        one["guid_written"] = dict.get(one, "id")
        for name in ("link", "id"):
            if address := dict.get(one, name):
                one[name] = joined(url, address)
        for link in dict.get(one, "links") or ():
            if address := dict.get(link, "href"):
                link["href"] = joined(url, address)
    return Document(
        version=parsed.version or "",
        feed=parsed.feed,
        entries=tuple(parsed.entries),
        bozo=bool(parsed.bozo or said.get("bozo")),
        encoding=said.get("encoding") or parsed.get("encoding") or "",
        hints={name: str(parsed.feed[name]) for name in HINTS if parsed.feed.get(name)},
        **known,
    )


def _json(body: bytes, limits: Limits) -> Document:
    try:
        version, feed, entries = jsonfeed.read(body)
    except ValueError as error:
        raise NotAFeed(str(error)) from None
    dropped = max(0, len(entries) - limits.max_items)
    return Document(
        version=version,
        feed=feed,
        entries=tuple(entries[: limits.max_items]),
        listed=len(entries),
        dropped=dropped,
        degraded=f"{dropped} older entries left out" if dropped else "",
        encoding="utf-8",
    )


def joined(base: str, link: str) -> str:
    """Return a link made absolute; as it is where that is impossible."""
    if ABSOLUTE.fullmatch(link):
        return link
    try:
        return urljoin(base, link)
    except ValueError:
        return link
