"""Digests as signed JSON by POST: Standard Webhooks, one deadline, no redirects, no private addresses."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
import urllib3
from standardwebhooks.webhooks import Webhook

from monitor.errors import DeliveryError
from monitor.notify.connect import CONNECT, Guarded, in_words, session
from monitor.notify.deadline import Watchdog
from monitor.notify.receivers import WebhookSettings
from monitor.notify.secrets import secret
from monitor.text import collapse, printable, short
from monitor.types import Delivery

At = Callable[[str], None]
READ = 64 * 1024  # bytes of a response looked at
SAID_NO = re.compile(rb'^\s*\{[^{}]{0,2000}"ok"\s*:\s*false')
RETRYABLE = frozenset((408, 409, 423, 425, 429))  # of the 4xx; every 5xx is
PAUSED = frozenset((429, 503))


class Hook:
    """The way to one web address; not for two threads at once."""

    def __init__(self, name: str, settings: WebhookSettings, at: At) -> None:
        self._name = name
        self._settings = settings
        self._at = at
        self._watchdog = Watchdog()
        self._guarded = Guarded(settings, self._watchdog.watch)
        self._session = session(self._guarded)
        self._blank: tuple[str, requests.PreparedRequest] | None = None

    def send(self, delivery: Delivery, now: datetime) -> str:
        """Post one digest and return what the receiver answered. Errors: DeliveryError."""
        body = Body(delivery.rendered.json.encode(), self._at)
        try:
            with self._watchdog.limit(self._settings.timeout.total_seconds()):
                status, headers, answer = self._post(body, _headers(self._settings, delivery, now))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            reason = in_words(error, late=self._watchdog.expired)
            self.rest()
            raise self._error(reason, retryable=True, down=not body.begun) from None
        return self._judged(status, headers, answer, now)

    def knock(self) -> None:
        """Connect without sending anything: name, address and port, not what is behind them. Errors: DeliveryError."""
        parts = urlsplit(self._url())
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            self._guarded.open(parts.hostname or "", port, CONNECT).close()
        except OSError as error:
            raise self._error(in_words(error, late=False), retryable=True, down=True) from None
        self.rest()

    def rest(self) -> None:
        """Close the connection."""
        self._session.close()
        self._watchdog.rest()

    def abandon(self) -> None:
        """Break off the request under way, from another thread; it is retried under the same id."""
        self._watchdog.bark()

    def _post(self, body: Body, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        request = self._prepared(self._url()).copy()
        request.body = body  # type: ignore[assignment]  # requests hands it on to be read
        request.headers.update({**headers, "Content-Length": str(len(body))})
        patience = (CONNECT, self._settings.timeout.total_seconds())
        with self._session.send(request, timeout=patience, allow_redirects=False, stream=True, proxies={}) as response:
            lower = {name.lower(): value for name, value in response.headers.items()}
            try:
                answer = response.raw.read(READ, decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError):
                answer = b""  # the status is the answer; an endless or broken body changes nothing
            return response.status_code, lower, answer

    def _prepared(self, url: str) -> requests.PreparedRequest:
        """Return what every request to an address has in common: half of the time of a small one."""
        if self._blank is None or self._blank[0] != url:
            self._blank = url, self._session.prepare_request(requests.Request("POST", url))
        return self._blank[1]

    def _url(self) -> str:
        return self._settings.url or secret(None, self._settings.url_file) or ""

    def _judged(self, status: int, headers: dict[str, str], answer: bytes, now: datetime) -> str:
        if 200 <= status < 300:
            if SAID_NO.match(answer):
                raise self._error(f"{status}, but the answer says no: {_text(answer)}", retryable=True)
            self._at("accepted")
            return f"{status} {_text(answer)}".strip()
        reason = f"status {status}: {_text(answer)}" if answer else f"status {status}"
        if 300 <= status < 400:
            raise self._error(f"status {status}: redirects are not followed", retryable=False)
        retryable = status >= 500 or status in RETRYABLE
        wait = _retry_after(headers, now) if status in PAUSED else None
        if status == 410:
            raise DeliveryError(self._name, reason, retryable=False, disable=True)
        raise self._error(reason, retryable=retryable, retry_after=wait, down=status in PAUSED)

    def _error(
        self, reason: str, *, retryable: bool, retry_after: timedelta | None = None, down: bool = False
    ) -> DeliveryError:
        return DeliveryError(self._name, reason, retryable=retryable, retry_after=retry_after, down=down)


class Body:
    """A request body of known length that tells when it is half sent and when it is sent."""

    def __init__(self, data: bytes, at: At) -> None:
        self._data = data
        self._at = at
        self._place = 0

    def __len__(self) -> int:
        return len(self._data)

    @property
    def begun(self) -> bool:
        """Say whether the connection stood and the body was asked for."""
        return self._place > 0

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - halves, whatever the size asked for
        """Return the next half; empty after the second."""
        half = (len(self._data) + 1) // 2
        piece = self._data[self._place : self._place + half]
        self._at({0: "connected", half: "mid-data"}.get(self._place, "data-sent"))
        self._place += len(piece)
        return piece


def _headers(settings: WebhookSettings, delivery: Delivery, now: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks; both secrets sign while one replaces the other."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "storyline-monitor",
        "Idempotency-Key": delivery.key,
        "webhook-id": delivery.key,
        "webhook-timestamp": str(int(now.timestamp())),
    }
    keys = [
        secret(settings.secret, settings.secret_file),
        secret(settings.old_secret, settings.old_secret_file),
    ]
    signatures = [_sign(key, delivery, now) for key in keys if key]
    if signatures:
        headers["webhook-signature"] = " ".join(signatures)
    return headers


def _sign(key: str, delivery: Delivery, now: datetime) -> str:
    """Return the v1 signature; a secret that is not `whsec_` with base64 is used byte for byte."""
    try:
        base64.b64decode(key.removeprefix("whsec_"), validate=True)
        hook = Webhook(key)
    except (binascii.Error, ValueError):
        hook = Webhook(key.encode())
    return str(hook.sign(delivery.key, now, delivery.rendered.json))


def _retry_after(headers: dict[str, str], now: datetime) -> timedelta | None:
    """Return the wait a server asks for: seconds or a date (RFC 9110, 10.2.3); nonsense is no wish."""
    written = headers.get("retry-after", "").strip()
    if written.isdigit():
        return timedelta(seconds=min(int(written[:9]), 30 * 86_400))
    try:
        at, here = parsedate_to_datetime(written), parsedate_to_datetime(headers["date"])
    except (ValueError, TypeError, KeyError):
        try:
            at, here = parsedate_to_datetime(written), now
        except (ValueError, TypeError):
            return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    here = here if here.tzinfo else here.replace(tzinfo=UTC)
    return max(at - here, timedelta())


def _text(answer: bytes) -> str:
    return short(collapse(printable(answer[:2000].decode("utf-8", "replace"))), 200)


def label(settings: WebhookSettings) -> str:
    """Return the name of the address for people: its host, never its path or query."""
    return urlsplit(settings.url).hostname or "webhook" if settings.url else "webhook"
