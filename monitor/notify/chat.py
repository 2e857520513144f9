"""Digests as short messages to chat and push services, through apprise."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from monitor.errors import ConfigError, DeliveryError
from monitor.notify import compact
from monitor.notify.receivers import AppriseSettings
from monitor.notify.secrets import secret
from monitor.types import Delivery

At = Callable[[str], None]
STATUS = re.compile(r"error=(\d{3})")
PERMANENT = frozenset(("400", "404", "410"))
LISTENING: ContextVar[list[str]] = ContextVar("LISTENING")


def addresses(settings: AppriseSettings) -> tuple[str, ...]:
    """Return the apprise addresses, one a line; lines with # are comments. Errors: ConfigError."""
    written = secret(settings.url, settings.url_file) or ""
    lines = (line.strip() for line in written.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def recipients(settings: AppriseSettings) -> tuple[str, ...]:
    """Return a name for each address without its secrets: service and line, like `slack:1`.

    Where the addresses cannot be read now there is one nameless recipient, so that a digest waits for them.
    """
    try:
        found = addresses(settings)
    except ConfigError:
        found = ()
    return tuple(f"{_service(address)}:{place}" for place, address in enumerate(found, 1)) or ("chat:1",)


class Chat:
    """The way to chat services."""

    def __init__(self, name: str, settings: AppriseSettings, at: At) -> None:
        self._name = name
        self._settings = settings
        self._at = at

    def send(self, delivery: Delivery, now: datetime) -> str:  # noqa: ARG002 - every door has it
        """Send the digest within the service's length. Errors: DeliveryError."""
        import apprise  # noqa: PLC0415 - 100 ms that other receivers need not wait for

        address = self._address(delivery.recipient)
        service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
        if service is None:
            raise self._error(f"{delivery.recipient}: apprise does not know this kind of address", retryable=False)
        seconds = self._settings.timeout.total_seconds()
        service.socket_read_timeout = service.socket_connect_timeout = seconds
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
        message = compact.message(delivery, _service(address), service.title_maxlen, service.body_maxlen)
        room = apprise.Apprise()
        room.add(service)
        self._at("connected")
        with _overheard() as said:
            taken = room.notify(body=message.body, title=message.title, body_format=apprise.NotifyFormat.TEXT)
        if not taken:
            raise self._refused(" ".join(said))
        self._at("accepted")
        return "taken"

    def knock(self) -> None:
        """Check that apprise knows every address; nothing is sent. Errors: DeliveryError."""
        import apprise  # noqa: PLC0415

        for place, address in enumerate(addresses(self._settings), 1):
            if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
                raise self._error(f"{_service(address)}:{place}: apprise does not know this address", retryable=False)

    def rest(self) -> None:
        """Keep nothing open."""

    def _address(self, recipient: str) -> str:
        found, place = addresses(self._settings), recipient.rpartition(":")[2]
        if not place.isdigit() or not 1 <= int(place) <= len(found):
            raise self._error(f"{recipient}: no such line among the addresses", retryable=False)
        return found[int(place) - 1]

    def _refused(self, said: str) -> DeliveryError:
        """Return what a no means; of what was said only the status is repeated, the rest may hold secrets."""
        status = STATUS.search(said)
        if status is None:
            return self._error("the service did not take it", retryable=True)
        return self._error(f"the service answered {status[1]}", retryable=status[1] not in PERMANENT)

    def _error(self, reason: str, *, retryable: bool) -> DeliveryError:
        return DeliveryError(self._name, reason, retryable=retryable, down=retryable)


class _Ear(logging.Handler):
    """Keeps what is logged about one message, in whichever thread of apprise's."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        if LISTENING.get(None) is self._said:
            self._said.append(record.getMessage())


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """Collect what apprise logs about one message: it answers only yes or no."""
    said: list[str] = []
    ear, log = _Ear(said), logging.getLogger("apprise")
    token = LISTENING.set(said)
    log.addHandler(ear)
    try:
        yield said
    finally:
        log.removeHandler(ear)
        LISTENING.reset(token)


def _service(address: str) -> str:
    return address.partition("://")[0].lower()
