"""What the text of a digest had no room for, as a list that a mail carries beside it: nothing told goes unseen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.notify.layout import wrap
from monitor.notify.view import LABELS, one_line
from monitor.types import Novelty

NAME = "further-reports.txt"
ENOUGH = 200  # characters of a title that prove it is there
SPACE = re.compile(r"\s+")
Json = dict[str, Any]


def listing(text: str, body: str) -> str:
    """Return the entries of a digest that its text does not show; empty when it shows them all.

    `body` is the digest as the JSON a webhook gets. An entry is shown by its link, or by another of the same title.
    """
    data, links, words = json.loads(body)["data"], frozenset(text.split()), _squeezed(text)
    events = data.get("events", ())
    lines = [line for event in events for line in _of_event(event, _unseen(event, links, words), words)]
    if not lines:
        return ""
    left = data.get("truncated", 0)
    more = [f"+{left} more, which found no room here either"] if left else []
    return "\n".join(["Reports in this digest that the message does not list:", *lines, *more]) + "\n"


def _unseen(event: Json, links: frozenset[str], words: str) -> list[Json]:
    """Return the entries of an event that a text with these links and words does not show."""
    titles = {entry["title"] for entry in event["entries"] if entry["link"] in links}
    return [
        entry
        for entry in event["entries"]
        if entry["title"] not in titles
        and (entry["link"] not in links if entry["link"] else _squeezed(entry["title"][:ENOUGH]) not in words)
    ]


def _of_event(event: Json, unseen: Sequence[Json], words: str) -> Iterator[str]:
    bare = not event["entries"] and _squeezed(event["title"][:ENOUGH]) not in words  # its reports found no room
    if unseen or bare:
        yield ""
        yield wrap(f"{LABELS[Novelty(event['verdict'])].upper()}: {one_line(event['title'], 240)}")
    for entry in unseen:
        yield wrap(f"{entry['title']} ({entry['source']})" if entry["source"] else entry["title"], "    ", "  - ")
        if entry["link"]:
            yield f"    {entry['link']}"
    for line in event["new"][:1] if bare else ():
        yield f"    {line['link']}"


def _squeezed(text: str) -> str:
    return SPACE.sub("", text)
