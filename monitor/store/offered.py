"""What a feed offers against what it offered before: the look-ups of one document in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, bindparam, exists, or_, select

from monitor.store.schema import entries, entry_keys
from monitor.types import Entry

T = TypeVar("T")
SAME_ITEM = timedelta(days=30)  # same link or text in one feed within this is the same item under a new key
MIN_TEXT = 40  # characters; shorter texts ("Live updates") repeat honestly
CHUNK = 500  # values in one statement

ANY_KEY = select(exists().where(entry_keys.c.feed_id == bindparam("feed")))
BY_KEY = (
    select(entry_keys.c.key, entry_keys.c.seq, entries.c.fingerprint)
    .join(entries, entries.c.seq == entry_keys.c.seq)
    .where(entry_keys.c.feed_id == bindparam("feed"), entry_keys.c.key.in_(bindparam("keys", expanding=True)))
)
ALIKE = (
    select(entries.c.seq, entries.c.id, entries.c.canonical, entries.c.title, entries.c.fingerprint)
    .where(
        entries.c.feed_id == bindparam("feed"),
        entries.c.seen_at > bindparam("since"),
        or_(
            entries.c.canonical.in_(bindparam("links", expanding=True)),
            entries.c.fingerprint.in_(bindparam("marks", expanding=True)),
        ),
    )
    .order_by(entries.c.seq)
)


@dataclass(frozen=True, slots=True)
class Held:
    """A stored entry, or one of the same document that is about to be."""

    uid: str
    seq: int | None
    id: str
    canonical: str
    title: str
    mark: str


class Offered:
    """The entries of one document with their marks (fingerprints of their words), and what is held of their feed."""

    def __init__(
        self, connection: Connection, feed_id: int, offered: Sequence[tuple[Entry, str]], now: datetime
    ) -> None:
        self._c = connection
        self.by_key: dict[str, tuple[int, str]] = {}
        self._by_link: dict[str, list[Held]] = {}
        self._by_mark: dict[str, list[Held]] = {}
        if not connection.execute(ANY_KEY, {"feed": feed_id}).scalar():
            return  # the feed's first document
        for some_keys in chunks([entry.key for entry, _ in offered]):
            for row in connection.execute(BY_KEY, {"feed": feed_id, "keys": some_keys}):
                self.by_key[row.key] = (row.seq, row.fingerprint)
        unknown = [(entry, mark) for entry, mark in offered if entry.key not in self.by_key]
        for some in chunks(unknown):
            links = [entry.canonical for entry, _ in some if entry.canonical]
            asked = {"feed": feed_id, "since": now - SAME_ITEM, "links": links, "marks": [mark for _, mark in some]}
            for alike in connection.execute(ALIKE, asked):
                self.hold(Held("", alike.seq, alike.id, alike.canonical, alike.title, alike.fingerprint))

    def hold(self, held: Held) -> None:
        """Count an entry among those that later ones may be the same as."""
        if held.canonical:
            self._by_link.setdefault(held.canonical, []).append(held)
        self._by_mark.setdefault(held.mark, []).append(held)

    def twin(self, entry: Entry, mark: str) -> Held | None:
        """Return the first entry of the feed that is the same item under another key."""
        if entry.canonical:
            for held in self._by_link.get(entry.canonical, ()):
                if held.title == entry.title or (held.id != entry.id and held.mark == mark):
                    return held
        if len(entry.text) >= MIN_TEXT or not entry.link:
            return next(iter(self._by_mark.get(mark, ())), None)
        return None


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the values in pieces that fit a statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
