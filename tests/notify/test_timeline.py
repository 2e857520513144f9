"""The small picture of a story."""

from __future__ import annotations

import base64
import struct
import zlib

from monitor.notify import timeline

DAYS = (("2024-07-01", 2, 0), ("2024-07-04", 4, 1), ("2024-07-05", 1, 1))


def pixels(uri: str) -> tuple[int, int, list[bytes]]:
    """Return width, height and rows of a PNG, checking each chunk."""
    data = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    place, chunks = 8, {}
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        name, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(name + content)
        chunks[name] = content
        place += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [raw[line * (width + 1) + 1 : (line + 1) * (width + 1)] for line in range(height)]
    return width, height, rows


def test_bars_stand_for_days_and_the_new_ones_are_marked() -> None:
    picture = timeline.draw(DAYS)
    assert picture is not None
    width, height, rows = pixels(picture.uri)
    assert (width, height) == (timeline.WIDTH, timeline.HEIGHT)
    known = [sum(row.count(timeline.KNOWN) for row in rows), sum(row.count(timeline.NEW) for row in rows)]
    assert known[0] > known[1] > 0
    day = width // 5
    tall = [max(sum(row[n * day + day // 2] in {1, 2} for row in rows), 0) for n in range(5)]
    assert tall[1] == tall[2] == 0
    assert tall[3] == 2 * tall[0] == 4 * tall[4]


def test_the_words_say_what_the_picture_shows() -> None:
    assert timeline.describe(DAYS) == (
        "Timeline: 7 events from 1 Jul to 5 Jul, 2 of them new in this digest; busiest day 4 Jul with 4."
    )
    assert timeline.describe((("2024-07-01", 1, 0),)).startswith("Timeline: 1 event from 1 Jul to 1 Jul, none of them")


def test_the_line_of_blocks_has_a_place_for_every_day() -> None:
    assert timeline.sparkline(DAYS) == "▄··█▂"


def test_nothing_gives_nothing() -> None:
    assert timeline.draw(()) is None
    assert timeline.draw((("2024-07-01", 0, 0),)) is None
    assert timeline.sparkline(()) == ""
    assert timeline.describe(()) == "No events yet."


def test_a_long_story_shows_its_latest_days() -> None:
    picture = timeline.draw((("2023-01-01", 1, 0), ("2024-07-05", 1, 1)))
    assert picture is not None
    assert (picture.first, picture.last) == ("7 May", "5 Jul")


def test_single_events_look_single() -> None:
    picture = timeline.draw((("2024-07-01", 1, 0), ("2024-07-02", 1, 1)))
    assert picture is not None
    _, height, rows = pixels(picture.uri)
    assert sum(row[100] == timeline.KNOWN for row in rows) < height / 2
    assert timeline.sparkline((("2024-07-01", 1, 0), ("2024-07-02", 1, 1))) == "▂▂"
