"""What the child process hands back, in types that need no parser."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

UNKNOWN = "-" * 16  # the print of bytes that could not be told apart


class Refusal(str):
    """Why a document was not read, in words."""

    __slots__ = ()


class Print(NamedTuple):
    """What is remembered of an entry: of its bytes, its clean text ("": not read), its link and its date."""

    raw: str
    text: str
    link: str
    date: str

    @classmethod
    def read(cls, written: str) -> Print:
        """Return a print from its text form."""
        return cls(*(*written.split(".", 3), "", "", "", "")[:4])

    def __str__(self) -> str:
        return ".".join(self)


class Item(NamedTuple):
    """One clean entry, before the feed and the clock are known."""

    key: str
    id: str
    link: str
    canonical: str
    print: str
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    lang: str = ""
    source: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    date_guessed: bool = False


class Reading(NamedTuple):
    """What the child process hands back."""

    items: tuple[Item, ...]  # new and edited ones
    keys: dict[str, str]  # every listed key -> print
    title: str
    listed: int
    overlap: int
    dropped: int
    degraded: str
    truncated: bool
    hints: dict[str, str]
