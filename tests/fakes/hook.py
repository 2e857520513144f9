"""A webhook receiver over loopback that keeps what it took and misbehaves on demand.

Faults: status (arg `500` or `429;3` with a Retry-After) hang drop_response slow_status slow_headers reset
redirect (arg: address) huge_response slow_drip ok_but_error_body bad_http.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.fakes.faults import Fault, Faults

NOT_TAKEN = ("status", "hang", "reset", "bad_http", "redirect")


@dataclass(frozen=True)
class Post:
    """One request as taken."""

    path: str
    headers: dict[str, str]  # lower-case names
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        fake = self.server.fake
        fault = fake.faults.take(self.path, *FAULTS)
        name = fault.name if fault else ""
        if name == "reset":
            self._abort()
            return
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the sender is gone in the middle: nothing was taken
            self._abort()
            return
        post = Post(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
        fake.tried.append(post)
        if name not in NOT_TAKEN:
            fake.posts.append(post)
        FAULTS[name](self, fault or Fault(""))

    do_GET = do_POST  # noqa: N815

    def _say(self, status: int, body: bytes = b'{"ok": true}', **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _ok(self, fault: Fault) -> None:
        self._say(200, self.server.fake.answer)

    def _status(self, fault: Fault) -> None:
        code, _, after = fault.arg.partition(";")
        self._say(int(code or 500), b"fault", **({"Retry_After": after} if after else {}))

    def _hang(self, fault: Fault) -> None:
        self.server.fake.stopping.wait()
        self._abort()

    def _drop(self, fault: Fault) -> None:
        self._abort()

    def _abort(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _redirect(self, fault: Fault) -> None:
        self._say(307, b"", Location=fault.arg)

    def _huge(self, fault: Fault) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(200 << 20))
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(3200):
                self.wfile.write(b"x" * 65536)
                self.server.fake.sent += 65536
        self.close_connection = True

    def _drip(self, fault: Fault) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "600")
        self.end_headers()
        self._dribble()

    def _slow_headers(self, fault: Fault) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._dribble()

    def _slow_status(self, fault: Fault) -> None:
        self.wfile.write(b"HTTP/1.1 2")
        self._dribble()

    def _dribble(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            while not self.server.fake.stopping.wait(0.02):
                self.wfile.write(b"x")
                self.server.fake.dribbles.set()

    def _no(self, fault: Fault) -> None:
        self._say(200, b'{"ok": false, "error": "channel_not_found"}')

    def _bad(self, fault: Fault) -> None:
        self.wfile.write(b"220 not http\r\n\r\n")
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


FAULTS = {
    "": _Handler._ok,
    "status": _Handler._status,
    "hang": _Handler._hang,
    "drop_response": _Handler._drop,
    "reset": _Handler._drop,
    "redirect": _Handler._redirect,
    "huge_response": _Handler._huge,
    "slow_drip": _Handler._drip,
    "slow_headers": _Handler._slow_headers,
    "slow_status": _Handler._slow_status,
    "ok_but_error_body": _Handler._no,
    "bad_http": _Handler._bad,
}


class _Server(ThreadingHTTPServer):
    fake: FakeHook
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A broken connection is what the tests are for."""


@dataclass
class FakeHook:
    """A context manager; `posts` is what it took, `tried` what reached it, `faults.arm(...)` makes it misbehave."""

    context: ssl.SSLContext | None = None
    posts: list[Post] = field(default_factory=list)
    tried: list[Post] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    stopping: threading.Event = field(default_factory=threading.Event)
    dribbles: threading.Event = field(default_factory=threading.Event)  # a slow answer has begun
    sent: int = 0
    answer: bytes = b'{"ok": true}'

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        if self.context:
            self._server.socket = self.context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/hook"
