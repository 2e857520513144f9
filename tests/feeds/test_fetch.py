"""Fetching: manners, limits, and what a failure says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.errors import FetchError
from monitor.feeds.fetch import Fetcher
from monitor.types import Fetched, NotModified
from tests.fakes import FakeWeb
from tests.feeds.make import NOW, feed, item, polling, rss


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(polling(timeout="1s")) as one:
        yield one


def test_a_document_comes_with_its_validators_and_they_are_echoed_byte_for_byte(web: FakeWeb, fetcher: Fetcher) -> None:
    first = fetcher.fetch(feed(web.put("/a.xml", rss(item(1)))), NOW)
    assert isinstance(first, Fetched)
    assert first.body == rss(item(1))
    known = replace(feed(web.url("/a.xml")), etag=first.headers["etag"], last_modified=first.headers["last-modified"])
    assert isinstance(fetcher.fetch(known, NOW), NotModified)
    assert web.asked[1].headers["if-none-match"] == first.headers["etag"]
    assert web.asked[1].headers["if-modified-since"] == first.headers["last-modified"]


def test_the_same_body_counts_as_unchanged_without_validators(web: FakeWeb, fetcher: Fetcher) -> None:
    web.answer("/a.xml", 200, rss(item(1)))
    first = fetcher.fetch(feed(web.url("/a.xml")), NOW)
    assert isinstance(first, Fetched)
    again = fetcher.fetch(replace(feed(web.url("/a.xml")), body_hash=first.body_hash), NOW)
    assert isinstance(again, NotModified)


def test_a_drip_ends_at_the_total_deadline(web: FakeWeb, fetcher: Fetcher) -> None:
    web.script("/slow", lambda wire: wire.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b"x" * 999, 0.05, 4))
    with pytest.raises(FetchError, match="within 1 s"):
        fetcher.fetch(feed(web.url("/slow")), NOW)


def test_an_address_inside_is_refused_without_the_opt_out(web: FakeWeb, fetcher: Fetcher) -> None:
    inside = feed(web.put("/a.xml", rss()), polling(allow_private_networks=False))
    with pytest.raises(FetchError, match="private"):
        fetcher.fetch(inside, NOW)
    assert web.asked == []


def test_a_redirect_to_an_unnamed_inner_host_is_not_followed(fetcher: Fetcher) -> None:
    with FakeWeb(any_host=True) as web:
        web.answer("/a.xml", 302, headers={"Location": web.url("/canary", "127.0.0.66")})
        with pytest.raises(FetchError, match="private address"):
            fetcher.fetch(feed(web.url("/a.xml")), NOW)
        assert web.paths() == ["/a.xml"]
