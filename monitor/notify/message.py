"""A delivery as one mail: header fields that hold whatever a feed wrote, parts every mail program reads.

Header fields are encoded here rather than by `EmailMessage`, which reads `=?...?=` in a title as its own encoding and
so lets a feed write header fields (CVE-2024-6923). Every message is read back before it may leave.
"""

from __future__ import annotations

import base64
import re
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, formataddr, parseaddr

from monitor.errors import DeliveryError
from monitor.notify.receivers import EmailSettings
from monitor.text import collapse, fingerprint, printable, short
from monitor.types import Delivery

LIMIT = 10 * 1024 * 1024  # bytes of a message
SUBJECT = 200  # characters
PICTURE = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')
TOKEN = re.compile(r"[A-Za-z0-9._-]{1,128}")
UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
PARSER = BytesParser(policy=policy.compat32)
Fields = list[tuple[str, str]]


def build(settings: EmailSettings, delivery: Delivery) -> bytes:
    """Return the message for this delivery's recipient, the same bytes at every attempt.

    Raises:
        DeliveryError: not retryable; it would not read back as written, or is too large.

    """
    fields = _fields(settings, delivery)
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    message = head.encode("ascii") + _content(delivery).as_bytes()
    if len(message) > LIMIT:
        raise DeliveryError(delivery.receiver, "the message is larger than 10 MB", retryable=False)
    _check(message, [name for name, _ in fields], delivery)
    return message


def domain_of(settings: EmailSettings) -> str:
    """Return the domain our message ids live in: the sender's."""
    return _ascii_address(parseaddr(settings.from_)[1]).rpartition("@")[2] or "localhost"


def message_id(settings: EmailSettings, delivery: Delivery) -> str:
    """Return the Message-ID, which is the delivery's key for ever."""
    name = delivery.key if TOKEN.fullmatch(delivery.key) else fingerprint(delivery.key)
    return f"<{name}@{domain_of(settings)}>"


def thread_root(settings: EmailSettings, storyline: str) -> str:
    """Return the id that every message about a storyline refers to: one thread for the story's life."""
    return f"<storyline.{fingerprint('thread', storyline)}@{domain_of(settings)}>"


def _fields(settings: EmailSettings, delivery: Delivery) -> Fields:
    name, address = parseaddr(settings.from_)
    root = thread_root(settings, delivery.storyline or delivery.digest_id)
    fields = [
        ("Date", format_datetime(delivery.created_at)),
        ("From", _person(name, address)),
        ("To", _ascii_address(delivery.recipient)),
        ("Subject", _text_field("Subject", delivery.rendered.subject)),
        ("Message-ID", message_id(settings, delivery)),
        ("In-Reply-To", root),
        ("References", root),
        ("List-Id", _list_id(settings, delivery)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    if settings.reply_to:
        fields.append(("Reply-To", _person(*parseaddr(settings.reply_to))))
    if settings.unsubscribe:
        fields.append(("List-Unsubscribe", f"<{settings.unsubscribe}>"))
        if settings.unsubscribe.startswith("https:"):
            fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return fields


def _text_field(name: str, text: str) -> str:
    """Return other people's text as an unstructured field, folded; what looks encoded is data."""
    plain = short(collapse(printable(text)), SUBJECT)
    charset = "us-ascii" if plain.isascii() and "=?" not in plain else "utf-8"
    return Header(plain, charset, header_name=name).encode(linesep="\r\n")


def _person(name: str, address: str) -> str:
    return formataddr((collapse(printable(name)), _ascii_address(address)))


def _ascii_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}" if local else address


def _list_id(settings: EmailSettings, delivery: Delivery) -> str:
    label = UNSAFE.sub("-", delivery.storyline).strip("-.") or fingerprint(delivery.storyline)
    return f"<{label.lower()[:60]}.storyline-monitor.{domain_of(settings)}>"


def _content(delivery: Delivery) -> EmailMessage:
    """Return text, then HTML with its picture inside, under boundaries that do not change between attempts."""
    mark = fingerprint("boundary", delivery.key)
    html, picture = _with_inline_picture(delivery.rendered.html, f"timeline.{mark}@storyline-monitor")
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(delivery.rendered.text, charset="utf-8", cte="base64")
    if not html:
        return message
    message.add_alternative(html, subtype="html", charset="utf-8", cte="base64")
    message.set_boundary(f"=_{mark}_a")
    if picture:
        part = message.get_payload(1)
        assert isinstance(part, EmailMessage)
        part.add_related(
            picture,
            maintype="image",
            subtype="png",
            disposition="inline",
            filename="timeline.png",
            cid=f"<timeline.{mark}@storyline-monitor>",
        )
        part.set_boundary(f"=_{mark}_r")
    return message


def _with_inline_picture(html: str, cid: str) -> tuple[str, bytes]:
    """Return the HTML with its first data: picture named by a Content-ID, and the picture."""
    match = PICTURE.search(html)
    if match is None:
        return html, b""
    return html[: match.start()] + f'src="cid:{cid}"' + html[match.end() :], base64.b64decode(match[1])


def _check(message: bytes, names: list[str], delivery: Delivery) -> None:
    """Refuse a message that would not be read as it was written."""
    head = message.partition(b"\r\n\r\n")[0]
    parsed = PARSER.parsebytes(head + b"\r\n\r\n", headersonly=True)
    mime = {"Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    found = [name for name in parsed.keys() if name not in mime]  # noqa: SIM118 - a Message is no dict
    if found != names or parsed.defects or any(len(line) > 998 for line in head.split(b"\r\n")):
        raise DeliveryError(delivery.receiver, "the message does not read back as written", retryable=False)


def address_only(written: str) -> str:
    """Return the bare address in ASCII, as SMTP wants it."""
    return _ascii_address(parseaddr(written)[1])
