"""From bytes to entries, in the child process that does it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.errors import ParseError
from monitor.feeds.parse import Reader
from monitor.types import Fetched, ParsedFeed
from tests.feeds.make import NOW, feed, item, polling, rss


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(polling(parsers=1, parse_seconds=1)) as one:
        yield one


def read(reader: Reader, body: bytes, known: dict[str, str] | None = None) -> ParsedFeed:
    fetched = Fetched(url="http://news.test/feed.xml", body=body, headers={"content-type": "application/xml"})
    return reader.read(feed(), fetched, known or {}, NOW)


def test_every_entry_comes_once_and_then_only_new_and_edited_ones(reader: Reader) -> None:
    first = read(reader, rss(item(1), item(2)))
    assert [entry.key for entry in first.entries] == ["urn:item:1", "urn:item:2"]
    known = dict(first.keys)
    later = read(reader, rss(item(3), item(1, "Edited"), item(2)), known)
    assert [entry.title for entry in later.entries] == ["Item 3", "Edited"]
    assert later.overlap == 2
    assert read(reader, rss(item(3), item(1, "Edited"), item(2)), known | dict(later.keys)).entries == ()


def test_a_page_is_no_feed_and_its_feeds_are_offered(reader: Reader) -> None:
    page = b"<!DOCTYPE html><head><link rel=alternate type='application/rss+xml' href='/x.xml'></head><body>Hi"
    with pytest.raises(ParseError, match=r"web page, not a feed; it names http://news\.test/x\.xml"):
        read(reader, page)


def test_a_document_that_costs_too_much_ends_the_child_and_not_us(reader: Reader) -> None:
    with pytest.raises(ParseError, match="processor time"):
        read(reader, rss(*(item(n) for n in range(60_000)), head="&undefined;"))
    assert len(read(reader, rss(item(1))).entries) == 1
