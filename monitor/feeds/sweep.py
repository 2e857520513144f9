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
LONGEST = 10  # times its patience that a run lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What became of one feed in a round."""

    feed: Feed
    outcome: ParsedFeed | NotModified | FeedError
    fetched: Fetched | None = None  # what was read
    seconds: float = 0.0


class Queue:
    """The feeds of a round by lane; a lane is handed out again only when it has been released.

    A lane is a host, or an address once it is known that its hosts share one. Every lane that is out comes back with
    its thread: a thread that finds none is one too many.
    """

    def __init__(self, feeds: Sequence[Feed], clock: Callable[[], float] = time.monotonic) -> None:
        """Sort the feeds: healthy ones first, on their host and among hosts, then the longest due."""
        self._clock = clock
        self._change = threading.Condition()
        self._lanes: dict[str, deque[Feed]] = {}
        for feed in sorted(feeds, key=lambda one: (one.failures > 0, one.due_at is not None, one.due_at or one.url)):
            self._lanes.setdefault(_host(feed), deque()).append(feed)
        self._ready = [(0.0, order, lane) for order, lane in enumerate(self._lanes)]
        self._order = len(self._ready)
        self._closed = False

    def __len__(self) -> int:
        return len(self._lanes)

    def feeds(self) -> dict[str, Feed]:
        """Return the feeds by address."""
        return {feed.url: feed for lane in self._lanes.values() for feed in lane}

    def take(self) -> tuple[Feed, str] | None:
        """Return the next feed and its lane, waiting for its turn; None when other threads have all that is left."""
        with self._change:
            while self._ready and not self._closed:
                wait = self._ready[0][0] - self._clock()
                if wait <= 0:
                    _, _, lane = heapq.heappop(self._ready)
                    return self._lanes[lane].popleft(), lane
                self._change.wait(wait)
            return None

    def join(self, lane: str, feed: Feed, address: str) -> bool:
        """Make a host's lane, taken with this feed, that of its address; False when others are there and it waits."""
        with self._change:
            feeds = self._lanes.pop(lane)
            if address not in self._lanes:
                self._lanes[address] = feeds
                return True
            self._lanes[address].extend((feed, *feeds))
            return False

    def release(self, lane: str, free_at: float) -> None:
        """Offer the lane's next feed from that clock time on."""
        with self._change:
            if self._lanes[lane]:
                self._order += 1
                heapq.heappush(self._ready, (free_at, self._order, lane))
            else:
                del self._lanes[lane]

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
        self.done: queue.Queue[Polled] = queue.Queue(AHEAD * fetcher.settings.workers)
        self._rounds: list[_Round] = []

    def run(
        self, feeds: Sequence[Feed], known: Known, now: datetime, patience: float | None = None
    ) -> Iterator[Polled]:
        """Yield what became of each feed, as they end.

        `known` gives a feed's keys and prints; it is called in other threads, only for documents that changed. A slow
        consumer slows the round down; leaving the loop early ends it. With `patience`, the round is left behind when
        nothing came for so many seconds, or when it lasts much longer: it goes on by itself, later runs yield what it
        brings, and feeds on the hosts it still waits for are left out until then.
        """
        busy = {host for left in self._rounds for host in left.hosts()}
        wanted = [feed for feed in feeds if _host(feed) not in busy]
        for feed in feeds:
            self.fetcher.name(feed)
        latest = _Round(self, Queue(wanted), known, now)
        self._rounds.append(latest)
        end = math.inf if patience is None else time.monotonic() + LONGEST * patience
        with ExitStack() as ending:
            ending.callback(self.close)
            while self._still_under_way() and time.monotonic() < end:
                waits = patience is None or latest.pending
                until = end if patience is None else min(end, time.monotonic() + patience)
                polled = self._next(until if waits else 0.0)
                if polled is None:
                    break
                yield polled
            ending.pop_all()

    def _still_under_way(self) -> bool:
        """Say whether any round still waits for a feed; let go of those that do not."""
        for over in [one for one in self._rounds if not one.pending]:
            over.stop()
        self._rounds = [one for one in self._rounds if one.pending and not one.stopped]
        return bool(self._rounds)

    def _next(self, until: float) -> Polled | None:
        """Return the next result of any round, None when there is none by then.

        Whatever is no expected trouble in a thread is raised here.
        """
        while self._rounds:
            left = until - time.monotonic()
            try:
                polled = self.done.get(timeout=max(0.0, min(LOOK, left)))
            except queue.Empty:
                for one in self._rounds:
                    one.look_after()
                if left <= 0:
                    return None
            else:
                for one in self._rounds:
                    one.pending.pop(polled.feed.url, None)
                return polled
        return None

    def close(self) -> None:
        """End what is under way: requests are cut, documents and results that wait are dropped."""
        rounds, self._rounds = self._rounds, []
        for one in rounds:
            one.stop()


def _host(feed: Feed) -> str:
    return host_of(feed.fetch_url or feed.url)


class _Round:
    """The threads of one list of feeds, and the documents between them."""

    def __init__(self, sweep: Sweep, waiting: Queue, known: Known, now: datetime) -> None:
        self.sweep = sweep
        self.waiting = waiting
        self.pending = waiting.feeds()
        self.known = known
        self.now = now
        self.settings = sweep.fetcher.settings
        self.documents: queue.Queue[tuple[Feed, Fetched, float] | None] = queue.Queue(AHEAD * self.settings.parsers)
        self.stopped = False
        self.starting = threading.Lock()
        self.readers = 0
        self.fetching = ThreadPoolExecutor(self.settings.workers, "feeds")
        self.reading = ThreadPoolExecutor(self.settings.parsers, "documents")
        count = min(self.settings.workers, len(waiting))
        self.running: list[Future[None]] = []
        self.running.extend(self.fetching.submit(self._fetch_all) for _ in range(count))
        self.fetching.shutdown(wait=False)  # a thread that finds no more feeds ends, however long the others take

    def hosts(self) -> set[str]:
        """Return the hosts that this round still waits for."""
        return {_host(feed) for feed in self.pending.values()}

    def look_after(self) -> None:
        """Raise what ended a thread, if anything did."""
        for thread in self.running:
            if thread.done():
                thread.result()

    def stop(self) -> None:
        """End all threads; requests under way are cut, documents that wait are dropped."""
        self.stopped = True
        self.waiting.close()
        if self.pending:
            self.sweep.fetcher.interrupt()
        while not all(thread.done() for thread in self.running):
            self._drain()
            wait(self.running, timeout=0.02)
        self.fetching.shutdown()
        self.reading.shutdown()

    def _drain(self) -> None:
        for waiting in (self.documents, self.sweep.done) if self.pending else (self.documents,):
            with suppress(queue.Empty):
                while True:
                    waiting.get_nowait()
        for _ in range(self.readers):
            self.documents.put(None)

    def _fetch_all(self) -> None:
        """Fetch feeds until there are none."""
        fetcher = self.sweep.fetcher
        while (taken := self.waiting.take()) is not None:
            feed, lane = taken
            if lane == _host(feed) and (address := fetcher.lane_of(feed)):
                if not self.waiting.join(lane, feed, address):
                    continue
                lane = address
            started = time.monotonic()
            try:
                got = self._fetched(feed)
            finally:
                self.waiting.release(lane, fetcher.lanes.free_at(lane))
            seconds = time.monotonic() - started
            if isinstance(got, Fetched):
                self._need_reader()
                self.documents.put((feed, got, seconds))
            else:
                self.sweep.done.put(Polled(feed=feed, outcome=got, seconds=seconds))

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
            self.running.append(self.reading.submit(self._read_all))

    def _read_all(self) -> None:
        """Read documents until told to stop."""
        while (taken := self.documents.get()) is not None:
            feed, fetched, seconds = taken
            started = time.monotonic()
            outcome = self._read(feed, fetched)
            spent = seconds + time.monotonic() - started
            read = fetched if isinstance(outcome, ParsedFeed) else None  # a page of megabytes would wait with its feed
            self.sweep.done.put(Polled(feed=feed, outcome=outcome, fetched=read, seconds=spent))

    def _read(self, feed: Feed, fetched: Fetched) -> ParsedFeed | FeedError:
        try:
            return self.sweep.reader.read(feed, fetched, self.known(feed), self.now)
        except FeedError as error:
            return error
