"""Entries: stored once, known for ever, edited in place, numbered in the order of assessing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.store import Store, Tx
from monitor.types import Entry, Feed

NOW = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)
LONG = "A sentence that is long enough to be told apart from a mere heading."


@pytest.fixture
def tx() -> Iterator[Tx]:
    with Store() as store, store.begin() as tx:
        tx.feeds.sync([Feed(url="http://127.0.0.1/a.xml", tags=("asia",)), Feed(url="http://127.0.0.1/b.xml")])
        yield tx


def entry(key: str, **changes: object) -> Entry:
    link = f"https://news.example/{key}"
    plain = Entry(
        uid=f"uid-{key}", key=key, id=key, link=link, canonical=link, title=f"Title {key}", summary=f"{key}: {LONG}",
        source="News", published=NOW, seen_at=NOW, date=NOW,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_an_entry_comes_back_as_it_was_with_its_feeds_tags(tx: Tx) -> None:
    tx.entries.add(1, [entry("one")], NOW)
    found = tx.entries.find("uid-one")
    assert found is not None
    assert replace(found, seq=0) == entry("one", feed_id=1, feed_url="http://127.0.0.1/a.xml", tags=("asia",))


def test_the_same_entry_is_stored_once(tx: Tx) -> None:
    assert tx.entries.add(1, [entry("one")], NOW).new == 1
    again = tx.entries.add(1, [entry("one")], NOW)
    assert (again.new, again.edited, again.renamed) == (0, 0, 0)


def test_keys_are_per_feed(tx: Tx) -> None:
    tx.entries.add(1, [entry("one")], NOW)
    assert tx.entries.add(2, [entry("one", uid="uid-other")], NOW).new == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "new-guid"},
        {"id": "new-guid", "link": "https://news.example/elsewhere", "canonical": "https://news.example/elsewhere"},
    ],
)
def test_a_new_guid_does_not_make_an_old_item_news(tx: Tx, changes: dict[str, str]) -> None:
    tx.entries.add(1, [entry("one")], NOW)
    same = entry(
        "two",
        uid="uid-2",
        title="Title one",
        summary=f"one: {LONG}",
        link=entry("one").link,
        canonical=entry("one").canonical,
    )
    added = tx.entries.add(1, [replace(same, **changes)], NOW + timedelta(days=3))  # type: ignore[arg-type]
    assert (added.new, added.renamed) == (0, 1)


def test_a_feed_that_invents_its_guids_anew_at_every_poll_does_not_fill_the_store(tx: Tx) -> None:
    one, other = entry("one"), entry("other")
    tx.entries.add(1, [one, other], NOW)
    for poll in range(1, 200):
        now = NOW + timedelta(hours=3 * poll)
        assert tx.entries.add(1, [replace(one, key=f"guid-{poll}", id=f"guid-{poll}")], now).renamed == 1
    known = tx.feeds.known(1).keys()
    assert {"one", "other", "guid-199", "guid-198"} <= known  # the first and the latest
    assert len(known) < 20
    assert tx.entries.add(1, [one, other], now).new == 0


def test_after_thirty_days_the_same_words_are_news_again(tx: Tx) -> None:
    tx.entries.add(1, [entry("one")], NOW)
    later = NOW + timedelta(days=31)
    same = entry("two", uid="uid-2", title="Title one", summary=f"one: {LONG}", seen_at=later, date=later)
    assert tx.entries.add(1, [same], later).new == 1


def test_short_texts_may_repeat(tx: Tx) -> None:
    tx.entries.add(1, [entry("one", title="Live", summary="")], NOW)
    assert tx.entries.add(1, [entry("two", title="Live", summary="")], NOW).new == 1


def test_an_edit_waits_again_with_its_old_words(tx: Tx) -> None:
    tx.entries.add(1, [entry("one")], NOW)
    first = tx.entries.waiting(10)[0]
    tx.entries.mark_assessed([(first.entry.seq, 1)])
    assert tx.entries.waiting(10) == []
    added = tx.entries.add(1, [entry("one", title="Title one, corrected")], NOW)
    assert added.edited == 1
    waiting = tx.entries.waiting(10)[0]
    assert waiting.entry.title == "Title one, corrected"
    assert waiting.previous is not None
    assert waiting.previous.title == "Title one"
    assert waiting.entry.revision == 1
    assert waiting.numbered
    tx.entries.mark_assessed([(waiting.entry.seq, 0)])
    assert tx.entries.assessed_count() == 1


def test_waiting_is_oldest_first_by_date_then_uid(tx: Tx) -> None:
    offered = [entry("c", date=NOW), entry("a", date=NOW - timedelta(hours=1)), entry("b", date=NOW)]
    tx.entries.add(1, offered, NOW)
    assert [w.entry.key for w in tx.entries.waiting(10)] == ["a", "b", "c"]
    assert [w.entry.key for w in tx.entries.waiting(1)] == ["a"]


def test_the_stream_is_the_latest_in_the_order_of_assessing(tx: Tx) -> None:
    tx.entries.add(1, [entry(str(n)) for n in range(10)], NOW)
    for number, waiting in enumerate(tx.entries.waiting(10), 1):
        tx.entries.mark_assessed([(waiting.entry.seq, number)])
    assert [e.key for e in tx.entries.stream(upto=8, limit=3)] == ["5", "6", "7"]


def test_an_entry_that_fails_three_times_is_set_aside(tx: Tx) -> None:
    tx.entries.add(1, [entry("one")], NOW)
    seq = tx.entries.waiting(1)[0].entry.seq
    assert [tx.entries.fail(seq, "ValueError: odd") for _ in range(3)] == [False, False, True]
    assert tx.entries.waiting(1) == []
    assert tx.entries.status_of("uid-one") == ("quarantined", "ValueError: odd")


def test_an_entry_is_stored_together_with_the_readers_print_of_it(tx: Tx) -> None:
    tx.entries.add(1, [entry("one")], NOW, {"one": "p1", "unread": "p2"})
    assert tx.feeds.known(1) == {"one": "p1"}
    tx.entries.add(1, [entry("two", id="two", link="https://news.example/one", canonical="https://news.example/one",
        title="Title one", summary=entry("one").summary)], NOW, {"two": "p3"})  # fmt: skip
    assert tx.feeds.known(1) == {"one": "p1", "two": "p3"}
    assert len(tx.entries.latest(9)) == 1


def test_a_key_without_an_entry_is_noted_until_it_is_old(tx: Tx) -> None:
    tx.entries.add(1, [entry("one")], NOW)
    tx.entries.remember_keys(1, {"one": "p1", "unread": "p2"}, NOW)
    assert tx.feeds.known(1) == {"one": "p1", "unread": "p2"}
    tx.entries.remember_keys(1, {"one": "p1", "unread": "p3"}, NOW)
    assert tx.feeds.known(1)["unread"] == "p3"
    assert len(tx.entries.latest(9)) == 1
    assert tx.housekeeping.old_keys(NOW, 9) == []
    assert tx.housekeeping.old_keys(NOW + timedelta(days=1), 9) == [(1, "unread")]


@pytest.mark.parametrize("which", ["uid-one", "https://news.example/one", "uid-on"])
def test_an_entry_is_found_by_uid_link_or_the_front_of_its_uid(tx: Tx, which: str) -> None:
    tx.entries.add(1, [entry("one"), entry("two")], NOW)
    found = tx.entries.find(which)
    assert found is not None
    assert found.key == "one"


def test_an_ambiguous_or_unknown_entry_is_not_found(tx: Tx) -> None:
    tx.entries.add(1, [entry("alpha-one"), entry("alpha-two")], NOW)
    assert tx.entries.find("uid-alpha") is None
    assert tx.entries.find("nothing-like-it") is None
