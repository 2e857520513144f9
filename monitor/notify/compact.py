"""A digest in a few lines for chat and push, made from the stored JSON; what does not fit is counted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from monitor.notify.view import LABELS, one_line, safe_link
from monitor.text import short
from monitor.types import Delivery, Novelty

MOST = 5_000  # characters, whatever a service would take
SAFE = 0.75  # of a service's limit: escaping makes a text longer
MARKDOWN = frozenset(("discord", "mmost", "mmosts", "zulip", "wxteams", "revolt", "guilded"))  # read plain text as such
MENTION = re.compile(r"@(?=\w)|<(?=[!@#&])")
MARKS = re.compile(r"([\\`*_{}\[\]()#|~>])")
WORD_JOINER = "\u2060"  # unseen; parts the @ from the name


@dataclass(frozen=True, slots=True)
class Message:
    """Title and body, each within its limit."""

    title: str
    body: str


def message(delivery: Delivery, service: str, title_limit: int, body_limit: int) -> Message:
    """Return the digest for a service within its limits in characters; without a title limit the body opens with it."""
    title = short(escape(one_line(delivery.rendered.subject, 150), service), title_limit or 200)
    room = min(int(body_limit * SAFE) - len(title) - 2, MOST)
    return Message(title, _body(delivery, service, max(room, 40)))


def escape(text: str, service: str) -> str:
    """Return other people's text so that the service shows it, calls nobody and hides no link."""
    quiet = MENTION.sub(lambda found: found[0] + WORD_JOINER, text)
    return MARKS.sub(r"\\\1", quiet) if service in MARKDOWN else quiet


def _body(delivery: Delivery, service: str, room: int) -> str:
    """Return as many events as fit, and how many do not."""
    data = json.loads(delivery.rendered.json)["data"]
    events = data.get("events", [])
    if not events:
        lines = data.get("lines") or [_coverage(data.get("coverage", {}))]
        return short("\n".join(escape(line, service) for line in lines), room)
    blocks, held = [_block(event, service) for event in events], data.get("held", 0)
    for count in range(len(blocks), 0, -1):
        text = "\n\n".join([*blocks[:count], *_counted(len(blocks) - count, held)])
        if len(text) <= room:
            return text
    rest = "".join(f"\n\n{line}" for line in _counted(len(blocks) - 1, held))
    return short(blocks[0], room - len(rest)) + rest


def _counted(left: int, held: int) -> list[str]:
    """Return how many events do not fit, and how many a daily cap holds."""
    counts = (f"+{left} more" if left else "", f"+{held} held until tomorrow" if held else "")
    return [line for line in counts if line]


def _block(event: dict[str, Any], service: str) -> str:
    """Return an event as title, what is new, and where it stands."""
    label = LABELS.get(Novelty(event["verdict"]), "New")
    lines = [f"{label}: {escape(one_line(event['title'], 200), service)}"]
    reasons = one_line("; ".join(event.get("why", {}).get("new", [])[:3]), 200)
    if reasons:
        lines.append(escape(reasons, service))
    place = (event.get("new") or event.get("entries") or [{}])[0]
    link, host = safe_link(place.get("link", ""))
    if link:
        lines.append(f"{escape(one_line(place.get('source', ''), 60), service)} ({host}): {link}")
    return "\n".join(lines)


def _coverage(coverage: dict[str, int]) -> str:
    feeds = coverage.get("feeds_ok", 0) + coverage.get("feeds_failing", 0) + coverage.get("feeds_late", 0)
    scanned, near = coverage.get("entries_scanned", 0), coverage.get("near_misses", 0)
    return f"{coverage.get('feeds_ok', 0)} of {feeds} feeds read, {scanned:,} entries scanned, {near} near misses."
