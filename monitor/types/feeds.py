"""What comes from the web: feeds, documents, entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

KEYS = re.compile(r"(?i)([?&][^=&#\s]*(?:key|token|secret|passw|auth|sig)[^=&#\s]*=)[^&#\s]+")  # what looks like one
PAGE = 4_000  # characters of a long text that are matched: what an article is about stands at its start


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
        """The name a person reads; of an address without what looks like a key in it."""
        return self.name or self.title or KEYS.sub(r"\1***", self.url)


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
    paged: bool = False  # `content` is the text of the linked page
    revision: int = 0  # 1, 2, ... for later versions of the same entry
    seq: int = 0  # order of storing; 0: not stored yet

    @property
    def text(self) -> str:
        """Title, summary (or content where there is none) and the start of a fetched page: what is matched."""
        page = self.content[:PAGE] if self.paged and self.summary else ""
        return ". ".join(part for part in (self.title, self.summary or self.content[:PAGE], page) if part)


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
