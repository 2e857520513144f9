"""Who is told in the demo: a mailbox over SMTP, and a webhook that checks signatures and knows repeats."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

TOLERANCE = timedelta(minutes=5)


class Mailbox:
    """A mail server that keeps what it is given; use it as a context manager."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        """Answer on a free port of this machine."""
        return await self._loop.create_server(lambda: SMTP(self, hostname="mailbox.example"), "127.0.0.1", 0)

    async def _hang_up(self) -> None:
        """End the server and every talk that is still open."""
        self._server.close()
        talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Take a mail, as aiosmtpd hands it over."""
        content = envelope.content or b""
        data = content.encode() if isinstance(content, str) else content
        self.mails.append(message_from_bytes(data, _class=EmailMessage, policy=policy.default))
        return "250 2.0.0 taken"


@dataclass(slots=True)
class Hook:
    """A webhook that takes only what is signed, and once; use it as a context manager.

    A signature is good for a few minutes of the demo's own time, which is why its clock is asked.
    """

    clock: Callable[[], datetime]
    secret: str = field(default_factory=lambda: "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    bodies: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0
    repeated: int = 0
    _ids: set[str] = field(default_factory=set)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="hook", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1] if self._server else 0}/hook"

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Return the status for a call; what is new is kept."""
        if not self._is_signed(body, headers):
            self.refused += 1
            return 401
        if headers["webhook-id"] in self._ids:
            self.repeated += 1
            return 200
        self._ids.add(headers["webhook-id"])
        self.bodies.append(json.loads(body))
        return 200

    def _is_signed(self, body: bytes, headers: dict[str, str]) -> bool:
        """Say whether one of the signatures is ours and fresh, after the Standard Webhooks specification."""
        try:
            sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
            expected = Webhook(self.secret).sign(headers["webhook-id"], sent, body.decode())
            given = headers["webhook-signature"].split()
        except (KeyError, ValueError):
            return False
        fresh = abs(self.clock() - sent) <= TOLERANCE
        return fresh and any(compare_digest(expected, signature) for signature in given)


def _handler(hook: Hook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(hook.take(body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Keep quiet: the terminal belongs to the demo."""

    return Handler
