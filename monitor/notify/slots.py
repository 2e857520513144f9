"""Schedule slots: cron expressions in an IANA zone, each slot named so that it is served once.

Daylight saving follows Debian's cron: a time that does not exist comes as soon as the clock has jumped, a time that
comes twice counts the first time; expressions with a `*` hour or minute run in both of the doubled hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

SOON = 400  # slots looked at before a schedule counts as never running
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def validate(cron: str, timezone: str) -> None:
    """Refuse a schedule that cannot run. Errors: ValueError in words for the operator."""
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        known = get_close_matches(timezone, available_timezones(), n=1)
        hint = f"did you mean {known[0]}?" if known else "write an IANA name like Europe/London"
        raise ValueError(f"{timezone!r} is no time zone; {hint}") from error
    if len(cron.split()) != 5:
        raise ValueError(f"{cron!r} is no schedule; write five cron fields like `0 7,17 * * mon-fri`")
    try:
        next(CronSim(cron, datetime(2024, 1, 1, tzinfo=zone)))
    except (CronSimError, StopIteration) as error:
        what = f"{cron!r} never runs ({str(error).lower() or 'no such day'})"
        raise ValueError(f"{what}; its fields are minute, hour, day, month, weekday") from error


def latest(cron: str, timezone: str, now: datetime) -> datetime:
    """Return the last slot at or before `now`, in its zone."""
    return _around(cron, timezone, now.astimezone(UTC).replace(second=0, microsecond=0))[0]


def following(cron: str, timezone: str, now: datetime) -> datetime:
    """Return the first slot after `now`, in its zone."""
    return _around(cron, timezone, now.astimezone(UTC).replace(second=0, microsecond=0))[1]


@lru_cache(maxsize=1024)
def _around(cron: str, timezone: str, minute: datetime) -> tuple[datetime, datetime]:
    """Return the slots around a whole minute; slots are whole minutes, so they serve all of it."""
    zone = ZoneInfo(timezone)
    backwards: Iterator[datetime] = CronSim(cron, (minute + timedelta(seconds=1)).astimezone(zone), reverse=True)
    forwards: Iterator[datetime] = CronSim(cron, minute.astimezone(zone))
    return (
        next(slot for slot in islice(backwards, SOON) if slot.astimezone(UTC) <= minute),
        next(slot for slot in islice(forwards, SOON) if slot.astimezone(UTC) > minute),
    )


def key(slot: datetime) -> str:
    """Return the name of a slot: local time with its offset and zone, unique for ever."""
    return f"{slot.isoformat(timespec='minutes')}[{slot.tzinfo}]"
