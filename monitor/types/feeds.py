"""A feed: what the user wrote and what its polls taught."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

KEYS = re.compile(r"(?i)([?&][^=&#\s]*(?:key|token|secret|passw|auth|sig)[^=&#\s]*=)[^&#\s]+")  # what looks like one


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
