"""A mail server over loopback that keeps what it took and misbehaves on demand.

Faults: greylist tempfail tempfail_rcpt reject reject_data too_big busy shutting_down drop_mid_data drop_after_data
hang_greeting hang_rcpt hang_data garbage_reply garbage_greeting drip.
"""

from __future__ import annotations

import asyncio
import email
import ssl
import threading
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult

from tests.fakes.faults import Faults

REPLIES = {
    "tempfail": "451 4.3.0 try later",
    "reject_data": "554 5.6.0 refused",
    "too_big": "552 5.3.4 too big",
    "shutting_down": "421 4.3.2 shutting down",
    "garbage_reply": "hello there",
}
TAKEN = ("", "drop_after_data", "garbage_reply")


@dataclass(frozen=True)
class Mail:
    """One message as taken."""

    sender: str
    to: tuple[str, ...]
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, _class=EmailMessage, policy=policy.default)

    @property
    def key(self) -> str:
        return str(self.parsed["Message-ID"])


class _Server(SMTP):
    """The protocol with the commands that faults bend."""

    fake: FakeSmtp
    held: Any = None

    def connection_made(self, transport: Any) -> None:
        self.fake.connections += 1
        self.fake.transports.append(transport)
        fault = self.fake.faults.take("", "hang_greeting", "garbage_greeting")
        if fault is None:
            super().connection_made(transport)
            return
        self.held = transport
        if fault.name == "garbage_greeting":
            transport.write(b"<html>not a mail server</html>\r\n")

    def data_received(self, data: bytes) -> None:
        if self.held is None:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self.held is not None else super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        if self.held is None:
            super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        where = ",".join(self.envelope.rcpt_tos or ())
        fault = self.fake.faults.take(where, "drop_mid_data") if self.envelope.rcpt_tos else None
        if fault is None:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go on")
        await self._reader.read(200)
        self.transport.abort()


class _Handler:
    def __init__(self, fake: FakeSmtp) -> None:
        self.fake = fake

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.fake.faults.take(address, "busy"):
            asyncio.get_running_loop().call_later(0.02, server.transport.close)
            return "421 too busy, closing"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        fault = self.fake.faults.take(address, "greylist", "reject", "tempfail_rcpt", "hang_rcpt")
        if fault is None:
            envelope.rcpt_tos.append(address)
            return "250 OK"
        if fault.name == "hang_rcpt":
            await self.fake.hang()
        return {"reject": "550 5.1.1 no such user", "greylist": "451 4.7.1 greylisted"}.get(
            fault.name, "450 4.2.1 busy"
        )

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        where = ",".join(envelope.rcpt_tos)
        fault = self.fake.faults.take(where, *REPLIES, "drop_after_data", "hang_data", "drip")
        name = fault.name if fault else ""
        if name in TAKEN:
            raw = envelope.original_content or envelope.content
            self.fake.mails.append(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), raw))
        if name == "drop_after_data":
            server.transport.abort()
        elif name == "hang_data":
            await self.fake.hang()
        elif name == "drip":
            while not self.fake.stopping.is_set():
                server.transport.write(b"2")
                await asyncio.sleep(0.02)
        return REPLIES.get(name, "250 2.0.0 taken")


class FakeSmtp:
    """A context manager; `mails` is what it took, `faults.arm(...)` makes it misbehave."""

    def __init__(
        self, *, tls: str = "none", context: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
    ) -> None:
        self.mails: list[Mail] = []
        self.faults = Faults()
        self.connections = 0
        self.port = 0
        self.transports: list[Any] = []
        self.stopping = asyncio.Event()
        self._tls, self._context, self._login = tls, context, login
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self.stopping.set)
        self._thread.join(10)

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return the `smtp:` settings that lead here."""
        return {"host": "127.0.0.1", "port": self.port, "tls": self._tls, **more}

    async def hang(self) -> None:
        """Answer nothing until the server stops."""
        await self.stopping.wait()

    def _check(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self._login, handled=False)

    def _made(self) -> SMTP:
        options: dict[str, Any] = {"hostname": "fake.localhost", "enable_SMTPUTF8": True, "timeout": 300}
        if self._tls == "starttls":
            options |= {"tls_context": self._context}
        if self._login:
            options |= {"authenticator": self._check, "auth_require_tls": False}
        server = _Server(_Handler(self), loop=self._loop, **options)
        server.fake = self
        return server

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: None)  # a peer that leaves is no failure
        self._loop.run_until_complete(self._serve())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _serve(self) -> None:
        context = self._context if self._tls == "tls" else None
        server = await self._loop.create_server(self._made, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self.stopping.wait()
        server.close()
        for _ in range(5):  # what was just accepted gets its transport, which can be closed
            await asyncio.sleep(0)
        while tasks := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            for task in tasks:  # those of connections that are being accepted too
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for transport in self.transports:
            transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)  # the transports' last callbacks
