"""Polling over a real store: what survives restarts, outages, and bad company."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from monitor import config
from monitor.feeds.fetch import Fetcher
from monitor.polling import Poller, PollReport, sync
from monitor.store import Store
from monitor.types import Feed, Health
from monitor.upkeep import tidy
from tests.fakes import Clock, FakeWeb
from tests.feeds.make import item, rss
from tests.scene import Newsroom

CANARY = "127.0.0.66"


class Desk:
    """A configuration with nothing but feeds; each `poll` is a process of its own, as after a restart."""

    def __init__(self, folder: Path, urls: Sequence[str], polling: str = "timeout: 20s") -> None:
        self.file = folder / "monitor.yaml"
        feeds = "".join(f"  - {url}\n" for url in urls)
        self.file.write_text(
            f"state: .\npolling: {{every: 15m, allow_private_networks: true, {polling}}}\nfeeds:\n{feeds}"
            "storylines: {}\nreceivers: {}\nroutes: []\n"
        )
        self.clock = Clock()

    def poll(self, resolve: Any = socket.getaddrinfo) -> PollReport:
        """Poll what is due with a store and a fetcher that were just opened."""
        settings = config.load(self.file)
        with Store(settings.state) as store, Poller(settings, store, self.clock) as poller:
            sync(settings, store)
            poller.fetcher = Fetcher(settings.polling, resolve=resolve)
            return poller.poll()

    def feeds(self) -> list[Feed]:
        """Return the feeds as they are stored."""
        with Store(config.load(self.file).state) as store, store.read() as tx:
            return tx.feeds.all()


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb(any_host=True) as server:
        yield server


def test_a_move_proven_over_a_day_outlives_restarts_and_brings_nothing_back(tmp_path: Path, web: FakeWeb) -> None:
    new = web.put("/new.xml", rss(item(1), item(2)))
    desk = Desk(tmp_path, [web.answer("/old.xml", 301, headers={"Location": new})])
    assert desk.poll().new == 2
    for _ in range(3):
        desk.clock.advance(hours=13)
        assert desk.poll().new == 0
    web.asked.clear()
    desk.clock.advance(hours=1)
    assert desk.poll().failed == 0
    assert web.paths() == ["/new.xml"]
    (feed,) = desk.feeds()
    assert feed.url.endswith("/old.xml")
    assert feed.fetch_url == new


def test_validators_outlive_a_restart(tmp_path: Path, web: FakeWeb) -> None:
    desk = Desk(tmp_path, [web.put("/a.xml", rss(item(1)))])
    desk.poll()
    desk.clock.advance(hours=1)
    assert desk.poll().unchanged == 1
    assert web.asked[-1].headers["if-none-match"] == desk.feeds()[0].etag


def test_what_a_first_poll_merely_noted_is_not_news_later(tmp_path: Path, web: FakeWeb) -> None:
    desk = Desk(tmp_path, [web.put("/a.xml", rss(*(item(n) for n in range(9))))], "first_poll_newest: 2")
    assert desk.poll().new == 2
    for words, edited in (("Rewritten", 2), ("And again", 2)):
        desk.clock.advance(hours=1)
        web.put("/a.xml", rss(*(item(n, f"{words} {n}") for n in range(9))))
        report = desk.poll()
        assert (report.new, report.edited) == (0, edited)
    desk.clock.advance(hours=1)
    web.put("/a.xml", rss(*(item(n, f"And again {n}") for n in range(10))))
    assert desk.poll().new == 1


def test_half_a_gzip_gives_its_complete_entries_and_is_asked_for_again(tmp_path: Path, web: FakeWeb) -> None:
    packed = gzip.compress(rss(*(item(n, f"{n * 7919 % 1009} reports from {n}") for n in range(200))))
    half = packed[: len(packed) // 2]
    desk = Desk(tmp_path, [web.answer("/a.xml", 200, half, {"Content-Encoding": "gzip", "ETag": '"half"'})])
    report = desk.poll()
    assert (report.failed, 10 < report.new < 190) == (0, True)
    (feed,) = desk.feeds()
    assert (feed.etag, feed.health) == (None, Health.DEGRADED)


def test_a_late_round_skips_no_feed_and_starts_with_the_longest_due(tmp_path: Path, web: FakeWeb) -> None:
    desk = Desk(tmp_path, [web.put(f"/{n}.xml", rss(item(n))) for n in range(5)])
    desk.poll()
    desk.clock.advance(days=3)  # so much later than any interval
    with Store(config.load(desk.file).state) as store:
        with store.read() as tx:
            due = tx.feeds.due(desk.clock())
            first = tx.feeds.due(desk.clock(), limit=2)
        dates = [feed.due_at for feed in due if feed.due_at]
        assert dates == sorted(dates)
        assert len(due) == len(dates) == 5
        assert first == due[:2]
        with store.begin() as tx:
            tx.feeds.learn([replace(feed, due_at=desk.clock.now + timedelta(minutes=15)) for feed in first])
        with store.read() as tx:
            assert tx.feeds.due(desk.clock()) == due[2:]


def test_a_network_that_is_down_is_one_message_and_no_feeds_fault(tmp_path: Path, web: FakeWeb) -> None:
    for n in range(12):
        web.put(f"/{n}.xml", rss(item(n)))
    desk = Desk(tmp_path, [web.url(f"/{n}.xml", f"127.0.1.{n + 1}") for n in range(12)])
    desk.poll()

    def dead(*_: object) -> list[tuple[Any, ...]]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    desk.clock.advance(hours=1)
    with capture_logs() as logs:
        report = desk.poll(dead)
    assert report.offline
    assert report.failed == 12
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["offline"]
    down = desk.feeds()
    assert {(feed.failures, feed.health) for feed in down} == {(0, Health.OK)}
    waits = sorted((feed.due_at - desk.clock()).total_seconds() for feed in down if feed.due_at)
    assert 0 < waits[0] < waits[-1] <= 900
    assert waits[-1] - waits[0] > 200  # the catch-up is spread over an interval
    desk.clock.advance(minutes=15)
    again = desk.poll()
    assert (again.failed, again.unchanged) == (0, 12)


def test_no_writer_waits_while_thousands_of_feeds_are_looked_up(tmp_path: Path) -> None:
    looks: list[object] = []

    def see(connection: Any, _: object, statement: str, *__: object) -> None:
        if statement.startswith("SELECT feeds."):
            looks.append(connection.get_execution_options().get("begin"))

    with Newsroom(tmp_path) as room, room.monitor() as line, line.store:
        event.listen(line.store.engine, "before_cursor_execute", see)
        assert line.poll().feeds == 2
        tidy(line)
    assert looks == ["BEGIN", "BEGIN"]  # not immediate: that is the writers'


def test_a_service_that_is_offline_for_hours_blames_no_feed_and_reads_all_soon_after(
    tmp_path: Path, web: FakeWeb
) -> None:
    """A service polls feed by feed as they come due: each round alone tells nothing."""
    for n in range(8):
        web.put(f"/{n}.xml", rss(item(n)))
    desk = Desk(tmp_path, [web.url(f"/{n}.xml", f"127.0.1.{n + 1}") for n in range(8)])
    is_down: list[bool] = []

    def resolve(*what: Any) -> Any:
        if is_down:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return socket.getaddrinfo(*what)

    settings = config.load(desk.file)
    with capture_logs() as logs, Store(settings.state) as store, Poller(settings, store, desk.clock) as poller:
        sync(settings, store)
        poller.fetcher = Fetcher(settings.polling, resolve=resolve, clock=lambda: desk.clock().timestamp())

        def poll_until(end: datetime) -> None:
            while desk.clock() < end:
                poller.poll()
                with store.read() as tx:
                    desk.clock.now = tx.feeds.next_due() or end

        poll_until(desk.clock() + timedelta(hours=1))
        is_down.append(True)
        poll_until(desk.clock() + timedelta(hours=4))
        down = desk.feeds()
        is_down.clear()
        poll_until(desk.clock() + timedelta(minutes=16))
        up = desk.feeds()
    assert sorted(feed.failures for feed in down) == [0] * 7 + [1]  # the first: one feed alone may be at fault
    assert {feed.health for feed in up} == {Health.OK}
    assert {feed.ok_at == feed.polled_at for feed in up} == {True}
    assert [line["event"] for line in logs if line["event"] in ("offline", "online")] == ["offline", "online"]


def test_the_science_and_the_receivers_are_not_loaded_to_poll() -> None:
    code = "import sys, monitor.polling, monitor.config; monitor.config.load; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "monitor.feeds.sweep" in loaded
    heavy = {
        "numpy",
        "feedparser",
        "trafilatura",
        "tokenizers",
        "jinja2",
        "apscheduler",
        "flask",
        "monitor.detect.track",
    }
    assert heavy.isdisjoint(loaded)


FAULTY = {
    "reset": lambda wire: wire.reset(),
    "silent": lambda wire: wire.hold(),
    "drip": lambda wire: wire.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000, 0.05),
    "500": lambda wire: wire.reply(500, b"<rss/>"),
    "page": lambda wire: wire.reply(200, b"<!DOCTYPE html><p>Hi", {"Content-Type": "text/html"}),
    "bomb": lambda wire: wire.reply(200, rss(doctype='<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>')),
    "inside": lambda wire: wire.reply(
        302, headers={"Location": f"http://{CANARY}:{wire.sock.getsockname()[1]}/secret"}
    ),
    "elsewhere": lambda wire: wire.reply(302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    "deep": lambda wire: wire.reply(200, rss(item(1, extra="<a>" * 5000 + "</a>" * 5000))),
    "garbage": lambda wire: wire.send(b"\x00\xff" * 500) and wire.reset(),
}


@pytest.mark.slow
def test_one_feed_in_ten_is_broken_and_the_others_do_not_notice(tmp_path: Path, web: FakeWeb) -> None:
    """A thousand feeds: every healthy one is read in the same round, and nobody is led inside."""
    urls = []
    for n in range(1000):
        host = f"127.{1 + n // 200}.0.{1 + n % 200}"
        if n % 10:
            web.put(f"/good-{n}.xml", rss(item(n), item(n + 1000)))
            urls.append(web.url(f"/good-{n}.xml", host))
        else:
            name = list(FAULTY)[n // 10 % len(FAULTY)]
            web.script(f"/{name}-{n}.xml", FAULTY[name])
            urls.append(web.url(f"/{name}-{n}.xml", host))
    web.script("/secret", lambda wire: wire.reply(200, rss(item(1))))
    report = (desk := Desk(tmp_path, urls, "timeout: 10s")).poll()
    assert (report.changed, report.failed, report.new) == (900, 100, 1800)
    assert {feed.health for feed in desk.feeds() if "good" in feed.url} == {Health.OK}
    assert len(web.asked) == 1000  # nothing is asked twice, and no redirect led inside
    assert "/secret" not in web.paths()


def test_the_log_tells_when_a_feed_begins_to_fail_and_when_it_is_well_again(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room, room.monitor() as line:
        room.publish_all()
        with capture_logs() as lines:
            for broken in (None, b"<html></html>", b"<html></html>", None):
                room.feeds[0].broken = broken
                line.poll()
                room.clock.advance(hours=8)
        line.store.close()
    told = [(each["event"], each["feed"]) for each in lines if each["event"].startswith("feed-")]
    assert told == [("feed-failing", "outlet-0"), ("feed-well", "outlet-0")]


def test_a_feed_that_cannot_be_stored_keeps_no_other_waiting_and_is_read_again(tmp_path: Path) -> None:
    def surprise(moment: str) -> None:
        if moment == "mid-insert" and not surprised:
            surprised.append(moment)
            raise OverflowError("a number that no database takes")

    surprised: list[str] = []
    with Newsroom(tmp_path, feeds=3) as room, room.monitor(surprise) as line, line.store:
        for number, feed in enumerate(room.feeds):
            feed.publish(f"News number {number}")
        with capture_logs() as lines:
            first = line.poll()
        assert (first.new, first.failed, first.changed) == (2, 1, 2)
        assert [each["event"] for each in lines if each["log_level"] == "error"] == ["feed-failed"]
        with line.store.read() as tx:
            (failed,) = [feed for feed in tx.feeds.all() if feed.failures]
        assert failed.error == "cannot be stored: OverflowError"
        room.clock.advance(hours=2)
        assert line.poll().new == 1
