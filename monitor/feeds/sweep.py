"""Many feeds at once: one request a host, healthy feeds first, parsing beside it, memory bounded."""

from __future__ import annotations

import heapq
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import FeedError
from monitor.feeds.address import host_of
from monitor.feeds.fetch import Fetcher
from monitor.feeds.parse import Reader
from monitor.types import Feed, Fetched, NotModified, ParsedFeed

Known = Callable[[Feed], Mapping[str, str]]
LOOK = 0.5  # seconds between two looks at the threads while nothing comes
AHEAD = 4  # documents that may wait for each parser, results for the consumer


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What became of one feed in a round."""

    feed: Feed
    outcome: ParsedFeed | NotModified | FeedError
    fetched: Fetched | None = None
    seconds: float = 0.0


class Queue:
    """The feeds of a round by host; a host is handed out again only when it has been released."""

    def __init__(self, feeds: Sequence[Feed], clock: Callable[[], float] = time.monotonic) -> None:
        """Sort the feeds: healthy ones first, on their host and among hosts, then the longest due."""
        self._clock = clock
        self._change = threading.Condition()
        self._lanes: dict[str, deque[Feed]] = {}
        for feed in sorted(feeds, key=lambda one: (one.failures > 0, one.due_at is not None, one.due_at or one.url)):
            self._lanes.setdefault(_host(feed), deque()).append(feed)
        self._ready = [(0.0, order, host) for order, host in enumerate(self._lanes)]
        self._order = len(self._ready)
        self._out = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._lanes)

    def feeds(self) -> dict[str, Feed]:
        """Return the feeds by address."""
        return {feed.url: feed for lane in self._lanes.values() for feed in lane}

    def take(self) -> tuple[Feed, str] | None:
        """Return the next feed and its host, waiting for one; None when all are done."""
        with self._change:
            while not self._closed and (self._ready or self._out):
                wait = self._ready[0][0] - self._clock() if self._ready else None
                if wait is not None and wait <= 0:
                    _, _, host = heapq.heappop(self._ready)
                    self._out += 1
                    return self._lanes[host].popleft(), host
                self._change.wait(wait)
            return None

    def release(self, host: str, free_at: float) -> None:
        """Offer the host's next feed from that clock time on."""
        with self._change:
            self._out -= 1
            if self._lanes[host]:
                self._order += 1
                heapq.heappush(self._ready, (free_at, self._order, host))
            if self._ready or self._out:
                self._change.notify()
            else:
                self._change.notify_all()

    def close(self) -> None:
        """Hand out nothing more."""
        with self._change:
            self._closed = True
            self._change.notify_all()


class Sweep:
    """Polls lists of feeds with threads for the web and child processes for the documents; one thread runs it."""

    def __init__(self, fetcher: Fetcher, reader: Reader) -> None:
        self.fetcher = fetcher
        self.reader = reader
        self._left: list[_Round] = []

    def run(
        self, feeds: Sequence[Feed], known: Known, now: datetime, patience: float | None = None
    ) -> Iterator[Polled]:
        """Yield what became of each feed, as they end.

        `known` gives a feed's keys and prints; it is called in other threads, only for documents that changed. A slow
        consumer slows the round down; leaving the loop early ends it. With `patience`, the round is left behind when
        nothing came for so many seconds: it goes on by itself, a later run yields what it brings, and feeds on the
        hosts it still waits for are left out until then.
        """
        yield from self._collected()
        busy = {host for left in self._left for host in left.hosts()}
        wanted = [feed for feed in feeds if _host(feed) not in busy]
        for feed in feeds:
            self.fetcher.name(feed)
        started = [_Round(self, Queue(wanted), known, now)] if wanted else []
        if patience is None:
            started, self._left = started + self._left, []
        while started:
            round_ = started.pop()
            with ExitStack() as ending:
                ending.callback(round_.stop)
                yield from round_.results(patience)
                if round_.pending:
                    ending.pop_all()
                    self._left.append(round_)
        self._left = [left for left in self._left if left.pending]

    def _collected(self) -> Iterator[Polled]:
        """Yield what rounds that were left behind brought meanwhile."""
        for left in self._left:
            yield from left.results(0.0)
            if not left.pending:
                left.stop()
        self._left = [left for left in self._left if left.pending]

    def close(self) -> None:
        """End what was left behind."""
        left, self._left = self._left, []
        for round_ in left:
            round_.stop()


def _host(feed: Feed) -> str:
    return host_of(feed.fetch_url or feed.url)


class _Round:
    """The threads and queues of one run."""

    def __init__(self, sweep: Sweep, waiting: Queue, known: Known, now: datetime) -> None:
        self.sweep = sweep
        self.waiting = waiting
        self.pending = waiting.feeds()
        self.known = known
        self.now = now
        self.settings = sweep.fetcher.settings
        self.documents: queue.Queue[tuple[Feed, Fetched, float] | None] = queue.Queue(AHEAD * self.settings.parsers)
        self.done: queue.Queue[Polled] = queue.Queue(AHEAD * self.settings.workers)
        self.stopped = False
        self.starting = threading.Lock()
        self.readers = 0
        self.threads = ThreadPoolExecutor(self.settings.workers + self.settings.parsers, "feeds")
        count = min(self.settings.workers, len(waiting))
        self.running: list[Future[None]] = []
        self.running.extend(self.threads.submit(self._fetch_all) for _ in range(count))

    def hosts(self) -> set[str]:
        """Return the hosts that this round still waits for."""
        return {_host(feed) for feed in self.pending.values()}

    def results(self, patience: float | None) -> Iterator[Polled]:
        """Yield results until all are there, or none came for `patience` seconds.

        Whatever is no expected trouble in a thread is raised here.
        """
        while self.pending:
            result = self._result(patience)
            if result is None:
                return
            self.pending.pop(result.feed.url, None)
            yield result

    def _result(self, patience: float | None) -> Polled | None:
        until = math.inf if patience is None else time.monotonic() + patience
        while True:
            try:
                return self.done.get(timeout=max(0.0, min(LOOK, until - time.monotonic())))
            except queue.Empty:
                for thread in self.running:
                    if thread.done():
                        thread.result()  # raises what ended it
            if time.monotonic() >= until:
                return None

    def stop(self) -> None:
        """End all threads; requests under way are cut, documents that wait are dropped."""
        self.stopped = True
        self.waiting.close()
        if self.pending:
            self.sweep.fetcher.interrupt()
        while not all(thread.done() for thread in self.running):
            self._drain()
            wait(self.running, timeout=0.02)
        self.threads.shutdown()

    def _drain(self) -> None:
        for waiting in (self.documents, self.done):
            with suppress(queue.Empty):
                while True:
                    waiting.get_nowait()
        for _ in range(self.readers):
            self.documents.put(None)

    def _fetch_all(self) -> None:
        """Fetch feeds until there are none."""
        while (taken := self.waiting.take()) is not None:
            feed, host = taken
            started = time.monotonic()
            try:
                got = self._fetched(feed)
            finally:
                self.waiting.release(host, self.sweep.fetcher.lanes.free_at(host))
            seconds = time.monotonic() - started
            if isinstance(got, Fetched):
                self._need_reader()
                self.documents.put((feed, got, seconds))
            else:
                self.done.put(Polled(feed=feed, outcome=got, seconds=seconds))

    def _fetched(self, feed: Feed) -> Fetched | NotModified | FeedError:
        try:
            return self.sweep.fetcher.fetch(feed, self.now)
        except FeedError as error:
            return error

    def _need_reader(self) -> None:
        """Start another reading thread while documents wait and there may be more."""
        with self.starting:
            if self.stopped or self.readers >= self.settings.parsers or (self.readers and self.documents.qsize() < 2):
                return
            self.readers += 1
            self.running.append(self.threads.submit(self._read_all))

    def _read_all(self) -> None:
        """Read documents until told to stop."""
        while (taken := self.documents.get()) is not None:
            feed, fetched, seconds = taken
            started = time.monotonic()
            outcome = self._read(feed, fetched)
            spent = seconds + time.monotonic() - started
            self.done.put(Polled(feed=feed, outcome=outcome, fetched=fetched, seconds=spent))

    def _read(self, feed: Feed, fetched: Fetched) -> ParsedFeed | FeedError:
        try:
            return self.sweep.reader.read(feed, fetched, self.known(feed), self.now)
        except FeedError as error:
            return error
