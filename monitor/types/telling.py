"""What people are told: alerts, digests, deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.types.novelty import Novelty


class AlertState(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"
    TOLD = "told"
    MUTED = "muted"  # a silence swallowed it
    DROPPED = "dropped"  # nothing new for this receiver, or over a cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something one route has to tell."""

    route: str  # key of the route: storyline pattern + receiver + kind
    receiver: str
    storyline: str
    event_id: str
    entry_uid: str
    novelty: Novelty
    score: float
    created_at: datetime
    state: AlertState = AlertState.PENDING
    reason: str = ""  # why it is not pending
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One told sentence with its source."""

    text: str
    source: str
    link: str
    entry_uid: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A digest in a few sentences, each backed by the claim it shortens."""

    by: str  # the model that drafted it
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEntry:
    """One entry as listed under its event."""

    id: str
    title: str
    link: str
    source: str
    published: datetime | None
    copy_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEvent:
    """One event as told in one digest."""

    id: str
    title: str
    verdict: Novelty
    first_seen: datetime
    last_seen: datetime
    score: float
    sources: int
    independent_sources: int
    copies: int
    new: tuple[Line, ...]
    why: tuple[str, ...] = ()  # what is new, in words
    terms: tuple[tuple[str, float], ...] = ()
    threshold: float = 0.0
    entries: tuple[DigestEntry, ...] = ()
    is_update: bool = False  # this receiver was told of the event before
    feedback: str = ""  # page where a reader says whether it belongs to the story; "" without one

    @property
    def headline(self) -> DigestEntry | None:
        """The entry the title is from; None when it is not among the entries told."""
        return next((entry for entry in self.entries if entry.title == self.title), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An entry just under the threshold."""

    title: str
    source: str
    link: str
    score: float
    id: str = ""
    feedback: str = ""  # page where a reader says that it belongs to the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What stands behind a digest, or behind silence."""

    feeds_ok: int = 0
    feeds_failing: int = 0
    feeds_late: int = 0
    entries_scanned: int = 0
    near_misses: int = 0
    gaps: int = 0
    nearest: tuple[NearMiss, ...] = ()
    failing: tuple[str, ...] = ()  # labels of the failing feeds
    undelivered: tuple[str, ...] = ()  # receivers that a digest of this storyline had to be given up for


class DigestReason(StrEnum):
    """Why a digest goes out."""

    SCHEDULE = "schedule"
    IMMEDIATE = "immediate"
    NIL = "nil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one receiver is told at one moment about one storyline."""

    id: str
    storyline: str
    storyline_title: str
    receiver: str
    route: str
    reason: DigestReason
    period_from: datetime
    period_to: datetime
    events: tuple[DigestEvent, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    summary: Summary | None = None
    timeline: tuple[tuple[str, int, int], ...] = ()  # ISO day, events that day, of them new here
    number: int = 1  # the n-th digest of this storyline to this receiver
    held: int = 0  # events a cap held back
    timezone: str = "UTC"  # of the times a person reads
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A digest as text, HTML and JSON; what was rendered is what is retried."""

    subject: str
    text: str
    html: str
    json: str


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One digest for one recipient; `key` is its idempotency key for ever."""

    id: int
    key: str
    digest_id: str
    storyline: str
    receiver: str
    recipient: str  # mail address, webhook url label, folder
    rendered: Rendered
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_attempt_at: datetime | None = None
    lease_until: datetime | None = None
    error: str = ""
    sent_at: datetime | None = None
    number: int = 1
    thread: str = ""  # of mails: the name the storyline had first


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at one delivery."""

    delivery_id: int
    number: int
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Try again at `at`."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """A dead letter; the operator is told."""

    reason: str
