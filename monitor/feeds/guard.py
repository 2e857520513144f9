"""Which addresses may be reached, and connections that reach no other.

The name is resolved once, every address it has is judged, and the connection goes to a judged address, so that no
second answer of the resolver counts. The spelling of a host is never judged: resolvers take too many of them.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

from monitor.feeds.trips import Trip, Trips

Resolver = Callable[..., Sequence[tuple[Any, ...]]]
Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def _networks(*written: str) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in written)


# Own networks: reached only where the operator says so. IANA special-purpose registries, November 2026.
PRIVATE = _networks(
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "::1/128",
    "fc00::/7",
)  # fmt: skip
# Never: unspecified, link-local with the metadata services, documentation, relays, multicast, reserved.
NEVER = _networks(
    "0.0.0.0/8", "100.100.100.200/32", "168.63.129.16/32", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24",
    "192.88.99.0/24", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "fd00:ec2::254/128", "fe80::/10",
    "fec0::/10", "ff00::/8",
)  # fmt: skip
GLOBAL6 = IPv6Network("2000::/3")
NOT_GLOBAL6 = _networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
NAT64 = IPv6Network("64:ff9b::/96")
REMEMBER = 30.0  # seconds an answer of the resolver is used again
REMEMBER_FAILURE = 5.0  # and that there was none
MOST_NAMES = 4096


class Refused(Exception):
    """The address lies where feeds have no business."""


def embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 form carries, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


@lru_cache(MOST_NAMES)
def is_private(address: str) -> bool:
    """Whether the address lies in one of the networks that `allow_private_networks` opens."""
    return _within(embedded(ip_address(address.partition("%")[0])), PRIVATE)


@lru_cache(MOST_NAMES)
def permitted(address: str, *, private: bool) -> bool:
    """Whether a feed may be fetched from this address; `private` opens loopback and private networks."""
    judged = embedded(ip_address(address.partition("%")[0]))
    if _within(judged, NEVER):
        return False
    if _within(judged, PRIVATE):
        return private
    if isinstance(judged, IPv4Address):
        return True
    return judged in GLOBAL6 and not _within(judged, NOT_GLOBAL6)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


class Names:
    """Host names and the addresses they may be reached at; answers are kept for half a minute, failures for less."""

    def __init__(self, resolve: Resolver = socket.getaddrinfo, clock: Callable[[], float] = time.monotonic) -> None:
        self._resolve = resolve
        self._clock = clock
        self._known: dict[tuple[str, int], tuple[float, tuple[str, ...] | OSError]] = {}

    def addresses(self, host: str, port: int, *, private: bool) -> tuple[str, ...]:
        """Return the numeric addresses of a host.

        Errors: `Refused` when any of them is off limits, OSError when the name has none.
        """
        kept = self._known.get((host, port))
        if kept is None or kept[0] < self._clock():
            if len(self._known) >= MOST_NAMES:
                self._known.clear()
            kept = self._known[host, port] = self._looked_up(host, port)
        found = kept[1]
        if isinstance(found, OSError):
            raise type(found)(*found.args)
        if not found or not all(permitted(address, private=private) for address in found):
            raise Refused(host)
        return found

    def _looked_up(self, host: str, port: int) -> tuple[float, tuple[str, ...] | OSError]:
        """Return until when an answer counts, and the answer."""
        try:
            found = self._resolve(host, port, 0, socket.SOCK_STREAM)
        except OSError as error:
            return self._clock() + REMEMBER_FAILURE, error
        return self._clock() + REMEMBER, tuple(dict.fromkeys(str(answer[4][0]) for answer in found))


def _connect(connection: Any, trip: Trip) -> socket.socket:
    """Return a socket to the first judged address that answers."""
    last: OSError | None = None
    for address in trip.addresses:
        try:
            sock = create_connection(
                (address, connection.port), connection.timeout, socket_options=connection.socket_options
            )
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, "no answer") from error
        except OSError as error:
            last = error
            continue
        with trip.lock:
            trip.raw = sock.dup() if isinstance(connection, HTTPSConnection) else None  # a handshake can drip too
        return sock
    raise NewConnectionError(connection, "no address answers") from last


def _pools(trips: Trips) -> dict[str, type[HTTPConnectionPool]]:
    """Return connection pools whose connections go where the running trip may go."""

    class Guarded:
        def _new_conn(self) -> socket.socket:
            return _connect(self, trips.now)

        def request(self, *args: Any, **options: Any) -> None:
            trips.now.connection = self
            super().request(*args, **options)  # type: ignore[misc]

    plain = type("GuardedHTTP", (Guarded, HTTPConnection), {})
    secure = type("GuardedHTTPS", (Guarded, HTTPSConnection), {})
    return {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


class GuardedAdapter(HTTPAdapter):
    """The transport of requests, confined to the judged addresses of the running trip, with one SSLContext for all.

    An SSLContext a connection would cost 25 ms, mostly for reading the certificates. Proxies are never used.
    """

    def __init__(self, context: ssl.SSLContext, trips: Trips, hosts: int) -> None:
        self._context = context
        self._trips = trips
        super().__init__(pool_connections=hosts, pool_maxsize=1, max_retries=0, pool_block=False)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools guarded ones."""
        super().init_poolmanager(*args, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._trips)

    def get_connection_with_tls_context(self, request: PreparedRequest, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Return the pool of the request's host: the one context holds the certificates, and there are no proxies."""
        split = urlsplit(str(request.url))
        pool: HTTPConnectionPool = self.poolmanager.connection_from_host(split.hostname, split.port, split.scheme)
        return pool

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:  # noqa: ARG002
        """Return the path: nothing is sent through proxies."""
        return request.path_url

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:  # noqa: ARG002
        """Return status and stream: no cookies are kept, and nobody asks for the rest."""
        response = Response()
        response.status_code, response.raw = resp.status, resp
        return response

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Do nothing: the context verifies."""
