"""Between rows and the values that travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from monitor.types import (
    Alert,
    AlertState,
    Assignment,
    Claim,
    Decision,
    Delivery,
    DeliveryState,
    Entry,
    Feed,
    FullText,
    Health,
    Hit,
    Match,
    Novelty,
    Reason,
    Rendered,
    Verdict,
)

Row = RowMapping | Mapping[str, Any]


def feed_of(row: Row) -> Feed:
    """Return the feed of a row of `feeds`."""
    plain = {k: v for k, v in row.items() if k != "listed"}
    return Feed(
        **{
            **plain,
            "tags": tuple(row["tags"]),
            "full_text": FullText(row["full_text"]),
            "health": Health(row["health"]),
            "auth_file": Path(row["auth_file"]) if row["auth_file"] else None,
            "headers_file": Path(row["headers_file"]) if row["headers_file"] else None,
        }
    )


CONFIGURED = ("name", "tags", "every", "full_text", "auth_file", "headers_file", "allow_private_networks", "disabled")


def configured_row(feed: Feed) -> dict[str, Any]:
    """Return what the user wrote of a feed, as columns."""
    row = {name: getattr(feed, name) for name in CONFIGURED}
    return {
        **row,
        "tags": list(feed.tags),
        "full_text": feed.full_text.value,
        "auth_file": str(feed.auth_file) if feed.auth_file else None,
        "headers_file": str(feed.headers_file) if feed.headers_file else None,
    }


LEARNED = (
    "title",
    "fetch_url",
    "etag",
    "last_modified",
    "body_hash",
    "first_polled_at",
    "polled_at",
    "ok_at",
    "news_at",
    "due_at",
    "failing_since",
    "failures",
    "error",
    "rhythm",
    "newest",
    "gaps",
)


def learned_row(feed: Feed) -> dict[str, Any]:
    """Return what the polls taught of a feed, as columns."""
    return {**{name: getattr(feed, name) for name in LEARNED}, "health": feed.health.value, "notes": dict(feed.notes)}


ENTRY = (
    "uid",
    "key",
    "feed_id",
    "source",
    "id",
    "link",
    "canonical",
    "title",
    "summary",
    "content",
    "author",
    "lang",
    "published",
    "updated",
    "seen_at",
    "date",
    "undated",
    "date_guessed",
    "first_poll",
    "paged",
    "revision",
    "seq",
)
GIVEN = tuple(name for name in ENTRY if name != "seq")
GIVEN_OF = attrgetter(*GIVEN)


def entry_of(row: Row) -> Entry:
    """Return the entry of a row of `entries` joined with its feed's `url` and `tags`."""
    return Entry(**{name: row[name] for name in ENTRY}, feed_url=row["url"], tags=tuple(row["tags"]))


def entry_row(entry: Entry, fingerprint: str) -> dict[str, Any]:
    """Return an entry as columns, without `seq`."""
    return {**dict(zip(GIVEN, GIVEN_OF(entry), strict=True)), "fingerprint": fingerprint}


def detail_of(decision: Decision) -> dict[str, Any]:
    """Return the full evidence of a decision as JSON values."""
    return {
        "match": asdict(decision.match),
        "assignment": asdict(decision.assignment) if decision.assignment else None,
        "verdict": asdict(decision.verdict) if decision.verdict else None,
    }


def match_of(row: Row, detail: Row | None) -> Match:
    """Return the match of a decision row; its evidence where it was kept."""
    kept = detail["match"] if detail else {}
    return Match(
        score=row["score"],
        threshold=row["threshold"],
        on_topic=row["on_topic"],
        reason=Reason(row["reason"]),
        parts=tuple((name, value) for name, value in kept.get("parts", ())),
        hits=tuple(Hit(**hit) for hit in kept.get("hits", ())),
        nearest_seed=kept.get("nearest_seed", ""),
        note=kept.get("note", ""),
    )


def verdict_of(kept: Row) -> Verdict:
    """Return a verdict from its JSON values."""
    claims = tuple(Claim(**{**claim, "facts": tuple(claim["facts"])}) for claim in kept["new"])
    return Verdict(
        novelty=Novelty(kept["novelty"]),
        score=kept["score"],
        why=tuple(kept["why"]),
        new=claims,
        nearest=kept["nearest"],
    )


def decision_of(row: Row) -> Decision:
    """Return the decision of a row of `decisions` joined with its entry's `uid`."""
    detail = row["detail"]
    assignment = detail["assignment"] if detail else None
    return Decision(
        entry_uid=row["uid"],
        storyline=row["storyline"],
        match=match_of(row, detail),
        assignment=Assignment(**{**assignment, "event_id": row["event_id"], "merged": tuple(assignment["merged"])})
        if assignment
        else None,
        verdict=verdict_of(detail["verdict"]) if detail and detail["verdict"] else None,
        backlog=row["backlog"],
        decided_at=row["decided_at"],
        storyline_version=row["version"],
    )


def alert_of(row: Row) -> Alert:
    """Return the alert of a row of `alerts`."""
    plain = {k: v for k, v in row.items() if k != "digest_id"}
    return Alert(**{**plain, "novelty": Novelty(row["novelty"]), "state": AlertState(row["state"])})


OF_DELIVERY = tuple(each.name for each in fields(Delivery) if each.name not in ("state", "rendered"))


def delivery_of(row: Row) -> Delivery:
    """Return the delivery of a row of `deliveries` with its body."""
    rendered = Rendered(subject=row["subject"], text=row["text"], html=row["html"], json=row["json"])
    plain = {name: row[name] for name in OF_DELIVERY}
    plain["thread"] = row["thread"] or row["storyline"]
    return Delivery(**plain, state=DeliveryState(row["state"]), rendered=rendered)


def iso(value: datetime | None) -> str | None:
    """Return a time as ISO 8601, for JSON."""
    return value.isoformat() if value else None
