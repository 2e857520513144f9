"""Where feeds come from: pages, searches, lists of other programs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.errors import FeedError, FetchError
from monitor.feeds import discover, opml
from monitor.feeds.fetch import Fetcher
from monitor.feeds.suggest import suggest
from monitor.types import Feed, Seed, Seeds, Storyline, Watch
from tests.fakes import FakeWeb
from tests.feeds.make import item, polling, rss


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(polling()) as one:
        yield one


def found(fetcher: Fetcher, url: str) -> list[str]:
    return [urlsplit(one.url).path for one in discover.find(fetcher, url, allow_private_networks=True)]


PAGE = b"""<html><head><base href="/blog/"><title>A site</title>
<link rel="alternate" type="application/rss+xml" title="Comments" href="comments/feed">
<link rel="ALTERNATE home" type="application/atom+xml" title="  All
 posts " href="all.atom"><link rel="alternate" hreflang="de" href="/de"><link rel=stylesheet href=x.css>
<link rel=alternate type=application/feed+json href="javascript:x()">
</head><body><a href="/news/rss.xml">RSS</a> <a href="/about">About</a> <a href="all.atom">again</a>"""


def test_a_page_names_its_feeds(web: FakeWeb, fetcher: Fetcher) -> None:
    web.answer("/", 200, PAGE, {"Content-Type": "text/html"})
    assert found(fetcher, web.url("/")) == ["/blog/all.atom", "/news/rss.xml", "/blog/comments/feed"]
    first = discover.feed_links(PAGE, "http://news.test/")[0]
    assert (first.title, first.type) == ("All posts", "application/atom+xml")


def test_a_feed_is_its_own_answer(web: FakeWeb, fetcher: Fetcher) -> None:
    assert found(fetcher, web.put("/x", rss(item(1)))) == ["/x"]


def test_common_paths_are_tried_where_a_page_is_silent(web: FakeWeb, fetcher: Fetcher) -> None:
    web.answer("/", 200, b"<html><p>Nothing here")
    web.put("/feed.xml", rss(item(1)))
    web.answer("/rss", 200, b"<html>a page again")
    assert found(fetcher, web.url("/")) == ["/feed.xml"]


def test_a_page_that_cannot_be_had_is_an_error(web: FakeWeb, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match="404"):
        discover.find(fetcher, web.url("/none"), allow_private_networks=True)
    with pytest.raises(FetchError, match="private"):
        discover.find(fetcher, web.url("/none"))


@pytest.mark.parametrize("page", [b"", b"\x00\xff", b"<a href='http://[bad'>x", b"<link rel=alternate>" * 1000])
def test_no_page_breaks_the_search(page: bytes) -> None:
    assert discover.feed_links(page, "http://news.test/") == ()


# ---------------------------------------------------------------------------- searches

STORY = Storyline(
    name="arms",
    title="Arms",
    watch=Watch(
        any=("South Korea", "Seoul", '"Yoon Suk Yeol"', "/regex.*/", "title:Kim*"),
        none=("K-pop", "football"),
        boost=(("155mm", 2.0), ("Umerov", 3.0), ("dull", -1.0)),
    ),
)


def queries(story: Storyline, *terms: str, languages: tuple[str, ...] = ()) -> dict[str, dict[str, list[str]]]:
    return {one.name.partition(":")[0]: parse_qs(urlsplit(one.url).query) for one in suggest(story, terms, languages)}


def test_terms_and_operators_are_quoted_as_the_engines_read_them() -> None:
    asked = queries(STORY, "arms", "seoul", "north korean troops")
    expected = (
        '("South Korea" OR Seoul OR "Yoon Suk Yeol" OR Kim) (155mm OR Umerov OR arms OR "north korean troops") '
        '-"K-pop" -football'
    )
    assert asked["Google News"]["q"] == [expected]
    assert asked["Bing News"]["q"] == [expected]
    assert asked["Bing News"]["format"] == ["rss"]
    assert asked["GDELT"]["query"] == [expected + " sourcelang:english"]


def test_each_language_has_its_editions() -> None:
    names = [one.name for one in suggest(STORY, (), ("en", "ko", "xx"))]
    assert names == [
        f"{engine}: Arms ({lang})" for lang in ("en", "ko") for engine in ("Google News", "Bing News", "GDELT")
    ]
    assert "hl=ko&gl=KR&ceid=KR%3Ako" in suggest(STORY, (), ("ko",))[0].url


def test_required_groups_all_appear() -> None:
    story = Storyline(name="x", watch=Watch(all=(("Seoul", "Busan"), ("shells",))))
    assert queries(story)["Google News"]["q"] == ["(Seoul OR Busan) shells"]


def test_seeds_alone_give_a_search_and_their_language() -> None:
    seeds = Seeds(articles=(Seed(file="a.md", title="t", paragraphs=(), lang="de"),))
    (first, *_) = suggest(Storyline(name="x", seeds=seeds), ("Panzer", "Haubitzen", "Rheinmetall", "Munition", "OR"))
    assert first.why == '(Panzer OR Haubitzen OR Rheinmetall) (Munition OR "OR")'
    assert first.name == "Google News: x (de)"


def test_nothing_to_search_for_is_no_search() -> None:
    assert suggest(Storyline(name="x", watch=Watch(any=("/only.*regex/", "*")))) == ()


def test_operators_inside_terms_cannot_break_out() -> None:
    story = Storyline(name="x", watch=Watch(any=('a" OR (site:evil.example) -"b',)))
    (asked,) = {one.why for one in suggest(story)[:2]}
    assert asked == '"a OR site evil.example - b"'


# ---------------------------------------------------------------------------- lists


def test_a_list_survives_its_way_out_and_back() -> None:
    feeds = [
        Feed(url="http://a.test/feed?x=1&y=2", name='A & "B" <c>', tags=("asia", "wire")),
        Feed(url="http://b.test/feed", tags=("asia",)),
        Feed(url="http://c.test/feed", title="C"),
    ]
    back = opml.read(opml.write(feeds).encode())
    assert [(one.url, one.title) for one in back] == [
        ("http://a.test/feed?x=1&y=2", 'A & "B" <c>'),
        ("http://b.test/feed", "http://b.test/feed"),
        ("http://c.test/feed", "C"),
    ]
    assert back[0].tags == ("asia", "wire")
    assert back[1].tags == ("asia",)


def test_nested_folders_are_tags_and_duplicates_are_one() -> None:
    body = b"""<?xml version="1.0"?><opml version="1.1"><body><outline text="World"><outline text="Asia">
      <outline type="rss" text="One" xmlUrl="http://a.test/"/></outline></outline>
      <outline text="Daily"><outline type="rss" xmlUrl="http://a.test/"/></outline>
      <outline text="bad" type="rss" xmlUrl="file:///etc/passwd"/></body></opml>"""
    (one,) = opml.read(body)
    assert (one.url, one.title) == ("http://a.test/", "One")
    assert set(one.tags) == {"World", "Asia", "Daily"}


@pytest.mark.parametrize(
    "body",
    [b"", b"not xml", b"<html></html>", b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/hostname">]><opml>&x;</opml>'],
)
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(FeedError):
        opml.read(body)
