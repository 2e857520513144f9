"""Where a web page keeps its feeds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree

from monitor.errors import FetchError

if TYPE_CHECKING:  # the child process needs no HTTP
    from monitor.feeds.fetch import Fetcher

FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json|text/(?:rss|atom)\b", re.I)
FEED_PATH = re.compile(r"(?:/(?:feed|rss|atom)(?:/|\.xml|\.php)?|\.(?:rss|atom|rdf)|/index\.xml|/feeds?/[^?#]+)$", re.I)
COMMENTS = re.compile(r"/comments?/|comments", re.I)
COMMON = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/posts/default")
KINDS = {
    rb"<(?:\w{1,30}:)?rss[\s>]": "application/rss+xml",
    rb"<(?:\w{1,30}:)?feed[\s>]": "application/atom+xml",
    rb"<(?:\w{1,30}:)?rdf[\s>]": "application/rdf+xml",
    rb"https://jsonfeed\.org/version/": "application/feed+json",
}
MAX_PAGE = 2_000_000


class FoundFeed(NamedTuple):
    """A feed that a page names."""

    url: str
    title: str = ""
    type: str = ""


def feed_links(html: bytes, url: str) -> tuple[FoundFeed, ...]:
    """Return the feeds a page links to, announced ones first, comment feeds last; nothing is fetched."""
    root = _tree(html)
    if root is None:
        return ()
    base = next(iter(root.xpath("//base/@href")), "")
    home = _joined(url, base) or url
    announced = [
        FoundFeed(
            _joined(home, link.get("href", "")), " ".join(link.get("title", "").split())[:200], link.get("type", "")
        )
        for link in root.iter("link")
        if "alternate" in link.get("rel", "").lower().split() and FEED_TYPES.search(link.get("type", ""))
    ]
    linked = [
        FoundFeed(address, " ".join("".join(anchor.itertext()).split())[:200])
        for anchor in root.iter("a")
        if FEED_PATH.search(urlsplit(address := _joined(home, anchor.get("href", ""))).path)
    ]
    found = {one.url: one for one in reversed(announced + linked) if one.url}
    order = {one.url: at for at, one in reversed(list(enumerate(announced + linked)))}
    return tuple(sorted(found.values(), key=lambda one: (bool(COMMENTS.search(one.url)), order[one.url])))


def _tree(html: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(html[:MAX_PAGE], etree.HTMLParser(no_network=True, remove_comments=True))
    except (etree.LxmlError, ValueError):
        return None


def _joined(base: str, link: str) -> str:
    """Return an absolute http(s) address, "" for anything else."""
    try:
        address = urljoin(base, link.strip())
        return address if urlsplit(address).scheme in ("http", "https") and urlsplit(address).hostname else ""
    except ValueError:
        return ""


def find(fetcher: Fetcher, url: str, *, allow_private_networks: bool = False) -> tuple[FoundFeed, ...]:
    """Return the feeds of a site: the address itself if it is one, those its page names, else those at common paths.

    Errors: `FetchError` when the page cannot be had.
    """
    page = fetcher.get_page(url, allow_private_networks=allow_private_networks)
    if (kind := looks_like_feed(page.body)) is not None:
        return (FoundFeed(page.url, "", kind),)
    named = feed_links(page.body, page.url)
    if named:
        return named
    found: dict[str, FoundFeed] = {}
    for path in COMMON:
        try:
            tried = fetcher.get_page(_joined(page.url, path), allow_private_networks=allow_private_networks)
        except FetchError:
            continue
        if (kind := looks_like_feed(tried.body)) is not None:
            found.setdefault(tried.url, FoundFeed(tried.url, "", kind))
    return tuple(found.values())


def looks_like_feed(body: bytes) -> str | None:
    """Return the type that a document's beginning says it has, None when it is no feed."""
    head = body[:4096].replace(b"\x00", b"")
    for pattern, kind in KINDS.items():
        if re.search(pattern, head, re.I):
            return kind
    return None
