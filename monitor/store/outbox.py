"""The drawer of digests, their deliveries, and what each receiver was told (transactional outbox)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.engine import driver
from monitor.store.renaming import NOTED_THREAD
from monitor.store.rows import delivery_of
from monitor.store.schema import alerts, attempts, bodies, deliveries, digests, meta, milliseconds, told
from monitor.types import Attempt, Delivery, DeliveryState, Digest, GiveUp, Line, Outcome, Rendered, Retry

SHORTEST = 6  # characters of an id that are looked for
_PENDING = deliveries.c.state == DeliveryState.PENDING.value
# Each delivery runs these three, in the driver's own words: SQLAlchemy takes longer over them than SQLite does.
TAKE = """
update deliveries
set state = 'leased', lease_until = :until, planned_at = :now, attempts = attempts + 1
where id = :id and state = 'pending' and attempts = :attempts and next_attempt_at <= :now
"""
SENT = "update deliveries set state = 'sent', sent_at = :at, error = '', lease_until = null where id = :id"
ATTEMPT = """
insert into attempts (delivery_id, number, started_at, ended_at, outcome, detail)
values (:delivery_id, :number, :started_at, :ended_at, :outcome, :detail)
"""
WHOLE = (
    select(deliveries, bodies.c.text, bodies.c.html, bodies.c.json, meta.c.value.label("thread"))
    .join(bodies, bodies.c.digest_id == deliveries.c.digest_id)
    .outerjoin(meta, NOTED_THREAD)
)
READY = (
    WHOLE.where(_PENDING, deliveries.c.receiver == bindparam("to"), deliveries.c.next_attempt_at <= bindparam("now"))
    .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A sentence a receiver was sent."""

    text: str
    event_id: str
    entry_uid: str


@dataclass(frozen=True, slots=True)
class Past:
    """What a route told so far of one storyline."""

    period_to: datetime | None = None  # end of the period of its last digest
    latest: datetime | None = None  # end of the period of any
    number: int = 0  # digests of this storyline to this receiver
    told: tuple[tuple[str, datetime], ...] = ()  # (event id, when) of what it told lately


@dataclass(frozen=True, slots=True)
class Stuck:
    """A receiver that does not take what waits for it."""

    receiver: str
    count: int
    since: datetime
    error: str


class Outbox:
    """Digests, deliveries, attempts, and what each receiver was told."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def put(self, digest: Digest, slot: str, rendered: Rendered, recipients: Sequence[tuple[str, str]]) -> bool:
        """Store a digest with one delivery per (key, recipient); False when this slot was composed already."""
        row = {
            "id": digest.id,
            "route": digest.route,
            "storyline": digest.storyline,
            "receiver": digest.receiver,
            "reason": digest.reason.value,
            "slot": slot,
            "period_from": digest.period_from,
            "period_to": digest.period_to,
            "number": digest.number,
            "events": len(digest.events),
            "entries": sum(len(event.entries) for event in digest.events),
            "created_at": digest.created_at,
        }
        if self._c.execute(upsert(digests).values(row).on_conflict_do_nothing()).rowcount == 0:
            return False
        self._queue(row, rendered, recipients)
        self._remember(digest)
        return True

    def post(
        self, notice_id: str, receiver: str, rendered: Rendered, recipients: Sequence[tuple[str, str]], now: datetime
    ) -> bool:
        """Queue something that is no digest; False when the same was queued before."""
        if self._c.execute(select(deliveries.c.id).where(deliveries.c.digest_id == notice_id).limit(1)).first():
            return False
        row = {"id": notice_id, "storyline": "", "receiver": receiver, "number": 0, "created_at": now}
        self._queue(row, rendered, recipients)
        return True

    def _queue(self, digest: dict[str, Any], rendered: Rendered, recipients: Sequence[tuple[str, str]]) -> None:
        shown = {"text": rendered.text, "html": rendered.html, "json": rendered.json}
        self._c.execute(upsert(bodies).values(digest_id=digest["id"], **shown).on_conflict_do_nothing())
        common = {name: digest[name] for name in ("storyline", "receiver", "number", "created_at")}
        rows = [
            {
                "key": key,
                "recipient": to,
                "digest_id": digest["id"],
                "subject": rendered.subject,
                "next_attempt_at": digest["created_at"],
                "planned_at": digest["created_at"],
                **common,
            }
            for key, to in recipients
        ]
        if rows:
            self._c.execute(insert(deliveries), rows)

    def _remember(self, digest: Digest) -> None:
        rows = [
            {"event_id": event.id, "entry_uid": line.entry_uid, "text": line.text}
            for event in digest.events
            for line in (Line(text=event.title, source="", link=""), *event.new)
        ]
        rows += [
            {"event_id": event.id, "entry_uid": entry.id, "text": entry.title}
            for event in digest.events
            for entry in event.entries
        ]
        common = {
            "receiver": digest.receiver,
            "storyline": digest.storyline,
            "digest_id": digest.id,
            "at": digest.created_at,
        }
        if rows:
            self._c.execute(insert(told), [{**common, **row} for row in rows])

    def told_to(self, receiver: str, storyline: str) -> list[ToldLine]:
        """Return every line this receiver was sent of this storyline, in order."""
        wanted = select(told.c.text, told.c.event_id, told.c.entry_uid).where(
            told.c.receiver == receiver, told.c.storyline == storyline
        )
        return [ToldLine(row.text, row.event_id, row.entry_uid) for row in self._c.execute(wanted.order_by(told.c.id))]

    def past(self, route: str, receiver: str, storyline: str, since: datetime) -> Past:
        """Return the history of a route for one storyline; `told` reaches back to `since`."""
        mine = and_(digests.c.route == route, digests.c.storyline == storyline)
        ends = select(digests.c.period_to).where(mine)
        last = self._c.execute(ends.order_by(digests.c.number.desc()).limit(1)).scalar()
        latest = self._c.execute(ends.order_by(digests.c.period_to.desc()).limit(1)).scalar()
        same = and_(digests.c.receiver == receiver, digests.c.storyline == storyline)
        number = self._c.execute(select(func.max(digests.c.number)).where(same)).scalar() or 0
        if last is None:
            return Past(number=number)
        lately = (
            select(alerts.c.event_id, digests.c.created_at).join(digests, digests.c.id == alerts.c.digest_id).distinct()
        )
        rows = self._c.execute(
            lately.where(mine, digests.c.created_at > since).order_by(digests.c.created_at, alerts.c.event_id)
        )
        return Past(last, latest, number, tuple((row.event_id, row.created_at) for row in rows))

    def last_told(self, receiver: str, storyline: str) -> datetime | None:
        """Return the end of what a receiver was told of a storyline by any route."""
        same = and_(digests.c.receiver == receiver, digests.c.storyline == storyline)
        return self._c.execute(select(func.max(digests.c.period_to)).where(same)).scalar()

    def is_ahead(self, now: datetime) -> bool:
        """Say whether anything waits by a clock that was set back since."""
        return self._c.execute(select(deliveries.c.id).where(_PENDING, _ahead(now)).limit(1)).first() is not None

    def overtake(self, now: datetime) -> None:
        """Make due what waits by a clock that was set back since: nobody knows how long it would."""
        waits = and_(_PENDING, _ahead(now))
        self._c.execute(update(deliveries).where(waits).values(next_attempt_at=now, planned_at=now))

    def waiting_receivers(self, now: datetime) -> list[str]:
        """Return the receivers with deliveries whose time has come."""
        return list(
            self._c.execute(
                select(deliveries.c.receiver).where(_ready(now)).distinct().order_by(deliveries.c.receiver)
            ).scalars()
        )

    def next_due(self) -> datetime | None:
        """Return when the next delivery should be tried."""
        open_ = deliveries.c.state.in_((DeliveryState.PENDING.value, DeliveryState.LEASED.value))
        return self._c.execute(select(func.min(deliveries.c.next_attempt_at)).where(open_)).scalar()

    def ready(self, receiver: str, now: datetime, limit: int) -> list[Delivery]:
        """Return the oldest deliveries to a receiver that may be taken."""
        rows = self._c.execute(READY, {"to": receiver, "now": now, "most": limit})
        return [delivery_of(row) for row in rows.mappings()]

    def take(self, delivery: Delivery, now: datetime, lease: timedelta) -> Delivery | None:
        """Take a delivery for `lease`; None when it is no longer as it was read (compare-and-set)."""
        until = now + lease
        times = {"now": milliseconds(now), "until": milliseconds(until)}
        found = driver(self._c).execute(TAKE, {"id": delivery.id, "attempts": delivery.attempts, **times})
        if found.rowcount == 0:
            return None
        return replace(delivery, state=DeliveryState.LEASED, attempts=delivery.attempts + 1, lease_until=until)

    def left_behind(self, now: datetime | None = None) -> list[Delivery]:
        """Return the deliveries somebody took and did not bring to an end by `now`; without it, all that are taken."""
        taken = deliveries.c.state == DeliveryState.LEASED.value
        over = taken if now is None else and_(taken, or_(deliveries.c.lease_until <= now, _ahead(now)))
        return [delivery_of(row) for row in self._c.execute(WHOLE.where(over)).mappings()]

    def sent(self, attempt: Attempt) -> None:
        """Record a success."""
        driver(self._c).execute(SENT, {"id": attempt.delivery_id, "at": milliseconds(attempt.ended_at)})
        self._keep(attempt)

    def failed(self, attempt: Attempt, verdict: Retry | GiveUp) -> None:
        """Record a failure and what follows from it."""
        new: dict[str, Any] = {"error": verdict.reason, "lease_until": None, "planned_at": attempt.ended_at}
        if isinstance(verdict, Retry):
            new |= {"state": DeliveryState.PENDING.value, "next_attempt_at": verdict.at}
        else:
            new |= {"state": DeliveryState.DEAD.value}
        self._c.execute(update(deliveries).where(deliveries.c.id == attempt.delivery_id).values(new))
        self._keep(attempt)

    def _keep(self, attempt: Attempt) -> None:
        row = {
            "delivery_id": attempt.delivery_id,
            "number": attempt.number,
            "started_at": milliseconds(attempt.started_at),
            "ended_at": milliseconds(attempt.ended_at),
            "outcome": attempt.outcome.value,
            "detail": attempt.detail,
        }
        driver(self._c).execute(ATTEMPT, row)

    def postpone(self, receiver: str, until: datetime, reason: str, now: datetime) -> None:
        """Move every waiting delivery of a receiver (its server is busy, or it is switched off)."""
        waiting = and_(
            deliveries.c.receiver == receiver,
            _PENDING,
            deliveries.c.next_attempt_at < until,
        )
        self._c.execute(update(deliveries).where(waiting).values(next_attempt_at=until, planned_at=now, error=reason))

    def kill(self, receiver: str, reason: str) -> int:
        """Make every waiting delivery of a receiver a dead letter; return how many."""
        waiting = and_(deliveries.c.receiver == receiver, _PENDING)
        return self._c.execute(
            update(deliveries).where(waiting).values(state=DeliveryState.DEAD.value, error=reason)
        ).rowcount

    def retry(self, ids: Sequence[int], now: datetime) -> int:
        """Put dead or waiting deliveries at the front of the queue; return how many."""
        again = and_(
            deliveries.c.id.in_(list(ids)),
            deliveries.c.state.in_((DeliveryState.DEAD.value, DeliveryState.PENDING.value)),
        )
        new = {"state": DeliveryState.PENDING.value, "next_attempt_at": now, "planned_at": now, "attempts": 0}
        return self._c.execute(update(deliveries).where(again).values(new)).rowcount

    def given_up(self, storyline: str, start: datetime, end: datetime) -> list[str]:
        """Return the receivers that a digest of a storyline was given up for in a period, by name."""
        dead = and_(deliveries.c.state == DeliveryState.DEAD.value, deliveries.c.storyline == storyline)
        lately = and_(deliveries.c.planned_at > start, deliveries.c.planned_at <= end)
        names = select(deliveries.c.receiver).where(dead, lately).distinct().order_by(deliveries.c.receiver)
        return list(self._c.execute(names).scalars())

    def sent_lately(self, receiver: str, since: datetime) -> list[datetime]:
        """Return when deliveries to a receiver succeeded after `since`, oldest first."""
        mine = and_(deliveries.c.receiver == receiver, deliveries.c.sent_at > since)
        return list(self._c.execute(select(deliveries.c.sent_at).where(mine).order_by(deliveries.c.sent_at)).scalars())

    def get(self, delivery_id: int) -> Delivery | None:
        """Return one delivery."""
        row = self._c.execute(WHOLE.where(deliveries.c.id == delivery_id)).mappings().first()
        return delivery_of(row) if row else None

    def all(self, state: DeliveryState | None = None, limit: int = 50) -> list[Delivery]:
        """Return deliveries, newest first."""
        newest = select(deliveries.c.id).order_by(deliveries.c.id.desc()).limit(limit)
        if state is not None:
            newest = newest.where(deliveries.c.state == state.value)
        wanted = WHOLE.where(deliveries.c.id.in_(newest)).order_by(deliveries.c.id.desc())  # a sort of bodies is slow
        return [delivery_of(row) for row in self._c.execute(wanted).mappings()]

    def of_digest(self, digest_id: str) -> list[Delivery]:
        """Return the deliveries of a digest."""
        rows = self._c.execute(WHOLE.where(deliveries.c.digest_id == digest_id).order_by(deliveries.c.id))
        return [delivery_of(row) for row in rows.mappings()]

    def search(self, which: str) -> list[Delivery]:
        """Return the deliveries of the digest with this id (six characters of it suffice, if one begins so) or key."""
        whole = or_(deliveries.c.digest_id == which, deliveries.c.key == which)
        begun = deliveries.c.digest_id.startswith(which, autoescape=True)
        for wanted in (whole, begun) if len(which) >= SHORTEST else (whole,):
            found = self._c.execute(select(deliveries.c.digest_id).where(wanted).distinct().limit(2)).scalars().all()
            if len(found) == 1:
                return self.of_digest(found[0])
        return []

    def entries_told(self, digest_id: str, receiver: str, storyline: str) -> list[str]:
        """Return the uids of the entries a digest told of, in its order."""
        mine = and_(told.c.receiver == receiver, told.c.storyline == storyline, told.c.digest_id == digest_id)
        uids = self._c.execute(select(told.c.entry_uid).where(mine, told.c.entry_uid != "").order_by(told.c.id))
        return list(dict.fromkeys(uids.scalars()))

    def listed_in(self, entry_uid: str, receiver: str, storyline: str) -> list[str]:
        """Return the ids of the digests that showed a receiver this entry, in order."""
        mine = and_(told.c.receiver == receiver, told.c.storyline == storyline, told.c.entry_uid == entry_uid)
        ids = self._c.execute(select(told.c.digest_id).where(mine).order_by(told.c.id)).scalars()
        return list(dict.fromkeys(ids))

    def attempts_of(self, delivery_id: int) -> list[Attempt]:
        """Return every attempt at a delivery, in order."""
        rows = self._c.execute(
            select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
        ).mappings()
        return [
            Attempt(**{**{k: v for k, v in row.items() if k != "id"}, "outcome": Outcome(row["outcome"])})
            for row in rows
        ]

    def counts(self) -> dict[str, int]:
        """Return state -> number of deliveries."""
        rows = self._c.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
        return {row[0]: row[1] for row in rows}

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest undelivered delivery was queued."""
        open_ = deliveries.c.state.in_((DeliveryState.PENDING.value, DeliveryState.LEASED.value))
        return self._c.execute(select(func.min(deliveries.c.created_at)).where(open_)).scalar()

    def stuck(self, before: datetime) -> list[Stuck]:
        """Return the receivers that have failed to take something since `before` or longer, by name."""
        waits = and_(_PENDING, deliveries.c.created_at <= before, deliveries.c.error != "")
        count, oldest = func.count(), func.min(deliveries.c.created_at)  # the error beside a minimum is of its row
        wanted = select(deliveries.c.receiver, count, oldest, deliveries.c.error).where(waits)
        rows = self._c.execute(wanted.group_by(deliveries.c.receiver).order_by(deliveries.c.receiver))
        return [Stuck(*row) for row in rows]

    def digest(self, digest_id: str) -> dict[str, Any] | None:
        """Return the row of a digest."""
        row = self._c.execute(select(digests).where(digests.c.id == digest_id)).mappings().first()
        return dict(row) if row else None


def _ahead(now: datetime) -> Any:
    """The rows planned later than now: the clock was set back."""
    return deliveries.c.planned_at > now


def _ready(now: datetime) -> Any:
    """The rows a worker may take."""
    return and_(_PENDING, deliveries.c.next_attempt_at <= now)
