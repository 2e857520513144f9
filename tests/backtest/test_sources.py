"""Saved feeds, lists of feeds and the store's own history, as items."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.backtest import Found, Span, history, read
from monitor.errors import ConfigError
from monitor.feeds.settings import PollingSettings
from monitor.store import Store
from monitor.types import Entry, Feed, Feedback

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>"""
ITEM = "<item><guid>{guid}</guid><title>{title}</title><description>Text.</description><pubDate>{date}</pubDate></item>"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title><id>urn:gazette</id><entry><id>urn:one</id>
<title>{title}</title><published>2024-06-20T08:00:00Z</published><updated>{updated}</updated></entry></feed>"""
OLD, NEW = "Thu, 20 Jun 2024 08:00:00 GMT", "Sat, 22 Jun 2024 08:00:00 GMT"
ALL = Span("story")
Look = Callable[[Path], Found]


def rss(*items: tuple[str, str, str], title: str = "Herald") -> str:
    return RSS.format(title=title, items="".join(ITEM.format(guid=g, title=t, date=d) for g, t, d in items))


@pytest.fixture
def empty() -> Iterator[Store]:
    with Store() as made:
        yield made


@pytest.fixture
def found_in(empty: Store) -> Look:
    return lambda path: read(path, ALL, PollingSettings(), empty)


def test_a_saved_feed(found_in: Look, tmp_path: Path) -> None:
    path = tmp_path / "herald.rss"
    path.write_text(rss(("1", "First", OLD), ("2", "Undated", "")))
    os.utime(path, (1_719_000_000, 1_719_000_000))
    first, undated = sorted(found_in(path).items, key=lambda item: item.title)
    assert (first.title, first.source, first.summary, first.date.day) == ("First", "Herald", "Text.", 20)
    assert (undated.undated, undated.date) == (True, datetime.fromtimestamp(1_719_000_000, UTC))


def test_a_file_older_than_its_entries_does_not_move_them(found_in: Look, tmp_path: Path) -> None:
    path = tmp_path / "herald.xml"
    path.write_text(rss(("1", "First", NEW)))
    os.utime(path, (0, 0))
    assert found_in(path).items[0].date == datetime(2024, 6, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize("packed", [False, True])
def test_a_feed_saved_many_times_tells_each_entry_once(found_in: Look, tmp_path: Path, packed: bool) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "monday.xml").write_text(rss(("1", "First", OLD)))
    (folder / "tuesday.xml").write_text(rss(("2", "Second", NEW), ("1", "First", OLD)))
    (folder / "notes.txt").write_text("not looked at")
    if packed:
        with zipfile.ZipFile(tmp_path / "feeds.zip", "w") as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
    found = found_in(tmp_path / "feeds.zip" if packed else folder).items
    assert sorted(item.title for item in found) == ["First", "Second"]


def test_an_entry_that_was_updated_is_told_again(found_in: Look, tmp_path: Path) -> None:
    (tmp_path / "1.atom").write_text(ATOM.format(title="Twelve dead", updated="2024-06-20T08:00:00Z"))
    (tmp_path / "2.atom").write_text(ATOM.format(title="Nineteen dead", updated="2024-06-20T11:00:00Z"))
    found = found_in(tmp_path).items
    assert [item.title for item in found] == ["Twelve dead", "Nineteen dead"]
    assert len({item.id for item in found}) == 1


def test_a_json_feed_is_told_from_json_lines(found_in: Look, tmp_path: Path) -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Blog", "items": [{"id": "1", "title": "Post"}]}
    (tmp_path / "feed.json").write_text(json.dumps(feed))
    (tmp_path / "lines.json").write_text('{"id": "a", "title": "Line"}\n')
    assert [item.title for item in found_in(tmp_path / "feed.json").items] == ["Post"]
    assert [item.title for item in found_in(tmp_path / "lines.json").items] == ["Line"]


def test_broken_files_are_named_and_the_others_read(found_in: Look, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<html><body>gone</body></html>")
    (tmp_path / "b.xml").write_text("")
    (tmp_path / "c.xml").write_text(rss(("1", "First", OLD)))
    found = found_in(tmp_path)
    assert [item.title for item in found.items] == ["First"]
    assert [note.split(":")[0] for note in found.notes] == [f"{tmp_path}/a.xml", f"{tmp_path}/b.xml"]


def test_nothing_to_read_is_a_fault(found_in: Look, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<html></html>")
    with pytest.raises(ConfigError, match="nothing to replay"):
        found_in(tmp_path)


@pytest.fixture
def store(empty: Store) -> Store:
    with empty.begin() as tx:
        tx.feeds.sync([Feed(url="https://a.example/feed"), Feed(url="https://b.example/feed")])
        feeds = {feed.url: feed for feed in tx.feeds.all()}
        for number, (url, day) in enumerate([("https://a.example/feed", 20), ("https://b.example/feed", 22)]):
            at = datetime(2024, 6, day, 8, tzinfo=UTC)
            entry = Entry(
                uid=f"uid-{number}", key=str(number), feed_id=feeds[url].id, source=url, title=f"Title {number}",
                summary="Summary", seen_at=at, date=at, published=at,
            )  # fmt: skip
            tx.entries.insert_as_given([entry])
        tx.desk.say(Feedback(entry_uid="uid-1", storyline="story", yes=True, at=at, text="Title 1"))
    return empty


def test_the_history_of_the_store_with_feedback_as_labels(store: Store) -> None:
    found = history(store, ALL).items
    assert [(item.id, item.title, item.summary, item.grade) for item in found] == [
        ("uid-0", "Title 0", "Summary", None),
        ("uid-1", "Title 1", "Summary", 1),
    ]


def test_history_since_a_day(store: Store) -> None:
    found = history(store, Span("story", datetime(2024, 6, 21, tzinfo=UTC))).items
    assert [item.id for item in found] == ["uid-1"]


def test_a_list_of_feeds_stands_for_what_is_held_of_them(store: Store, tmp_path: Path) -> None:
    opml = '<opml version="2.0"><body><outline type="rss" xmlUrl="https://{}.example/feed"/></body></opml>'
    (tmp_path / "a.opml").write_text(opml.format("a"))
    (tmp_path / "c.opml").write_text(opml.format("c"))
    assert [item.id for item in read(tmp_path / "a.opml", ALL, PollingSettings(), store).items] == ["uid-0"]
    with pytest.raises(ConfigError, match="holds nothing of its 1 feeds"):
        read(tmp_path / "c.opml", ALL, PollingSettings(), store)
