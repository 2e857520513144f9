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
    outcomes = {polled.feed.url: polled.outcome for polled in sweep.run(feeds, nothing, NOW)}
    assert set(outcomes) == {one.url for one in feeds}
    kinds = [type(outcomes[one.url]) for one in feeds]
    assert kinds == [ParsedFeed] * 4 + [FetchError] * 4 + [ParseError] * 4
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
