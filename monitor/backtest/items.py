"""What a backtest replays: items, and their reading from JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from monitor.errors import ConfigError, Where

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 4_000_000  # bytes of a line: an entry is a few thousand
WORDS = ("title", "summary", "url", "source", "lang")
GRADE = re.compile(r"\d{1,3}(\.0)?")
OTHER_TEXT = (b"\xff\xfe", b"\xfe\xff")  # byte order marks of UTF-16


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a backtest; labels where somebody gave them."""

    id: str
    date: datetime
    undated: bool = False
    title: str = ""
    summary: str = ""
    url: str = ""
    source: str = ""
    lang: str = ""
    grade: int | None = None  # 2 a development, 1 related, 0 not
    event: str | None = None


def read_lines(path: Path) -> list[Item]:
    """Return the items of a JSON-lines file; undated ones get the latest date above them.

    Errors: `ConfigError` with file and line.
    """
    try:
        with path.open("rb") as file:
            return list(_items(file, str(path)))
    except OSError as error:
        raise ConfigError(Where(str(path)), f"cannot be read: {error.strerror}") from error


def _items(file: BinaryIO, name: str) -> Iterator[Item]:
    last = EPOCH
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        where = Where(name, number)
        if len(line) > LONGEST:
            raise ConfigError(where, f"is longer than {LONGEST // 1_000_000} MB: not one entry a line")
        if text := _text(line, where):
            item = _item(text, where, last)
            last = last if item.undated else max(last, item.date)
            yield item


def _text(line: bytes, where: Where) -> str:
    """Return a line without its end and without a byte order mark."""
    if where.line == 1 and line.startswith(OTHER_TEXT):
        raise ConfigError(where, "is UTF-16; save the file as UTF-8")
    try:
        text = line.decode("utf-8-sig" if where.line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        place = Where(where.file, where.line, error.start + 1)
        raise ConfigError(place, f"is not UTF-8 text: {error.reason}") from None
    if "\x00" in text:
        raise ConfigError(Where(where.file, where.line, text.index("\x00") + 1), "holds a NUL byte: no text file")
    return text.strip()


def _item(text: str, where: Where, last: datetime) -> Item:
    raw = _object(text, where)
    if isinstance(raw.get("id"), bool) or not isinstance(raw.get("id"), str | int):
        raise ConfigError(where, '"id" is missing or neither text nor a number')
    if "title" not in raw and not raw.get("summary"):
        raise ConfigError(where, '"title" is missing, and so is "summary": nothing to judge')
    words = {name: _word(raw, name, where) for name in ("id", *WORDS)}
    when = _date(raw.get("date"), where)
    grade, event = _grade(raw.get("grade"), where), _word(raw, "event", where) or None
    return Item(date=when or last, undated=when is None, grade=grade, event=event, **words)


def _object(text: str, where: Where) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(Where(where.file, where.line, error.colno), f"is not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(where, f"is not JSON that can be read: {error}") from None
    if not isinstance(raw, dict):
        raise ConfigError(where, 'is no object: every line is {"id": .., "date": .., "title": ..}')
    return raw


def _word(raw: dict[str, Any], name: str, where: Where) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if isinstance(value, list | dict):
        raise ConfigError(where, f'"{name}" is not text: {json.dumps(value):.40}')
    word = str(value)
    try:
        word.encode()
    except UnicodeEncodeError:
        raise ConfigError(where, f'"{name}" holds half a character (a lone surrogate)') from None
    return word


def _grade(value: Any, where: Where) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not GRADE.fullmatch(str(value)):
        raise ConfigError(where, f'"grade" is 0 (not), 1 (related) or 2 (a development), not {value!r:.40}')
    return int(float(value))


def _date(value: Any, where: Where) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        when = datetime.fromisoformat(str(value).strip())
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        what = f'"date" {value!r:.40} is not ISO 8601, such as 2024-06-21T08:00:00+09:00'
        raise ConfigError(where, what) from None
