"""What the text of a digest had no room for, as a list that a mail carries beside it: nothing told goes unseen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from monitor.notify.layout import wrap
from monitor.notify.view import LABELS, one_line
from monitor.types import Novelty

NAME = "further-reports.txt"
ENOUGH = 200  # characters of a title that prove it is there
SPACE = re.compile(r"\s+")


def listing(text: str, body: str) -> str:
    """Return the entries of a digest whose titles its text does not show; empty when it shows them all.

    `body` is the digest as the JSON a webhook gets.
    """
    data = json.loads(body)["data"]
    shown = _squeezed(text)
    lines = [line for event in data.get("events", ()) for line in _of_event(event, shown)]
    if not lines:
        return ""
    left = data.get("truncated", 0)
    more = [f"+{left} more, which found no room here either"] if left else []
    return "\n".join(["Reports in this digest that the message does not list:", *lines, *more]) + "\n"


def _of_event(event: dict[str, Any], shown: str) -> Iterator[str]:
    unseen = [entry for entry in event["entries"] if _squeezed(entry["title"][:ENOUGH]) not in shown]
    if unseen:
        yield ""
        yield wrap(f"{LABELS[Novelty(event['verdict'])].upper()}: {one_line(event['title'], 240)}")
    for entry in unseen:
        yield wrap(f"{entry['title']} ({entry['source']})" if entry["source"] else entry["title"], "    ", "  - ")
        if entry["link"]:
            yield f"    {entry['link']}"


def _squeezed(text: str) -> str:
    return SPACE.sub("", text)
