"""The drawer of events and of the alerts they cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from monitor.store.rows import alert_of
from monitor.store.schema import alerts, decisions, entries, events, told
from monitor.types import Alert, AlertState, Event, EventState


class Events:
    """Events and the alerts they cause."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def save(self, changed: Sequence[Event]) -> None:
        """Store events as they are now; ids never change."""
        rows = [
            {
                "id": event.id,
                "storyline": event.storyline,
                "title": event.title,
                "first_seen": event.first_seen,
                "last_seen": event.last_seen,
                "state": event.state.value,
                "merged_into": event.merged_into,
            }
            for event in changed
        ]
        if rows:
            statement = insert(events)
            new = {name: statement.excluded[name] for name in rows[0] if name not in ("id", "storyline")}
            self._c.execute(statement.on_conflict_do_update(index_elements=["id"], set_=new), rows)

    def get(self, event_id: str) -> Event | None:
        """Return an event with the uids of its entries; a merged one leads to the one it became."""
        row = self._c.execute(select(events).where(events.c.id == event_id)).mappings().first()
        if row is None:
            return None
        if row["merged_into"]:
            return self.get(row["merged_into"])
        return Event(**{**row, "state": EventState(row["state"])}, entries=self._entries_of(event_id))

    def all(self, storyline: str | None = None, limit: int = 50) -> list[Event]:
        """Return events, latest first, with the uids of their entries."""
        wanted = (
            select(events)
            .where(events.c.merged_into.is_(None))
            .order_by(events.c.last_seen.desc(), events.c.id)
            .limit(limit)
        )
        if storyline:
            wanted = wanted.where(events.c.storyline == storyline)
        rows = self._c.execute(wanted).mappings().all()
        return [
            Event(**{**row, "state": EventState(row["state"])}, entries=self._entries_of(row["id"])) for row in rows
        ]

    def _entries_of(self, event_id: str) -> tuple[str, ...]:
        wanted = select(entries.c.uid).join(decisions, decisions.c.seq == entries.c.seq)
        return tuple(self._c.execute(wanted.where(decisions.c.event_id == event_id).order_by(decisions.c.no)).scalars())

    def merge(self, old: str, new: str) -> None:
        """Fold one event into another: entries, alerts and told lines follow."""
        self._c.execute(update(decisions).where(decisions.c.event_id == old).values(event_id=new))
        self._c.execute(update(told).where(told.c.event_id == old).values(event_id=new))
        self._c.execute(update(events).where(events.c.id == old).values(merged_into=new, state=EventState.CLOSED.value))
        self._c.execute(update(alerts).where(alerts.c.event_id == old).values(event_id=new))

    def sources_of(self, event_id: str) -> set[str]:
        """Return the outlets that reported an event in words of their own."""
        wanted = select(entries.c.source).join(decisions, decisions.c.seq == entries.c.seq)
        own = wanted.where(decisions.c.event_id == event_id, decisions.c.copy_of.is_(None))
        return set(self._c.execute(own.distinct()).scalars())

    def raise_alerts(self, made: Sequence[Alert]) -> int:
        """Store alerts; return how many."""
        if not made:
            return 0
        rows = [
            {
                "route": alert.route,
                "receiver": alert.receiver,
                "storyline": alert.storyline,
                "event_id": alert.event_id,
                "entry_uid": alert.entry_uid,
                "novelty": alert.novelty.value,
                "score": alert.score,
                "created_at": alert.created_at,
                "state": alert.state.value,
                "reason": alert.reason,
            }
            for alert in made
        ]
        self._c.execute(insert(alerts), rows)
        return len(rows)

    def pending(self, route: str, storyline: str) -> list[Alert]:
        """Return the alerts of a group that nobody was told of yet, oldest first."""
        wanted = select(*_columns()).where(
            alerts.c.state == AlertState.PENDING.value, alerts.c.route == route, alerts.c.storyline == storyline
        )
        return [alert_of(row) for row in self._c.execute(wanted.order_by(alerts.c.created_at, alerts.c.id)).mappings()]

    def pending_groups(self) -> dict[tuple[str, str], int]:
        """Return (route, storyline) -> number of pending alerts."""
        wanted = select(alerts.c.route, alerts.c.storyline, func.count()).where(
            alerts.c.state == AlertState.PENDING.value
        )
        return {
            (row[0], row[1]): row[2] for row in self._c.execute(wanted.group_by(alerts.c.route, alerts.c.storyline))
        }

    def reroute(self, old: str, storyline: str, new: str) -> None:
        """Let what waits for one route wait for another."""
        waiting = (alerts.c.state == AlertState.PENDING.value) & (alerts.c.route == old)
        self._c.execute(update(alerts).where(waiting, alerts.c.storyline == storyline).values(route=new))

    def settle(self, ids: Sequence[int], state: AlertState, *, digest_id: str | None = None, reason: str = "") -> None:
        """Move alerts out of pending; a reason given replaces the alert's own."""
        new = {"state": state.value, "digest_id": digest_id, **({"reason": reason} if reason else {})}
        for start in range(0, len(ids), 500):
            part = list(ids[start : start + 500])
            self._c.execute(update(alerts).where(alerts.c.id.in_(part)).values(new))

    def alerts_of(self, entry_uid: str) -> list[tuple[Alert, str | None]]:
        """Return (alert, digest id) of everything raised for an entry."""
        rows = self._c.execute(select(alerts).where(alerts.c.entry_uid == entry_uid).order_by(alerts.c.id)).mappings()
        return [(alert_of(row), row["digest_id"]) for row in rows]

    def alerts_in(self, digest_id: str) -> list[Alert]:
        """Return the alerts a digest told, in order."""
        rows = self._c.execute(select(*_columns()).where(alerts.c.digest_id == digest_id).order_by(alerts.c.id))
        return [alert_of(row) for row in rows.mappings()]

    def swallowed_by(self, silence_id: int) -> list[str]:
        """Return the titles of the entries whose alerts a silence swallowed, in order, each once."""
        wanted = select(entries.c.title).join(alerts, alerts.c.entry_uid == entries.c.uid)
        mine = wanted.where(alerts.c.state == AlertState.MUTED.value, alerts.c.reason == f"silence {silence_id}")
        return list(dict.fromkeys(self._c.execute(mine.order_by(alerts.c.id)).scalars()))

    def counts(self) -> dict[tuple[str, str], int]:
        """Return (state, reason) -> number of alerts."""
        rows = self._c.execute(
            select(alerts.c.state, alerts.c.reason, func.count()).group_by(alerts.c.state, alerts.c.reason)
        )
        return {(state, reason): n for state, reason, n in rows}

    def oldest_pending(self) -> datetime | None:
        """Return when the oldest pending alert was raised."""
        return self._c.execute(
            select(func.min(alerts.c.created_at)).where(alerts.c.state == AlertState.PENDING.value)
        ).scalar()


def _columns() -> list[Any]:
    return [column for column in alerts.c if column.name != "digest_id"]
