"""A delivery as one mail: header fields that hold whatever a feed wrote, parts every mail program reads.

Header fields are encoded here rather than by `EmailMessage`, which reads `=?...?=` in a title as its own encoding and
so lets a feed write header fields (CVE-2024-6923). Every message is read back before it may leave.
"""

from __future__ import annotations

import binascii
import re
import zlib
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from monitor.errors import DeliveryError
from monitor.notify import leftover
from monitor.notify.receivers import EmailSettings
from monitor.text import collapse, fingerprint, printable, short
from monitor.types import Delivery

LIMIT = 10 * 1024 * 1024  # bytes of a message
SUBJECT = 200  # characters
PICTURE = re.compile(rb'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')
TOKEN = re.compile(r"[A-Za-z0-9._-]{1,128}")
UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
FIELD = re.compile(rb"(?:([A-Za-z-]+): |[ \t]+(?=\S))[\x20-\x7e\t]*")  # a field, or its continuation
MIME = frozenset(("MIME-Version", "Content-Type", "Content-Transfer-Encoding"))
BASE64_LINE = re.compile(rb".{1,76}")
PLAIN = "text/plain; charset=utf-8"
ASCII_LINE = 60  # characters of a subject that need no folding
Fields = list[tuple[str, str]]


def build(settings: EmailSettings, delivery: Delivery) -> bytes:
    """Return the message for this delivery's recipient, the same bytes at every attempt.

    Raises:
        DeliveryError: not retryable; it would not read back as written, or is too large.

    """
    fields = _fields(settings, delivery)
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    shown = delivery.rendered
    message = head.encode("ascii") + _content(shown.text, shown.html, shown.json)
    if len(message) > LIMIT:
        raise DeliveryError(delivery.receiver, "the message is larger than 10 MB", retryable=False)
    _check(message, [name for name, _ in fields], delivery)
    return message


def domain_of(settings: EmailSettings) -> str:
    """Return the domain our message ids live in: the sender's."""
    return address_only(settings.from_).rpartition("@")[2] or "localhost"


def message_id(settings: EmailSettings, delivery: Delivery) -> str:
    """Return the Message-ID, which is the delivery's key for ever."""
    name = delivery.key if TOKEN.fullmatch(delivery.key) else fingerprint(delivery.key)
    return f"<{name}@{domain_of(settings)}>"


def thread_root(settings: EmailSettings, storyline: str) -> str:
    """Return the id that every message about a storyline refers to: one thread for the story's life."""
    return _root(storyline, domain_of(settings))


@lru_cache(maxsize=256)
def _root(storyline: str, domain: str) -> str:
    return f"<storyline.{fingerprint('thread', storyline)}@{domain}>"


def _fields(settings: EmailSettings, delivery: Delivery) -> Fields:
    domain = domain_of(settings)
    thread = delivery.thread or delivery.storyline
    root = _root(thread or delivery.digest_id, domain)
    fields = [
        ("Date", format_datetime(delivery.created_at)),
        ("From", _person(settings.from_)),
        ("To", _ascii_address(delivery.recipient)),
        ("Subject", _text_field("Subject", delivery.rendered.subject)),
        ("Message-ID", message_id(settings, delivery)),
        ("In-Reply-To", root),
        ("References", root),
        ("List-Id", _list_id(thread, domain)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    if settings.reply_to:
        fields.append(("Reply-To", _person(settings.reply_to)))
    if settings.unsubscribe:
        fields.append(("List-Unsubscribe", f"<{settings.unsubscribe}>"))
        if settings.unsubscribe.startswith("https:"):
            fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return fields


def _text_field(name: str, text: str) -> str:
    """Return other people's text as an unstructured field, folded; what looks encoded is data."""
    plain = short(collapse(printable(text)), SUBJECT)
    is_plain = plain.isascii() and "=?" not in plain
    if is_plain and len(plain) <= ASCII_LINE:
        return plain
    charset = "us-ascii" if is_plain else "utf-8"
    return Header(plain, charset, header_name=name).encode(linesep="\r\n")


@lru_cache(maxsize=256)
def _person(written: str) -> str:
    name, address = parseaddr(written)
    return formataddr((collapse(printable(name)), _ascii_address(address)))


def _ascii_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"


@lru_cache(maxsize=256)
def _list_id(storyline: str, domain: str) -> str:
    label = UNSAFE.sub("-", storyline).strip("-.") or fingerprint(storyline)
    return f"<{label.lower()[:60]}.storyline-monitor.{domain}>"


@lru_cache(maxsize=16)
def _content(text: str, html: str, body: str) -> bytes:
    """Return the MIME fields and the body (RFC 2046): text, HTML with its picture inside, and what they leave out.

    Everything is base64, which no line length, dot or charset can break. Boundaries and ids come from the content, so
    that every attempt sends the same bytes; the recipients of one digest share them. Written out here, for
    `EmailMessage` takes longer to put it together than sending it takes.
    """
    page = html.encode()
    mark = f"{zlib.crc32(page):08x}"  # base64 cannot hold the boundary, whatever the mark
    shown = _part(PLAIN, text.encode())
    if page:
        shown = _multipart("alternative", f"=_{mark}_a", shown, _html(page, mark))
    further = leftover.listing(text, body).encode()
    if further:
        name = f"Content-Disposition: attachment; filename={leftover.NAME}\r\n".encode()
        shown = _multipart("mixed", f"=_{mark}_m", shown, name + _part(PLAIN, further))
    return b"MIME-Version: 1.0\r\n" + shown


def _html(page: bytes, mark: str) -> bytes:
    """Return the HTML part, with its picture beside it."""
    cid = f"timeline.{mark}@storyline-monitor"
    page, picture = _with_inline_picture(page, cid)
    part = _part("text/html; charset=utf-8", page)
    if not picture:
        return part
    image = f"Content-ID: <{cid}>\r\nContent-Disposition: inline; filename=timeline.png\r\n"
    return _multipart('related; type="text/html"', f"=_{mark}_r", part, image.encode() + _part("image/png", picture))


def _part(kind: str, content: bytes) -> bytes:
    """Return one leaf with its fields."""
    encoded = b"\r\n".join(BASE64_LINE.findall(binascii.b2a_base64(content, newline=False))) + b"\r\n"
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + encoded


def _multipart(kind: str, boundary: str, *parts: bytes) -> bytes:
    """Return parts under a boundary, which base64 cannot contain."""
    line = b"--" + boundary.encode()
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


def _with_inline_picture(html: bytes, cid: str) -> tuple[bytes, bytes]:
    """Return the HTML with its first data: picture named by a Content-ID, and the picture."""
    match = PICTURE.search(html)
    if match is None:
        return html, b""
    named = b"".join((html[: match.start()], f'src="cid:{cid}"'.encode(), html[match.end() :]))
    return named, binascii.a2b_base64(match[1])


def _check(message: bytes, names: list[str], delivery: Delivery) -> None:
    """Refuse a message whose head would not be read as it was written (RFC 5322, 2.2)."""
    lines = message.partition(b"\r\n\r\n")[0].split(b"\r\n")
    fields = [FIELD.fullmatch(line) for line in lines]
    found = [field[1].decode() for field in fields if field and field[1]]
    ours, rest = found[: len(names)], found[len(names) :]
    if not all(fields) or ours != names or not MIME.issuperset(rest) or any(len(line) > 998 for line in lines):
        raise DeliveryError(delivery.receiver, "the message does not read back as written", retryable=False)


@lru_cache(maxsize=256)
def address_only(written: str) -> str:
    """Return the bare address in ASCII, as SMTP wants it."""
    return _ascii_address(parseaddr(written)[1])
