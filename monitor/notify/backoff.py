"""When to try a failed delivery again: pure policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.errors import DeliveryError
from monitor.text import fingerprint
from monitor.types import Delivery, GiveUp, Retry

AGE = timedelta(days=7)  # a digest older than this is a dead letter
MAIL_STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, *[60] * 6, 120, 240, 360))  # friendly to greylisting
HOOK_STEPS = tuple(timedelta(seconds=s) for s in (5, 60, 300, 1800, 7200, 18000, 21600))
LONGEST_WAIT = timedelta(hours=24)
JITTER = 0.2  # of the step, added; derived from the key so that a replay gives the same times


def next_attempt(delivery: Delivery, error: DeliveryError, now: datetime) -> Retry | GiveUp:
    """Return when to try again, or that the delivery is dead.

    `delivery.attempts` counts the attempts made, the failed one included. A server's Retry-After is a lower bound,
    honoured up to a day. Where the receiver as a whole is down, its deliveries wait for it together and in order,
    however often each of them was tried: what failed was not the message.
    """
    if not error.retryable:
        return GiveUp(reason=error.reason)
    wait = min(error.retry_after or timedelta(), LONGEST_WAIT)
    if not (error.down and wait):
        wait = max(_step(delivery), wait)
    if now + wait > delivery.created_at + AGE:
        return GiveUp(reason=f"expired after {AGE.days} days; last error: {error.reason}")
    return Retry(at=now + wait, reason=error.reason)


def _step(delivery: Delivery) -> timedelta:
    steps = MAIL_STEPS if "@" in delivery.recipient else HOOK_STEPS
    return steps[min(max(delivery.attempts, 1), len(steps)) - 1] * (1 + JITTER * _share(delivery))


def not_before(limit: tuple[int, timedelta] | None, sent: Sequence[datetime], now: datetime) -> datetime | None:
    """Return when a receiver with this rate limit may be sent the next message; None is now."""
    if limit is None:
        return None
    count, span = limit
    recent = sorted(at for at in sent if now - span < at <= now)
    return recent[-count] + span if len(recent) >= count else None


def _share(delivery: Delivery) -> float:
    """Return a fixed number in 0..1 for this attempt at this delivery."""
    return int(fingerprint(delivery.key, str(delivery.attempts)), 16) / 2**64
