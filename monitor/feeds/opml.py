"""Lists of feeds as other programs keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree import ElementTree

import listparser

from monitor.errors import FeedError
from monitor.feeds.scan import Hostile, refuse_entities
from monitor.text import collapse, printable, short
from monitor.types import Feed

MAX_BYTES = 20_000_000


class OpmlFeed(NamedTuple):
    """One feed of a list; the folders it lies in are its tags."""

    url: str
    title: str
    tags: tuple[str, ...]


def read(data: bytes) -> tuple[OpmlFeed, ...]:
    """Return the feeds of an OPML list, each address once with the tags of all its places.

    Errors: `FeedError` when it is no list.
    """
    if len(data) > MAX_BYTES:
        raise FeedError("", "too large for a list of feeds")
    try:
        refuse_entities(data)
    except Hostile as error:
        raise FeedError("", str(error)) from None
    found = listparser.parse(data)
    if not found.feeds and b"<opml" not in data.lower():
        raise FeedError("", "not an OPML list of feeds")
    feeds: dict[str, OpmlFeed] = {}
    for one in found.feeds:
        url = printable(one.url or "").strip()
        if not url.lower().startswith(("http://", "https://")):
            continue
        folders = [folder for path in reversed(one.categories) for folder in path] + list(one.tags)
        tags = tuple(dict.fromkeys(short(name, 60) for tag in folders if (name := collapse(printable(tag)))))
        before = feeds.get(url, OpmlFeed(url, "", ()))
        title = before.title or short(collapse(printable(one.title or "")), 200)
        feeds[url] = OpmlFeed(url, title, tuple(dict.fromkeys(before.tags + tags)))
    return tuple(feeds.values())


def write(feeds: Iterable[Feed], title: str = "Feeds") -> str:
    """Return the feeds as OPML 2.0, in folders by their first tag; further tags stand in `category`."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = printable(title)
    body = ElementTree.SubElement(root, "body")
    folders: dict[str, ElementTree.Element] = {"": body}
    for feed in feeds:
        folder = printable(feed.tags[0]) if feed.tags else ""
        if folder not in folders:
            folders[folder] = ElementTree.SubElement(body, "outline", text=folder, title=folder)
        label = printable(feed.label)
        outline = ElementTree.SubElement(
            folders[folder], "outline", type="rss", text=label, title=label, xmlUrl=printable(feed.url)
        )
        if len(feed.tags) > 1:
            outline.set("category", ",".join("/" + printable(tag) for tag in feed.tags[1:]))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
