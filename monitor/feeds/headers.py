"""What headers and failures of the web mean, in plain words."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from urllib3.exceptions import DecodeError, NameResolutionError

from monitor.types import Feed

REDIRECTS = frozenset((301, 302, 303, 307, 308))
ASK_FOR_ALL = timedelta(
    days=7
)  # after so long a document is asked for without conditions: some servers say 304 for ever
WORDS = {
    400: "bad request", 401: "login required (auth_file, headers_file)", 403: "forbidden", 404: "not found",
    406: "not acceptable", 410: "gone for good", 429: "too many requests", 451: "blocked for legal reasons",
    500: "server error", 502: "bad gateway", 503: "service unavailable", 504: "gateway timeout",
}  # fmt: skip
FAILURES: dict[type[BaseException], str] = {
    ssl.SSLError: "TLS: the handshake failed",
    socket.gaierror: "no such host",
    NameResolutionError: "no such host",
    TimeoutError: "no answer in time",
    ConnectionRefusedError: "connection refused",
    ConnectionResetError: "connection reset",
    BrokenPipeError: "connection reset",
    DecodeError: "its compression is broken",
    UnicodeError: "not a web address",
}
UNREACHABLE = frozenset((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN))


def worded(status: int) -> str:
    """Return a status with its meaning."""
    return f"{status} {WORDS.get(status, 'is no document')}"


def moment(value: str) -> datetime | None:
    """Return the time of an HTTP date, None where it is none."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the server asks to be left alone: seconds, or a date against its own clock (RFC 9110, 10.2.3).

    Garbage, negative and past values are no wish at all.
    """
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return timedelta(seconds=min(int(value[:12]), 10**9)) or None
    until = moment(value)
    if until is None:
        return None
    its_now = moment(headers.get("date", "")) or datetime.now(UTC)
    return until - its_now if until > its_now else None


def fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the document says it stays fresh: Cache-Control max-age, else Expires against Date."""
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name in ("no-cache", "no-store"):
            return None
        if name == "max-age" and value.strip('"').isdecimal():
            return timedelta(seconds=min(int(value.strip('"')[:12]), 10**8)) or None
    expires, date = moment(headers.get("expires", "")), moment(headers.get("date", ""))
    return expires - date if expires and date and expires > date else None


def old_enough_for_all(feed: Feed, now: datetime) -> bool:
    """Whether it is time to ask for the whole document again, conditions or not; spread by address."""
    since = feed.notes.get("full_at")
    if not since:
        return False
    spread = timedelta(minutes=sum(feed.url.encode()) % 1440)
    return now - datetime.fromisoformat(since) > ASK_FOR_ALL + spread


def explained(error: BaseException) -> tuple[str, bool]:
    """Return a failure in plain words, and whether nobody answered at all (no name service, no route)."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"TLS: {cause.verify_message or 'certificate not accepted'}", False
        if isinstance(cause, socket.gaierror) and cause.errno in (socket.EAI_AGAIN, socket.EAI_FAIL):
            return "the name service does not answer", True
        if isinstance(cause, OSError) and cause.errno in UNREACHABLE:
            return "no route to the host", True
        for kind, words in FAILURES.items():
            if isinstance(cause, kind):
                return words, False
    return "no proper HTTP answer", False


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what lies behind an error, deepest first."""
    chain: list[BaseException] = []
    todo: list[object] = [error]
    while todo and len(chain) < 20:
        one = todo.pop(0)
        if isinstance(one, BaseException) and one not in chain:
            chain.append(one)
            todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return iter(reversed(chain))
