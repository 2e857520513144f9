"""Many feeds at once: the slow and the broken keep nobody waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from monitor.errors import FetchError, ParseError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.parse import Reader
from monitor.feeds.sweep import Polled, Queue, Sweep
from monitor.types import Feed, NotModified, ParsedFeed
from tests.fakes import FakeWeb, Wire
from tests.feeds.make import NOW, feed, item, polling, rss

SETTINGS = polling(timeout="60s", parsers=1, workers=8)


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb(any_host=True) as server:
        yield server


@pytest.fixture
def sweep() -> Iterator[Sweep]:
    with Fetcher(SETTINGS) as fetcher, Reader(SETTINGS) as reader:
        sweep = Sweep(fetcher, reader)
        yield sweep
        sweep.close()


def nothing(_: Feed) -> Mapping[str, str]:
    return {}


def urls(results: Iterator[Polled]) -> list[str]:
    return sorted(polled.feed.url for polled in results)


def impatient(sweep: Sweep, feeds: list[Feed], count: int) -> list[str]:
    """Run a round with hardly any patience, and collect until so many came, however slow this machine is."""
    found = urls(sweep.run(feeds, nothing, NOW, patience=0.1))
    while len(found) < count:
        time.sleep(0.01)
        found += urls(sweep.run([], nothing, NOW, patience=0.1))
    return sorted(found)


def hosts(web: FakeWeb, count: int, path: str) -> list[Feed]:
    return [feed(web.url(path, f"127.0.1.{n + 1}")) for n in range(count)]


def test_every_feed_gets_one_outcome_and_no_host_two_requests_at_once(web: FakeWeb, sweep: Sweep) -> None:
    web.latency = 0.1
    web.put("/good.xml", rss(item(1)))
    web.answer("/gone.xml", 404)
    web.answer("/page.xml", 200, b"<!DOCTYPE html><p>Hi", {"Content-Type": "text/html"})
    feeds = hosts(web, 4, "/good.xml") + hosts(web, 4, "/gone.xml") + hosts(web, 4, "/page.xml")
    found = {polled.feed.url: polled for polled in sweep.run(feeds, nothing, NOW)}
    assert set(found) == {one.url for one in feeds}
    kinds = [type(found[one.url].outcome) for one in feeds]
    assert kinds == [ParsedFeed] * 4 + [FetchError] * 4 + [ParseError] * 4
    assert [found[one.url].fetched is not None for one in feeds] == [True] * 4 + [False] * 8  # no page is held
    assert max(web.peak.values()) == 1
    assert web.total_peak > 1


def test_unchanged_feeds_never_reach_a_parser(web: FakeWeb, sweep: Sweep) -> None:
    web.answer("/a.xml", 304)
    feeds = [replace(one, etag='"x"') for one in hosts(web, 5, "/a.xml")]
    assert all(isinstance(polled.outcome, NotModified) for polled in sweep.run(feeds, nothing, NOW))
    assert sweep.reader.pids() == ()


def test_a_round_leaves_its_stragglers_behind_and_collects_them_later(web: FakeWeb, sweep: Sweep) -> None:
    let_go = threading.Event()

    def slow(wire: Wire) -> None:
        let_go.wait(50)
        wire.reply(200, rss(item(1)))

    web.answer("/calm.xml", 304)
    web.script("/slow.xml", slow)
    straggler = feed(web.url("/slow.xml", "127.0.2.1"))
    neighbour = feed(web.url("/calm.xml", "127.0.2.1"))
    calm = [replace(one, etag='"x"') for one in hosts(web, 4, "/calm.xml")]
    assert impatient(sweep, [straggler, *calm], 4) == [one.url for one in calm]
    assert impatient(sweep, [straggler, neighbour, *calm], 4) == [one.url for one in calm]
    let_go.set()
    assert impatient(sweep, [], 1) == [straggler.url]
    assert web.paths().count("/slow.xml") == 1


def test_a_host_with_many_feeds_keeps_no_other_waiting_for_long(web: FakeWeb, sweep: Sweep) -> None:
    web.latency = 0.03
    web.put("/good.xml", rss(item(1)))
    many = [feed(web.answer(f"/{n}.xml", 404)) for n in range(80)]  # 2.4 s at least, a result every now and then
    found = urls(sweep.run(many, nothing, NOW, patience=0.2))
    assert len(found) < 80
    another = feed(web.url("/good.xml", "127.0.3.1"))
    found += urls(sweep.run([*many, another], nothing, NOW, patience=5.0))
    while another.url not in found:  # after a long stop of the machine
        found += urls(sweep.run([], nothing, NOW, patience=0.5))
    found += urls(sweep.run([], nothing, NOW))
    assert sorted(found) == sorted(one.url for one in (*many, another))
    assert max(web.peak.values()) == 1


def test_a_round_left_behind_keeps_one_thread_for_a_host(web: FakeWeb, sweep: Sweep) -> None:
    def threads() -> int:
        return sum(thread.name.startswith("feeds_") for thread in threading.enumerate())

    let_go = threading.Event()
    web.script("/slow.xml", lambda wire: let_go.wait(60) and wire.reply(404))
    web.answer("/calm.xml", 404)
    hanging = feed(web.url("/slow.xml", "127.0.2.1"))
    found = urls(sweep.run([hanging, *hosts(web, 20, "/calm.xml")], nothing, NOW, patience=1.0))
    while len(found) < 20:
        found += urls(sweep.run([], nothing, NOW, patience=1.0))
    until = time.monotonic() + 60
    while threads() > 1:
        assert time.monotonic() < until
        time.sleep(0.01)
    let_go.set()
    assert urls(sweep.run([], nothing, NOW)) == [hanging.url]


def test_hosts_at_one_address_are_asked_one_by_one_and_keep_no_other_waiting(web: FakeWeb) -> None:
    def resolve(host: str, port: int, *_: object) -> list[tuple[object, ...]]:
        address = "127.0.5.1" if host.startswith("blog") else f"127.0.6.{host.removeprefix('own-').split('.')[0]}"
        return [(2, 1, 6, "", (address, port))]

    def crowded(wire: Wire) -> None:
        let_go.wait(60)
        wire.reply(404)

    let_go = threading.Event()
    web.script("/blog.xml", crowded)
    web.answer("/own.xml", 404)
    blogs = [replace(feed(web.url("/blog.xml", f"blog-{n}.test")), due_at=NOW) for n in range(30)]
    own = [replace(feed(web.url("/own.xml", f"own-{n + 1}.test")), due_at=NOW) for n in range(8)]
    with Fetcher(SETTINGS, resolve=resolve) as fetcher, Reader(SETTINGS) as reader:
        results = Sweep(fetcher, reader).run([*blogs, *own], nothing, NOW)
        first = [next(results) for _ in own]
        let_go.set()
        rest = list(results)
    assert {polled.feed.url for polled in first} == {one.url for one in own}
    assert {polled.feed.url for polled in rest} == {one.url for one in blogs}
    assert {str(polled.outcome) for polled in rest} == {str(first[0].outcome)}  # each got its turn
    assert web.paths().count("/blog.xml") == 30


def test_leaving_the_loop_early_ends_the_round(web: FakeWeb, sweep: Sweep) -> None:
    web.put("/good.xml", rss(item(1)))
    web.script("/slow.xml", lambda wire: wire.hold())
    before = threading.active_count()
    started = time.monotonic()
    results = sweep.run([*hosts(web, 4, "/good.xml"), *hosts(web, 2, "/slow.xml")], nothing, NOW)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 40  # not the minute that the slow ones have
    assert threading.active_count() <= before + 2 + 8  # the reaper, and the server's own


def test_an_error_that_is_nobodys_fault_but_ours_is_not_swallowed(web: FakeWeb, sweep: Sweep) -> None:
    def broken(_: Feed) -> Mapping[str, str]:
        raise ZeroDivisionError

    web.put("/good.xml", rss(item(1)))
    with pytest.raises(ZeroDivisionError):
        list(sweep.run(hosts(web, 2, "/good.xml"), broken, NOW))


def test_healthy_feeds_come_before_failing_ones() -> None:
    failing = [replace(feed(f"http://a.test/{n}"), failures=1) for n in range(2)]
    healthy = [feed(f"http://a.test/{n}") for n in range(2, 4)]
    queue = Queue([*failing, *healthy])
    order = []
    for _ in range(4):
        taken = queue.take()
        assert taken is not None
        order.append(taken[0])
        queue.release(taken[1], 0.0)
    assert order == healthy + failing
    assert queue.take() is None
