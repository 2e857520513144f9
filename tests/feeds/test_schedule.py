"""When again: pure policy, told as tables and scenes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import FetchError, ParseError
from monitor.feeds.health import health_of, is_late, rolled_within
from monitor.feeds.schedule import (
    Outcome,
    PollContext,
    after_poll,
    interval,
    is_offline,
    rolled_over,
    unreached,
)
from monitor.feeds.settings import PollingSettings
from monitor.types import Entry, Feed, Fetched, Health, NotModified, ParsedFeed
from tests.feeds.make import NOW, feed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = PollingSettings()
GOOD = replace(
    feed(),
    first_polled_at=NOW - 30 * DAY,
    ok_at=NOW - HOUR,
    health=Health.OK,
    etag='"old"',
    last_modified="then",
    body_hash="old",
    newest=NOW - 5 * HOUR,
    title="Known",
)


def entry(hours: float, *, undated: bool = False, key: str = "") -> Entry:
    when = NOW - hours * HOUR
    return Entry(
        uid=f"u{hours}",
        key=key or f"k{hours}",
        seen_at=NOW,
        date=when,
        published=None if undated else when,
        undated=undated,
    )


def parsed(*entries: Entry, **more: object) -> ParsedFeed:
    values = {"entries": entries, "title": "T", "listed": len(entries), **more}
    return ParsedFeed(**values)  # type: ignore[arg-type]


def document(complete: bool = True, **headers: str) -> Fetched:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url="http://news.test/", body=b"x", headers=sent, body_hash="new", complete=complete)


def after(
    one: Feed, outcome: Outcome, fetched: Fetched | None = None, settings: PollingSettings = SETTINGS, **more: object
) -> Feed:
    context = PollContext(now=NOW, settings=settings, fetched=fetched or document(), **more)  # type: ignore[arg-type]
    return after_poll(one, outcome, context)


def failed(status: int | None = None, after_: timedelta | None = None, *, network: bool = False) -> FetchError:
    return FetchError("u", "no", status=status, retry_after=after_, network=network)


def wait(one: Feed) -> timedelta:
    assert one.due_at is not None
    return one.due_at - NOW


# ---------------------------------------------------------------------------- failures


def test_failures_wait_twice_as_long_each_time_up_to_a_day() -> None:
    one, waits = GOOD, []
    for _ in range(10):
        one = after(one, failed(500))
        waits.append(wait(one))
    assert waits[:4] == [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR]
    assert waits[-1] == DAY
    assert (one.failures, one.failing_since, one.health) == (10, NOW, Health.FAILING)


def test_a_failure_erases_nothing_that_is_known() -> None:
    for error in (failed(404), ParseError("u", "a web page, not a feed")):
        one = after(GOOD, error)
        assert (one.etag, one.last_modified, one.body_hash, one.title) == ('"old"', "then", "old", "Known")
        assert (one.newest, one.first_polled_at, one.ok_at) == (GOOD.newest, GOOD.first_polled_at, GOOD.ok_at)


def test_jitter_spreads_what_failed_together() -> None:
    assert wait(after(GOOD, failed(500), roll=0.0)) == 0.9 * 15 * MINUTE
    assert wait(after(GOOD, failed(500), roll=0.999)) > 16 * MINUTE


@pytest.mark.parametrize(
    ("wish", "waited"), [(HOUR, HOUR), (5 * MINUTE, 15 * MINUTE), (timedelta(days=3650), DAY), (None, 15 * MINUTE)]
)
def test_retry_after_is_kept_between_the_interval_and_a_day(wish: timedelta | None, waited: timedelta) -> None:
    assert wait(after(GOOD, failed(429, wish))) == waited


def test_a_good_poll_ends_the_series() -> None:
    one = after(after(GOOD, failed(500)), NotModified())
    assert (one.failures, one.failing_since, one.error) == (0, None, "")
    assert wait(one) == 15 * MINUTE


def test_gone_on_three_different_days_is_given_up() -> None:
    one = GOOD
    for day in range(3):
        for _ in range(2):  # twice a day counts once
            one = after_poll(one, failed(410), PollContext(now=NOW + day * DAY, settings=SETTINGS))
        assert (one.health is Health.GONE) == (day == 2)
    assert one.due_at is None


def test_an_offline_machine_blames_no_feed() -> None:
    other, dead = replace(GOOD, url="http://other.test/"), replace(GOOD, url="http://dead.test/", failures=9)
    down, nobody = failed(network=True), frozenset[str]()
    assert is_offline(unreached(nobody, [(GOOD, down), (other, down)]))
    assert is_offline(unreached(unreached(nobody, [(GOOD, down)]), [(other, down)]))  # one by one, as a service polls
    assert not is_offline(unreached(nobody, [(GOOD, down), (replace(GOOD, url=f"{GOOD.url}?2"), down)]))  # one host
    assert not is_offline(unreached(nobody, [(GOOD, down), (other, down), (dead, NotModified())]))
    assert not is_offline(unreached(nobody, [(GOOD, down), (dead, down)]))  # dead feeds tell nothing
    assert not is_offline(unreached(unreached(nobody, [(GOOD, down)]), [(dead, failed(404))]))
    one = after(replace(GOOD, failures=1), failed(network=True), offline=True)
    assert (one.failures, one.health) == (1, Health.OK)
    dues = {wait(after(GOOD, failed(network=True), offline=True, roll=roll / 10)) for roll in range(10)}
    assert len(dues) == 10
    assert max(dues) <= 15 * MINUTE


def test_a_page_instead_of_a_feed_is_called_so() -> None:
    assert after(GOOD, ParseError("u", "a web page, not a feed")).health is Health.NOT_A_FEED


# ---------------------------------------------------------------------------- good answers


def test_validators_move_with_a_whole_document() -> None:
    one = after(GOOD, parsed(entry(1), overlap=1), document(etag='"new"', last_modified="now"))
    assert (one.etag, one.last_modified, one.body_hash, one.health) == ('"new"', "now", "new", Health.OK)
    one = after(GOOD, parsed(entry(1), overlap=1), document())
    assert (one.etag, one.last_modified) == (None, None)  # this document has none: the old ones are not its own


@pytest.mark.parametrize(
    ("fetched", "outcome"),
    [
        (document(complete=False, etag='"new"'), parsed(entry(1), overlap=1)),
        (document(etag='"new"'), parsed(entry(1), overlap=1, truncated=True, degraded="broke off")),
    ],
)
def test_a_document_that_broke_off_does_not_move_them(fetched: Fetched, outcome: ParsedFeed) -> None:
    one = after(GOOD, outcome, fetched)
    assert (one.etag, one.body_hash) == ('"old"', "old")


def test_a_304_does_not_hide_what_was_wrong_with_the_document() -> None:
    broken = after(GOOD, parsed(entry(1), overlap=1, degraded="not well-formed: line 3"))
    assert broken.health is Health.DEGRADED
    assert after(broken, NotModified()).health is Health.DEGRADED
    assert after(broken, NotModified()).error == broken.error != ""
    assert after(after(broken, parsed(entry(0))), NotModified()).error == ""
    empty = after(GOOD, parsed(listed=0))
    assert empty.health is Health.EMPTY
    assert after(empty, NotModified()).health is Health.EMPTY


def test_an_empty_document_clears_nothing() -> None:
    one = after(GOOD, parsed(listed=0))
    assert (one.newest, one.first_polled_at) == (GOOD.newest, GOOD.first_polled_at)


def test_undated_feeds_say_so_until_they_date_something() -> None:
    one = after(GOOD, parsed(entry(1, undated=True), overlap=1))
    assert one.health is Health.UNDATED
    assert after(one, parsed(listed=3, overlap=3)).health is Health.UNDATED
    assert after(one, parsed(entry(1), overlap=1)).health is Health.OK


def test_a_permanent_redirect_counts_after_three_equal_answers_over_a_day() -> None:
    one = GOOD
    for hours, kept in ((0, ""), (1, ""), (2, ""), (25, "http://new.test/")):
        moved = NotModified(moved_to="http://new.test/")
        one = after_poll(one, moved, PollContext(now=NOW + hours * HOUR, settings=SETTINGS))
        assert one.fetch_url == kept
    assert one.url == GOOD.url


def test_redirects_that_disagree_prove_nothing() -> None:
    one = GOOD
    for hours, target in (
        (0, "http://a.test/"),
        (25, "http://b.test/"),
        (50, "http://a.test/"),
        (75, "http://b.test/"),
    ):
        outcome = NotModified(moved_to=target)
        one = after_poll(one, outcome, PollContext(now=NOW + hours * HOUR, settings=SETTINGS))
    assert one.fetch_url == ""


# ---------------------------------------------------------------------------- gaps and rhythm


def test_a_feed_that_rolled_over_has_a_gap_and_is_polled_more_often() -> None:
    one = after(GOOD, parsed(*(entry(n / 10) for n in range(1, 21)), overlap=0))
    assert one.gaps == 1
    assert wait(one) < 15 * MINUTE
    calm = after(one, parsed(entry(0.05), overlap=19, listed=20))
    assert calm.gaps == 1
    assert rolled_within(calm, NOW - HOUR, NOW)  # the digest of that time says so, and no later one
    assert not rolled_within(calm, NOW, NOW + HOUR)
    assert not rolled_within(GOOD, NOW - HOUR, NOW)


@pytest.mark.parametrize(
    ("one", "outcome"),
    [
        (GOOD, parsed(entry(1), entry(2), overlap=1)),  # it reaches back to what was known
        (GOOD, parsed(entry(1), entry(20), overlap=0)),  # new guids on old entries
        (GOOD, parsed(entry(1), overlap=0)),  # one entry says nothing
        (feed(), parsed(entry(1), entry(2), overlap=0)),  # a first poll
        (GOOD, parsed(entry(1, undated=True), entry(2, undated=True), overlap=0)),
    ],
)
def test_these_are_no_gaps(one: Feed, outcome: ParsedFeed) -> None:
    assert not rolled_over(one, outcome)


def test_the_rhythm_is_the_usual_gap() -> None:
    one = after(feed(), parsed(entry(1), entry(3), entry(5), entry(50)))
    assert one.rhythm == 2 * HOUR


def test_late_is_much_longer_than_the_rhythm() -> None:
    hourly = replace(GOOD, rhythm=HOUR, newest=NOW - 3 * DAY)
    assert is_late(hourly, NOW)
    assert health_of(hourly, NOW) is Health.LATE
    assert not is_late(replace(hourly, rhythm=DAY), NOW)
    assert health_of(replace(hourly, health=Health.FAILING), NOW) is Health.FAILING
    assert health_of(replace(hourly, disabled=True), NOW) is Health.DISABLED


def test_quiet_feeds_are_slowed_only_where_the_user_allows_it() -> None:
    quiet = replace(GOOD, rhythm=7 * DAY)
    assert interval(quiet, SETTINGS) == 15 * MINUTE
    assert interval(quiet, PollingSettings.model_validate({"max_interval": "4h"})) == 4 * HOUR
    assert (
        interval(replace(quiet, every=2 * MINUTE), PollingSettings.model_validate({"max_interval": "4h"})) == 2 * MINUTE
    )


# ---------------------------------------------------------------------------- wishes of the document


@pytest.mark.parametrize(
    ("hints", "headers", "waited"),
    [
        ({"ttl": "30"}, {}, 30 * MINUTE),
        ({"ttl": "1440"}, {}, HOUR),  # a wish may slow a feed down four times, no more
        ({"ttl": "soon"}, {}, 15 * MINUTE),
        ({}, {"cache_control": "public, max-age=1800"}, 30 * MINUTE),
        ({}, {"cache_control": "no-cache, max-age=1800"}, 15 * MINUTE),
        ({}, {"expires": "Sat, 21 Nov 2026 12:45:00 GMT", "date": "Sat, 21 Nov 2026 12:00:00 GMT"}, 45 * MINUTE),
        ({"sy_updateperiod": "hourly", "sy_updatefrequency": "2"}, {}, 30 * MINUTE),
    ],
)
def test_documents_may_ask_for_patience(hints: dict[str, str], headers: dict[str, str], waited: timedelta) -> None:
    one = after(GOOD, parsed(entry(1), overlap=1, hints=hints), document(**headers))
    assert wait(one) == waited


def test_an_interval_of_its_own_or_under_a_minute_is_taken_at_its_word() -> None:
    slow = parsed(entry(1), overlap=1, hints={"ttl": "60"})
    assert wait(after(replace(GOOD, every=2 * MINUTE), slow)) == 2 * MINUTE
    assert wait(after(GOOD, slow, settings=PollingSettings.model_validate({"every": "2s"}))) == timedelta(seconds=2)


def test_hours_and_days_to_skip_are_skipped() -> None:
    noon = parsed(entry(1), overlap=1, hints={"skiphours": "12 13"})
    assert after(GOOD, noon).due_at == datetime(2026, 11, 21, 14, tzinfo=UTC)
    weekend = parsed(entry(1), overlap=1, hints={"skipdays": "Saturday Sunday"})
    assert after(GOOD, weekend).due_at == datetime(2026, 11, 23, tzinfo=UTC)
