"""The way of one digest: when each entry in it was read and judged, and who took the digest when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.store import Tx
from monitor.types import Decision, Delivery, Entry, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One moment of a digest's way."""

    at: datetime
    stage: str  # its name on the line
    what: str  # one sentence
    entry: str = ""  # uid of the entry it is about
    delivery: int | None = None  # number of the delivery it is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Everything from the first poll of its entries to the last answer of a server, in order of time."""

    digest: str
    subject: str
    storyline: str  # "" for a notice to the operator
    receiver: str
    steps: tuple[Step, ...]


def way(tx: Tx, which: str) -> Way | None:
    """Return the way of the digest with this id (or its start), webhook-id or Message-ID; None when there is none."""
    sent = tx.outbox.search(which.strip("<>").partition("@")[0])
    if not sent:
        return None
    first = sent[0]
    steps = [*_read_steps(tx, first), *_composed(tx, first.digest_id), *_sent_steps(tx, sent)]
    return Way(
        digest=first.digest_id,
        subject=first.rendered.subject,
        storyline=first.storyline,
        receiver=first.receiver,
        steps=tuple(sorted(steps, key=lambda step: step.at)),
    )


def attempts(tx: Tx, delivery: Delivery) -> Iterator[tuple[datetime, str]]:
    """Yield when each attempt came to its end and how, with the answer of the server."""
    for each in tx.outbox.attempts_of(delivery.id):
        how = {Outcome.SENT: "taken", Outcome.RETRY: "to be tried again", Outcome.DEAD: "given up"}[each.outcome]
        yield each.ended_at, f"try {each.number}: {how}: {each.detail}"


def _read_steps(tx: Tx, delivery: Delivery) -> Iterator[Step]:
    """When each entry was first seen, and when it was judged as it was told."""
    uids = tx.outbox.entries_told(delivery.digest_id, delivery.receiver, delivery.storyline)
    raised = tx.events.alerts_in(delivery.digest_id)
    for uid, entry in tx.entries.by_uids(uids).items():
        yield Step(at=entry.seen_at, stage="poll", what=_offered(entry), entry=uid)
        decision = tx.stories.of_pair(uid, delivery.storyline)
        alerts = [alert for alert in raised if alert.entry_uid == uid]
        for alert in alerts:
            what = f"{alert.novelty.value}, score {alert.score:.3f}, event {alert.event_id}"
            yield Step(at=alert.created_at, stage="assess", what=what, entry=uid)
        if decision is not None and not alerts:
            yield Step(at=decision.decided_at, stage="assess", what=_beside(decision), entry=uid)


def _offered(entry: Entry) -> str:
    edited = ", edited since" if entry.revision else ""
    return f"{entry.title} ({entry.source}, dated {entry.date:%Y-%m-%d %H:%M} UTC{edited}; feed {entry.feed_url})"


def _beside(decision: Decision) -> str:
    """Return how an entry was judged that is listed beside those that were news."""
    novelty = decision.verdict.novelty.value if decision.verdict else decision.match.reason.value
    return f"{novelty}, score {decision.match.score:.3f}, listed beside what is new"


def _composed(tx: Tx, digest_id: str) -> Iterator[Step]:
    digest = tx.outbox.digest(digest_id)
    if digest is not None:
        what = f"number {digest['number']} on route {digest['route']} ({digest['reason']}), events: {digest['events']}"
        yield Step(at=digest["created_at"], stage="compose", what=what)


def _sent_steps(tx: Tx, sent: Sequence[Delivery]) -> Iterator[Step]:
    for each in sent:
        if each.storyline == "":
            yield Step(at=each.created_at, stage="compose", what="a notice to the operator", delivery=each.id)
        for at, what in attempts(tx, each):
            yield Step(at=at, stage="deliver", what=f"to {each.recipient}, {what}", delivery=each.id)
