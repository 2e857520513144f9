"""From bytes to entries, in the child process that does it: every fault of documents we know of."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import ParseError
from monitor.feeds.parse import Reader
from monitor.types import Entry, Fetched, ParsedFeed
from tests.feeds.make import NOW, feed, item, polling, rss

DATA = Path(__file__).parent.parent / "data" / "feeds"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(polling(parsers=1)) as one:
        yield one


def read(reader: Reader, body: bytes, known: dict[str, str] | None = None, **headers: str) -> ParsedFeed:
    sent = {"content-type": "application/xml", **{name.replace("_", "-"): value for name, value in headers.items()}}
    fetched = Fetched(url="http://news.test/feed.xml", body=body, headers=sent)
    return reader.read(feed(), fetched, known or {}, NOW)


def only(reader: Reader, *parts: str, **more: str) -> Entry:
    found = read(reader, rss(*parts), **more).entries
    assert len(found) == 1
    return found[0]


def refusal(reader: Reader, body: bytes, **headers: str) -> str:
    with pytest.raises(ParseError) as caught:
        read(reader, body, **headers)
    return caught.value.what


# ---------------------------------------------------------------------------- whole documents


@pytest.mark.parametrize("file", sorted(DATA.glob("*.expect.json")), ids=lambda path: path.name.partition(".")[0])
def test_a_feed_dropped_into_the_folder_reads_as_expected(reader: Reader, file: Path) -> None:
    source = next(
        path
        for path in DATA.glob(file.name.partition(".")[0] + ".*")
        if path.suffix != ".json" or path.suffixes == [".json"]
    )
    expected = json.loads(file.read_text())
    parsed = read(reader, source.read_bytes())
    assert parsed.title == expected["title"]
    got = [
        {name: str(getattr(entry, name)) for name in wanted}
        for entry, wanted in zip(parsed.entries, expected["entries"], strict=True)
    ]
    assert got == expected["entries"]


def test_every_entry_comes_once_and_then_only_new_and_edited_ones(reader: Reader) -> None:
    first = read(reader, rss(item(1), item(2)))
    assert [entry.key for entry in first.entries] == ["urn:item:1", "urn:item:2"]
    known = dict(first.keys)
    later = read(reader, rss(item(3), item(1, "Edited"), item(2)), known)
    assert [entry.title for entry in later.entries] == ["Item 3", "Edited"]
    assert (later.overlap, later.listed) == (2, 3)
    assert read(reader, rss(item(3), item(1, "Edited"), item(2)), known | dict(later.keys)).entries == ()


def test_what_changes_without_a_readers_notice_is_no_edit(reader: Reader) -> None:
    known = dict(read(reader, rss(item(1))).keys)
    again = read(reader, rss(item(1, extra="<comments>7</comments>")), known)
    assert again.entries == ()
    assert again.keys["urn:item:1"] != known["urn:item:1"]  # but next time it is cut out at once


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty document"),
        (b" \n\x00", "an empty document"),
        (b'{"error": "rate limited"}', "JSON, but no feed"),
        (b"just words", "neither RSS"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "a web page"),
        (b"<!-- hi --><!DOCTYPE html><p>Moved", "a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither RSS"),
    ],
)
def test_what_is_no_feed_is_named(reader: Reader, body: bytes, said: str) -> None:
    assert refusal(reader, body).startswith(said)


def test_the_feeds_of_a_page_are_offered(reader: Reader) -> None:
    page = b"<!DOCTYPE html><head><link rel=alternate type='application/rss+xml' href='/x.xml'></head><body>Hi"
    assert refusal(reader, page) == "a web page, not a feed; it names http://news.test/x.xml"


def test_an_empty_feed_is_a_feed(reader: Reader) -> None:
    parsed = read(reader, rss())
    assert (parsed.entries, parsed.listed, parsed.title) == ((), 0, "A feed")


# ---------------------------------------------------------------------------- broken documents


def test_a_truncated_document_gives_its_complete_entries(reader: Reader) -> None:
    whole = rss(*(item(n) for n in range(10)))
    parsed = read(reader, whole[: int(len(whole) * 0.6)])
    assert 4 <= len(parsed.entries) <= 6
    assert all(entry.summary.endswith(".") for entry in parsed.entries)
    assert parsed.truncated
    assert parsed.degraded


def test_what_is_wrong_with_a_document_is_said_once(reader: Reader) -> None:
    parsed = read(reader, rss(item(1, title="A bell \x07 rings")))
    assert len(parsed.entries) == 1
    assert re.fullmatch(r"not well-formed: \(invalid token\): line 2, column \d+", parsed.degraded)


@pytest.mark.parametrize(
    "body",
    [
        b"\n\n<br />\n<b>Warning</b>: mysql_connect() on line <b>3</b>\n" + rss(item(1), item(2)),
        rss(item(1), item(2)).replace(b"Text of", b"A &nbsp; B & C &copy; text of"),
        rss(item(1), item(2)).replace(b"Text of", b"bad \x00\x01\x0b\x1b[31m text of"),
        rss(item(1), item(2)).replace(b"<guid", b"<media:x/><guid"),
        rss(item(1), item(2)).replace(b"</channel>", b""),
    ],
    ids=["junk in front", "undefined entities", "control characters", "undeclared prefix", "a tag not closed"],
)
def test_broken_xml_is_read_as_far_as_it_goes(reader: Reader, body: bytes) -> None:
    parsed = read(reader, body)
    assert [entry.key for entry in parsed.entries] == ["urn:item:1", "urn:item:2"]
    for entry in parsed.entries:
        assert not any(ord(one) < 32 for one in entry.title + entry.summary)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (rss(item(1, "Café “São”")), "application/rss+xml; charset=us-ascii"),
        (rss(item(1, "Café “São”")).decode().encode("cp1252"), "application/rss+xml"),
        (rss(item(1, "Café “São”")).replace(b'"utf-8"', b'"utf-16"').decode().encode("utf-16"), "application/rss+xml"),
        (b"\xef\xbb\xbf" + rss(item(1, "Café “São”")), "application/rss+xml"),
        (rss(item(1, "Café “São”")).replace(b"utf-8", b"x-none"), "application/rss+xml; charset=utf-8"),
    ],
    ids=["header lies", "windows-1252 called utf-8", "utf-16", "byte-order mark", "unknown encoding"],
)
def test_whatever_is_said_of_the_encoding(reader: Reader, body: bytes, kind: str) -> None:
    (entry,) = read(reader, body, content_type=kind).entries
    assert entry.title == "Café “São”"


def test_half_a_surrogate_pair_becomes_a_replacement_character(reader: Reader) -> None:
    entry = only(reader, item(1, "bad &#55357; and &#xD83D; surrogate"))
    assert entry.title == "bad \ufffd and \ufffd surrogate"
    entry.title.encode()


# ---------------------------------------------------------------------------- hostile documents

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>',
        f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss SYSTEM "http://127.0.0.66/dtd" [<!ENTITY % p SYSTEM "http://127.0.0.66/p"> %p;]>',
    ],
    ids=["billion laughs", "quadratic", "a file", "the web"],
)
def test_documents_that_declare_entities_are_refused(reader: Reader, doctype: str) -> None:
    assert refusal(reader, rss(item(1, "&l9; &a; &x;"), doctype=doctype)) == "refused: its DOCTYPE declares entities"


def test_a_doctype_with_a_plain_word_or_none_is_harmless(reader: Reader) -> None:
    word = '<!DOCTYPE rss [\n  <!ENTITY desk "Asia desk">\n]>'
    old = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.66/rss-0.91.dtd">'
    assert only(reader, item(1)).title == "Item 1"
    assert read(reader, rss(item(1, "From the &desk;"), doctype=word)).entries[0].title == "From the Asia desk"
    assert read(reader, rss(item(1), doctype=old)).entries[0].title == "Item 1"


def test_nothing_is_included_from_elsewhere(reader: Reader) -> None:
    include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" parse="text" href="/etc/hostname"/>'
    included = f"<item><title>{include}</title><guid>x</guid></item>"
    styled = rss(included).replace(b"?>", b'?><?xml-stylesheet href="http://127.0.0.66/x.xsl"?>', 1)
    (entry,) = read(reader, styled).entries
    assert Path("/etc/hostname").read_text().strip() not in (entry.title, entry.summary)


def test_depth_is_bounded(reader: Reader) -> None:
    deep = f"<description>{'<b>' * 100_000}x{'</b>' * 100_000}</description>"
    assert "nested" in refusal(reader, rss(f"<item><title>t</title>{deep}</item>"))


def test_attributes_are_bounded(reader: Reader) -> None:
    attributes = " ".join(f"a{number}='1'" for number in range(200_000))
    assert "attributes" in refusal(reader, rss(f"<item {attributes}><title>t</title></item>"))


@pytest.mark.parametrize("field", ["author", "dc:creator", "managingEditor", "itunes:author"])
def test_authors_do_not_cost_quadratic_time(field: str) -> None:
    spaces = "<x xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd'>"
    part = f"<item><title>t</title><guid>redos</guid><{field}>a@{'a.' * 20_000}!</{field}></item>"
    body = rss(part).replace(b'<rss version="2.0">', b'<rss version="2.0"' + spaces[2:-1].encode() + b">")
    with Reader(polling(parse_seconds=5)) as reader:
        assert read(reader, body).entries[0].title == "t"


def test_a_document_that_costs_too_much_ends_the_child_and_not_us() -> None:
    with Reader(polling(parsers=1, parse_seconds=1)) as reader:
        assert "processor time" in refusal(reader, rss(*(item(n) for n in range(60_000)), head="&undefined;"))
        assert len(read(reader, rss(item(1))).entries) == 1  # by a new child


def test_a_child_that_dies_is_replaced(reader: Reader) -> None:
    read(reader, rss(item(1)))
    os.kill(reader.pids()[0], signal.SIGKILL)
    with pytest.raises(ParseError, match="died"):
        read(reader, rss(item(1)))
    assert len(read(reader, rss(item(1))).entries) == 1


def test_a_hundred_thousand_entries_are_cut_to_the_newest() -> None:
    def dated(number: int) -> str:
        when = (NOW - timedelta(minutes=number)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        return f"<item><title>Item {number}</title><guid>g{number}</guid><pubDate>{when}</pubDate></item>"

    shuffled = sorted(range(30_000), key=lambda n: n * 7919 % 30_011)
    with Reader(polling(parsers=1, max_items=100)) as reader:
        parsed = read(reader, rss(*map(dated, shuffled)))
    assert {entry.title for entry in parsed.entries} == {f"Item {n}" for n in range(100)}
    assert (parsed.listed, parsed.dropped) == (30_000, 29_900)
    assert parsed.degraded == "29900 older entries left out"


def test_fields_are_cut_and_marked(reader: Reader) -> None:
    entry = only(reader, item(1, "A" * 3_000_000, extra=f"<author>{'n' * 5000}</author>"))
    assert len(entry.title) == 1000
    assert entry.title.endswith("…")
    assert len(entry.author) <= 500
    parsed = read(reader, rss(item(1), title="&lt;script&gt;x&lt;/script&gt;&#13;&#10;Bcc: a@b " + "T" * 1_000_000))
    assert len(parsed.title) == 300
    assert "script" not in parsed.title
    assert "\n" not in parsed.title
    long = only(reader, item(1).replace("Text of item 1.", "w " * 100_000))
    assert len(long.summary or long.content) == 64_000


HOSTILE = {
    "script": ("&lt;script&gt;alert(1)&lt;/script&gt;Hi &lt;img src=x onerror=alert(1)&gt;", "Hi"),
    "header": ("Hello&#13;&#10;Bcc: victim@example.org", "Hello Bcc: victim@example.org"),
    "line ends": ("one&#10;two&#8232;three&#133;four", "one two three…four"),
    "bidi": ("invoice&#8238;fdp.exe&#8236; &#8203;zero&#8203;width", "invoicefdp.exe zerowidth"),
    "terminal": ("ok&#27;[2J&#7;", "ok[2J"),
    "template": ("{{ 7*7 }} %(x)s", "{{ 7*7 }} %(x)s"),
}


@pytest.mark.parametrize(("written", "clean"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_only_text(reader: Reader, written: str, clean: str) -> None:
    assert read(reader, rss(item(1, written)), content_type="application/xml").entries[0].title == clean


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("gopher://127.0.0.1:6379/_X", ""),
        ("http://bank.example@evil.example/", ""),
        ("http://a b c/", ""),
        ("http://news.test/" + "a" * 100_000, ""),
        ("//evil.example/x", "http://evil.example/x"),
        ("/relative/path", "http://news.test/relative/path"),
        ("https://news.test/%0d%0aX:y", "https://news.test/%0d%0aX:y"),
    ],
)
def test_only_web_links_are_kept_and_the_entry_stays(reader: Reader, written: str, link: str) -> None:
    entry = only(reader, item(1, link=written))
    assert entry.link == link
    assert entry.title == "Item 1"


def test_ten_thousand_enclosures_are_no_trouble(reader: Reader) -> None:
    enclosure = '<enclosure url="http://news.test/a.mp3" length="99999999999999999999" type="audio/mpeg"/>'
    assert only(reader, item(1, extra=enclosure * 10_000)).title == "Item 1"


# ---------------------------------------------------------------------------- dates


def dated(written: str) -> str:
    return item(1, extra=f"<pubDate>{written}</pubDate>")


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "0000-00-00T00:00:00Z",
        "99999-01-01T00:00:00Z",
        "Tue, 31 Feb 2026 25:61:61 +9999",
        "-1",
        "",
        "2026-13-45",
    ],
)
def test_a_bad_date_is_no_date_and_the_entry_stays(reader: Reader, written: str) -> None:
    entry = only(reader, dated(written))
    assert (entry.published, entry.undated, entry.date) == (None, True, NOW)


def test_the_epoch_is_older_than_feeds(reader: Reader) -> None:
    assert only(reader, dated("Thu, 01 Jan 1970 00:00:00 GMT")).undated


def test_a_date_without_zone_is_utc_and_marked_as_guessed(reader: Reader) -> None:
    entry = only(reader, dated("Tue, 03 Feb 2026 10:00:00"))
    assert (entry.published, entry.date_guessed) == (datetime(2026, 2, 3, 10, tzinfo=UTC), True)


def test_the_future_counts_as_now_and_keeps_its_own_date(reader: Reader) -> None:
    entry = only(reader, dated("Sat, 21 Nov 2036 12:00:00 GMT"))
    assert (entry.date, entry.published, entry.date_guessed) == (NOW, datetime(2036, 11, 21, 12, tzinfo=UTC), True)


def test_an_undated_entry_of_a_first_poll_says_so(reader: Reader) -> None:
    entry = only(reader, dated("").replace("<pubDate></pubDate>", ""))
    assert (entry.undated, entry.first_poll, entry.date) == (True, True, NOW)


# ---------------------------------------------------------------------------- identity


def test_one_guid_for_all_does_not_hide_any(reader: Reader) -> None:
    body = rss(*(item(n, guid="same") for n in range(20)))
    parsed = read(reader, body)
    assert len({entry.key for entry in parsed.entries}) == 20
    more = read(reader, rss(item(99, guid="same"), *(item(n, guid="same") for n in range(20))), dict(parsed.keys))
    assert [entry.title for entry in more.entries] == ["Item 99"]


def test_without_guids_the_link_is_the_key_and_without_both_the_text(reader: Reader) -> None:
    parsed = read(reader, rss(item(1, guid=None), item(2, guid=None, link=None), item(3, guid=None, link=None)))
    keys = [entry.key for entry in parsed.entries]
    assert keys[0] == "https://news.test/1"
    assert len(set(keys)) == 3
    assert read(reader, rss(item(3, guid=None, link=None), item(1, guid=None)), dict(parsed.keys)).entries == ()


def test_tracking_parameters_do_not_make_new_entries(reader: Reader) -> None:
    first = read(reader, rss(item(1, guid=None, link="http://news.test/a?utm_source=rss&amp;id=7")))
    again = read(reader, rss(item(1, guid=None, link="http://news.test/a?id=7&amp;fbclid=9")), dict(first.keys))
    assert again.entries == ()


def test_guids_that_change_keep_their_canonical_link(reader: Reader) -> None:
    first = read(reader, rss(item(1, guid="a?v=1"))).entries[0]
    second = read(reader, rss(item(1, guid="a?v=2"))).entries[0]
    assert first.canonical == second.canonical == "https://news.test/1"


def test_an_edit_that_changes_the_text_only_keeps_its_key(reader: Reader) -> None:
    known = dict(read(reader, rss(item(1))).keys)
    (edited,) = read(reader, rss(item(1, "Another headline")), known).entries
    assert edited.key in known


def test_a_guid_given_to_another_thing_later_is_another_entry(reader: Reader) -> None:
    known = dict(read(reader, rss(item(1, guid="latest"))).keys)
    (other,) = read(reader, rss(item(2, guid="latest")), known).entries
    assert other.key not in known


def test_guids_belong_to_their_feed(reader: Reader) -> None:
    fetched = Fetched(url="http://a.test/", body=rss(item(1)), headers={})
    one = reader.read(feed("http://a.test/feed"), fetched, {}, NOW).entries[0]
    two = reader.read(feed("http://b.test/feed"), fetched, {}, NOW).entries[0]
    assert one.key == two.key
    assert one.uid != two.uid


def test_order_does_not_matter(reader: Reader) -> None:
    known = dict(read(reader, rss(*(item(n) for n in range(9)))).keys)
    assert read(reader, rss(*(item(n) for n in (5, 3, 8, 1))), known).entries == ()


# ---------------------------------------------------------------------------- the quick ways give the same


def test_of_a_first_poll_the_newest_entries_are_read_and_the_others_noted() -> None:
    items = [item(n, extra="<source url='http://s.test/'>Wire</source>") for n in range(19)]
    with Reader(polling(parsers=1)) as full, Reader(polling(parsers=1, first_poll_newest=3)) as quick:
        all_of_it, few = read(full, rss(*items)), read(quick, rss(*items))
    assert list(few.entries) == sorted(all_of_it.entries, key=lambda one: one.date)[-3:]
    assert few.listed == all_of_it.listed == 19
    assert few.keys.keys() == all_of_it.keys.keys()


@pytest.mark.parametrize("guid", [True, False])
def test_what_was_noted_is_no_news_later_even_when_it_changed(reader: Reader, guid: bool) -> None:
    def document(words: str) -> bytes:
        return rss(*(item(n, f"{words} {n}", guid="" if guid else None) for n in range(9)))

    with Reader(polling(parsers=1, first_poll_newest=3)) as quick:
        noted = dict(read(quick, document("Old words")).keys)
    assert read(reader, document("Old words"), noted).entries == ()
    known = noted
    for words in ("New words", "Newer words"):
        later = read(reader, document(words), known)
        assert [entry.title for entry in later.entries] == [f"{words} {n}" for n in (6, 7, 8)]  # edits of what was read
        known = dict(later.keys)


def test_entries_without_id_and_link_are_read_since_they_cannot_be_noted() -> None:
    bare = [
        f"<item><title>Bare {n}</title><pubDate>Sun, 0{n} Nov 2026 10:00:00 GMT</pubDate></item>" for n in range(1, 6)
    ]
    with Reader(polling(parsers=1, first_poll_newest=2)) as quick:
        assert len(read(quick, rss(*bare)).entries) == 5


def test_a_known_document_with_one_new_entry_reads_like_the_whole(reader: Reader) -> None:
    old = [item(n) for n in range(30)]
    whole = read(reader, rss(item(99), *old))
    part = read(reader, rss(item(99), *old), dict(read(reader, rss(*old)).keys))
    assert part.entries == whole.entries[:1]
    assert part.keys == whole.keys
