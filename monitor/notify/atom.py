"""Each storyline as an Atom feed file whose entries are its events, updated in place (RFC 4287)."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from feedgen.feed import FeedGenerator

from monitor.errors import DeliveryError
from monitor.notify.file import open_folder, put, safe_name
from monitor.notify.receivers import AtomSettings
from monitor.notify.view import LABELS, one_line, safe_link
from monitor.ownership import make_folder
from monitor.text import fingerprint
from monitor.types import Delivery, Novelty

KEPT = 200  # events in a feed; more where one digest tells more
PLACES = 5  # reports named where an event has no new sentence
ASKED = {"yes": "On the story", "no": "Not the story"}
Json = dict[str, Any]


class Feeds:
    """The way into a folder of Atom feeds."""

    def __init__(self, name: str, settings: AtomSettings) -> None:
        self._name = name
        self._settings = settings

    def send(self, delivery: Delivery, now: datetime) -> str:  # noqa: ARG002 - every door has it
        """Fold the digest into its storyline's feed; a repeat changes nothing. Errors: DeliveryError, retryable."""
        data = json.loads(delivery.rendered.json)["data"]
        stem = safe_name(delivery.storyline or "notices")
        path, memory = self._settings.path / f"{stem}.atom", self._settings.path / f".{stem}.events.json"
        try:
            make_folder(self._settings.path)
            events = _folded(_remembered(memory), data, delivery.created_at)
            put(memory, json.dumps(events, ensure_ascii=False))
            put(path, self._feed(delivery, data, events))
        except OSError as error:
            raise DeliveryError(self._name, f"cannot write: {error.strerror or error}", retryable=True) from None
        return str(path)

    def knock(self) -> None:
        """Make the folder and see that it can be written. Errors: DeliveryError, retryable."""
        open_folder(self._name, self._settings.path)

    def rest(self) -> None:
        """Keep nothing open."""

    def _feed(self, delivery: Delivery, data: Json, events: dict[str, Json]) -> str:
        story = data.get("storyline", {})
        feed = FeedGenerator()
        feed.id(f"urn:storyline-monitor:{fingerprint('atom', delivery.storyline)}")
        feed.title(one_line(story.get("title") or delivery.storyline or "Notices", 240))
        feed.generator("storyline-monitor")
        feed.author({"name": "Storyline monitor"})
        if self._settings.base_url:
            base = self._settings.base_url.rstrip("/")
            feed.link(href=f"{base}/{safe_name(delivery.storyline or 'notices')}.atom", rel="self")
        newest = max((event["updated"] for event in events.values()), default=delivery.created_at.isoformat())
        feed.updated(newest)
        for event in sorted(events.values(), key=lambda event: (event["updated"], event["id"])):
            _entry(feed, event)
        return str(feed.atom_str(pretty=True).decode())


def _entry(feed: FeedGenerator, event: Json) -> None:
    entry = feed.add_entry()
    entry.id(f"urn:storyline-monitor:event:{event['id']}")
    entry.title(one_line(event["title"], 240))
    entry.published(event["published"])
    entry.updated(event["updated"])
    entry.category({"term": event["verdict"]})
    for link in event["links"][:1]:
        entry.link(href=link, rel="alternate")
    entry.content(event["content"], type="html")


def _remembered(memory: Path) -> dict[str, Json]:
    """Return the events told so far; a lost or broken memory starts anew."""
    try:
        found = json.loads(memory.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _folded(known: dict[str, Json], data: Json, at: datetime) -> dict[str, Json]:
    """Return the events with those of this digest added or brought up to date, the latest of them."""
    events = dict(known)
    for event in data.get("events", []):
        before = events.get(event["id"], {})
        when = at.isoformat()
        if before.get("updated", "") > when:
            continue
        parts = [part for part in before.get("parts", []) if part[0] != when]
        parts.append([when, _html(event)])
        links = [link for line in [*event["new"], *event["entries"]] if (link := safe_link(line["link"])[0])]
        events[event["id"]] = {
            "id": event["id"],
            "title": event["title"],
            "verdict": event["verdict"],
            "published": before.get("published", event["first_seen"]),
            "updated": when,
            "links": links[:1] or before.get("links", []),
            "parts": parts[-20:],
            "content": "".join(part for _, part in reversed(parts[-20:])),
        }
    most = max(KEPT, len(data.get("events", [])))
    latest = sorted(events.values(), key=lambda event: (event["updated"], event["id"]), reverse=True)[:most]
    return {event["id"]: event for event in latest}


def _html(event: Json) -> str:
    """Return what is new as simple HTML."""
    label = LABELS.get(Novelty(event["verdict"]), "New")
    why = "; ".join(event.get("why", {}).get("new", []))
    lines = [f"<p><strong>{escape(label)}</strong>{': ' + escape(one_line(why, 400)) if why else ''}</p>"]
    places = [(line["text"], line) for line in event["new"]]
    places = places or [(entry["title"], entry) for entry in event["entries"][:PLACES]]
    lines += [f"<p>{escape(one_line(text, 300))} ({_source(place)})</p>" for text, place in places]
    pages = event.get("feedback") or {}
    answers = ((safe_link(pages.get(say, ""))[0], what) for say, what in ASKED.items())
    asked = " · ".join(f'<a href="{escape(page)}">{what}</a>' for page, what in answers if page)
    return "".join([*lines, f"<p>Is this on the story? {asked}</p>"] if asked else lines)


def _source(place: Json) -> str:
    link, host = safe_link(place["link"])
    source = escape(one_line(place["source"], 80) or host)
    return f'<a href="{escape(link)}">{source}</a>' if link else source
