"""The page behind a link: found, guarded, and left alone where robots.txt says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.feeds.article import Articles
from monitor.feeds.fetch import Fetcher
from monitor.feeds.worker import Worker
from monitor.types import Entry
from tests.fakes import FakeWeb
from tests.feeds.make import NOW, feed, polling

SENTENCE = "The minister told reporters on Friday that a decision about the shipment would be taken next week. "
PAGE = f"""<html><head><title>t</title><script>var x = 1;</script></head>
<body><nav><a href="/">Home</a> | <a href="/x">Sport</a></nav>
<article><h1>A decision</h1>{"".join(f"<p>{SENTENCE}{number}</p>" for number in range(8))}</article>
<footer>Cookies and more</footer></body></html>""".encode()
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as server:
        server.answer("/a.html", 200, PAGE, HTML)
        yield server


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    one = Worker("monitor.feeds.extract")
    yield one
    one.stop()


@pytest.fixture
def articles(worker: Worker) -> Iterator[Articles]:
    """Without the rules and connections of another test, whose server may have had the same port."""
    with Fetcher(polling()) as fetcher:
        one = Articles(fetcher)
        one._worker = worker
        yield one


def text(articles: Articles, url: str) -> str:
    return articles.text(url, allow_private_networks=True)


def test_the_article_is_found_in_its_page(web: FakeWeb, articles: Articles) -> None:
    found = text(articles, web.url("/a.html"))
    assert SENTENCE.strip() in found
    assert "var x" not in found
    assert "Sport" not in found
    assert web.paths() == ["/robots.txt", "/a.html"]


def test_robots_are_asked_once_and_heeded(web: FakeWeb, articles: Articles) -> None:
    web.answer("/robots.txt", 200, b"User-agent: *\nDisallow: /private\n\nUser-agent: storyline-monitor\nDisallow: /a")
    web.answer("/b.html", 200, PAGE, HTML)
    assert text(articles, web.url("/a.html")) == ""
    assert text(articles, web.url("/b.html")) != ""
    assert web.paths() == ["/robots.txt", "/b.html"]


@pytest.mark.parametrize("status", [500, 429])
def test_a_site_in_trouble_is_left_alone(web: FakeWeb, articles: Articles, status: int) -> None:
    web.answer("/robots.txt", status)
    assert text(articles, web.url("/a.html")) == ""
    assert web.paths() == ["/robots.txt"]


def test_an_entry_of_a_public_feed_never_leads_inside(web: FakeWeb, articles: Articles) -> None:
    entry = Entry(uid="u", key="k", seen_at=NOW, date=NOW, link=web.url("/a.html"))
    assert articles.of(entry, feed("http://127.0.0.1:9/x", polling(allow_private_networks=False))) == ""
    assert articles.of(replace(entry, link=web.url("/a.html", "127.0.0.2")), feed("http://127.0.0.1:9/x")) == ""
    assert web.paths() == []
    assert articles.of(entry, feed("http://127.0.0.1:9/x")) != ""


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "", "http://169.254.169.254/latest/"])
def test_what_is_no_web_page_is_never_asked_for(articles: Articles, link: str) -> None:
    assert text(articles, link) == ""


def test_no_page_no_text_and_no_error(web: FakeWeb, articles: Articles) -> None:
    web.answer("/none.html", 404)
    web.answer("/film", 200, b"x" * 1000, {"Content-Type": "video/mp4"})
    web.answer("/odd.html", 200, b"<" * 10_000, HTML)
    for path in ("/none.html", "/film", "/odd.html"):
        assert text(articles, web.url(path)) == ""
