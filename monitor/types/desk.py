"""What people say: silences and feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
    by: str = ""  # who said it, or through which receiver's link
