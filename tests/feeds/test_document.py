"""feedparser behind our door: the same words at a fraction of the cost."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from urllib.parse import urljoin
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import InputSource

import feedparser.api
import pytest
from feedparser import FeedParserDict
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import lookup
from monitor.feeds.document import Limits, joined, read
from monitor.feeds.job import answer
from monitor.feeds.sax import create_parser
from monitor.feeds.worker import Job
from tests.feeds.make import item, rss

LINES = "one\ntwo &amp; three\r\n&lt;p&gt;four&#10;five&lt;/p&gt; " * 40
RICH = rss(
    item(1, title="A &amp;amp; B\nin two lines", extra=f"<author>a@b.test (An Author)</author><ttl>5</ttl>{LINES}"),
    item(2, extra=f"<source url='http://s.test/'>Agency</source><comments>http://c.test/</comments><guid>x</guid>{LINES}"),
    item(3, extra="<category domain='a > b'>World</category><category>x</category>"
        "<description><![CDATA[<b>b</b>]]></description>"),
    item(4, extra="<enclosure url='http://e.test/a.mp3' type='audio/mpeg'/><category/><author>last</author>"),
    head=f"<language>en-gb</language><image><url>http://i.test/</url><title>I</title></image><copyright>{LINES}</copyright>",
)  # fmt: skip


@pytest.fixture
def standard_driver() -> Iterator[None]:
    ours = list(feedparser.api.PREFERRED_XML_PARSERS)
    feedparser.api.PREFERRED_XML_PARSERS[:] = ["xml.sax.expatreader"]
    yield
    feedparser.api.PREFERRED_XML_PARSERS[:] = ours


@contextmanager
def standard_dictionary() -> Iterator[None]:
    lookup.uninstall()
    try:
        yield
    finally:
        lookup.install()


def words(body: bytes) -> object:
    said = read(body, {"content-type": "application/xml"}, "http://news.test/")
    return said.version, dict(said.feed), [dict(entry) for entry in said.entries], said.bozo


OURS = words(RICH)


@pytest.mark.usefixtures("standard_driver")
def test_our_driver_says_what_the_standard_one_says() -> None:
    assert words(RICH) == OURS


def test_our_dictionary_says_what_the_standard_one_says() -> None:
    with standard_dictionary():
        assert words(RICH) == OURS


LISTS = frozenset(("category", "enclosures", "license"))  # looked up in lists
NAMES = st.sampled_from(sorted({*lookup.ALIASES, "summary", "subtitle", "href", "published", "id", "type"} - LISTS))
LINK = st.fixed_dictionaries({"rel": st.sampled_from(["enclosure", "license", "self"])}, optional={"href": st.text()})


def answers(one: FeedParserDict) -> list[object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # feedparser's own, about `updated`
        asked = (*lookup.ALIASES, *one, "title")
        said = [(name, name in one, one.get(name, "none"), [one[name]] if name in one else None) for name in asked]
    return [*said, dict(deepcopy(one))]


@given(st.dictionaries(NAMES, st.text()), st.lists(LINK))
def test_every_name_of_a_dictionary_is_answered_as_before(said: dict[str, str], links: list[dict[str, str]]) -> None:
    one = FeedParserDict({**said, "links": links, "tags": [{"term": "t"}]})
    ours = answers(one)
    with standard_dictionary():
        assert answers(one) == ours


def test_what_nobody_reads_changes_nothing_of_the_rest() -> None:
    job = Job(body=RICH, headers={"content-type": "application/xml"}, url="http://news.test/")
    reading = answer(job)
    assert not isinstance(reading, str)
    assert [entry.key for entry in reading.items] == ["urn:item:1", "x", "urn:item:3", "urn:item:4"]
    lean = read(RICH, {}, "http://news.test/", (), Limits(everything=False))
    whole = read(RICH, {}, "http://news.test/", (), Limits())
    for few, all_ in zip(lean.entries, whole.entries, strict=True):
        kept = {name: value for name, value in all_.items() if name not in ("tags", "comments", "links")}
        assert {name: value for name, value in few.items() if name != "links"} == kept
    assert [entry.get("tags") for entry in lean.entries] == [None] * 4
    assert [tag["term"] for tag in whole.entries[2]["tags"]] == ["World", "x"]


@pytest.mark.parametrize(
    "link",
    [
        "http://b.test/a/../c",
        "https://b.test:80/x_y/",
        "tag:b.test,2004:x/../y",
        "urn:x",
        "../up",
        "?q=1",
        "//c.test",
        "a b",
    ],
)
def test_links_are_joined_as_by_the_book(link: str) -> None:
    assert joined("http://news.test/a/b", link) == urljoin("http://news.test/a/b", link)


def test_every_link_of_an_entry_is_absolute() -> None:
    (entry,) = read(rss(item(1, link="/one")), {}, "http://news.test/feeds/").entries
    assert (entry["link"], entry["links"][0]["href"]) == ("http://news.test/one", "http://news.test/one")


def test_a_long_document_reaches_expat_in_one_call() -> None:
    class Counted(io.BytesIO):
        calls = 0

        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            self.calls += bool(piece)
            return piece

    class Texts(ContentHandler):
        def __init__(self) -> None:
            super().__init__()
            self.sizes: list[int] = []

        def characters(self, content: str) -> None:
            self.sizes.append(len(content))

    stream, texts, source = Counted(b"<a>" + b"t" * 3_000_000 + b"</a>"), Texts(), InputSource()
    source.setByteStream(stream)
    parser = create_parser()
    parser.setContentHandler(texts)
    parser.parse(source)
    assert stream.calls == 1
    assert sum(texts.sizes) == 3_000_000
    assert len(texts.sizes) <= 4
