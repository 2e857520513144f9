"""What the demo brought, read from the store when it is over: figures, and each entry with what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.store import Store
from monitor.store.stories import Decided
from monitor.types import Delivery, Entry, Novelty

STORYLINE = "seoul-arms-ukraine"
MAILBOX = "mailbox"
EVERYTHING = 100_000


class Fate(StrEnum):
    """What became of an entry."""

    NEW_EVENT = "new event"
    DEVELOPMENT = "development"
    CORRECTION = "correction"
    KNOWN = "on topic, nothing new"
    COPY = "copy"
    OTHER = "not this story"


FATES = {
    Novelty.NEW_EVENT: Fate.NEW_EVENT,
    Novelty.DEVELOPMENT: Fate.DEVELOPMENT,
    Novelty.CORRECTION: Fate.CORRECTION,
    Novelty.REPEAT: Fate.KNOWN,
    Novelty.COPY: Fate.COPY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry and its fate."""

    date: datetime
    title: str
    outlet: str
    link: str
    fate: Fate
    score: float
    threshold: float
    event: str  # its title, "" off topic
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One event as told in one mail."""

    title: str
    verdict: str
    sources: int
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One digest that went out."""

    at: datetime
    subject: str
    receiver: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The whole of it."""

    rows: tuple[Row, ...]  # oldest first
    letters: tuple[Letter, ...]
    events: int

    @property
    def on_topic(self) -> int:
        """Entries that belong to the story."""
        return sum(row.fate is not Fate.OTHER for row in self.rows)

    @property
    def told(self) -> int:
        """Items the reader of the mails was shown."""
        return sum(len(letter.items) for letter in self.letters if letter.receiver == MAILBOX)

    @property
    def spared(self) -> int:
        """Entries the reader of the mails need not have looked at."""
        return len(self.rows) - self.told


def take(store: Store) -> Record:
    """Return what the store holds of the demo's storyline."""
    with store.read() as tx:
        entries = tx.entries.latest(EVERYTHING)
        decided = {found.entry.uid: found for found in tx.stories.listing(STORYLINE, "all", EVERYTHING)}
        events = {event.id: event.title for event in tx.events.all(STORYLINE, limit=EVERYTHING)}
        deliveries = tx.outbox.all(limit=EVERYTHING)
    rows = [_row(entry, decided.get(entry.uid), events) for entry in entries]
    letters = sorted(map(letter_of, deliveries), key=lambda letter: letter.at)
    return Record(
        rows=tuple(sorted(rows, key=lambda row: (row.date, row.title))), letters=tuple(letters), events=len(events)
    )


def letter_of(delivery: Delivery) -> Letter:
    """Return what a delivery told."""
    data = json.loads(delivery.rendered.json).get("data", {})
    items = tuple(
        Item(
            title=event["title"],
            verdict=event["verdict"].replace("_", " "),
            sources=event["independent_sources"],
            why=tuple(str(line["text"]) for line in event["new"]),
        )
        for event in data.get("events", [])
    )
    return Letter(at=delivery.created_at, subject=delivery.rendered.subject, receiver=delivery.receiver, items=items)


def _row(entry: Entry, found: Decided | None, events: dict[str, str]) -> Row:
    decision = found.decision if found else None
    match = decision.match if decision else None
    verdict = decision.verdict if decision else None
    assignment = decision.assignment if decision else None
    return Row(
        date=entry.date,
        title=entry.title,
        outlet=entry.source,
        link=entry.link,
        fate=FATES[verdict.novelty] if match and match.on_topic and verdict else Fate.OTHER,
        score=match.score if match else 0.0,
        threshold=match.threshold if match else 0.0,
        event=events.get(assignment.event_id, "") if assignment else "",
        why="; ".join(verdict.why) if verdict else "",
    )
