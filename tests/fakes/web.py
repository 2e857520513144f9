"""A web server over loopback whose every path does what the test says, wire faults included."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Self

REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 308: "Permanent Redirect"}


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    host: str
    path: str
    headers: Mapping[str, str]  # lower-case names


class Wire:
    """The server's end of one connection, for answers that no well-behaved server gives."""

    def __init__(self, sock: socket.socket, asked: Asked, stopping: threading.Event) -> None:
        self.sock = sock
        self.asked = asked
        self.stopping = stopping

    def send(self, data: bytes) -> bool:
        """Send; False when the client is gone."""
        try:
            self.sock.sendall(data)
        except OSError:
            return False
        return not self.stopping.is_set()

    def reply(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send a whole answer; its length is added unless given."""
        lines = {"Content-Length": str(len(body)), **(headers or {})} if status != 304 else dict(headers or {})
        head = f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(head.encode("latin-1") + b"\r\n" + body)

    def drip(self, data: bytes, pause: float, step: int = 1) -> None:
        """Send a few bytes at a time until the client hangs up or the test ends."""
        for at in range(0, len(data), step):
            if not self.send(data[at : at + step]) or self.stopping.wait(pause):
                return

    def hold(self, seconds: float = 60.0) -> None:
        """Say nothing until the client hangs up or the test ends."""
        self.sock.settimeout(0.05)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopping.is_set():
            try:
                if not self.sock.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def reset(self) -> None:
        """End the connection with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.sock.detach())  # close() would wait for the reader of the same socket


Script = Callable[[Wire], None]


@dataclass
class FakeWeb:
    """A server on a loopback address. `web.put("/a.xml", body)` serves, `web.script("/a.xml", f)` misbehaves."""

    address: str = "127.0.0.1"
    port: int = 0
    context: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    in_flight: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)
    pages: dict[str, Script] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    latency: float = 0.0
    total_peak: int = 0
    any_host: bool = False  # listen on every loopback address

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._server = _Server(("0.0.0.0" if self.any_host else self.address, self.port), _Handler)
        self._server.web = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str, host: str = "") -> str:
        """Return the address of a path."""
        return f"{'https' if self.context else 'http'}://{host or self.address}:{self.port}{path}"

    def script(self, path: str, script: Script) -> str:
        """Let a path do this; return its address."""
        self.pages[path] = script
        return self.url(path)

    def answer(self, path: str, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> str:
        """Let a path always answer so; return its address."""
        return self.script(path, lambda wire: wire.reply(status, body, headers))

    def put(self, path: str, body: bytes, kind: str = "application/rss+xml", *, zipped: bool = False) -> str:
        """Serve a document with honest validators; return its address."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        dated = formatdate(1_790_000_000 + len(body), usegmt=True)
        headers = {"ETag": etag, "Last-Modified": dated, "Content-Type": kind}
        packed = gzip.compress(body) if zipped else body
        coding = {"Content-Encoding": "gzip"} if zipped else {}

        def honest(wire: Wire) -> None:
            if wire.asked.headers.get("if-none-match") == etag:
                wire.reply(304, headers=headers)
            else:
                wire.reply(200, packed, headers | coding)

        return self.script(path, honest)

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [one.path for one in self.asked]

    @contextlib.contextmanager
    def counted(self, asked: Asked) -> Iterator[None]:
        """Count a request as in flight; leave before answering, for a client may ask again before we see it done."""
        with self._lock:
            self.asked.append(asked)
            self.in_flight[asked.host] += 1
            self.peak[asked.host] = max(self.peak[asked.host], self.in_flight[asked.host])
            self.total_peak = max(self.total_peak, self.in_flight.total())
        try:
            yield
        finally:
            with self._lock:
                self.in_flight[asked.host] -= 1


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    web: FakeWeb

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what these tests are about."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        web, sock = self.server.web, self.request
        if web.context:
            try:
                sock = web.context.wrap_socket(sock, server_side=True)
            except OSError:
                return
        reader = sock.makefile("rb")
        with contextlib.suppress(OSError, ValueError):
            while (asked := _request(reader)) is not None:
                with web.counted(asked):
                    web.stopping.wait(web.latency)
                wire = Wire(sock, asked, web.stopping)
                web.pages.get(asked.path, lambda wire: wire.reply(404))(wire)
        with contextlib.suppress(OSError):
            reader.close()
            sock.close()


def _request(reader: Any) -> Asked | None:
    """Return the next request of a connection, None at its end."""
    line = reader.readline(65_536).decode("latin-1")
    if not line.strip():
        return None
    headers: dict[str, str] = {}
    while header := reader.readline(65_536).decode("latin-1").rstrip("\r\n"):
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(headers.get("host", ""), line.split()[1], headers)
