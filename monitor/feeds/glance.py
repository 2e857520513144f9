"""Entries at a glance: title, link, id, dates and text of well-formed documents, without feedparser's full care.

For the many old entries of a feed's first reading, where the user asks for that.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

FIELDS = {
    "title": "title",
    "guid": "id",
    "id": "id",
    "description": "summary",
    "summary": "summary",
    "encoded": "content",
    "content": "content",
    "pubDate": "published",
    "published": "published",
    "issued": "published",
    "date": "published",
    "created": "published",
    "updated": "updated",
    "modified": "updated",
    "creator": "author",
}
ITEMS = frozenset(("item", "entry"))
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def glance(data: bytes) -> list[dict[str, Any]]:
    """Return every entry of a document in the words of feedparser; [] where even that fails."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return []
    if root is None:
        return []
    return [_entry(element) for element in root.iter(etree.Element) if _local(element) in ITEMS]


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _entry(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if about := element.get(ABOUT):
        found["id"] = about
    for child in element.iterchildren(etree.Element):
        name = _local(child)
        if name == "link":
            _link(child, found)
        elif (field := FIELDS.get(name)) and field not in found:
            found[field] = "".join(child.itertext()).strip()
    if content := found.pop("content", ""):
        found["content"] = [{"value": content, "type": "text/html"}]
    found.setdefault("link", found.get("id", ""))
    return {name: value for name, value in found.items() if value}


def _link(child: etree._Element, found: dict[str, Any]) -> None:
    address = child.get("href") or (child.text or "").strip()
    if address and child.get("rel", "alternate") == "alternate":
        found.setdefault("link", address)
