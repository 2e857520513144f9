"""Slots, quiet spans, terms and deadlines."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.notify import quiet, slots, terms
from monitor.notify.deadline import Watchdog
from monitor.notify.quiet import Quiet


def moment(written: str, zone: str = "Europe/London") -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# --------------------------------------------------------------------------- slots


@pytest.mark.parametrize(
    ("now", "latest", "following"),
    [
        ("2024-07-09 07:00:00", "2024-07-09T07:00+01:00", "2024-07-09T17:00+01:00"),
        ("2024-07-09 06:59:59", "2024-07-08T17:00+01:00", "2024-07-09T07:00+01:00"),
        ("2024-07-13 12:00:00", "2024-07-12T17:00+01:00", "2024-07-15T07:00+01:00"),
    ],
)
def test_the_slots_around_a_moment(now: str, latest: str, following: str) -> None:
    cron, zone = "0 7,17 * * mon-fri", "Europe/London"
    assert slots.key(slots.latest(cron, zone, moment(now))) == f"{latest}[{zone}]"
    assert slots.key(slots.following(cron, zone, moment(now))) == f"{following}[{zone}]"


@pytest.mark.parametrize(
    ("cron", "day", "fired"),
    [
        ("30 1 * * *", "2026-10-25", ["2026-10-25T01:30+01:00"]),  # comes twice, counts once
        ("30 1 * * *", "2026-03-29", ["2026-03-29T02:00+01:00"]),  # does not exist, comes at once after
        ("0 * * * *", "2026-10-25", [f"2026-10-25T{h:02}:00+01:00" for h in (0, 1)] + ["2026-10-25T01:00+00:00"]),
    ],
)
def test_days_on_which_the_clocks_change(cron: str, day: str, fired: list[str]) -> None:
    now, found = moment(f"{day} 00:00") - timedelta(minutes=1), []
    while len(found) < len(fired):
        now = slots.following(cron, "Europe/London", now).astimezone(UTC)
        found.append(slots.key(now.astimezone(ZoneInfo("Europe/London"))).partition("[")[0])
        assert slots.latest(cron, "Europe/London", now).astimezone(UTC) == now
    assert found == fired


# --------------------------------------------------------------------------- quiet


@pytest.mark.parametrize(
    ("written", "now", "until"),
    [
        ("22:00-07:00", "2024-07-09 23:00", "2024-07-10 07:00"),
        ("22:00-07:00", "2024-07-09 06:59", "2024-07-09 07:00"),
        ("22:00-07:00", "2024-07-09 07:00", None),
        ("12:00-14:00", "2024-07-09 13:00", "2024-07-09 14:00"),
        ("sat,sun", "2024-07-13 10:00", "2024-07-15 00:00"),
        ("sat, sun", "2024-07-12 23:59", None),
        ("mon-fri 19:00-08:00", "2024-07-12 20:00", "2024-07-13 08:00"),
        ("mon-fri 19:00-08:00", "2024-07-13 20:00", None),
        ("fri-mon", "2024-07-11 12:00", None),
        ("fri-mon", "2024-07-14 12:00", "2024-07-16 00:00"),
        ("22:00-07:00", "2026-10-24 23:00", "2026-10-25 07:00"),  # an hour longer that night
    ],
)
def test_spans_of_quiet(written: str, now: str, until: str | None) -> None:
    hours = Quiet(windows=(quiet.parse(written),), timezone="Europe/London")
    assert hours.until(moment(now)) == (moment(until) if until else None)


def test_spans_that_meet_are_one() -> None:
    windows = (quiet.parse("22:00-07:00"), quiet.parse("sat,sun"))
    hours = Quiet(windows=windows, timezone="Europe/London")
    assert hours.until(moment("2024-07-12 23:00")) == moment("2024-07-15 07:00")


def test_quiet_is_counted_in_its_own_zone() -> None:
    hours = Quiet(windows=(quiet.parse("22:00-07:00"),), timezone="Asia/Seoul")
    assert hours.until(moment("2024-07-09 22:30", "Asia/Seoul")) == moment("2024-07-10 07:00", "Asia/Seoul")


# --------------------------------------------------------------------------- terms


@pytest.mark.parametrize(
    ("term", "text", "hit"),
    [
        ("mac", "The Mac mini", True),
        ("mac", "a machine", False),
        ("Ho-jin", "Chang Ho-jin said", True),
        ("C++", "written in C++, mostly", True),
        ('"arms  to Ukraine"', "ARMS to\tUkraine now", True),
        ("arm*", "arming", True),
        ("arm*", "alarm", False),
        ("/^seoul/", "Seoul weighs", True),
        ("Зеленський", "Слова Зеленський.", True),
        ("武器", "提供武器给", True),
        ("ｆｕｌｌ", "full", True),
    ],
)
def test_terms_match_whole_words(term: str, text: str, hit: bool) -> None:
    assert terms.found((term,), text) is hit


@pytest.mark.parametrize("term", ["/(/", "", '"', "*"])
def test_a_term_that_cannot_be_read_matches_nothing(term: str) -> None:
    assert not terms.found((term,), "(anything")
    assert terms.found((term, "anything"), "(anything")


def test_a_regex_cannot_hang() -> None:
    assert not terms.found(("/(a+)+$/",), "a" * 50_000 + "b")  # for ever with a backtracking engine


# --------------------------------------------------------------------------- deadlines


def test_the_watchdog_shuts_a_socket_that_says_nothing_and_spares_the_next() -> None:
    dog = Watchdog()
    for _ in range(2):
        near, far = socket.socketpair()
        dog.watch(near.dup())
        with near, far, dog.limit(0.05):
            assert near.recv(1) == b""
        assert dog.expired
    near, far = socket.socketpair()
    dog.watch(near.dup())
    with near, far, dog.limit(30):
        far.send(b"x")
        assert near.recv(1) == b"x"
    assert not dog.expired
    dog.rest()


def test_a_shorter_limit_wakes_a_watchdog_that_waits_for_a_longer() -> None:
    dog = Watchdog()
    with dog.limit(60):
        pass
    near, far = socket.socketpair()
    dog.watch(near.dup())
    with near, far, dog.limit(0.05):
        assert near.recv(1) == b""
    assert dog.expired
    dog.rest()
