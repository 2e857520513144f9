"""Fetching: manners, limits, and what a failure says. The comments name the fault that each scene stands for."""

from __future__ import annotations

import contextlib
import gzip
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from monitor.errors import FetchError
from monitor.feeds.fetch import Fetcher
from monitor.types import Feed, Fetched, NotModified
from tests.fakes import FakeWeb, Wire
from tests.feeds.make import NOW, feed, item, polling, rss

DOCUMENT = rss(item(1), item(2))
Script = Callable[[Wire], None]


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(polling()) as one:
        yield one


def get(fetcher: Fetcher, url: str) -> Fetched:
    got = fetcher.fetch(feed(url), NOW)
    assert isinstance(got, Fetched)
    return got


def failure(fetcher: Fetcher, asked: Feed) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(asked, NOW)
    return caught.value


# ---------------------------------------------------------------------------- conditional requests


def test_validators_are_echoed_byte_for_byte(web: FakeWeb, fetcher: Fetcher) -> None:
    first = get(fetcher, web.put("/a.xml", DOCUMENT, zipped=True))
    assert first.body == DOCUMENT
    known = replace(feed(web.url("/a.xml")), etag=first.headers["etag"], last_modified=first.headers["last-modified"])
    assert isinstance(fetcher.fetch(known, NOW), NotModified)
    assert web.asked[1].headers["if-none-match"] == first.headers["etag"]
    assert web.asked[1].headers["if-modified-since"] == first.headers["last-modified"]


@pytest.mark.parametrize("etag", ["W/\"weak, with 'quotes'\"", "naked-and-wrong", '"ümlaut"'])
def test_odd_validators_are_not_mended(web: FakeWeb, fetcher: Fetcher, etag: str) -> None:
    web.answer("/a.xml", 304)
    fetcher.fetch(replace(feed(web.url("/a.xml")), etag=etag), NOW)
    assert web.asked[0].headers["if-none-match"] == etag


def test_the_same_body_is_unchanged_even_under_a_new_etag(web: FakeWeb, fetcher: Fetcher) -> None:
    web.answer("/a.xml", 200, DOCUMENT, {"ETag": '"1"'})
    first = get(fetcher, web.url("/a.xml"))
    web.answer("/a.xml", 200, DOCUMENT, {"ETag": '"2"'})
    again = fetcher.fetch(replace(feed(web.url("/a.xml")), body_hash=first.body_hash, etag='"1"'), NOW)
    assert isinstance(again, NotModified)
    assert again.headers["etag"] == '"2"'


def test_a_304_that_nobody_asked_for_is_an_error(web: FakeWeb, fetcher: Fetcher) -> None:
    web.answer("/a.xml", 304)
    assert "without having been asked" in failure(fetcher, feed(web.url("/a.xml"))).what


def test_after_a_week_of_304_the_whole_document_is_asked_for(web: FakeWeb, fetcher: Fetcher) -> None:
    web.put("/a.xml", DOCUMENT)
    old = (NOW - timedelta(days=9)).isoformat()
    got = fetcher.fetch(replace(feed(web.url("/a.xml")), etag='"x"', notes={"full_at": old}), NOW)
    assert isinstance(got, Fetched)
    assert "if-none-match" not in web.asked[0].headers


# ---------------------------------------------------------------------------- servers that misbehave

SLOW: dict[str, Script] = {
    "accepts and says nothing": lambda wire: wire.hold(),
    "headers byte by byte": lambda wire: wire.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 999, 0.02),
    "body byte by byte": lambda wire: wire.drip(
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b"x" * 999, 0.02, 1
    ),
}


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
def test_no_server_holds_us_longer_than_the_total_deadline(web: FakeWeb, script: Script) -> None:
    with Fetcher(polling(timeout="1s")) as fetcher:
        assert "within 1 s" in failure(fetcher, feed(web.script("/slow", script))).what


def endless_headers(wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\n")
    while wire.send(b"".join(b"X-%d: %s\r\n" % (n, b"a" * 200) for n in range(500))):
        continue


def endless_body(wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n")
    while wire.send(b"a" * 65_536):
        continue


def reset_in_the_middle(wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<rss>")
    wire.reset()


BROKEN: dict[str, tuple[Script, str]] = {
    "reset": (lambda wire: wire.reset(), "connection reset|no proper"),
    "closed without a byte": (lambda wire: wire.sock.shutdown(socket.SHUT_RDWR), "no proper HTTP answer|reset"),
    "reset in the middle": (reset_in_the_middle, "connection reset|no proper"),
    "bytes that are no HTTP": (
        lambda wire: (wire.send(b"\x16\x03\x01 SSH-2.0\r\n\x00"), wire.sock.close())[1],
        "no proper",
    ),
    "headers without end": (endless_headers, "no proper|too large|reset"),
    "body without end": (endless_body, "larger than"),
    "announced as 100 GB": (lambda wire: wire.reply(200, b"a", {"Content-Length": "107374182400"}), "larger than"),
    "gzip that is none": (
        lambda wire: wire.reply(200, b"not gzip", {"Content-Encoding": "gzip"}),
        "compression is broken",
    ),
    "a broken chunk": (
        lambda wire: (
            wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nnope"),
            wire.sock.close(),
        )[1],
        "no proper",
    ),
    "headers of 100 kB": (
        lambda wire: wire.reply(200, b"x", {f"X-{n}": "a" * 5_000 for n in range(20)}),
        "headers are too",
    ),
}


@pytest.mark.parametrize(("script", "said"), BROKEN.values(), ids=BROKEN)
def test_broken_answers_are_one_error_and_no_second_try(web: FakeWeb, script: Script, said: str) -> None:
    with Fetcher(polling(max_body="200kB", max_decoded="1MB")) as fetcher:
        error = failure(fetcher, feed(web.script("/broken", script)))
    assert re.search(said, error.what)
    assert len(web.asked) == 1


def test_a_refused_connection_says_so(fetcher: Fetcher) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/a.xml"
        assert failure(fetcher, feed(address)).what == "connection refused"


def test_a_gzip_bomb_is_stopped_after_decoding_so_many_bytes(web: FakeWeb) -> None:
    bomb = gzip.compress(b"a" * 30_000_000)
    web.answer("/bomb", 200, bomb, {"Content-Encoding": "gzip"})
    with Fetcher(polling(max_decoded="2MB")) as fetcher:
        assert "larger than 2000000" in failure(fetcher, feed(web.url("/bomb"))).what


def test_gzip_that_was_not_asked_for_is_decoded_all_the_same(web: FakeWeb, fetcher: Fetcher) -> None:
    web.answer("/a", 200, gzip.compress(DOCUMENT), {"Content-Encoding": "gzip"})
    assert get(fetcher, web.url("/a")).body == DOCUMENT


def test_an_announced_length_that_never_came_is_marked_incomplete(web: FakeWeb, fetcher: Fetcher) -> None:
    def short(wire: Wire) -> None:
        wire.reply(200, DOCUMENT, {"Content-Length": str(len(DOCUMENT) + 1000)})
        wire.sock.shutdown(socket.SHUT_RDWR)

    got = get(fetcher, web.script("/a", short))
    assert (got.body, got.complete) == (DOCUMENT, False)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451, 500, 502, 504])
def test_the_body_of_an_error_is_never_read_as_a_feed(web: FakeWeb, fetcher: Fetcher, status: int) -> None:
    error = failure(fetcher, feed(web.answer("/a", status, DOCUMENT)))
    assert error.status == status
    assert error.what.startswith(str(status))
    assert len(web.asked) == 1  # no games with other User-Agents


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("Sat, 21 Nov 2026 13:00:00 GMT", 3600),
        ("-5", None),
        ("soon", None),
        ("0", None),
        ("9" * 30, 10**9),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_a_wish_in_seconds_or_against_the_servers_own_clock(
    web: FakeWeb, fetcher: Fetcher, status: int, header: str, seconds: int | None
) -> None:
    web.answer("/a", status, headers={"Retry-After": header, "Date": "Sat, 21 Nov 2026 12:00:00 GMT"})
    wish = failure(fetcher, feed(web.url("/a"))).retry_after
    assert wish == (None if seconds is None else timedelta(seconds=seconds))


# ---------------------------------------------------------------------------- redirects


def test_permanent_redirects_are_followed_and_reported(web: FakeWeb, fetcher: Fetcher) -> None:
    web.put("/new", DOCUMENT)
    web.answer("/old", 301, headers={"Location": "/new"})
    got = get(fetcher, web.url("/old"))
    assert (got.url, got.moved_to) == (web.url("/new"), web.url("/new"))


def test_a_temporary_redirect_moves_nothing(web: FakeWeb, fetcher: Fetcher) -> None:
    web.put("/new", DOCUMENT)
    web.answer("/middle", 308, headers={"Location": "/new"})
    web.answer("/old", 302, headers={"Location": "/middle"})
    assert get(fetcher, web.url("/old")).moved_to is None


def test_circles_end_at_the_first_repeat(web: FakeWeb, fetcher: Fetcher) -> None:
    web.answer("/a", 302, headers={"Location": "/b"})
    web.answer("/b", 302, headers={"Location": "/a"})
    assert "circle" in failure(fetcher, feed(web.url("/a"))).what
    assert web.paths() == ["/a", "/b"]


def test_chains_end_after_five_hops(web: FakeWeb, fetcher: Fetcher) -> None:
    for hop in range(20):
        web.answer(f"/{hop}", 302, headers={"Location": f"/{hop + 1}"})
    assert "5 times" in failure(fetcher, feed(web.url("/0"))).what
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "gopher://127.0.0.1/", "", "http://user:secret@127.0.0.1/", "data:,x", "http://"]
)
def test_only_web_addresses_are_followed(web: FakeWeb, fetcher: Fetcher, target: str) -> None:
    web.answer("/a", 302, headers={"Location": target} if target else {})
    error = failure(fetcher, feed(web.url("/a")))
    assert "redirects" in error.what
    assert "secret" not in error.what
    assert len(web.asked) == 1


def test_a_redirect_to_an_inner_host_that_no_feed_names_is_not_followed() -> None:
    with FakeWeb(any_host=True) as web, Fetcher(polling()) as fetcher:
        web.answer("/a.xml", 302, headers={"Location": web.url("/canary", "127.0.0.66")})
        assert "private address" in failure(fetcher, feed(web.url("/a.xml"))).what
        assert web.paths() == ["/a.xml"]
        web.put("/canary", DOCUMENT)
        fetcher.name(feed(web.url("/other.xml", "127.0.0.66")))
        assert get(fetcher, web.url("/a.xml")).body == DOCUMENT


# ---------------------------------------------------------------------------- addresses


def test_an_address_inside_is_refused_without_the_opt_out(web: FakeWeb, fetcher: Fetcher) -> None:
    inside = feed(web.put("/a.xml", DOCUMENT), polling(allow_private_networks=False))
    assert "private" in failure(fetcher, inside).what
    assert web.asked == []


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "①②⑦.0.0.1", "localhost", "[::1]"])
def test_no_spelling_of_loopback_gets_through(web: FakeWeb, fetcher: Fetcher, host: str) -> None:
    failure(fetcher, feed(f"http://{host}:{web.port}/a.xml", polling(allow_private_networks=False)))
    assert web.asked == []


def test_the_connection_goes_to_the_address_that_was_judged(web: FakeWeb) -> None:
    answers = iter([("127.0.0.1", web.port), ("127.0.0.66", web.port)])  # the second answer of a rebinding name

    def resolve(*_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", next(answers))]

    web.put("/a.xml", DOCUMENT)
    with Fetcher(polling(), resolve=resolve) as fetcher:
        assert get(fetcher, f"http://rebinding.test:{web.port}/a.xml").body == DOCUMENT
    assert web.asked[0].host == f"rebinding.test:{web.port}"
    assert next(answers) == ("127.0.0.66", web.port)  # it was never asked for


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    def resolve(*_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.1")]

    with Fetcher(polling(), resolve=resolve) as fetcher:
        assert "private" in failure(fetcher, feed("http://mixed.test/", polling(allow_private_networks=False))).what


@pytest.mark.parametrize(("number", "network"), [(socket.EAI_AGAIN, True), (socket.EAI_NONAME, False)])
def test_a_dead_name_service_is_told_from_a_wrong_name(number: int, network: bool) -> None:
    def resolve(*_: object) -> list[tuple[object, ...]]:
        raise socket.gaierror(number, "no")

    with Fetcher(polling(), resolve=resolve) as fetcher:
        assert failure(fetcher, feed("http://gone.test/")).network is network


def test_the_environment_changes_nothing(web: FakeWeb, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, "http://127.0.0.66:9")
    assert get(fetcher, web.put("/a.xml", DOCUMENT)).body == DOCUMENT


# ---------------------------------------------------------------------------- who we are, and secrets


def test_we_say_who_we_are_and_send_neither_cookies_nor_referrer(web: FakeWeb) -> None:
    web.answer("/a.xml", 200, DOCUMENT, {"Set-Cookie": "farm=yes; Path=/"})
    with Fetcher(polling(contact="desk@example.org")) as fetcher:
        get(fetcher, web.url("/a.xml"))
        get(fetcher, web.url("/a.xml"))
    sent = web.asked[1].headers
    assert sent["user-agent"].startswith("storyline-monitor/")
    assert "+desk@example.org" in sent["user-agent"]
    assert "cookie" not in sent
    assert "referer" not in sent


def secret_feed(tmp_path: Path, url: str) -> Feed:
    (tmp_path / "auth").write_text("reader:pa:ss wörd\n")
    (tmp_path / "headers").write_text("# a comment\nX-Api-Key: s3cret\n\n")
    return feed(url, auth_file=tmp_path / "auth", headers_file=tmp_path / "headers")


def test_credentials_go_to_the_feeds_own_origin_only(tmp_path: Path, fetcher: Fetcher) -> None:
    with FakeWeb(any_host=True) as web:
        web.put("/end", DOCUMENT)
        web.answer("/a.xml", 302, headers={"Location": web.url("/end", "127.0.0.2")})
        fetcher.name(feed(web.url("/", "127.0.0.2")))
        fetcher.fetch(secret_feed(tmp_path, web.url("/a.xml")), NOW)
        first, second = web.asked
    assert first.headers["authorization"] == "Basic cmVhZGVyOnBhOnNzIHfDtnJk"
    assert first.headers["x-api-key"] == "s3cret"
    assert "authorization" not in second.headers
    assert "x-api-key" not in second.headers


@pytest.mark.parametrize("content", ["no colon here", "two:of\nthem:here", None])
def test_a_broken_secret_file_is_named_but_never_quoted(tmp_path: Path, fetcher: Fetcher, content: str | None) -> None:
    file = tmp_path / "auth"
    if content is not None:
        file.write_text(content)
    error = failure(fetcher, feed("http://127.0.0.1:9/", auth_file=file))
    assert str(file) in error.what
    assert content is None or content not in error.what


def test_errors_carry_no_address_and_no_token(fetcher: Fetcher) -> None:
    error = failure(fetcher, feed("http://127.0.0.1:9/feed?token=s3cret"))
    assert "s3cret" not in str(error) + error.what
    assert error.__cause__ is None


def test_certificates_are_verified_by_the_one_context() -> None:
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(server)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with FakeWeb(context=server) as web:
        web.put("/a.xml", DOCUMENT)
        with Fetcher(polling(), context=trusting) as fetcher:
            assert get(fetcher, web.url("/a.xml")).body == DOCUMENT
        with Fetcher(polling()) as fetcher:
            assert failure(fetcher, feed(web.url("/a.xml"))).what.startswith("TLS:")
        with Fetcher(polling(), context=trusting) as fetcher:
            assert failure(fetcher, feed(web.url("/a.xml", "127.0.0.2"))).what.startswith(("TLS:", "connection"))


def test_a_certificate_that_expired_is_refused() -> None:
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(server)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with FakeWeb(context=server) as web, Fetcher(polling(), context=trusting) as fetcher:
        assert failure(fetcher, feed(web.url("/a.xml"))).what == "TLS: certificate has expired"


def test_a_handshake_that_drips_ends_at_the_deadline(web: FakeWeb) -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        with contextlib.suppress(OSError), listening:
            end, _ = listening.accept()
            with end:
                while end.recv(1):
                    continue

    thread = threading.Thread(target=drip)
    thread.start()
    with Fetcher(polling(timeout="1s")) as fetcher:
        error = failure(fetcher, feed(f"https://127.0.0.1:{listening.getsockname()[1]}/"))
    thread.join()
    assert "within 1 s" in error.what


def test_connections_are_kept_and_not_leaked(web: FakeWeb, fetcher: Fetcher) -> None:
    web.put("/a.xml", DOCUMENT)
    get(fetcher, web.url("/a.xml"))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        get(fetcher, web.url("/a.xml"))
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


# ---------------------------------------------------------------------------- one at a time


def test_never_two_requests_at_one_host(web: FakeWeb, fetcher: Fetcher) -> None:
    web.latency = 0.02
    urls = [web.put(f"/{n}.xml", DOCUMENT) for n in range(6)]
    threads = [threading.Thread(target=get, args=(fetcher, url)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(web.asked) == 6
    assert max(web.peak.values()) == 1


def test_two_names_of_one_address_share_its_lane(web: FakeWeb) -> None:
    web.latency = 0.02

    def resolve(*_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("127.0.0.1", web.port))]

    with Fetcher(polling(), resolve=resolve) as fetcher:
        web.put("/a.xml", DOCUMENT)
        urls = [f"http://name{n}.test:{web.port}/a.xml" for n in range(4)]
        threads = [threading.Thread(target=get, args=(fetcher, url)) for url in urls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert web.total_peak == 1
