"""The fast ways say what the careful ones say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor import text
from monitor.feeds import dates, plain
from monitor.feeds.settings import FeedSettings, PollingSettings
from tests.feeds.make import NOW

WORDS = [
    "word",
    " ",
    "\n",
    "é",
    "한국",
    "&amp;",
    "&nbsp;",
    "&lt;b&gt;",
    "&#8217;",
    "1 < 2",
    "\u200b",
    "\x07",
    "<!-- c -->",
]
WHOLE = [
    "<p>one</p>",
    "<b class='x'>two</b>",
    "<br/>",
    '<a href="http://x.test/?a=1&amp;b=2">three</a>',
    "<img alt='a > b'>",
]
LOOSE = ["<p>", "</p>", "<b>", "</b>", "</a>", "<", "<script>x</script>", "</div>"]


@given(st.lists(st.sampled_from(WORDS + WHOLE), max_size=14).map("".join))
def test_markup_is_cleaned_alike(markup: str) -> None:
    assert plain.text_of(markup, 10_000) == text.clean(text.printable(markup))


@given(st.lists(st.sampled_from(WORDS + WHOLE + LOOSE), max_size=14).map("".join))
def test_broken_markup_differs_in_spaces_at_most(markup: str) -> None:
    careful = text.clean(text.printable(markup))
    assert plain.text_of(markup, 10_000).replace(" ", "") == careful.replace(" ", "")


LINKS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(
        ["news.test", "www.news.test", "m.news.test", "amp.news.test", "News.test:80", "www2.news.test", "1.2.3.4"]
    ),
    st.lists(
        st.sampled_from(["/", "/a", "/2026/11", "/x.html", "/amp", "/index.html", "//b", "/a.", "/%41", "/ü", "/-_"])
    ).map("".join),
    st.sampled_from(["", "?utm_source=x", "?id=1", "#f", ";jsessionid=1"]),
)


@given(LINKS)
def test_links_have_one_canonical_form(link: str) -> None:
    assert plain.canonical(link) == text.canonical_url(link)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Fri, 20 Nov 2026 10:00:00 GMT", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:00:00 CET", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:00:00 +0530", datetime(2026, 11, 20, 4, 30, tzinfo=UTC)),
        ("2026-11-20T10:00:00.123+01:00", datetime(2026, 11, 20, 9, 0, 0, 123000, tzinfo=UTC)),
        ("20261120T100000Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("1795262400", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("1795262400000", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("20.11.2026 14:05", datetime(2026, 11, 20, 14, 5, tzinfo=UTC)),
        ("ven., 20 novembre 2026 10:00:00 +0100", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("20 de marzo de 2026", datetime(2026, 3, 20, tzinfo=UTC)),
        ("20. März 2026 08:30:00 +0000", datetime(2026, 3, 20, 8, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 24:00:00 GMT", datetime(2026, 11, 21, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 11:24:00 GMT", datetime(2026, 11, 20, 11, 24, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("7", None),
        ("soon", None),
    ],
)
def test_dates_are_read_as_written_or_not_at_all(written: str, expected: datetime | None) -> None:
    assert dates.read(written)[0] == expected


# ---------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    "written",
    [
        {"url": "file:///etc/passwd"}, {"url": "gopher://x.test/"}, {"url": "http://user:secret@x.test/"}, {"url": "http:///x"},
        {"url": "http://x.test/a b"}, {"url": "http://x.test:port/"}, {"url": "http://x.test/", "evry": "5m"},
        {"url": "http://x.test/", "every": "0s"},
    ],
)  # fmt: skip
def test_feeds_that_cannot_be(written: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        FeedSettings.model_validate(written)
    assert "secret" not in str(caught.value.errors(include_input=False))


def test_a_bare_address_is_a_feed() -> None:
    assert FeedSettings.model_validate(" https://x.test/feed ").url == "https://x.test/feed"


@pytest.mark.parametrize(
    "written",
    [
        {"contact": "a\r\nX: y"}, {"every": "5"}, {"max_body": "10 parsecs"}, {"every": "1h", "max_interval": "5m"},
        {"every": "1m", "min_interval": "5m"}, {"workers": 0},
    ],
)  # fmt: skip
def test_polling_that_cannot_be(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PollingSettings.model_validate(written)


def test_sizes_are_written_with_their_unit() -> None:
    assert PollingSettings.model_validate({"max_body": "500kB", "max_decoded": "2MiB"}).max_decoded == 2 * 2**20
    assert NOW.tzinfo is UTC
