"""A digest in a few lines for chat and push, made from the stored JSON; what does not fit is counted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from monitor.notify.view import LABELS, one_line, safe_link
from monitor.text import short
from monitor.types import Delivery, Novelty

SLACK = frozenset(("slack", "slacks", "mmost", "mmosts", "rocket", "rockets", "rocketchat"))
MARKDOWN = frozenset(("discord", "msteams", "workflows", "workflow", "matrix", "matrixs", "tgram", "gchat"))
MENTION = re.compile(r"@(?=\w)|<(?=[!@#&])")


@dataclass(frozen=True, slots=True)
class Message:
    """Title and body, each within its limit."""

    title: str
    body: str


def style_of(address: str) -> str:
    """Return how a service must be written to: slack, markdown or plain."""
    scheme = address.partition("://")[0].lower()
    return "slack" if scheme in SLACK else "markdown" if scheme in MARKDOWN else "plain"


def message(delivery: Delivery, title_limit: int, body_limit: int, style: str) -> Message:
    """Return the digest within the limits in characters; a title limit of 0 puts the title into the body."""
    title = escape(one_line(delivery.rendered.subject, 150), style)
    events = json.loads(delivery.rendered.json)["data"].get("events", [])
    room = body_limit - (0 if title_limit else len(title) + 2) - 40
    blocks: list[str] = []
    for event in events:
        block = _block(event, style)
        if sum(len(b) + 2 for b in blocks) + len(block) > room:
            break
        blocks.append(block)
    left = len(events) - len(blocks)
    if left:
        blocks.append(f"+{left} more")
    body = "\n\n".join(blocks) or short(escape(delivery.rendered.text, style), max(room, 20))
    if not title_limit:
        return Message("", short(f"{title}\n\n{body}", body_limit))
    return Message(short(title, title_limit), short(body, body_limit))


def escape(text: str, style: str) -> str:
    """Return other people's text so that the service shows it and does nothing else."""
    quiet = MENTION.sub(lambda found: found[0] + "\u2060", text)
    if style == "slack":
        return quiet.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if style == "markdown":
        return re.sub(r"([\\`*_{}\[\]()#|~>])", r"\\\1", quiet)
    return quiet


def _block(event: dict[str, Any], style: str) -> str:
    label = LABELS.get(Novelty(event["verdict"]), "New")
    lines = [f"{label}: {escape(one_line(event['title'], 200), style)}"]
    new = event.get("new") or []
    why = event.get("why", {}).get("new") or []
    if why:
        lines.append(escape(one_line("; ".join(why[:3]), 200), style))
    source = new[0] if new else (event.get("entries") or [{}])[0]
    link, host = safe_link(source.get("link", ""))
    if link:
        lines.append(f"{escape(one_line(source.get('source', ''), 60), style)} ({host}): {link}")
    return "\n".join(lines)
