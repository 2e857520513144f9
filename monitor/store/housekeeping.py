"""The drawer of retention and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, not_, or_, select, text, update

from monitor.store.schema import decisions, entries, entry_keys, metadata

BATCH = 2_000  # rows a step, so that no step holds the database for long
UNUSED = ("freelist_count", "page_count")
SLACK = 10  # a share of one in so many pages may lie idle: they are used again


class Housekeeping:
    """Retention and sizes."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def forget_texts(self, before: datetime, after: int = 0) -> tuple[int, int]:
        """Strip one batch of old entries that are on topic nowhere to their fingerprint.

        Looks at entries numbered above `after` and seen before `before`; returns (how many it stripped, the number it
        came to): `after` itself when there was none left to look at.
        """
        older = select(entries.c.seq).where(entries.c.seen_at < before).order_by(entries.c.seen_at.desc()).limit(1)
        last = self._c.execute(older).scalar() or 0
        part = select(entries.c.seq).where(entries.c.seq > after, entries.c.seq <= last)
        seqs = list(self._c.execute(part.order_by(entries.c.seq).limit(BATCH)).scalars())
        if not seqs:
            return 0, after
        batch = entries.c.seq.between(seqs[0], seqs[-1])
        told_of = exists().where(and_(decisions.c.seq == entries.c.seq, decisions.c.on_topic))
        old = and_(batch, entries.c.seen_at < before, entries.c.state != "new", entries.c.title != "", not_(told_of))
        empty = {"title": "", "summary": "", "content": "", "author": "", "previous": None}
        count = self._c.execute(update(entries).where(old).values(empty)).rowcount
        bare = select(entries.c.seq).where(batch, entries.c.title == "")
        idle = and_(decisions.c.seq.in_(bare), decisions.c.on_topic.is_(False), decisions.c.decided_at < before)
        self._c.execute(delete(decisions).where(idle))
        return count, seqs[-1]

    def old_keys(self, before: datetime, limit: int) -> list[tuple[int, str]]:
        """Return (feed id, key) that no feed has listed since then and whose text is not held; reads them all."""
        stripped = exists().where(
            and_(entries.c.seq == entry_keys.c.seq, entries.c.title == "", entries.c.summary == "")
        )
        old = and_(entry_keys.c.listed_at < before, or_(entry_keys.c.seq.is_(None), stripped))
        rows = self._c.execute(select(entry_keys.c.feed_id, entry_keys.c.key).where(old).limit(limit))
        return [(row.feed_id, row.key) for row in rows]

    def forget_keys(self, keys: Sequence[tuple[int, str]]) -> None:
        """Forget keys, each a (feed id, key)."""
        which = and_(entry_keys.c.feed_id == bindparam("of_feed"), entry_keys.c.key == bindparam("of_key"))
        if keys:
            self._c.execute(delete(entry_keys).where(which), [{"of_feed": feed, "of_key": key} for feed, key in keys])

    def shrink(self, pages: int) -> int:
        """Give at most so many unused pages back to the disk, if a tenth is unused; return how many are left over."""
        free, total = (int(self._c.execute(text(f"pragma {name}")).scalar() or 0) for name in UNUSED)
        if free * SLACK < total:
            return 0
        for _ in range(min(pages, free)):
            self._c.exec_driver_sql("pragma incremental_vacuum(1)")  # the driver takes one step of a longer one
        return int(self._c.execute(text("pragma freelist_count")).scalar() or 0)

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
