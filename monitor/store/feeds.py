"""The drawer of feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, and_, bindparam, case, func, or_, select, type_coerce, update
from sqlalchemy.dialects.sqlite import insert

from monitor.store.rows import LEARNED, configured_row, feed_of, learned_row
from monitor.store.schema import entry_keys, feeds, milliseconds
from monitor.types import Feed, Health

LEARN = (
    update(feeds)
    .where(feeds.c.id == bindparam("feed_id"))
    .values({name: bindparam(name) for name in (*LEARNED, "health", "notes")})
)
KNOWN = select(entry_keys.c.key, entry_keys.c.fingerprint).where(entry_keys.c.feed_id == bindparam("feed"))


class Feeds:
    """Feeds and what the last polls taught."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def sync(self, wanted: Sequence[Feed]) -> None:
        """Make the listed feeds those of the configuration; what was learned of any feed is kept."""
        self._c.execute(update(feeds).values(listed=False))
        if not wanted:
            return
        rows = [{"url": feed.url, "listed": True, "notes": {}, **configured_row(feed)} for feed in wanted]
        statement = insert(feeds)
        changed = {name: statement.excluded[name] for name in rows[0] if name not in ("url", "notes")}
        self._c.execute(statement.on_conflict_do_update(index_elements=["url"], set_=changed), rows)

    def all(self) -> list[Feed]:
        """Return the listed feeds in the order they were first stored."""
        return self._select(select(feeds).where(feeds.c.listed).order_by(feeds.c.id))

    def by_url(self, url: str) -> Feed | None:
        """Return the feed with this configured address."""
        found = self._select(select(feeds).where(feeds.c.url == url))
        return found[0] if found else None

    def due(self, now: datetime, limit: int = 10_000) -> list[Feed]:
        """Return listed, enabled feeds whose time has come, longest overdue first.

        A feed that was polled later than now was planned by a clock that has been set back: it is due.
        """
        ready = or_(feeds.c.due_at.is_(None), feeds.c.due_at <= now, feeds.c.polled_at > now)
        wanted = and_(feeds.c.listed, feeds.c.disabled.is_(False), feeds.c.health != "gone", ready)
        return self._select(select(feeds).where(wanted).order_by(feeds.c.due_at.nulls_first(), feeds.c.id).limit(limit))

    def next_due(self) -> datetime | None:
        """Return when the next feed is due; None without feeds."""
        wanted = and_(feeds.c.listed, feeds.c.disabled.is_(False), feeds.c.health != "gone")
        found: datetime | None = self._c.execute(
            select(feeds.c.due_at).where(wanted).order_by(feeds.c.due_at.nulls_first()).limit(1)
        ).scalar()
        return found

    def learn(self, polled: Iterable[Feed]) -> None:
        """Store what polls taught of these feeds."""
        rows = [{"feed_id": feed.id, **learned_row(feed)} for feed in polled]
        if rows:
            self._c.execute(LEARN, rows)

    def known(self, feed_id: int) -> dict[str, str]:
        """Return key -> fingerprint of everything this feed ever offered (as far as retention keeps it)."""
        rows = self._c.execute(KNOWN, {"feed": feed_id})
        return {key: fingerprint for key, fingerprint in rows}  # noqa: C416  a Row is no pair to the type checker

    def count(self) -> int:
        """Return the number of listed feeds."""
        return self._c.execute(select(func.count()).where(feeds.c.listed)).scalar_one()

    def health_counts(self, now: datetime, times: int, least: timedelta) -> dict[str, int]:
        """Return health -> number of listed feeds; late are those silent for `times` their rhythm and `least`."""
        newest, rhythm = type_coerce(feeds.c.newest, Integer), type_coerce(feeds.c.rhythm, Integer)
        silent = and_(feeds.c.newest < now - least, newest + times * rhythm < milliseconds(now))
        health = case(
            (feeds.c.disabled, Health.DISABLED.value),
            (and_(feeds.c.health == Health.OK.value, silent), Health.LATE.value),
            else_=feeds.c.health,
        )
        wanted = select(health, func.count()).where(feeds.c.listed).group_by(health)
        return {row[0]: row[1] for row in self._c.execute(wanted)}

    def first_poll_at(self) -> datetime | None:
        """Return when any feed was first read."""
        return self._c.execute(select(func.min(feeds.c.first_polled_at))).scalar()

    def _select(self, statement: object) -> list[Feed]:
        return [feed_of(row) for row in self._c.execute(statement).mappings()]  # type: ignore[call-overload]
