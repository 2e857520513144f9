"""What the science answers: matches, events, verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.types.novelty import Novelty


class Reason(StrEnum):
    """Why an entry did or did not match a storyline."""

    MATCHED = "matched"
    BELOW_THRESHOLD = "below threshold"
    EXCLUDED = "excluded by a none: term"
    MISSING_REQUIRED = "an all: term is missing"
    LANGUAGE = "language not watched"
    EMPTY = "no text"
    UNSCORABLE = "could not be scored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A term found in an entry: what it weighed and the seed sentence it came from ("" = the user's own)."""

    term: str
    weight: float
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The match stage's answer; `score` in 0..1 means the same in every storyline."""

    score: float
    threshold: float
    on_topic: bool
    reason: Reason
    parts: tuple[tuple[str, float], ...] = ()  # name, contribution
    hits: tuple[Hit, ...] = ()  # strongest first
    nearest_seed: str = ""  # the closest seed sentence
    note: str = ""  # what would have tipped it, languages not covered, ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence with who, what, how many: the unit of newness."""

    text: str
    facts: tuple[str, ...] = ()  # normalised names, figures, dates, denials it carries
    entry_uid: str = ""
    known: str = ""  # the known sentence it repeats, "" = new


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The event an entry was folded into."""

    event_id: str
    is_first: bool
    similarity: float = 0.0  # to the event it joined
    copy_of: str | None = None  # uid of the entry it copies
    merged: tuple[str, ...] = ()  # ids of events found to be the same and folded into event_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an entry adds, with the evidence a reader accepts."""

    novelty: Novelty
    score: float = 0.0  # newness 0..1
    why: tuple[str, ...] = ()  # "3,000 -> 10,000 troops", "first mention: Umerov"
    new: tuple[Claim, ...] = ()
    nearest: str = ""  # nearest known claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything `assess` decided about one entry for one storyline; what `explain` prints."""

    entry_uid: str
    storyline: str
    match: Match
    assignment: Assignment | None = None
    verdict: Verdict | None = None
    backlog: bool = False  # known, not told
    decided_at: datetime
    storyline_version: str = ""


class EventState(StrEnum):
    """An event's life."""

    OPEN = "open"
    DORMANT = "dormant"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A cluster of entries about one happening within a storyline."""

    id: str
    storyline: str
    title: str
    first_seen: datetime
    last_seen: datetime
    state: EventState = EventState.OPEN
    entries: tuple[str, ...] = ()  # uids, in order of joining
    merged_into: str | None = None
