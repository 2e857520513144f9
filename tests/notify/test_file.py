"""Digests as files and as Atom feeds: whole or not at all, and the same after a repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from monitor.errors import DeliveryError
from monitor.notify import digest as digests
from monitor.notify.atom import KEPT, Feeds
from monitor.notify.digest import Notice, notice
from monitor.notify.file import Folder, safe_name
from monitor.notify.receivers import AtomSettings, FileSettings
from monitor.types import Delivery, DigestEvent, Novelty
from tests.notify.samples import NOW, STORY, delivery, digest, event

ATOM = "{http://www.w3.org/2005/Atom}"


def told(*events: DigestEvent, number: int = 1, at: datetime = NOW, **changes: Any) -> Delivery:
    rendered = digests.render(digest(*events, created_at=at, **changes))
    return delivery(number, rendered=rendered, created_at=at)


def test_a_digest_is_three_files_and_a_line_in_the_index(tmp_path: Path) -> None:
    page = Path(Folder("archive", FileSettings(path=tmp_path)).send(told(), NOW))
    assert sorted(path.suffix for path in page.parent.iterdir()) == [".html", ".json", ".txt"]
    assert page.parent.name == STORY
    assert page.read_text() == told().rendered.html
    assert f'href="{STORY}/{page.name}"' in (tmp_path / "index.html").read_text()


def test_what_the_text_has_no_room_for_lies_beside_it(tmp_path: Path) -> None:
    page = Path(Folder("archive", FileSettings(path=tmp_path)).send(told(*map(event, range(80))), NOW))
    further = page.with_suffix(".further-reports.txt").read_text()
    assert "https://news.example.org/79" in further
    assert "https://news.example.org/0\n" not in further


def test_a_repeat_replaces_its_first_try(tmp_path: Path) -> None:
    folder = Folder("archive", FileSettings(path=tmp_path))
    assert folder.send(told(), NOW) == folder.send(told(), NOW + timedelta(hours=3))
    assert len(list(tmp_path.glob("*/*.html"))) == 1


def test_the_index_lists_the_latest_first_and_escapes_titles(tmp_path: Path) -> None:
    folder = Folder("archive", FileSettings(path=tmp_path))
    folder.send(told(), NOW)
    later = told(event(title="<script>alert(1)</script>"), number=2, at=NOW + timedelta(days=1))
    folder.send(later, NOW)
    index = (tmp_path / "index.html").read_text()
    assert "<script" not in index
    assert index.index("2024-07-10") < index.index("2024-07-09")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", "..", "a/b", ".hidden", "Seoul – 우크라이나", ""])
def test_names_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    assert (tmp_path / safe_name(name)).resolve().parent == tmp_path.resolve()


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    for door in (
        Folder("archive", FileSettings(path=tmp_path / "taken")),
        Feeds("feed", AtomSettings(path=tmp_path / "taken")),
    ):
        with pytest.raises(DeliveryError) as caught:
            door.send(told(), NOW)
        assert caught.value.retryable


# --------------------------------------------------------------------------- Atom


def feed_in(folder: Path, *deliveries: Delivery) -> Path:
    door = Feeds("feed", AtomSettings(path=folder, base_url="https://example.org/feeds"))
    return [Path(door.send(one, NOW)) for one in deliveries][-1]


def test_the_feed_is_valid_atom(tmp_path: Path) -> None:
    """What RFC 4287 demands of a feed and of each entry: one id, title and updated; an author; content or a link."""
    path = feed_in(tmp_path, told(event(1), event(2)))
    root = etree.fromstring(path.read_bytes())
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [found.text for found in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 3
    assert all(str(found).startswith("urn:storyline-monitor:") for found in ids)
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == "https://example.org/feeds/harbour.atom"


def test_an_event_carries_its_pages_for_feedback(tmp_path: Path) -> None:
    page = "https://desk.example.org/feedback/token"
    first, second = (
        feedparser.parse(feed_in(tmp_path / name, told(one)).read_bytes()).entries[0].content[0].value
        for name, one in (("with", event(1, feedback=page)), ("without", event(1)))
    )
    assert f'<a href="{page}?say=yes">On the story</a>' in first
    assert f'<a href="{page}?say=no">Not the story</a>' in first
    assert "on the story" not in second.lower()


def test_a_reader_sees_events_with_what_is_new(tmp_path: Path) -> None:
    parsed = feedparser.parse(feed_in(tmp_path, told(event(1), event(2))).read_bytes())
    assert not parsed.bozo
    assert parsed.feed.title == "The harbour deal"
    assert {entry.title for entry in parsed.entries} == {"Ports agree on item 1", "Ports agree on item 2"}
    assert parsed.entries[0].link.startswith("https://news.example.org/")
    assert "The council agreed on item" in parsed.entries[0].content[0].value


def test_an_event_without_a_new_sentence_names_its_reports(tmp_path: Path) -> None:
    confirmed = event(1, new=(), why=("now confirmed by a second independent source: Courier",))
    (entry,) = feedparser.parse(feed_in(tmp_path, told(confirmed)).read_bytes()).entries
    assert 'Item 1 (<a href="https://news.example.org/1">Gazette</a>)' in entry.content[0].value


def test_an_event_is_updated_in_place_and_keeps_its_id(tmp_path: Path) -> None:
    feed_in(tmp_path, told(event(1), event(2)))
    before = {entry.title: entry.id for entry in feedparser.parse((tmp_path / "harbour.atom").read_bytes()).entries}
    grown = event(1, verdict=Novelty.CORRECTION, why=("12 → 19 pilots",), is_update=True)
    path = feed_in(tmp_path, told(grown, number=2, at=NOW + timedelta(hours=5)))
    parsed = feedparser.parse(path.read_bytes())
    assert {entry.title: entry.id for entry in parsed.entries} == before
    updated = next(entry for entry in parsed.entries if entry.title.endswith("1"))
    assert updated.updated.startswith("2024-07-09T11:00:00")
    assert updated.published < updated.updated
    assert "12 → 19 pilots" in updated.content[0].value
    assert "first mention: 12 pilots" in updated.content[0].value


def test_a_repeat_leaves_the_feed_as_it_is(tmp_path: Path) -> None:
    first = feed_in(tmp_path, told(event(1))).read_bytes()
    assert feed_in(tmp_path, told(event(1))).read_bytes() == first


def test_digests_out_of_order_do_not_turn_the_feed_back(tmp_path: Path) -> None:
    late = told(event(1, title="Later title"), number=2, at=NOW + timedelta(hours=5))
    path = feed_in(tmp_path, late, told(event(1)))
    assert [entry.title for entry in feedparser.parse(path.read_bytes()).entries] == ["Later title"]


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    bad = '<script>alert(1)</script>\x00\x1b\ud800 & "quotes" ]]>'
    base = event()
    line = replace(base.new[0], text=bad, source=bad, link="javascript:alert(1)")
    path = feed_in(tmp_path, told(event(title=bad, why=(bad,), new=(line,)), storyline_title=bad))
    parsed = feedparser.parse(path.read_bytes())
    assert not parsed.bozo
    assert "<script" not in parsed.entries[0].content[0].value


def test_the_feed_is_bounded_and_a_notice_is_no_event(tmp_path: Path) -> None:
    many = [event(number) for number in range(KEPT + 20)]
    path = feed_in(tmp_path, told(*many))
    assert len(feedparser.parse(path.read_bytes()).entries) == KEPT + 20  # what one digest tells is never cut
    path = feed_in(tmp_path, told(event(KEPT + 20), number=2, at=NOW + timedelta(hours=1)))
    entries = feedparser.parse(path.read_bytes()).entries
    assert len(entries) == KEPT
    assert any(entry.title == f"Ports agree on item {KEPT + 20}" for entry in entries)
    rendered = notice(Notice(id="n", title="A feed is gone", lines=("x",), created_at=NOW))
    path = feed_in(tmp_path, delivery(storyline="", rendered=rendered))
    assert not feedparser.parse(path.read_bytes()).bozo


def test_a_lost_memory_starts_anew(tmp_path: Path) -> None:
    feed_in(tmp_path, told(event(1)))
    (tmp_path / ".harbour.events.json").write_text("{broken")
    path = feed_in(tmp_path, told(event(2), number=2, at=NOW + timedelta(hours=1)))
    assert [entry.title for entry in feedparser.parse(path.read_bytes()).entries] == ["Ports agree on item 2"]
