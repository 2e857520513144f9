"""Who is told, and when: tables and scenes over values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.notify import route as routing
from monitor.notify.route import Due, NotYet, RouteFacts, RouteHistory
from monitor.notify.routes import Route
from monitor.notify.settings import RouteSettings, routes_of
from monitor.types import Alert, AlertState, Assignment, DigestReason, Match, Novelty, Reason, Silence, Verdict
from tests.notify.samples import NOW, STORY, alert, decision

STARTED = NOW - timedelta(days=30)
LONDON = ZoneInfo("Europe/London")


def route(**written: Any) -> Route:
    return routes_of([RouteSettings.model_validate({"receiver": "desk", **written})])[0]


def immediate(**written: Any) -> Route:
    return route(immediate=written.pop("immediate", {}), **written)


def scheduled(cron: str = "0 7,17 * * *", zone: str = "Europe/London", **written: Any) -> Route:
    return route(digest={"cron": cron, "timezone": zone}, **written)


def history(**known: Any) -> RouteHistory:
    return RouteHistory(**{"started_at": STARTED, **known})


def told_by(way: Route, pending: Sequence[Alert], past: RouteHistory, now: datetime) -> Due | NotYet:
    mine = [replace(waiting, route=way.key) for waiting in pending]
    return routing.due(way, STORY, mine, past, now)


def due(way: Route, pending: Sequence[Alert], past: RouteHistory, now: datetime) -> Due:
    answer = told_by(way, pending, past, now)
    assert isinstance(answer, Due), answer
    return answer


def waits(way: Route, pending: Sequence[Alert], past: RouteHistory, now: datetime) -> NotYet:
    answer = told_by(way, pending, past, now)
    assert isinstance(answer, NotYet), answer
    return answer


# --------------------------------------------------------------------------- who hears of it


@pytest.mark.parametrize(
    ("written", "facts", "heard"),
    [
        ({}, {}, True),
        ({"storyline": "harb*"}, {}, True),
        ({"storyline": "other"}, {}, False),
        ({"tags": ["asia"]}, {"tags": ("asia", "wire")}, True),
        ({"tags": ["asia"]}, {"tags": ("europe",)}, False),
        ({"terms": ["pilot*"]}, {"text": "Twelve PILOTS for the port"}, True),
        ({"terms": ["pilot"]}, {"text": "Twelve pilots for the port"}, False),
        ({"terms": ["mac"]}, {"text": "A machine"}, False),
        ({"terms": ['"port council"']}, {"text": "the Port\nCouncil met"}, True),
        ({"terms": ["/pil.t/"]}, {"text": "a Pilot"}, True),
        ({"terms": ["우크라이나"]}, {"text": "우크라이나에 무기를"}, True),
        ({"immediate": {"min_score": 0.9}}, {}, False),
        ({"immediate": {"verdicts": ["development"]}}, {}, False),
        ({"min_sources": 2}, {"independent_sources": 1}, False),
        ({"min_sources": 2}, {"independent_sources": 2, "sources_before": 1}, True),
    ],
)
def test_matchers(written: dict[str, Any], facts: dict[str, Any], heard: bool) -> None:
    ways = [immediate(**written)]
    assert bool(routing.alerts_for(decision(), RouteFacts(**facts), ways, ())) is heard


@pytest.mark.parametrize(
    ("novelty", "heard"),
    [
        (Novelty.NEW_EVENT, True),
        (Novelty.DEVELOPMENT, True),
        (Novelty.CORRECTION, True),
        (Novelty.REPEAT, False),
        (Novelty.COPY, False),
    ],
)
def test_news_is_told_and_repeats_and_copies_are_not(novelty: Novelty, heard: bool) -> None:
    assert bool(routing.alerts_for(decision(novelty), RouteFacts(), [immediate()], ())) is heard


def test_backlog_and_what_is_off_topic_tell_nobody() -> None:
    off = replace(decision(), match=Match(score=0.1, threshold=0.5, on_topic=False, reason=Reason.BELOW_THRESHOLD))
    for quiet in (off, replace(decision(), backlog=True), replace(decision(), verdict=None)):
        assert routing.alerts_for(quiet, RouteFacts(), [immediate()], ()) == []


def test_every_route_that_matches_gets_its_own_alert() -> None:
    ways = routes_of(
        [
            RouteSettings.model_validate({"receiver": "desk", "immediate": {}, "digest": {"cron": "0 7 * * *"}}),
            RouteSettings.model_validate({"receiver": "ops", "storyline": STORY, "immediate": {}}),
        ]
    )
    alerts = routing.alerts_for(decision(), RouteFacts(), ways, ())
    assert [made.route for made in alerts] == ["*>desk:immediate", "*>desk:digest", "harbour>ops:immediate"]
    assert [made.created_at for made in alerts] == [NOW] * 3


def test_the_second_independent_source_is_an_alert_of_its_own_where_asked_for() -> None:
    facts = RouteFacts(independent_sources=2, sources_before=1)
    asked, plain = immediate(immediate={"second_source": True}), immediate()
    assert routing.alerts_for(decision(Novelty.REPEAT), facts, [plain], ()) == []
    (made,) = routing.alerts_for(decision(Novelty.REPEAT), facts, [asked], ())
    assert made.reason == routing.SECOND_SOURCE
    joined = RouteFacts(independent_sources=3, sources_before=1)  # two events turned out to be one
    assert len(routing.alerts_for(decision(Novelty.REPEAT), joined, [asked], ())) == 1
    third = RouteFacts(independent_sources=3, sources_before=2)
    assert routing.alerts_for(decision(Novelty.REPEAT), third, [asked], ()) == []


def test_an_event_that_reaches_the_sources_a_route_waits_for_is_new_to_it() -> None:
    facts = RouteFacts(independent_sources=2, sources_before=1)
    (made,) = routing.alerts_for(decision(Novelty.REPEAT), facts, [immediate(min_sources=2)], ())
    assert made.novelty is Novelty.NEW_EVENT


# --------------------------------------------------------------------------- silences


def silence(**changes: Any) -> Silence:
    plain = {"id": 7, "storyline": STORY, "created_at": NOW - timedelta(hours=1), "until": NOW + timedelta(hours=1)}
    return Silence(**{**plain, **changes})


@pytest.mark.parametrize(
    ("changes", "muted"),
    [
        ({}, True),
        ({"storyline": "*"}, True),
        ({"storyline": "other"}, False),
        ({"until": NOW}, False),
        ({"created_at": NOW + timedelta(minutes=1)}, False),
        ({"ended": True}, False),
        ({"event_id": "event1"}, True),
        ({"event_id": "event2"}, False),
        ({"terms": ("pilots",)}, True),
        ({"terms": ("cranes",)}, False),
    ],
)
def test_what_a_silence_swallows_is_kept_and_named(changes: dict[str, Any], muted: bool) -> None:
    facts = RouteFacts(text="Ports share 12 pilots")
    (made,) = routing.alerts_for(decision(), facts, [immediate()], [silence(**changes)])
    expected = (AlertState.MUTED, "silence 7") if muted else (AlertState.PENDING, "")
    assert (made.state, made.reason) == expected


def test_a_silenced_event_stays_silent_under_its_new_name() -> None:
    merged = replace(decision(), assignment=Assignment(event_id="event9", is_first=False, merged=("event1",)))
    (made,) = routing.alerts_for(merged, RouteFacts(), [immediate()], [silence(event_id="event1")])
    assert made.state is AlertState.MUTED


# --------------------------------------------------------------------------- immediate routes


def test_an_immediate_route_waits_for_the_burst_and_tells_all_of_it() -> None:
    way = immediate()
    burst = [alert(1), alert(2, created_at=NOW + timedelta(seconds=90))]
    assert waits(way, burst, history(), NOW + timedelta(seconds=119)).until == NOW + timedelta(minutes=2)
    answer = due(way, burst, history(), NOW + timedelta(minutes=2))
    assert len(answer.alerts) == 2
    assert answer.reason is DigestReason.IMMEDIATE
    assert (answer.period_from, answer.period_to) == (STARTED, NOW + timedelta(minutes=2))


def test_nothing_pending_is_nothing_to_wait_for() -> None:
    assert waits(immediate(), [], history(), NOW) == NotYet(why="nothing pending")


def test_group_interval_spaces_two_messages() -> None:
    way = immediate(group_interval="1h", group_wait="0s")
    past = history(period_to=NOW - timedelta(minutes=20))
    assert waits(way, [alert()], past, NOW).until == NOW + timedelta(minutes=40)
    assert due(way, [alert()], past, NOW + timedelta(minutes=40))


def test_repeat_interval_spaces_two_messages_about_one_event_but_corrections_pass() -> None:
    way = immediate(repeat_interval="4h", group_wait="0s")
    past = history(told=(("event1", NOW - timedelta(hours=1)),))
    again, other = alert(1, novelty=Novelty.DEVELOPMENT), alert(2)
    assert waits(way, [again], past, NOW).until == NOW + timedelta(hours=3)
    assert [told.event_id for told in due(way, [again, other], past, NOW).alerts] == ["event2"]
    assert due(way, [again], past, NOW + timedelta(hours=3)).alerts
    assert due(way, [replace(again, novelty=Novelty.CORRECTION)], past, NOW).alerts


def test_a_clock_that_was_set_back_does_not_hold_an_alert() -> None:
    late = alert(created_at=NOW + timedelta(days=1))
    assert due(immediate(), [late], history(period_to=NOW + timedelta(days=1)), NOW).alerts


def test_the_slot_of_a_burst_is_its_own() -> None:
    way = immediate(group_wait="0s")
    first, second = due(way, [alert(1)], history(), NOW), due(way, [alert(2)], history(), NOW)
    assert first.slot != second.slot
    assert due(way, [alert(1)], history(), NOW + timedelta(hours=1)).slot == first.slot


# --------------------------------------------------------------------------- caps


def test_a_daily_cap_tells_the_weightiest_and_says_how_many_it_holds() -> None:
    way = immediate(max_per_day=2, group_wait="0s")
    pending = [
        alert(1, novelty=Novelty.DEVELOPMENT),
        alert(2, score=0.6),
        alert(3, score=0.9),
        alert(4, novelty=Novelty.CORRECTION),
    ]
    answer = due(way, pending, history(), NOW)
    assert {told.event_id for told in answer.alerts} == {"event3", "event4"}
    assert answer.held == 2


def test_what_a_cap_holds_comes_the_next_day() -> None:
    way = immediate(max_per_day=1, group_wait="0s", timezone="Asia/Seoul")
    past = history(told=(("event1", NOW - timedelta(hours=1)),))
    answer = waits(way, [alert(2)], past, NOW)  # 15:00 in Seoul
    assert answer == NotYet(why="daily cap, 1 held", until=datetime(2024, 7, 9, 15, tzinfo=UTC))
    assert due(way, [alert(2)], past, datetime(2024, 7, 9, 15, tzinfo=UTC)).alerts


@pytest.mark.parametrize("held_by", [{"max_per_day": 1}, {"repeat_interval": "18h"}])
def test_what_a_digest_holds_comes_at_its_next_slot_that_may_tell_it_and_never_between(held_by: dict[str, Any]) -> None:
    way = scheduled("0 8,16 * * *", "UTC", **held_by)
    morning = NOW.replace(hour=8)
    past = history(period_to=morning, told=(("event1", morning),))
    held = alert(1 if "repeat_interval" in held_by else 2, created_at=morning + timedelta(hours=1))
    afternoon, night = NOW.replace(hour=16), NOW.replace(hour=2) + timedelta(days=1)
    assert waits(way, [held], past, afternoon).until == morning + timedelta(days=1)
    assert waits(way, [held], past, night).until == morning + timedelta(days=1)
    answer = due(way, [held], past, morning + timedelta(days=1, minutes=1))
    assert answer.period_to == morning + timedelta(days=1, minutes=1)


def test_what_is_held_is_counted_in_events() -> None:
    way = immediate(max_per_day=1, group_wait="0s")
    pending = [alert(1), alert(2, event_id="event2"), alert(3, event_id="event2", score=0.1)]
    assert due(way, pending, history(), NOW).held == 1


def test_an_event_told_today_costs_nothing_more() -> None:
    way = immediate(max_per_day=1, group_wait="0s")
    past = history(told=(("event1", NOW - timedelta(hours=1)),))
    assert due(way, [alert(1, novelty=Novelty.DEVELOPMENT)], past, NOW).alerts


# --------------------------------------------------------------------------- digests


def at(hour: int, minute: int = 0, day: int = 9) -> datetime:
    return datetime(2024, 7, day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def test_a_digest_waits_for_its_slot_and_tells_everything_since_the_last_one() -> None:
    way, past = scheduled(), history(period_to=at(17, day=8))
    pending = [alert(1, created_at=at(20, day=8)), alert(2, created_at=at(3))]
    assert waits(way, pending, past, at(6, 59)).until == at(7)
    answer = due(way, pending, past, at(7, 1))
    assert len(answer.alerts) == 2
    assert (answer.period_from, answer.period_to) == (at(17, day=8), at(7, 1))
    assert answer.slot == "2024-07-09T07:00+01:00[Europe/London]"


def test_a_slot_is_served_once() -> None:
    way = scheduled()
    answer = due(way, [alert(created_at=at(3))], history(), at(7))
    after = history(period_to=answer.period_to)
    assert waits(way, [alert(2, created_at=at(7, 30))], after, at(8)).until == at(17)


def test_news_after_an_empty_slot_waits_for_the_next() -> None:
    past = history(period_to=at(17, day=8))
    assert waits(scheduled(), [alert(created_at=at(9))], past, at(9, 5)).until == at(17)


def test_missed_slots_collapse_into_one_complete_digest() -> None:
    way, past = scheduled(), history(period_to=at(17, day=5))
    pending = [alert(number, created_at=at(12, day=5 + number)) for number in range(1, 4)]
    answer = due(way, pending, past, at(11))  # stopped for days, started late in the morning
    assert len(answer.alerts) == 3
    assert answer.slot.startswith("2024-07-09T07:00")
    after = history(period_to=answer.period_to)
    assert isinstance(told_by(way, [], after, at(11, 1)), NotYet)


def test_no_slot_from_before_the_story_began_is_due() -> None:
    past = RouteHistory(started_at=at(7, 30))
    assert waits(scheduled(), [alert(created_at=at(7, 40))], past, at(7, 45)).until == at(17)


def test_quiet_is_reported_where_asked_for() -> None:
    past = history(period_to=at(17, day=8))
    assert isinstance(told_by(scheduled(), [], past, at(7)), NotYet)
    answer = due(scheduled(when_empty="send"), [], past, at(7))
    assert (answer.reason, answer.alerts) == (DigestReason.NIL, ())


@pytest.mark.parametrize(
    ("key", "taken_over_by"),
    [
        ("*>desk:digest", "harb*>desk:digest"),
        ("harbour>desk:digest#2", "harb*>desk:digest"),
        ("*>desk:immediate", "harb*>desk:digest"),  # better late than never
        ("harb*>desk:digest", None),  # it is still there
        ("*>ops:digest", None),
    ],
)
def test_what_waits_for_a_route_that_is_written_otherwise_now_goes_over(key: str, taken_over_by: str | None) -> None:
    ways = [scheduled(storyline="harb*"), scheduled(storyline="other")]
    assert routing.successor(key, STORY, ways) == taken_over_by


def test_at_once_waits_for_nothing() -> None:
    way = scheduled(quiet_hours="00:00-23:00", max_per_day=1)
    mine = [replace(alert(number), route=way.key) for number in (1, 2)]
    answer = routing.at_once(way, STORY, mine, history(), NOW)
    assert isinstance(answer, Due)
    assert len(answer.alerts) == 2
    assert isinstance(routing.at_once(way, STORY, [], history(), NOW), NotYet)


def test_a_dead_mail_server_does_not_move_the_next_digest() -> None:
    """What is queued is queued: the next slot tells what came since, whether or not the last was delivered yet."""
    way = scheduled()
    first = due(way, [alert(1, created_at=at(3))], history(period_to=at(17, day=8)), at(7))
    second = due(way, [alert(2, created_at=at(9))], history(period_to=first.period_to), at(17))
    assert second.period_from == first.period_to


# --------------------------------------------------------------------------- quiet hours


def test_quiet_hours_hold_everything_and_tell_all_of_it_after() -> None:
    way = immediate(quiet_hours="22:00-07:00", timezone="Europe/London")
    night = [alert(number, created_at=at(23, day=8)) for number in (1, 2)]
    assert waits(way, night, history(), at(3)) == NotYet(why="quiet hours, 2 held", until=at(7))
    assert len(due(way, night, history(), at(7)).alerts) == 2


def test_named_verdicts_pass_the_quiet_and_the_rest_stays() -> None:
    way = immediate(quiet_hours={"windows": "22:00-07:00", "bypass": ["correction"]}, timezone="Europe/London")
    night = [alert(1, created_at=at(2)), alert(2, created_at=at(2), novelty=Novelty.CORRECTION)]
    assert [told.event_id for told in due(way, night, history(), at(3)).alerts] == ["event2"]


def test_a_weekend_of_quiet_ends_in_one_monday_digest_with_all_of_it() -> None:
    way = scheduled("0 8 * * *", quiet_hours="sat,sun")
    pending = [alert(number, created_at=at(12, day=5 + number % 3)) for number in range(60)]  # Friday to Sunday
    past = history(period_to=at(8, day=5))
    assert waits(way, pending, past, at(9, day=6)).until == at(0, day=8)
    assert waits(way, pending, past, at(0, day=8)).until == at(8, day=8)  # not at midnight
    assert way.next_slot(at(9, day=5)) == at(8, day=8)
    assert len(due(way, pending, past, at(8, day=8)).alerts) == 60


def test_a_digest_whose_every_slot_is_quiet_comes_when_the_quiet_is_over() -> None:
    way = scheduled("0 8 * * sun", quiet_hours="sat,sun")
    assert way.next_slot(at(9, day=5)) == at(0, day=8)
    assert due(way, [alert(created_at=at(12, day=6))], history(period_to=at(8, day=5)), at(0, day=8)).alerts


def test_the_next_time_is_named_past_the_quiet() -> None:
    way = scheduled("0 6 * * *", quiet_hours="22:00-07:00")
    assert way.next_slot(NOW) == at(7, day=10)
    assert immediate().next_slot(NOW) is None


# --------------------------------------------------------------------------- a year of clocks


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("cron", ["30 1 * * *", "30 2 * * *"])
def test_every_local_day_of_a_year_has_exactly_one_digest(zone: str, cron: str) -> None:
    way, where = scheduled(cron, zone, when_empty="send"), ZoneInfo(zone)
    past = history(started_at=datetime(2025, 1, 1, 12, tzinfo=UTC))
    now, days, slots = past.started_at, [], []
    while now < datetime(2026, 1, 1, 12, tzinfo=UTC):
        answer = told_by(way, [], past, now)
        if isinstance(answer, Due):
            days.append(now.astimezone(where).date())
            slots.append(answer.slot)
            past = history(period_to=answer.period_to)
        offsets = {(now + timedelta(days=day)).astimezone(where).utcoffset() for day in (-1, 1)}
        now += timedelta(minutes=30 if len(offsets) > 1 else 240)  # close steps around a change of clocks
    assert len(set(slots)) == len(slots)
    assert len(set(days)) == len(days) == 365


def test_a_clock_set_back_or_forward_names_no_slot_twice_and_keeps_the_pace() -> None:
    way = scheduled("0 * * * *", "UTC", when_empty="send")
    past, slots, ticks = history(), [], []
    times = [NOW + timedelta(minutes=20 * tick) for tick in range(30)]
    times += [times[-1] - timedelta(days=1) + timedelta(minutes=20 * tick) for tick in range(90)]
    times += [times[-1] + timedelta(days=1) + timedelta(minutes=20 * tick) for tick in range(30)]
    for tick, now in enumerate(times):
        answer = told_by(way, [], past, now)
        if isinstance(answer, Due):
            slots.append(answer.slot)
            ticks.append(tick)
            past = history(period_to=now, latest=max(now, past.latest or now))
    assert len(set(slots)) == len(slots)
    assert max(after - before for before, after in pairwise(ticks)) <= 3  # an hour of ticks, wherever the clock went


def test_a_clock_set_back_by_a_day_holds_no_digest_for_a_day() -> None:
    past, now = history(period_to=at(7, day=9), latest=at(7, day=9)), at(12, day=8)
    held, fresh = alert(created_at=at(11, day=9)), alert(2, created_at=at(12, 1, day=8))
    assert waits(scheduled(), [fresh], past, at(12, 2, day=8)).until == at(17, day=8)
    assert len(due(scheduled(), [fresh], past, at(17, day=8)).alerts) == 1
    assert due(scheduled(), [held], past, now).slot != due(scheduled(), [held], history(), now).slot


def test_what_was_told_by_a_clock_that_was_ahead_is_repeated_rather_than_held() -> None:
    way = immediate(group_wait="0s", repeat_interval="2h")
    past = history(period_to=at(8), told=(("event1", at(8)),))
    assert waits(way, [alert(created_at=at(9))], past, at(9)).until == at(10)
    assert due(way, [alert(created_at=at(9, day=8))], past, at(9, day=8)).alerts


def test_an_event_confirmed_by_a_second_source_is_told_with_who_confirms_it() -> None:
    from monitor.types import DigestEntry, Event

    event = Event(id="event1", storyline=STORY, title="Ports share pilots", first_seen=NOW, last_seen=NOW)
    entries = [
        DigestEntry(id=name, title=name, link="", source=name, published=NOW, copy_of=copy)
        for name, copy in (("Gazette", None), ("Mirror", "Gazette"), ("Courier", None))
    ]
    told = routing.confirmation(event, entries, 0.8, 0.5)
    assert (told.independent_sources, told.copies, told.new) == (2, 1, ())
    assert told.why == ("now confirmed by a second independent source: Courier",)


def test_a_verdict_with_nothing_to_say_is_no_alert() -> None:
    silent = replace(decision(), verdict=Verdict(novelty=Novelty.REPEAT))
    assert routing.alerts_for(silent, RouteFacts(independent_sources=5, sources_before=5), [immediate()], ()) == []
