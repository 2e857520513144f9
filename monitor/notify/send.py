"""The courier: takes one delivery to its receiver's door and brings back a receipt, or says why not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from monitor.errors import ConfigError, DeliveryError
from monitor.notify import backoff, chat
from monitor.notify.atom import Feeds
from monitor.notify.chat import Chat
from monitor.notify.email import Mailbox
from monitor.notify.file import Folder
from monitor.notify.settings import ReceiverSettings
from monitor.notify.webhook import Hook, label
from monitor.types import Delivery

At = Callable[[str], None]
FIRST_PAUSE = timedelta(seconds=15)  # after a door was found shut; doubles up to the longest
LONGEST_PAUSE = timedelta(minutes=10)


def nothing(moment: str) -> None:
    """Do nothing at the named moments of sending; tests put a crash here."""


class Door(Protocol):
    """One receiver's way out; used by one thread at a time."""

    def send(self, delivery: Delivery, now: datetime) -> str:
        """Deliver and return a receipt. Errors: DeliveryError."""

    def knock(self) -> None:
        """See whether the door opens, without sending. Errors: DeliveryError."""

    def rest(self) -> None:
        """Close what is open."""


class Courier:
    """Delivers through every configured receiver; safe for many threads, one at a time for each receiver."""

    def __init__(self, receivers: Mapping[str, ReceiverSettings], at: At = nothing) -> None:
        self._receivers = dict(receivers)
        self._at = at
        self._doors: dict[str, Door] = {}
        self._locks = {name: threading.Lock() for name in receivers}
        self._pauses: dict[str, tuple[datetime, timedelta, str]] = {}  # until, length, why

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()

    def recipients(self, receiver: str) -> tuple[str, ...]:
        """Return who stands behind a receiver, one delivery each; nobody where it is not configured."""
        settings = self._receivers.get(receiver)
        if settings is None:
            return ()
        if settings.email:
            return tuple(dict.fromkeys(settings.email.to))
        if settings.webhook:
            return (label(settings.webhook),)
        if settings.apprise:
            return chat.recipients(settings.apprise)
        return (settings.kind,)

    def send(self, delivery: Delivery, now: datetime) -> str:
        """Send to one recipient and return the receipt.

        Raises:
            DeliveryError: not delivered, or not known to be; says whether time may mend it. Where the door is shut,
                `retry_after` is how long it stays untried.

        """
        if delivery.receiver not in self._receivers:
            raise DeliveryError(delivery.receiver, "no longer configured", retryable=False)
        with self._locks[delivery.receiver]:
            try:
                receipt = self._door(delivery.receiver).send(delivery, now)
            except ConfigError as error:
                raise DeliveryError(delivery.receiver, str(error), retryable=True) from None
            except DeliveryError as error:
                self._pause(error, now)
                raise
            self._pauses.pop(delivery.receiver, None)
            return receipt

    def knock(self, receiver: str) -> None:
        """See whether a receiver can be reached, without sending anything. Errors: DeliveryError."""
        with self._locks[receiver]:
            try:
                self._door(receiver).knock()
            except ConfigError as error:
                raise DeliveryError(receiver, str(error), retryable=True) from None

    def limit(self, receiver: str) -> tuple[int, timedelta] | None:
        """Return how many messages a receiver takes in which span, None where nothing limits it."""
        settings = self._receivers.get(receiver)
        return settings.rate_limit if settings else None

    def is_held(self, receiver: str) -> bool:
        """Say whether what may have been sent must not be sent again (`on_ambiguous: hold`)."""
        settings = self._receivers.get(receiver)
        return bool(settings and settings.email and settings.email.on_ambiguous == "hold")

    def not_before(self, receiver: str, sent: Sequence[datetime], now: datetime) -> tuple[datetime, str] | None:
        """Return when this receiver may be sent to again and what it waits for, None for now.

        `sent` are the times of its latest sent deliveries, for its rate limit. A door found shut stays untried for a
        while that doubles, so that a dead server costs one attempt at a time and no delivery its patience.
        """
        until, length, why = self._pauses.get(receiver, (now, timedelta(), ""))
        pause = (until, why) if now < until <= now + length else None
        full = backoff.not_before(self.limit(receiver), sent, now)
        return max((wait for wait in (pause, full and (full, "rate limit")) if wait), default=None)

    def abandon(self) -> None:
        """Break off what is being sent, from another thread; what was not confirmed is retried under the same id."""
        for door in list(self._doors.values()):
            if isinstance(door, Mailbox | Hook):
                door.abandon()

    def rest(self) -> None:
        """Close idle connections; call it after a round of deliveries."""
        for name, door in list(self._doors.items()):
            with self._locks[name]:
                door.rest()

    def _pause(self, error: DeliveryError, now: datetime) -> None:
        """Remember that this door is shut, unless it was about the one message."""
        if not error.retryable or not error.down:
            return
        _, before, _ = self._pauses.get(error.receiver, (now, FIRST_PAUSE / 2, ""))
        length = max(min(before * 2, LONGEST_PAUSE), min(error.retry_after or timedelta(), backoff.LONGEST_WAIT))
        error.retry_after = length
        self._pauses[error.receiver] = (now + length, length, f"the receiver is down: {error.reason}")

    def _door(self, name: str) -> Door:
        if name not in self._doors:
            self._doors[name] = _opened(name, self._receivers[name], self._at)
        return self._doors[name]


def _opened(name: str, settings: ReceiverSettings, at: At) -> Door:
    """Return the door of a receiver."""
    if settings.email:
        return Mailbox(name, settings.email, at)
    if settings.webhook:
        return Hook(name, settings.webhook, at)
    if settings.apprise:
        return Chat(name, settings.apprise, at)
    if settings.file:
        return Folder(name, settings.file)
    assert settings.atom is not None
    return Feeds(name, settings.atom)
