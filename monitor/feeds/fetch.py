"""From an address to bytes: polite, bounded in time and size, confined to permitted addresses."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from urllib.parse import urljoin

from requests import PreparedRequest, RequestException, Response
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, IncompleteRead, ProtocolError

from monitor.errors import FetchError
from monitor.feeds.address import Parts, host_of, origin_of, parts_of, secrets_of, validators_of
from monitor.feeds.guard import GuardedAdapter, Names, Refused, Resolver, is_private
from monitor.feeds.headers import REDIRECTS, causes, explained, old_enough_for_all, retry_after, worded
from monitor.feeds.lanes import Busy, Lanes
from monitor.feeds.settings import PollingSettings
from monitor.feeds.trips import Reaper, Trip, Trips
from monitor.types import Feed, Fetched, NotModified

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"  # noqa: E501
MAX_HOPS = 5
MAX_HEADERS = 64 * 1024
PERMANENT = frozenset((301, 308))
REMEMBERED = ("etag", "last-modified", "cache-control", "expires", "date")
READ = 65_536
OPEN_HOSTS = 256  # hosts to which a connection is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it came: for discovery, articles, robots.txt."""

    url: str  # final address
    body: bytes
    headers: Mapping[str, str]
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of the web, and on whose behalf."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)  # for the first origin only
    private: bool = False
    max_decoded: int | None = None


@dataclass(slots=True)
class Got:
    """The answer to one request of a chain."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = b""
    complete: bool = True


class Fetcher:
    """Fetches feeds and pages. Thread-safe; never two requests at one host or address at once."""

    def __init__(
        self,
        settings: PollingSettings,
        *,
        context: ssl.SSLContext | None = None,
        resolve: Resolver = socket.getaddrinfo,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; `context`, `resolve` and `clock` stand in for the real ones in tests and on closed networks."""
        self.settings = settings
        self._clock = clock
        self._trips = Trips()
        self._names = Names(resolve, clock)
        self.lanes = Lanes(clock)
        shared = context or ssl.create_default_context()
        # Two pools, so that a connection opened under the opt-out never serves a feed without it.
        self._adapters = {private: GuardedAdapter(shared, self._trips, OPEN_HOSTS) for private in (False, True)}
        self._named: set[str] = set()  # private hosts that the configuration names
        self._reaper = Reaper(clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._reaper.stop()
        for adapter in self._adapters.values():
            adapter.close()

    def interrupt(self) -> None:
        """End every request under way; each fails as if its time were over."""
        self._reaper.cut_all()

    def name(self, feed: Feed) -> None:
        """Remember that the operator names this feed's host: redirects inside a private network may lead to it."""
        if feed.allow_private_networks:
            self._named.add(host_of(feed.url))

    def lane_of(self, feed: Feed) -> str:
        """Return the lane of the address where a feed lives, which hosts may share; "" where that is not known."""
        parts = parts_of(feed.fetch_url or feed.url)
        if parts is None:
            return ""
        try:
            return _lane(self._names.addresses(parts.host, parts.port, private=feed.allow_private_networks))
        except (Refused, OSError, UnicodeError):
            return ""  # fetching says why

    def fetch(self, feed: Feed, now: datetime) -> Fetched | NotModified:
        """Return the feed's document, or that it did not change since the last reading.

        Errors: `FetchError` in words without any address, query or credential; `status` and `retry_after` where known.
        """
        self.name(feed)
        validators = {} if old_enough_for_all(feed, now) else validators_of(feed)
        ask = Ask(
            url=feed.fetch_url or feed.url,
            headers=validators,
            secrets=secrets_of(feed),
            private=feed.allow_private_networks,
        )
        answer, moved_to = self._chain(ask, feed.url)
        if answer.status == 304:
            if not validators:
                raise FetchError(feed.url, "304 without having been asked for it", status=304)
            return NotModified(headers=remembered(answer.headers), moved_to=moved_to)
        body_hash = hashlib.blake2b(answer.body, digest_size=16).hexdigest()
        if answer.complete and body_hash == feed.body_hash:
            return NotModified(headers={**remembered(answer.headers), "x-full": "1"}, moved_to=moved_to)
        return Fetched(
            url=answer.url,
            body=answer.body,
            headers=answer.headers,
            status=answer.status,
            body_hash=body_hash,
            moved_to=moved_to,
            complete=answer.complete,
        )

    def get_page(self, url: str, *, allow_private_networks: bool = False, max_bytes: int | None = None) -> Page:
        """Return the page at an address. Errors: `FetchError`."""
        if allow_private_networks:
            self._named.add(host_of(url))
        ask = Ask(url=url, private=allow_private_networks, max_decoded=max_bytes)
        answer, _ = self._chain(ask, url)
        return Page(url=answer.url, body=answer.body, headers=answer.headers, status=answer.status)

    def _chain(self, ask: Ask, told: str) -> tuple[Got, str | None]:
        """Follow redirects by hand; return the last answer and where permanent redirects lead."""
        trip = Trip(self._clock() + self.settings.timeout.total_seconds())
        seen: set[str] = set()
        url, moved_to, permanent = ask.url, None, True
        while True:
            answer = self._hop(ask, url, trip, told)
            if answer.status not in REDIRECTS:
                return self._accepted(answer, told), moved_to
            seen.add(url)
            target = urljoin(url, answer.headers.get("location", "")).partition("#")[0]
            self._check_target(ask, url, target, told, seen)
            permanent = permanent and answer.status in PERMANENT
            moved_to = target if permanent else moved_to
            url = target

    def _check_target(self, ask: Ask, url: str, target: str, told: str, seen: set[str]) -> None:
        """Raise `FetchError` for a redirect that is not followed."""
        if target == url.partition("#")[0]:
            raise FetchError(told, "redirects to itself, or without saying where")
        if target in seen or len(seen) > MAX_HOPS:
            raise FetchError(told, f"redirects in a circle, or more than {MAX_HOPS} times")
        parts = parts_of(target)
        if parts is None:
            raise FetchError(told, "redirects to something that is no web address")
        if ask.private and parts.host != host_of(url) and parts.host not in self._named and self._leads_inside(parts):
            raise FetchError(told, "redirects to a private address that no feed of the configuration names")

    def _leads_inside(self, parts: Parts) -> bool:
        """Whether a host lies in a private network."""
        try:
            return any(is_private(at) for at in self._names.addresses(parts.host, parts.port, private=True))
        except (Refused, OSError, UnicodeError):
            return False  # refused or reported where it is reached

    @staticmethod
    def _accepted(answer: Got, told: str) -> Got:
        """Return the answer if it carries a document, or says that nothing changed."""
        if answer.status in (200, 203, 304):
            return answer
        raise FetchError(
            told,
            worded(answer.status),
            status=answer.status,
            retry_after=retry_after(answer.headers) if answer.status in (429, 503) else None,
        )

    def _hop(self, ask: Ask, url: str, trip: Trip, told: str) -> Got:
        """Make one request. Errors: `FetchError`."""
        parts = parts_of(url)
        if parts is None:
            raise FetchError(told, "not a web address")
        try:
            with self.lanes.hold(parts.host, trip.deadline) as rest:
                trip.addresses = self._names.addresses(parts.host, parts.port, private=ask.private)
                near = is_private(trip.addresses[0])
                pause = 0.0 if near else self.settings.spacing.total_seconds()
                rest(pause)
                with self.lanes.hold(_lane(trip.addresses), trip.deadline) as rest_address:
                    rest_address(pause)
                    return self._request(ask, parts, trip)
        except Refused:
            what = (
                "its address is private; allow_private_networks opens it"
                if not ask.private
                else "its address is refused"
            )
            raise FetchError(told, what) from None
        except Busy:
            raise FetchError(told, "waited too long for other requests to the same host") from None
        except (RequestException, HTTPError, OSError, UnicodeError, ValueError) as error:
            raise self._failure(error, trip, told) from None

    def _failure(self, error: Exception, trip: Trip, told: str) -> FetchError:
        """Return an error in words of ours: other people's carry addresses with tokens in them."""
        if trip.late or self._clock() >= trip.deadline:
            return FetchError(told, f"no complete answer within {self.settings.timeout.total_seconds():.0f} s")
        if isinstance(error, TooLarge):
            return FetchError(told, str(error))
        what, network = explained(error)
        return FetchError(told, what, network=network)

    def _request(self, ask: Ask, parts: Parts, trip: Trip) -> Got:
        """Send the request and read its answer under the trip's deadline."""
        headers = {
            "User-Agent": self.settings.agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate", **ask.headers,
        }  # fmt: skip
        if parts.origin == origin_of(ask.url):
            headers.update(ask.secrets)
        request = PreparedRequest()
        request.method, request.url, request.hooks = "GET", parts.url, {"response": []}
        request.headers = CaseInsensitiveDict(headers)
        left = max(0.1, trip.deadline - self._clock())
        self._trips.now = trip
        with self._reaper.watching(trip), trip, ExitStack() as undone:
            response = self._adapters[ask.private].send(request, stream=True, timeout=(left, left))
            undone.callback(close, response.raw)
            answer = self._answer(response, ask, parts.url)
            undone.pop_all()
        if trip.late:
            raise TimeoutError
        return answer

    def _answer(self, response: Response, ask: Ask, url: str) -> Got:
        """Return status, headers, and the body where there is one to read."""
        raw = response.raw
        headers = {name.lower(): value for name, value in raw.headers.items()}
        answer = Got(url, response.status_code, headers)
        if sum(len(name) + len(value) for name, value in headers.items()) > MAX_HEADERS:
            raw.close()
            raise TooLarge("its headers are too large")
        if answer.status in (200, 203):
            answer.body, answer.complete = self._body(raw, headers, ask.max_decoded or self.settings.max_decoded)
            raw.release_conn()
        elif answer.status == 304:
            raw.release_conn()
        else:
            raw.close()  # an error page or a redirect's body is not worth reading
        return answer

    def _body(self, raw: object, headers: Mapping[str, str], most: int) -> tuple[bytes, bool]:
        """Return the decoded body and whether all of it came. Errors: `TooLarge`."""
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self.settings.max_body:
            close(raw)
            raise TooLarge(f"larger than {self.settings.max_body} bytes (max_body)")
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := raw.read1(READ, decode_content=True):  # type: ignore[attr-defined]
                pieces.append(piece)
                size += len(piece)
                if size > most or raw.tell() > self.settings.max_body:  # type: ignore[attr-defined]
                    close(raw)
                    raise TooLarge(f"larger than {min(most, self.settings.max_body)} bytes")
        except (IncompleteRead, ProtocolError, ConnectionError) as error:
            if not pieces or not any(isinstance(cause, IncompleteRead) for cause in causes(error)):
                raise
            return b"".join(pieces), False
        return b"".join(pieces), True


def _lane(addresses: Sequence[str]) -> str:
    return f"@{addresses[0]}"


def remembered(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that say something about the next request: thousands are held until a round is over."""
    return {name: headers[name] for name in REMEMBERED if name in headers}


class TooLarge(ValueError):
    """A document or its headers go beyond the limits."""


def close(raw: object) -> None:
    """Close a response with its connection."""
    with suppress(OSError, HTTPError):
        raw.close()  # type: ignore[attr-defined]
