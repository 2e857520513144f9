"""feeds add, discover, suggest, import, export."""

from __future__ import annotations

from pathlib import Path

from monitor import config
from tests.cli.conftest import Monitor
from tests.scene import Newsroom


def urls(room: Newsroom) -> list[str]:
    return [feed.url for feed in config.load(room.config).feeds]


def test_add_looks_first(room: Newsroom, monitor: Monitor) -> None:
    first, second = urls(room)
    room.write(feeds=f"\n  - {first}")
    assert monitor(f"feeds add {second} --name Second --tag asia").code == 0
    assert urls(room) == [first, second]
    assert monitor("feeds list --tag asia --json").json[0]["name"] == "Second"


def test_a_page_is_not_added_but_its_feeds_are_named(room: Newsroom, monitor: Monitor) -> None:
    first, second = urls(room)
    room.write(feeds=f"\n  - {first}")
    link = '<link rel="alternate" type="application/rss+xml" href="/0.xml">'
    room.feeds[1].broken = f"<!doctype html><html><head>{link}</head><body><p>News</p></body></html>".encode()
    answer = monitor(f"feeds add {second}")
    assert answer.code == 1
    assert "was not added" in answer.err
    assert f"monitor feeds add {first}" in answer.err
    assert urls(room) == [first]
    found = monitor(f"feeds discover {second} --json").json
    assert [each["url"] for each in found] == [first]


def test_add_without_looking(room: Newsroom, monitor: Monitor) -> None:
    assert monitor("feeds add https://intranet.example/feed --no-fetch").code == 0
    assert urls(room)[-1] == "https://intranet.example/feed"
    again = monitor("feeds add https://intranet.example/feed --no-fetch")
    assert again.code == 78
    assert "already in" in again.err


def test_what_is_exported_can_be_imported(room: Newsroom, monitor: Monitor) -> None:
    known = urls(room)
    Path("feeds.opml").write_text(monitor("feeds export").out)
    room.write(feeds=f"\n  - {known[0]}")
    assert "1 feeds added" in monitor("feeds import feeds.opml").out
    assert urls(room) == known
    assert "0 feeds added" in monitor("feeds import feeds.opml").out
    assert [feed["url"] for feed in monitor("feeds export --json").json] == known
    assert monitor("feeds import feeds.opml --json").json == {"added": [], "known": len(known)}


def test_a_page_that_is_not_there_is_named(room: Newsroom, monitor: Monitor) -> None:
    page = room.url(0).rpartition("/")[0] + "/nowhere"
    answer = monitor(f"feeds discover {page}")
    assert (answer.code, answer.err.strip()) == (1, f"monitor: {page}: 404 not found")


def test_a_broken_list_is_refused_plainly(room: Newsroom, monitor: Monitor) -> None:
    Path("feeds.opml").write_text("no list at all")
    answer = monitor("feeds import feeds.opml")
    assert answer.code == 1
    assert "OPML" in answer.err


def test_suggestions_come_from_the_seeds(room: Newsroom, monitor: Monitor) -> None:
    found = monitor("feeds suggest seoul --json").json
    assert found
    assert all(each["url"].startswith("https://") for each in found)
    assert any("Seoul" in each["url"] or "Ukraine" in each["url"] for each in found)
    before = len(urls(room))
    assert monitor("feeds suggest seoul --add").code == 0
    assert len(urls(room)) == before + len(found)
