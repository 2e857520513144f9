"""Connecting to web addresses we were told of: guarded, verified, nothing taken from the environment."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from monitor.notify.guard import RefusedAddressError, resolve

CONNECT = 10.0  # seconds for one address


class Reach(Protocol):
    """What an address may be, and whose certificates count."""

    @property
    def allow_private_networks(self) -> bool:
        """Whether it may be on this machine or a private network."""

    @property
    def ca_file(self) -> Path | None:
        """Certificates to trust instead of the system's."""


class Guarded(HTTPAdapter):
    """Connects to addresses that the guard allows, and tells of each connection."""

    def __init__(self, reach: Reach, connected: Callable[[socket.socket], None]) -> None:
        self._private = reach.allow_private_networks
        self._context = ssl.create_default_context(cafile=reach.ca_file) if reach.ca_file else _system_trust()
        self._connected = connected
        super().__init__(pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Put the guarded connections in the pool."""
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self),
        }

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave trust to our own context, which no environment variable changes."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Keep requests from adding its own certificates to our context."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        pool.pop("ca_certs", None)
        pool.pop("ca_cert_dir", None)
        return host, pool

    def open(self, host: str, port: int, timeout: float) -> socket.socket:
        """Return a socket to the first address that answers."""
        failure: OSError | None = None
        for address in resolve(host, port, private=self._private):
            try:
                sock = socket.create_connection((address, port), timeout)
            except OSError as error:
                failure = error
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connected(sock.dup())
            return sock
        raise failure or OSError("no address")


@cache
def _system_trust() -> ssl.SSLContext:
    """Return the context that trusts whom the system trusts: a tenth of a second to make, so one serves all."""
    return ssl.create_default_context()


def session(adapter: Guarded) -> requests.Session:
    """Return a session that reaches the web through this adapter only."""
    made = requests.Session()
    made.trust_env = False
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made


def in_words(error: Exception, *, late: bool) -> str:
    """Return a failure in words without the address: its path and query may be secrets."""
    if late:
        return "no answer in time"
    cause: BaseException | None = error
    for _ in range(8):
        if isinstance(cause, RefusedAddressError):
            return f"{cause}; set allow_private_networks if that is meant"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted: {cause.verify_message}"
        if cause is None:
            break
        cause = cause.__cause__ or cause.__context__ or _inner(cause)
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError | OSError):
        return "the connection failed or was closed"
    return f"the answer is no HTTP ({type(error).__name__})"


def _pool(pool: type, connection: type, adapter: Guarded) -> type:
    """Return the pool class whose connections go through the adapter's guard."""

    def open_socket(self: Any) -> socket.socket:
        try:
            return adapter.open(self._dns_host, self.port, CONNECT)
        except OSError as error:
            raise urllib3.exceptions.NewConnectionError(self, "not connected") from error

    guarded = type(f"Guarded{connection.__name__}", (connection,), {"_new_conn": open_socket})
    return type(f"Guarded{pool.__name__}", (pool,), {"ConnectionCls": guarded})


def _inner(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    first = error.args[0] if error.args else None
    return next((found for found in (reason, first) if isinstance(found, BaseException)), None)
