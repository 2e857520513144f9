"""The drawer of entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Select, and_, bindparam, delete, func, insert, or_, select, true, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.offered import Held, Offered
from monitor.store.rows import entry_of, entry_row
from monitor.store.schema import entries, entry_keys, feeds, meta, vectors
from monitor.text import fingerprint
from monitor.types import Entry

MOST_TRIES = 3  # an entry that makes the science raise is set aside after this many
OTHER_NAMES = timedelta(days=2)  # that an entry's keys but the first are kept unlisted, once it comes under a new one

NEW_ENTRIES = upsert(entries).on_conflict_do_nothing()
NUMBER = select(entries.c.seq).where(entries.c.uid == bindparam("named")).scalar_subquery()
NEW_KEYS = (
    upsert(entry_keys)
    .values(
        feed_id=bindparam("of"),
        key=bindparam("as"),
        seq=func.coalesce(bindparam("held", type_=Integer), NUMBER),
        fingerprint=bindparam("print"),
        listed_at=bindparam("at"),
    )
    .on_conflict_do_nothing()
)
KEYS_OF = select(entry_keys.c.key, entry_keys.c.fingerprint, entry_keys.c.listed_at).where(
    entry_keys.c.feed_id == bindparam("feed")
)
LISTED = (
    update(entry_keys)
    .where(entry_keys.c.feed_id == bindparam("of_feed"), entry_keys.c.key == bindparam("of_key"))
    .values(fingerprint=bindparam("print"), listed_at=bindparam("at"))
)
FIRST_KEY = select(entries.c.key).where(entries.c.seq == entry_keys.c.seq).scalar_subquery()
FORGET_NAMES = delete(entry_keys).where(
    entry_keys.c.feed_id == bindparam("feed"),
    entry_keys.c.listed_at < bindparam("before"),
    entry_keys.c.seq.in_(bindparam("seqs", expanding=True)),
    entry_keys.c.key != FIRST_KEY,
)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the entries of one document."""

    new: int = 0
    edited: int = 0
    renamed: int = 0  # known under another key


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry to assess; `previous` is the text before an edit."""

    entry: Entry
    previous: Entry | None = None
    numbered: bool = False  # assessed before, in an earlier wording
    tries: int = 0


def text_print(entry: Entry) -> str:
    """Return the fingerprint of an entry's words: changes when a reader would see a change."""
    return fingerprint(entry.title, entry.summary, entry.content)


class Entries:
    """Entries and the keys they came under."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(
        self, feed_id: int, offered: Sequence[Entry], now: datetime, prints: Mapping[str, str] | None = None
    ) -> Added:
        """Store what is new, under its key with the reader's print of it, and update what was edited.

        `remember_keys` for the keys that were known belongs to the same transaction.
        """
        marked = [(entry, text_print(entry)) for entry in offered]
        shelf = Offered(self._c, feed_id, marked, now)
        fresh: dict[str, dict[str, Any]] = {}  # uid -> row to insert
        keys: list[dict[str, Any]] = []  # to remember
        edited = renamed = 0
        for entry, mark in marked:
            if entry.key in shelf.by_key:
                seq, old_mark = shelf.by_key[entry.key]
                if old_mark != mark:
                    self._edit(seq, entry, mark)
                    edited += 1
                continue
            held = shelf.twin(entry, mark)
            if held is not None:
                renamed += 1
            elif entry.uid not in fresh:
                held = Held(entry.uid, None, entry.id, entry.canonical, entry.title, mark)
                shelf.hold(held)
                fresh[entry.uid] = {**entry_row(entry, mark), "feed_id": feed_id}
            else:
                continue
            print_ = (prints or {}).get(entry.key, "")
            keys.append(
                {"of": feed_id, "as": entry.key, "print": print_, "at": now, "held": held.seq, "named": held.uid}
            )
        if fresh:  # a uid may be there still when its key was forgotten long ago
            self._c.execute(NEW_ENTRIES, list(fresh.values()))
        if keys:
            self._c.execute(NEW_KEYS, keys)
        if renamed:  # some feeds invent all their keys anew at every poll
            seqs = [key["held"] for key in keys if key["held"] is not None]
            self._c.execute(FORGET_NAMES, {"feed": feed_id, "before": now - OTHER_NAMES, "seqs": seqs})
        return Added(len(fresh), edited, renamed)

    def remember_keys(self, feed_id: int, prints: Mapping[str, str], now: datetime) -> None:
        """Keep the reader's print of every key a document listed; `listed_at` moves once a day.

        Keys under which nothing was stored are noted: their entries were not read, and are not news later.
        """
        held = {row.key: row for row in self._c.execute(KEYS_OF, {"feed": feed_id})}
        stale = [
            {"of_feed": feed_id, "of_key": key, "print": prints[key], "at": now}
            for key, row in held.items()
            if key in prints and (row.fingerprint != prints[key] or row.listed_at < now - timedelta(days=1))
        ]
        noted = [
            {"of": feed_id, "as": key, "print": print_, "at": now, "held": None, "named": None}
            for key, print_ in prints.items()
            if key not in held
        ]
        if stale:
            self._c.execute(LISTED, stale)
        if noted:
            self._c.execute(NEW_KEYS, noted)

    def insert_as_given(self, given: Sequence[Entry]) -> None:
        """Store entries that name their feed, without asking whether any of them is known: what a replay needs."""
        rows = [entry_row(entry, text_print(entry)) for entry in given]
        if rows:
            self._c.execute(insert(entries), rows)

    def _edit(self, seq: int, entry: Entry, mark: str) -> None:
        old = (
            self._c.execute(select(entries.c.title, entries.c.summary, entries.c.content).where(entries.c.seq == seq))
            .mappings()
            .one()
        )
        words = {name: getattr(entry, name) for name in ("title", "summary", "content", "updated")}
        self._c.execute(
            update(entries)
            .where(entries.c.seq == seq)
            .values(
                **words, fingerprint=mark, previous=dict(old), revision=entries.c.revision + 1, state="new", tries=0
            )
        )

    def waiting(self, limit: int, skip: Collection[str] = ()) -> list[Waiting]:
        """Return the oldest entries not yet assessed, by (date, uid); edited ones with their text before."""
        wanted = entries.c.state == "new"
        if skip:
            wanted = and_(wanted, entries.c.uid.not_in(skip))
        statement = _full().where(wanted)
        rows = self._c.execute(statement.order_by(entries.c.date, entries.c.uid).limit(limit)).mappings()
        found = []
        for row in rows:
            entry = entry_of(row)
            before = replace(entry, **row["previous"], revision=entry.revision - 1) if row["previous"] else None
            found.append(Waiting(entry, before, row["assessed_no"] > 0, row["tries"]))
        return found

    def count_waiting(self) -> int:
        """Return how many entries wait to be assessed."""
        return self._c.execute(select(func.count()).where(entries.c.state == "new")).scalar_one()

    def mark_assessed(self, numbered: Sequence[tuple[int, int]]) -> None:
        """Mark (seq, number in the order of assessing) as done; an edited entry keeps its first number."""
        if numbered:
            number = func.coalesce(func.nullif(entries.c.assessed_no, 0), bindparam("number"))
            statement = (
                update(entries).where(entries.c.seq == bindparam("row")).values(state="assessed", assessed_no=number)
            )
            self._c.execute(statement, [{"row": seq, "number": number} for seq, number in numbered])

    def fail(self, seq: int, error: str) -> bool:
        """Count a failure of the science on this entry; return whether it is now set aside for good."""
        tries = entries.c.tries + 1
        self._c.execute(update(entries).where(entries.c.seq == seq).values(tries=tries, error=error[:500]))
        done = self._c.execute(
            update(entries).where(entries.c.seq == seq, entries.c.tries >= MOST_TRIES).values(state="quarantined")
        )
        return done.rowcount > 0

    def assessed_count(self) -> int:
        """Return the number of the last assessed entry, 0 before the first."""
        return self._c.execute(select(func.max(entries.c.assessed_no))).scalar() or 0

    def generation(self) -> int:
        """Return how many transactions assessed anything: whoever finds another number than its own has to catch up."""
        return self._c.execute(select(meta.c.value).where(meta.c.key == "generation")).scalar() or 0

    def next_generation(self) -> int:
        """Count this transaction as one that assessed."""
        number = self.generation() + 1
        row = {"key": "generation", "value": number}
        self._c.execute(upsert(meta).values(row).on_conflict_do_update(index_elements=["key"], set_={"value": number}))
        return number

    def stream(self, upto: int, limit: int) -> list[Entry]:
        """Return at most `limit` entries assessed last up to number `upto`, oldest first."""
        wanted = and_(entries.c.assessed_no > max(0, upto - limit), entries.c.assessed_no <= upto)
        return self._select(_full().where(wanted).order_by(entries.c.assessed_no))

    def find(self, which: str) -> Entry | None:
        """Return the entry with this uid, link or (the front of a) uid of at least 6 characters."""
        by_link = or_(entries.c.link == which, entries.c.canonical == which)
        for wanted in (entries.c.uid == which, by_link):
            found = self._select(_full().where(wanted).order_by(entries.c.seq.desc()).limit(1))
            if found:
                return found[0]
        if len(which) < 6 or "/" in which:
            return None
        front = self._select(_full().where(entries.c.uid.startswith(which, autoescape=True)).limit(2))
        return front[0] if len(front) == 1 else None

    def starting(self, front: str, limit: int = 5) -> list[Entry]:
        """Return the latest entries whose uid begins so."""
        wanted = _full().where(entries.c.uid.startswith(front, autoescape=True)).order_by(entries.c.seq.desc())
        return self._select(wanted.limit(limit))

    def by_uids(self, uids: Collection[str]) -> dict[str, Entry]:
        """Return the stored entries among these uids."""
        found: dict[str, Entry] = {}
        wanted = list(uids)
        for start in range(0, len(wanted), 500):
            part = self._select(_full().where(entries.c.uid.in_(wanted[start : start + 500])))
            found.update((entry.uid, entry) for entry in part)
        return found

    def latest(self, limit: int) -> list[Entry]:
        """Return the entries stored last, newest first."""
        return self._select(_full().order_by(entries.c.seq.desc()).limit(limit))

    def assessed(self) -> list[Entry]:
        """Return every assessed entry whose text is still held, by (date, uid)."""
        held = and_(entries.c.state == "assessed", entries.c.title != "")
        return self._select(_full().where(held).order_by(entries.c.date, entries.c.uid))

    def held(self, since: datetime | None = None) -> list[Entry]:
        """Return every entry (dated from `since` on) whose text is still held, by (date, uid)."""
        wanted = and_(entries.c.title != "", entries.c.date >= since if since else true())
        return self._select(_full().where(wanted).order_by(entries.c.date, entries.c.uid))

    def keep_vectors(self, made: Mapping[int, tuple[str, bytes]]) -> None:
        """Keep seq -> (text, vector as float32 bytes)."""
        rows = [{"seq": seq, "print": fingerprint(text), "value": value} for seq, (text, value) in made.items()]
        if rows:
            statement = upsert(vectors)
            new = {name: statement.excluded[name] for name in ("print", "value")}
            self._c.execute(statement.on_conflict_do_update(index_elements=["seq"], set_=new), rows)

    def vectors(self, of: Sequence[Entry]) -> dict[str, bytes]:
        """Return text -> vector of the entries for whose present text one is kept."""
        found: dict[str, bytes] = {}
        by_seq = {entry.seq: entry.text for entry in of}
        for start in range(0, len(of), 500):
            part = [entry.seq for entry in of[start : start + 500]]
            for row in self._c.execute(select(vectors).where(vectors.c.seq.in_(part))):
                if row.print == fingerprint(by_seq[row.seq]):
                    found[by_seq[row.seq]] = row.value
        return found

    def seen_between(self, start: datetime, end: datetime) -> list[Entry]:
        """Return the entries first seen in [start, end), by (date, uid)."""
        wanted = and_(entries.c.seen_at >= start, entries.c.seen_at < end)
        return self._select(_full().where(wanted).order_by(entries.c.date, entries.c.uid))

    def count_seen(self, start: datetime, end: datetime) -> int:
        """Return how many entries were first seen in (start, end]."""
        return self._c.execute(
            select(func.count()).where(entries.c.seen_at > start, entries.c.seen_at <= end)
        ).scalar_one()

    def status_of(self, uid: str) -> tuple[str, str]:
        """Return (state, error) of an entry."""
        row = self._c.execute(select(entries.c.state, entries.c.error).where(entries.c.uid == uid)).one()
        return row.state, row.error

    def set_page(self, uid: str, text: str) -> None:
        """Keep the text of an entry's linked page."""
        self._c.execute(update(entries).where(entries.c.uid == uid).values(content=text, paged=True))

    def _select(self, statement: Select[tuple[object, ...]]) -> list[Entry]:
        return [entry_of(row) for row in self._c.execute(statement).mappings()]


def _full() -> Select[tuple[object, ...]]:
    return select(entries, feeds.c.url, feeds.c.tags).join(feeds, feeds.c.id == entries.c.feed_id)
