"""Mail by SMTP: one recipient a message, one deadline for all of it, connections kept between messages."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import datetime

from monitor.errors import DeliveryError
from monitor.notify import message
from monitor.notify.deadline import Deadline
from monitor.notify.receivers import EmailSettings, SmtpSettings
from monitor.notify.secrets import secret
from monitor.text import collapse, printable, short
from monitor.types import Delivery

At = Callable[[str], None]
DOTS = re.compile(rb"(?m)^\.")


class Mailbox:
    """The way to one mail server; not for two threads at once."""

    def __init__(self, name: str, settings: EmailSettings, at: At) -> None:
        self._name = name
        self._settings = settings
        self._at = at
        self._line: Line | None = None

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

    def rest(self) -> None:
        """Close the connection."""
        line, self._line = self._line, None
        if line is not None:
            line.leave()

    def _once(self, delivery: Delivery, raw: bytes, seconds: float) -> str:
        """Send over the open line or a new one; any doubt about its state closes it."""
        used, line = self._line is not None, self._line or Line(self._settings.smtp, seconds)
        self._line = None
        with Deadline(seconds) as deadline:
            try:
                line.arrive(deadline)
                self._at("connected")
                sender = message.address_only(self._settings.from_)
                receipt = line.hand_over(sender, message.address_only(delivery.recipient), raw, self._at)
            except Refused as refusal:
                self._line = line if line.reset() else None
                raise self._error(str(refusal), retryable=refusal.temporary) from None
            except (OSError, smtplib.SMTPException, ValueError) as error:
                line.drop()
                raise self._translated(error, line, deadline, used=used) from None
        self._line = line
        return receipt

    def _translated(self, error: Exception, line: Line, deadline: Deadline, *, used: bool) -> DeliveryError | Stale:
        """Return what a broken conversation means for the delivery."""
        if used and not line.greeted and not deadline.expired:
            return Stale()
        what = "no answer in time" if deadline.expired else _words(error)
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
    """One SMTP connection."""

    def __init__(self, settings: SmtpSettings, seconds: float) -> None:
        self._settings = settings
        self._seconds = seconds
        self._smtp: smtplib.SMTP | None = None
        self._watched: socket.socket | None = None
        self.greeted = False  # this message: the server answered
        self.handed_over = False  # this message: everything was sent

    def arrive(self, deadline: Deadline) -> None:
        """Connect, encrypt and log in, unless that was done for an earlier message."""
        self.greeted = self.handed_over = False
        if self._smtp is not None and self._watched is not None:
            deadline.watch(self._watched)
            return
        context = ssl.create_default_context(cafile=self._settings.ca_file)
        encryption = self._settings.encryption
        self._smtp = (
            smtplib.SMTP_SSL(local_hostname=socket.gethostname(), timeout=self._seconds, context=context)
            if encryption == "tls"
            else smtplib.SMTP(local_hostname=socket.gethostname(), timeout=self._seconds)
        )
        self._connect(self._smtp, deadline)
        if encryption == "starttls":
            self._smtp.starttls(context=context)
            self._smtp.ehlo()
        self._log_in(self._smtp)

    def _connect(self, smtp: smtplib.SMTP, deadline: Deadline) -> None:
        smtp._host = self._settings.host  # type: ignore[attr-defined]
        sock = socket.create_connection((self._settings.host, self._settings.the_port), self._seconds)
        smtp.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watched = sock.dup()
        deadline.watch(self._watched)
        if isinstance(smtp, smtplib.SMTP_SSL):
            smtp.sock = smtp.context.wrap_socket(sock, server_hostname=self._settings.host)
        code, reply = smtp.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, reply)
        smtp.ehlo_or_helo_if_needed()

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
        body = DOTS.sub(b"..", raw) + b"\r\n.\r\n"
        half = len(body) // 2
        smtp.send(body[:half])
        at("mid-data")
        smtp.send(body[half:])
        self.handed_over = True
        at("data-sent")
        code, reply = smtp.getreply()
        self.handed_over = not 400 <= code < 600  # a clear no is no doubt
        self._must((code, reply), 250)
        at("accepted")
        return f"{code} {_reply(reply)}"

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

    def leave(self) -> None:
        """Say goodbye and close."""
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self._smtp.sock is not None:
                    self._smtp.sock.settimeout(2)
                self._smtp.docmd("QUIT")
        self.drop()

    def drop(self) -> None:
        """Close at once."""
        for closing in (self._smtp, self._watched):
            if closing is not None:
                with contextlib.suppress(OSError):
                    closing.close()
        self._smtp = self._watched = None


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
