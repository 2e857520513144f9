"""The digest as the JSON a webhook receives; its schema lies beside this file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from monitor.notify.view import one_line, safe_link
from monitor.types import Digest, DigestEntry, DigestEvent, Line

LIMIT = 256 * 1024  # bytes of a body
COUNTER = 16  # bytes kept for the count of what is left out
EXCERPT = 300  # characters of other people's text an entry
NAME = 120  # characters of a name or term
Json = dict[str, Any]


def render(digest: Digest) -> str:
    """Return the body as compact JSON of at most 256 kB: first the events in order, then their entries.

    `data.truncated` counts the events and entries that found no room.
    """
    body = _frame(digest)
    data = body["data"]
    data["events"], room = _fitting(map(_event, digest.events), LIMIT - _size(body) - COUNTER)
    told = digest.events[: len(data["events"])]
    for event, json_event in zip(told, data["events"], strict=True):
        json_event["entries"], room = _fitting(map(_entry, event.entries), room)
    everything = len(digest.events) + sum(len(event.entries) for event in digest.events)
    data["truncated"] = everything - len(told) - sum(len(event["entries"]) for event in data["events"])
    return _dump(body)


def moment(at: datetime) -> str:
    """Return the time as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _dump(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _frame(digest: Digest) -> Json:
    coverage = digest.coverage
    return {
        "type": "storyline.digest",
        "timestamp": moment(digest.created_at),
        "data": {
            "storyline": {"name": digest.storyline, "title": one_line(digest.storyline_title, EXCERPT)},
            "digest_id": digest.id,
            "number": digest.number,
            "reason": digest.reason.value,
            "period": {"from": moment(digest.period_from), "to": moment(digest.period_to)},
            "summary": _summary(digest),
            "events": [],
            "truncated": 0,
            "held": digest.held,
            "coverage": {
                "feeds_ok": coverage.feeds_ok,
                "feeds_failing": coverage.feeds_failing,
                "feeds_late": coverage.feeds_late,
                "entries_scanned": coverage.entries_scanned,
                "near_misses": coverage.near_misses,
                "gaps": coverage.gaps,
                "undelivered": len(coverage.undelivered),
            },
        },
    }


def _summary(digest: Digest) -> Json | None:
    if digest.summary is None:
        return None
    return {"by": one_line(digest.summary.by, NAME), "lines": [_line(line) for line in digest.summary.lines]}


def _event(event: DigestEvent) -> Json:
    return {
        "id": event.id,
        "title": one_line(event.title, EXCERPT),
        "verdict": event.verdict.value,
        "update": event.is_update,
        "first_seen": moment(event.first_seen),
        "last_seen": moment(event.last_seen),
        "score": round(event.score, 4),
        "sources": event.sources,
        "independent_sources": event.independent_sources,
        "copies": event.copies,
        "new": [_line(line) for line in event.new],
        "why": {
            "new": [one_line(reason, EXCERPT) for reason in event.why],
            "threshold": round(event.threshold, 4),
            "terms": [[one_line(term, NAME), round(weight, 4)] for term, weight in event.terms],
        },
        "feedback": {say: f"{event.feedback}?say={say}" for say in ("yes", "no")} if event.feedback else None,
        "entries": [],
    }


def _line(line: Line) -> Json:
    return {
        "text": one_line(line.text, EXCERPT),
        "source": one_line(line.source, NAME),
        "link": safe_link(line.link)[0],
    }


def _entry(entry: DigestEntry) -> Json:
    return {
        "id": entry.id,
        "title": one_line(entry.title, EXCERPT),
        "link": safe_link(entry.link)[0],
        "source": one_line(entry.source, NAME),
        "published": moment(entry.published) if entry.published else None,
        "copy_of": entry.copy_of,
    }


def _fitting(items: Iterable[Json], room: int) -> tuple[list[Json], int]:
    """Return the first items that fit into this many bytes, and the room then left."""
    taken: list[Json] = []
    for item in items:
        cost = _size(item) + 1
        if cost > room:
            break
        taken.append(item)
        room -= cost
    return taken, room


def _size(item: Json) -> int:
    return len(_dump(item).encode())


def schema() -> str:
    """Return the JSON Schema of the body, for those who write receivers."""
    return files("monitor.notify").joinpath("webhook.schema.json").read_text("utf-8")
