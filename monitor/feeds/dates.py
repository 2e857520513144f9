"""Dates as feeds write them. What says nothing certain is no date: an invented one would be worse."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

EARLIEST = 1995  # there were no feeds before
EPOCH_DIGITS = re.compile(r"(\d{10})(\d{3})?(?:\.\d+)?")
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?")
ISO = re.compile(r"\d{4}-(\d\d)-(\d\d)(?!\d)")
ZONED = re.compile(r"(?:Z|[+-]\d\d:?\d\d|\b(?:GMT|UTC?|[ECMP][SD]T))\s*(?:\([^)]*\))?$", re.I)
NAMED_ZONE = re.compile(r"\b([A-Z]{3,4})\s*$")
DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?)?")
MIDNIGHT = re.compile(r"(?<![\d:])24:00(:00)?\b")
HOURS = {  # zone names that the standard library and feedparser take for UTC
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "SAST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "TRT": 3, "GST": 4, "PKT": 5, "IST": 5.5, "WIB": 7, "ICT": 7, "HKT": 8, "SGT": 8, "AWST": 8, "PHT": 8, "JST": 9,
    "KST": 9, "ACST": 9.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "NST": -3.5,
    "AST": -4, "AKST": -9, "HST": -10,
}  # fmt: skip
AMBIGUOUS_ZONES = frozenset(("IST", "BST", "AST", "GST"))
MONTHS = {  # not written as English ones, by what they begin with
    1: "jän janv gen ene янв oca sty led", 2: "fév févr febbr фев şub lut úno", 3: "mär mrz mars maa març marz мар",
    4: "avr abr апр nis kwi dub", 5: "mai mag mei maj мая май kvě", 6: "juin giu июн haz cze čvn",
    7: "juil lug июл tem lip čvc", 8: "août aoû ago авг ağu sie srp", 9: "set сен eyl wrz zář",
    10: "okt ott out окт eki paź říj", 11: "ноя kas lis", 12: "dez déc dic дек ara gru pro",
}  # fmt: skip
ENGLISH = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FOREIGN = {name: ENGLISH[number] for number, names in MONTHS.items() for name in names.split()}
WRITTEN_OUT = re.compile(r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})\.?\s+(?:de\s+)?([^\W\d]+)\.?,?\s+(?:de\s+)?(\d{4})(.*)", re.S)


@lru_cache(maxsize=4096)
def read(written: str, parsed: time.struct_time | None = None) -> tuple[datetime | None, bool]:
    """Return the date (UTC) and whether its zone had to be guessed; `parsed` is feedparser's reading of it."""
    written = written.strip()[:80]
    trap = _trap(written)
    if trap is not None:
        return trap
    found = _of_struct(parsed) or found_in(written)
    return (None, False) if found is None else _with_zone(found, written)


def _trap(written: str) -> tuple[datetime | None, bool] | None:
    """Return the date in the forms that feedparser reads wrongly; None for all others."""
    if seconds := EPOCH_DIGITS.fullmatch(written):
        return sane(datetime.fromtimestamp(int(seconds[1]), UTC)), False
    if (iso := ISO.match(written)) and not (1 <= int(iso[1]) <= 12 and 1 <= int(iso[2]) <= 31):
        return None, False
    if compact := COMPACT.fullmatch(written):
        return _compact(compact), compact[7] is None
    return None


def _compact(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second, zone = match.groups()
    return found_in(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone or 'Z'}")


def _of_struct(parsed: time.struct_time | None) -> datetime | None:
    try:
        return sane(datetime.fromtimestamp(calendar.timegm(parsed), UTC)) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _with_zone(found: datetime, written: str) -> tuple[datetime | None, bool]:
    """Return the date with the offset of a zone name that was taken for UTC; zoneless ones are guesses."""
    if ZONED.search(written):
        return found, False
    named = NAMED_ZONE.search(written)
    if named and named[1] in HOURS:
        return found - timedelta(hours=HOURS[named[1]]), named[1] in AMBIGUOUS_ZONES
    return found, True


def found_in(written: str) -> datetime | None:
    """Return the date that a text is, taken as UTC where it names no zone; None where it is none."""
    written = written.strip()
    late = MIDNIGHT.search(written)
    text = MIDNIGHT.sub("00:00:00", written) if late else written
    for attempt in (datetime.fromisoformat, parsedate_to_datetime, _day_first, _written_out):
        try:
            found = attempt(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found is not None:
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            return sane(_utc(aware) + timedelta(days=1 if late else 0))
    return None


def _utc(aware: datetime) -> datetime:
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _day_first(text: str) -> datetime | None:
    """Return a date written like 21.11.2026 14:05."""
    match = DAY_FIRST.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _written_out(text: str) -> datetime | None:
    """Return a date with a month in another language, like `21 novembre 2026 10:00:00 +0100`."""
    match = WRITTEN_OUT.fullmatch(text)
    if match is None:
        return None
    lower = match[2].lower()
    month = next((english for start, english in FOREIGN.items() if lower.startswith(start)), match[2][:3].title())
    rest = match[4].strip(" ,") or "00:00:00"
    return parsedate_to_datetime(f"{match[1]} {month} {match[3]} {rest}") if month in ENGLISH else None


def sane(found: datetime) -> datetime | None:
    """Return the date unless it lies before there were feeds."""
    return found if EARLIEST <= found.year <= 9998 else None
