"""Values the tests of this room share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from monitor.notify import digest as digests
from monitor.types import (
    Alert,
    Assignment,
    Decision,
    Delivery,
    Digest,
    DigestEntry,
    DigestEvent,
    Line,
    Match,
    Novelty,
    Reason,
    Verdict,
)

NOW = datetime(2024, 7, 9, 6, 0, tzinfo=UTC)
STORY = "harbour"


def digest(*events: DigestEvent, **changes: Any) -> Digest:
    """Return the example digest, with other events or fields if wanted."""
    made = digests.sample("desk", NOW)
    changes = {"storyline": STORY, "storyline_title": "The harbour deal", **changes}
    return replace(made, **({"events": events} if events else {}), **changes)


def event(number: int = 1, **changes: Any) -> DigestEvent:
    """Return an event with one line and one entry."""
    base = digests.sample("desk", NOW).events[0]
    link = f"https://news.example.org/{number}"
    plain = {
        "id": f"event{number}",
        "title": f"Ports agree on item {number}",
        "new": (Line(text=f"The council agreed on item {number}.", source="Gazette", link=link),),
        "entries": (DigestEntry(id=f"e{number}", title=f"Item {number}", link=link, source="Gazette", published=NOW),),
    }
    return replace(base, **{**plain, **changes})


def delivery(number: int = 1, **changes: Any) -> Delivery:
    """Return a pending delivery of the example digest."""
    rendered = changes.pop("rendered", None) or digests.render(digest())
    plain: dict[str, Any] = {
        "id": number,
        "key": f"d{number:015x}",
        "digest_id": f"digest{number}",
        "storyline": STORY,
        "receiver": "desk",
        "recipient": "reader@example.org",
        "created_at": NOW,
    }
    return Delivery(rendered=rendered, **{**plain, **changes})


def decision(novelty: Novelty = Novelty.NEW_EVENT, **changes: Any) -> Decision:
    """Return an on-topic decision."""
    plain: dict[str, Any] = {
        "entry_uid": "entry1",
        "storyline": STORY,
        "match": Match(score=0.8, threshold=0.5, on_topic=True, reason=Reason.MATCHED),
        "assignment": Assignment(event_id="event1", is_first=novelty is Novelty.NEW_EVENT),
        "verdict": Verdict(novelty=novelty),
        "decided_at": NOW,
    }
    return Decision(**{**plain, **changes})


def alert(number: int = 1, **changes: Any) -> Alert:
    """Return a pending alert of the route `harbour>desk:immediate`."""
    plain: dict[str, Any] = {
        "id": number,
        "route": "*>desk:immediate",
        "receiver": "desk",
        "storyline": STORY,
        "event_id": f"event{number}",
        "entry_uid": f"entry{number}",
        "novelty": Novelty.NEW_EVENT,
        "score": 0.8,
        "created_at": NOW,
    }
    return Alert(**{**plain, **changes})
