"""The small picture of a story: events a day as bars, the new ones marked; PNG without an image library."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Day = tuple[str, int, int]  # ISO day, events first seen that day, of them new in this digest
WIDTH, HEIGHT = 1104, 128  # pixels; shown at half size
MOST_DAYS = 60
LEAST = 3  # events that fill the height, so that single ones look single
KNOWN, NEW, BASE = 1, 2, 3  # palette
PALETTE = bytes((255, 255, 255, 0x9A, 0xAB, 0xBF, 0xC2, 0x41, 0x0C, 0xB4, 0xBE, 0xCA))
ALPHA = bytes((0, 255, 255, 255))


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture as a data: URI and what it shows in words."""

    uri: str
    alt: str
    first: str
    last: str


def draw(days: Sequence[Day]) -> Picture | None:
    """Return the picture of these days, oldest first; None when there is nothing to show."""
    shown = _filled(days)
    if sum(events for _, events, _ in shown) == 0:
        return None
    uri = "data:image/png;base64," + base64.b64encode(_png(_rows(shown))).decode()
    return Picture(uri, describe(days), _short(shown[0][0]), _short(shown[-1][0]))


def describe(days: Sequence[Day]) -> str:
    """Return the picture in one sentence, for people and programs without images."""
    shown = _filled(days)
    total, new = sum(day[1] for day in shown), sum(day[2] for day in shown)
    if not total:
        return "No events yet."
    busiest = max(shown, key=lambda day: (day[1], day[0]))
    plural = "event" if total == 1 else "events"
    return (
        f"Timeline: {total} {plural} from {_short(shown[0][0])} to {_short(shown[-1][0])}, "
        f"{new or 'none'} of them new in this digest; busiest day {_short(busiest[0])} with {busiest[1]}."
    )


def sparkline(days: Sequence[Day]) -> str:
    """Return the events a day as one line of block characters; "" when there is nothing to show."""
    shown = _filled(days)
    if not any(events for _, events, _ in shown):
        return ""
    top = max(LEAST, *(events for _, events, _ in shown))
    blocks = "▁▂▃▄▅▆▇█"
    return "".join(blocks[max(0, n * 8 // top - 1)] if n else "·" for _, n, _ in shown)


def _filled(days: Sequence[Day]) -> list[Day]:
    """Return every day from the first to the last, the latest sixty of them."""
    known = {day: (day, max(events, 0), max(min(new, events), 0)) for day, events, new in days}
    if not known:
        return []
    last, first = date.fromisoformat(max(known)), date.fromisoformat(min(known))
    count = min((last - first).days + 1, MOST_DAYS)
    names = [(last - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]
    return [known.get(name, (name, 0, 0)) for name in names]


def _short(day: str) -> str:
    at = date.fromisoformat(day)
    return f"{at.day} {at:%b}"


def _rows(days: Sequence[Day]) -> list[bytes]:
    """Return the picture line by line as palette numbers."""
    top = max(LEAST, *(events for _, events, _ in days))
    step = WIDTH / len(days)
    thick = int(min(max(step * 0.7, 3), 56))
    rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
    rows[-1][:] = rows[-2][:] = bytes([BASE]) * WIDTH
    room = HEIGHT - 8
    for place, (_, events, new) in enumerate(days):
        left = int(place * step + (step - thick) / 2)
        tall, marked = round(room * events / top), round(room * new / top)
        for up in range(tall):
            colour = NEW if up < marked else KNOWN
            rows[HEIGHT - 5 - up][left : left + thick] = bytes([colour]) * len(rows[0][left : left + thick])
    return [bytes(row) for row in rows]


def _png(rows: Sequence[bytes]) -> bytes:
    """Return an indexed PNG (RFC 2083)."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    data = zlib.compress(b"".join(b"\x00" + row for row in rows), 6)
    chunks = ((b"IHDR", header), (b"PLTE", PALETTE), (b"tRNS", ALPHA), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
