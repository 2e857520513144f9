"""The product's own reader in the words that public parser suites ask in; nothing in it but the mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.feeds.document import Limits, read

WHOLE = Limits(max_items=1_000_000)


def parse(data: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the feed and its entries as the product reads them, before they are made plain text."""
    try:
        said = read(data, headers, headers.get("content-location", ""), (), WHOLE)
    except ValueError:  # refused: hostile, or no feed
        return {"bozo": True, "feed": {}, "entries": []}
    return {
        "bozo": said.bozo or said.degraded.startswith("not well-formed"),
        "encoding": said.encoding,
        "version": said.version,
        "feed": dict(said.feed),
        "entries": [{**entry, "enclosures": entry.get("enclosures")} for entry in said.entries],
    }
