"""JSON Feed 1.0 and 1.1 in the words of feedparser (https://www.jsonfeed.org/version/1.1/).

A dictionary renamed; the one library that reads it invents dates where there are none.
"""

from __future__ import annotations

import json
from typing import Any

VERSION = "https://jsonfeed.org/version/"


def read(body: bytes) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """Return version, feed and entries. Errors: ValueError when it is no JSON Feed."""
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise ValueError("neither RSS, Atom nor JSON Feed") from None
    if not isinstance(found, dict) or not (
        _text(found.get("version")).startswith(VERSION) or _is_list(found.get("items"))
    ):
        raise ValueError("JSON, but no feed")
    items = [item for item in found.get("items") or [] if isinstance(item, dict)]
    feed = {
        "title": _text(found.get("title")),
        "link": _text(found.get("home_page_url")),
        "subtitle": _text(found.get("description")),
        "language": _text(found.get("language")),
    }
    return "json" + _text(found.get("version")).removeprefix(VERSION), feed, [_entry(item) for item in items]


def _entry(item: dict[str, Any]) -> dict[str, Any]:
    content = _text(item.get("content_html")) or _text(item.get("content_text"))
    kind = "text/html" if item.get("content_html") else "text/plain"
    entry = {
        "id": _text(item.get("id")),
        "link": _text(item.get("url")) or _text(item.get("external_url")),
        "title": _text(item.get("title")),
        "summary": _text(item.get("summary")),
        "content": [{"value": content, "type": kind}] if content else [],
        "author": _author(item),
        "published": _text(item.get("date_published")),
        "updated": _text(item.get("date_modified")),
        "language": _text(item.get("language")),
        "tags": [{"term": _text(tag)} for tag in item.get("tags") or [] if _text(tag)]
        if _is_list(item.get("tags"))
        else [],
    }
    return {name: value for name, value in entry.items() if value}


def _author(item: dict[str, Any]) -> str:
    authors = item.get("authors")
    listed = authors if isinstance(authors, list) else [item.get("author")]
    return ", ".join(_text(one.get("name")) for one in listed if isinstance(one, dict) and _text(one.get("name")))


def _text(value: object) -> str:
    """Return text, numbers as text (ids are often numbers), anything else as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _is_list(value: object) -> bool:
    return isinstance(value, list)
