"""Mail by SMTP: one recipient a message, one deadline for all of it, connections kept between messages."""

from __future__ import annotations

import contextlib
import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.errors import DeliveryError
from monitor.notify import message
from monitor.notify.receivers import EmailSettings, SmtpSettings
from monitor.notify.secrets import secret
from monitor.text import collapse, printable, short
from monitor.types import Delivery

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

At = Callable[[str], None]
DOTS = re.compile(rb"\n\.")
FAREWELL = 2.0  # seconds a server has to say goodbye
PIECE = 64 * 1024  # bytes sent at a time


class Mailbox:
    """The way to one mail server; not for two threads at once."""

    def __init__(self, name: str, settings: EmailSettings, at: At) -> None:
        self._name = name
        self._settings = settings
        self._at = at
        self._sender = message.address_only(settings.from_)
        self._line: Line | None = None
        self._busy: Line | None = None  # the line a message is on now

    def send(self, delivery: Delivery, now: datetime) -> str:  # noqa: ARG002 - every door has it
        """Send one message and return the server's receipt. Errors: DeliveryError."""
        raw = message.build(self._settings, delivery)
        seconds = self._settings.timeout.total_seconds()
        used = self._line is not None
        try:
            return self._once(delivery, raw, seconds)
        except Stale:
            if not used:
                raise AssertionError("a fresh line is never stale") from None
        return self._once(delivery, raw, seconds)

    def knock(self) -> None:
        """Connect and log in without sending anything. Errors: DeliveryError."""
        line = self._line or Line(self._settings.smtp)
        try:
            line.arrive(self._settings.timeout.total_seconds())
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._line = None
            line.drop()
            raise self._translated(error, line, used=False) from None
        self._line = line

    def rest(self) -> None:
        """Close the connection."""
        line, self._line = self._line, None
        if line is not None:
            line.leave()

    def abandon(self) -> None:
        """Break off the message under way, from another thread; it is retried under the same id."""
        busy = self._busy
        if busy is not None:
            busy.shut()

    def _once(self, delivery: Delivery, raw: bytes, seconds: float) -> str:
        """Send over the open line or a new one; any doubt about its state closes it."""
        used, line = self._line is not None, self._line or Line(self._settings.smtp)
        self._line, self._busy = None, line
        try:
            line.arrive(seconds)
            self._at("connected")
            receipt = line.hand_over(self._sender, message.address_only(delivery.recipient), raw, self._at)
        except Refused as refusal:
            self._line = line if line.reset() else None
            raise self._error(str(refusal), retryable=refusal.temporary) from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            line.drop()
            raise self._translated(error, line, used=used) from None
        except BaseException:
            line.drop()
            raise
        self._line = line
        return receipt

    def _translated(self, error: Exception, line: Line, *, used: bool) -> DeliveryError | Stale:
        """Return what a broken conversation means for the delivery."""
        if used and not line.greeted and not line.late:
            return Stale()
        what = "no answer in time" if line.late else _words(error)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return self._error(f"the server refused the login: {_words(error)}", down=True)
        if line.handed_over:
            held = self._settings.on_ambiguous == "hold"
            return self._error(f"ambiguous: sent, but not confirmed: {what}", retryable=not held)
        busy = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == 421
        return self._error(what, down=busy or not line.greeted)

    def _error(self, reason: str, *, retryable: bool = True, down: bool = False) -> DeliveryError:
        return DeliveryError(self._name, reason, retryable=retryable, down=down)


class Stale(Exception):
    """A kept connection was closed by the server before it took anything."""


class Refused(Exception):
    """The server said no to this message and the line is still good."""

    def __init__(self, code: int, reply: bytes) -> None:
        super().__init__(f"{code} {_reply(reply)}")
        self.temporary = 400 <= code < 500


class Line:
    """One SMTP connection, with one deadline for everything a message needs."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._until = 0.0  # monotonic
        self.greeted = False  # this message: the server took its sender
        self.handed_over = False  # this message: everything was sent

    @property
    def late(self) -> bool:
        """Say whether this message's time is up."""
        return time.monotonic() >= self._until

    def arrive(self, seconds: float) -> None:
        """Connect, encrypt and log in, unless that was done for an earlier message."""
        self._until = time.monotonic() + seconds
        self.greeted = self.handed_over = False
        if self._smtp is not None:
            return
        context = ssl.create_default_context(cafile=self._settings.ca_file)
        name, encryption = socket.gethostname(), self._settings.encryption
        self._smtp = smtp = (
            smtplib.SMTP_SSL(local_hostname=name, context=context)
            if encryption == "tls"
            else smtplib.SMTP(local_hostname=name)
        )
        self._connect(smtp, seconds)
        if encryption == "starttls":
            smtp.starttls(context=context)
            self._read_in_time(smtp)
            smtp.ehlo()
        self._log_in(smtp)

    def _connect(self, smtp: smtplib.SMTP, seconds: float) -> None:
        smtp._host = self._settings.host  # type: ignore[attr-defined]
        sock = socket.create_connection((self._settings.host, self._settings.the_port), seconds)
        smtp.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if isinstance(smtp, smtplib.SMTP_SSL):
            smtp.sock = smtp.context.wrap_socket(sock, server_hostname=self._settings.host)
        self._read_in_time(smtp)
        code, reply = smtp.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, reply)
        smtp.ehlo_or_helo_if_needed()

    def _read_in_time(self, smtp: smtplib.SMTP) -> None:
        smtp.file = io.BufferedReader(_Replies(smtp, self._tick))

    def _tick(self) -> None:
        """Give the socket the time that is left. Errors: TimeoutError."""
        assert self._smtp is not None
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(left)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        settings = self._settings
        if settings.username:
            smtp.login(settings.username, secret(settings.password, settings.password_file) or "")

    def hand_over(self, sender: str, recipient: str, raw: bytes, at: At) -> str:
        """Run one mail transaction (RFC 5321, 3.3) and return the final reply."""
        smtp = self._smtp
        assert smtp is not None
        self._must(smtp.mail(sender, [f"size={len(raw)}"] if smtp.has_extn("size") else []), 250)
        self.greeted = True
        self._must(smtp.rcpt(recipient), 250, 251)
        self._must(smtp.docmd("DATA"), 354)
        body = (DOTS.sub(b"\n..", raw) if b"\n." in raw else raw) + b"\r\n.\r\n"
        half = len(body) // 2
        self._push(smtp, body[:half])
        at("mid-data")
        self._push(smtp, body[half:])
        self.handed_over = True
        at("data-sent")
        code, reply = smtp.getreply()
        self.handed_over = not 400 <= code < 600  # a clear no is no doubt
        self._must((code, reply), 250)
        at("accepted")
        return f"{code} {_reply(reply)}"

    def _push(self, smtp: smtplib.SMTP, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            self._tick()
            smtp.send(data[start : start + PIECE])

    def _must(self, answer: tuple[int, bytes], *wanted: int) -> None:
        code, reply = answer
        if code in wanted:
            return
        if code == 421 or not 400 <= code < 600:
            raise smtplib.SMTPResponseException(code, reply)
        raise Refused(code, reply)

    def reset(self) -> bool:
        """Make the line ready for the next message; False when it is not good any more."""
        assert self._smtp is not None
        try:
            return self._smtp.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            self.drop()
            return False

    def shut(self) -> None:
        """End the conversation for both sides, whoever is in the middle of it."""
        sock = self._smtp.sock if self._smtp is not None else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say goodbye and close."""
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._until = time.monotonic() + FAREWELL
                self._tick()
                self._smtp.docmd("QUIT")
        self.drop()

    def drop(self) -> None:
        """Close at once."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError):
                smtp.close()


class _Replies(io.RawIOBase):
    """What the server says, read within the message's time: a peer that sends a byte at a time gains nothing."""

    def __init__(self, smtp: smtplib.SMTP, tick: Callable[[], None]) -> None:
        self._smtp = smtp
        self._tick = tick

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._tick()
        assert self._smtp.sock is not None
        return self._smtp.sock.recv_into(buffer)


def _words(error: Exception) -> str:
    """Return a failure in words without secrets."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_reply(error.smtp_error)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return short(collapse(printable(str(error))) or type(error).__name__, 200)


def _reply(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return short(collapse(printable(text)), 200)
