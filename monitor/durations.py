"""Durations as people write them: 30s, 15m, 2h, 1h30m, 7d, 2w."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
WRITTEN = re.compile(r"(?:\d{1,9}[wdhms]\s*){1,5}")
LONGEST = timedelta(days=3660)


def parse(written: object) -> timedelta:
    """Return the duration written as `15m` or `1h30m`. Errors: ValueError in words for the operator."""
    if isinstance(written, timedelta):
        return written
    if not isinstance(written, str) or not WRITTEN.fullmatch(written.strip().lower()):
        raise ValueError(f"write a duration with its unit, like 30s, 15m, 2h or 7d, not {written!r:.40}")
    pieces = re.findall(r"(\d+)([wdhms])", written.lower())
    seconds = sum(int(number) * SECONDS[unit] for number, unit in pieces)
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{written} is longer than ten years")
    return timedelta(seconds=seconds)


def show(duration: timedelta) -> str:
    """Return the shortest writing that `parse` reads back, to the second: `1h30m`."""
    left, pieces = int(duration.total_seconds()), []
    for unit, size in SECONDS.items():
        if unit == "w":
            continue
        count, left = divmod(left, size)
        if count:
            pieces.append(f"{count}{unit}")
    return "".join(pieces) or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse),
    PlainSerializer(show, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(\d{1,9}[wdhms]\s*){1,5}$",
            "examples": ["15m", "2h", "7d"],
            "errorMessage": "write a duration with its unit, like 30s, 15m, 2h or 7d",
        }
    ),
]
