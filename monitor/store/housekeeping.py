"""The drawer of retention and sizes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, func, not_, select, text, update

from monitor.store.schema import decisions, entries, entry_keys, metadata

BATCH = 2_000  # rows a step, so that no step holds the database for long


class Housekeeping:
    """Retention and sizes."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def forget_texts(self, before: datetime) -> int:
        """Strip old entries that are on topic nowhere to their fingerprint; return how many (one batch)."""
        told_of = exists().where(and_(decisions.c.seq == entries.c.seq, decisions.c.on_topic))
        old = and_(entries.c.seen_at < before, entries.c.state != "new", entries.c.title != "", not_(told_of))
        part = select(entries.c.seq).where(old).order_by(entries.c.seq).limit(BATCH).subquery()
        empty = {"title": "", "summary": "", "content": "", "author": "", "previous": None}
        count = self._c.execute(update(entries).where(entries.c.seq.in_(select(part.c.seq))).values(empty)).rowcount
        self._c.execute(
            delete(decisions).where(
                decisions.c.on_topic.is_(False),
                decisions.c.decided_at < before,
                decisions.c.seq.in_(select(entries.c.seq).where(entries.c.title == "", entries.c.seen_at < before)),
            )
        )
        return count

    def forget_keys(self, before: datetime) -> int:
        """Forget keys that no feed has listed since then and whose entry was stripped (one batch)."""
        stripped = exists().where(
            and_(entries.c.seq == entry_keys.c.seq, entries.c.title == "", entries.c.summary == "")
        )
        old = and_(entry_keys.c.listed_at < before, stripped)
        part = select(entry_keys.c.feed_id, entry_keys.c.key).where(old).limit(BATCH)
        rows = self._c.execute(part).all()
        for row in rows:
            self._c.execute(delete(entry_keys).where(entry_keys.c.feed_id == row.feed_id, entry_keys.c.key == row.key))
        return len(rows)

    def sizes(self) -> dict[str, int]:
        """Return table -> rows, and `bytes` of the database."""
        found = {
            table.name: self._c.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
        return {**found, "bytes": self.bytes()}

    def bytes(self) -> int:
        """Return the size of the database in bytes."""
        pages = self._c.execute(
            text("select page_count * page_size from pragma_page_count(), pragma_page_size()")
        ).scalar()
        return int(pages or 0)
