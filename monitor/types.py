"""Frozen values that cross rooms: one type per stop of the line, no behaviour beyond reading them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

# --------------------------------------------------------------------------- feeds


class FullText(StrEnum):
    """When the linked page of an entry is fetched."""

    NEVER = "never"
    MATCHED = "matched"
    ALWAYS = "always"


class Health(StrEnum):
    """The truth about a feed after its last poll."""

    NEW = "new"  # never polled
    OK = "ok"
    DEGRADED = "degraded"  # read, but truncated or broken in part
    EMPTY = "empty"  # a feed without entries
    UNDATED = "undated"  # no entry carries a date
    LATE = "late"  # silent for much longer than its own rhythm
    FAILING = "failing"
    NOT_A_FEED = "not a feed"  # HTML or something else is served
    GONE = "gone"  # 410: no longer polled
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed: what the user wrote and what the last polls taught."""

    url: str  # as configured; identity for ever
    name: str = ""
    tags: tuple[str, ...] = ()
    every: timedelta | None = None  # None: polling.every, adapted to the feed's rhythm
    full_text: FullText = FullText.NEVER
    auth_file: Path | None = None  # user:password, read at each fetch
    headers_file: Path | None = None  # `Name: value` lines, read at each fetch
    allow_private_networks: bool = False
    disabled: bool = False

    id: int = 0  # 0: not stored yet
    title: str = ""  # as the feed calls itself
    fetch_url: str = ""  # where it lives now, "" = url
    etag: str | None = None  # validators: echoed byte for byte
    last_modified: str | None = None
    body_hash: str | None = None
    first_polled_at: datetime | None = None  # first successful reading
    polled_at: datetime | None = None
    ok_at: datetime | None = None  # last poll that ended well (200 read or 304)
    news_at: datetime | None = None  # last poll that brought a new entry
    due_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0  # in a row
    error: str = ""
    health: Health = Health.NEW
    rhythm: timedelta | None = None  # usual gap between its entries
    newest: datetime | None = None  # date of the newest entry seen
    gaps: int = 0  # times it rolled over between two polls
    notes: Mapping[str, str] = field(
        default_factory=dict
    )  # the feed room's own small memory (redirect proof, ttl, ...)

    @property
    def label(self) -> str:
        """The name a person reads."""
        return self.name or self.title or self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A changed document as the server sent it, decoded from its transfer coding."""

    url: str  # final address
    body: bytes
    headers: Mapping[str, str]  # lower-case names
    status: int = 200
    body_hash: str = ""
    moved_to: str | None = None  # target of a chain of permanent redirects
    complete: bool = True  # False: shorter or longer than announced


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """Nothing changed: a 304, or the same body as last time."""

    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of one feed as clean text; `date` is the one to sort and judge by."""

    uid: str  # ours: stable for (feed url, key); what `explain` takes
    key: str  # identity within its feed: guid, else canonical link, else hash
    feed_id: int = 0
    feed_url: str = ""
    source: str = ""  # the outlet a reader knows
    id: str = ""  # guid as given
    link: str = ""  # the feed's own link made absolute; http(s) only
    canonical: str = ""  # link without trackers: identity only
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    lang: str = ""  # ISO 639-1; declared by the feed, or in the data
    tags: tuple[str, ...] = ()  # of the feed
    published: datetime | None = None
    updated: datetime | None = None
    seen_at: datetime
    date: datetime  # min(published, seen_at), or seen_at when undated
    undated: bool = False
    date_guessed: bool = False  # no zone given, or clamped from the future
    first_poll: bool = False  # came with the first reading of its feed
    revision: int = 0  # 1, 2, ... for later versions of the same entry
    seq: int = 0  # order of storing; 0: not stored yet

    @property
    def text(self) -> str:
        """Title, summary and (where there is no summary) content: what is matched."""
        return ". ".join(part for part in (self.title, self.summary or self.content) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What one document said."""

    entries: tuple[Entry, ...]
    title: str = ""
    degraded: str = ""  # why it was read only in part, "" = whole
    dropped: int = 0  # entries beyond the cap
    listed: int = 0  # entries in the document, known ones included
    hints: Mapping[str, str] = field(default_factory=dict)  # ttl, skipHours, sy:* as found
    keys: Mapping[str, str] = field(default_factory=dict)  # every listed key -> its print, to be known by next time
    overlap: int = 0  # listed entries that were known
    truncated: bool = False  # the document broke off: its validators must not be trusted


# --------------------------------------------------------------------------- storylines


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One cleaned seed article."""

    file: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime | None = None
    outlet: str = ""
    lang: str = "en"
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The seed pack of one storyline; `version` changes with its content."""

    articles: tuple[Seed, ...] = ()
    warnings: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The user's own terms, as written; `all` holds groups of which one member must appear."""

    any: tuple[str, ...] = ()
    all: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    boost: tuple[tuple[str, float], ...] = ()
    case: bool = False

    def __bool__(self) -> bool:
        return bool(self.any or self.all or self.none or self.boost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How eager a storyline is: a level, a fixed threshold (0..1), or a noise budget (alerts a day)."""

    level: str = "balanced"  # strict | balanced | broad
    threshold: float | None = None
    budget: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyline:
    """What is watched."""

    name: str
    title: str = ""
    seeds: Seeds = field(default_factory=Seeds)
    watch: Watch = field(default_factory=Watch)
    sensitivity: Sensitivity = field(default_factory=Sensitivity)
    languages: tuple[str, ...] = ()  # () = every language
    start: datetime | None = None  # None: seven days before the first poll
    full_text: FullText = FullText.NEVER
    paused: bool = False
    version: str = ""  # changes when seeds, terms or sensitivity do

    @property
    def label(self) -> str:
        """The name a person reads."""
        return self.title or self.name


# --------------------------------------------------------------------------- detection


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


class Novelty(StrEnum):
    """What an entry adds."""

    NEW_EVENT = "new_event"
    DEVELOPMENT = "development"
    REPEAT = "repeat"
    COPY = "copy"
    CORRECTION = "correction"


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


# --------------------------------------------------------------------------- telling


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An entry just under the threshold."""

    title: str
    source: str
    link: str
    score: float


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
    timeline: tuple[tuple[str, int, int], ...] = ()  # ISO day, events that day, of them new here
    number: int = 1  # the n-th digest of this storyline to this receiver
    held: int = 0  # alerts a cap held back
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Quiet for a while; what it swallows is counted."""

    id: int
    storyline: str  # "*" = every storyline
    until: datetime
    created_at: datetime
    terms: tuple[str, ...] = ()
    event_id: str = ""
    author: str = ""
    comment: str = ""
    swallowed: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A reader's yes or no to one entry of one storyline."""

    entry_uid: str
    storyline: str
    yes: bool
    at: datetime
    text: str = ""  # of the entry, so that it outlives retention
