"""What the operator is told: dead letters, receivers switched off, feeds that stay broken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from monitor.config import Config
from monitor.store import Tx
from monitor.text import fingerprint
from monitor.types import Delivery

MOST = 30  # titles in one notice

log = structlog.get_logger(__name__)


def notify(tx: Tx, config: Config, title: str, lines: Sequence[str], now: datetime) -> bool:
    """Queue a notice to the operator receiver; False when there is none or the same stands in the outbox already."""
    if config.operator is None:
        return False
    from monitor.notify.digest import Notice, notice  # noqa: PLC0415  few days have anything to tell
    from monitor.notify.send import Courier  # noqa: PLC0415

    told = Notice(
        id=fingerprint("notice", title, *lines, now.date().isoformat()), title=title, lines=tuple(lines), created_at=now
    )
    recipients = Courier(config.receivers).recipients(config.operator)
    targets = [(f"{told.id}.{fingerprint(to)[:8]}", to) for to in recipients]
    return tx.outbox.post(told.id, config.operator, notice(told), targets, now)


def dead_letters(tx: Tx, config: Config, delivery: Delivery, reason: str, now: datetime) -> None:
    """Tell of a delivery that was given up, of the first a day and receiver: where a server is gone, others follow."""
    told, today = f"dead-told:{delivery.receiver}", now.date().isoformat()
    if delivery.receiver == config.operator or tx.desk.noted(told) == today:
        return
    tx.desk.note(told, today)
    lines = (
        f"Digest {delivery.digest_id} of {delivery.storyline or 'the operator'} "
        f"did not reach {delivery.recipient}: {reason}",
        f"Look: monitor deliveries show {delivery.id}",
        f"Send again when it is mended: monitor deliveries retry {delivery.id}",
        "Further ones of today are not told one by one: monitor deliveries list --state dead",
    )
    notify(tx, config, f"A digest to {delivery.receiver} could not be delivered", lines, now)


def switched_off(tx: Tx, config: Config, receiver: str, reason: str, now: datetime) -> None:
    """Tell of a receiver that wants nothing any more, once a day while there is something for it."""
    if receiver == config.operator:
        return
    lines = (
        f"It answered: {reason}. Nothing is sent to it any more; its digests are dead letters.",
        "Look: monitor deliveries list --state dead",
        "It is tried again when its settings change, or by: monitor deliveries retry --all-dead",
    )
    notify(tx, config, f"{receiver} is switched off", lines, now)


def looked_back(tx: Tx, config: Config, name: str, titles: Sequence[str], now: datetime) -> None:
    """Tell what a new storyline found among the entries held, and would have told."""
    log.info("looked-back", storyline=name, would_have_told=len(titles))
    shown = [f"- {title}" for title in titles[-MOST:]]
    head = f"{name} is new. Of the entries held it would have told {len(titles)}; it knows them now."
    notify(tx, config, f"{name} looked back", [head, *shown], now)
