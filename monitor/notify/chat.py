"""Digests as short messages to chat and push services, through apprise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.errors import DeliveryError
from monitor.notify import compact
from monitor.notify.receivers import AppriseSettings
from monitor.notify.secrets import secret
from monitor.types import Delivery

At = Callable[[str], None]


def addresses(settings: AppriseSettings) -> tuple[str, ...]:
    """Return the apprise addresses, one a line; lines with # are comments. Errors: ConfigError."""
    written = secret(settings.url, settings.url_file) or ""
    lines = (line.strip() for line in written.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def recipients(settings: AppriseSettings) -> tuple[str, ...]:
    """Return a name for each address without its secrets: service and line, like `slack:1`."""
    return tuple(
        f"{address.partition('://')[0].lower()}:{place}" for place, address in enumerate(addresses(settings), 1)
    )


class Chat:
    """The way to chat services."""

    def __init__(self, name: str, settings: AppriseSettings, at: At) -> None:
        self._name = name
        self._settings = settings
        self._at = at

    def send(self, delivery: Delivery, now: datetime) -> str:  # noqa: ARG002 - every door has it
        """Send the digest within the service's length. Errors: DeliveryError."""
        import apprise  # noqa: PLC0415 - 100 ms that other receivers need not wait for

        known = dict(zip(recipients(self._settings), addresses(self._settings), strict=True))
        address = known.get(delivery.recipient)
        service = apprise.Apprise.instantiate(address, suppress_exceptions=True) if address else None
        if service is None:
            raise DeliveryError(
                self._name, f"{delivery.recipient}: no such address, or not one of apprise", retryable=False
            )
        message = compact.message(delivery, service.title_maxlen, service.body_maxlen, compact.style_of(address or ""))
        self._at("connected")
        if not service.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT):
            raise DeliveryError(self._name, "the service did not take it", retryable=True)
        self._at("accepted")
        return "taken"

    def rest(self) -> None:
        """Keep nothing open."""
