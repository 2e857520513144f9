"""Where a web page keeps its feeds."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree

FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json|text/(?:rss|atom)\b", re.I)
FEED_PATH = re.compile(r"(?:/(?:feed|rss|atom)(?:/|\.xml|\.php)?|\.(?:rss|atom|rdf)|/index\.xml|/feeds?/[^?#]+)$", re.I)
COMMENTS = re.compile(r"/comments?/|comments", re.I)
COMMON = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/posts/default")
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
