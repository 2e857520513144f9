"""What comes from the web: documents and entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

PAGE = 4_000  # characters of a long text that are matched: what an article is about stands at its start


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
