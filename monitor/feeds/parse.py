"""From bytes to entries: the reader, whose work is done in child processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from monitor.errors import ParseError
from monitor.feeds.items import Item, Reading, Refusal
from monitor.feeds.settings import PollingSettings
from monitor.feeds.worker import Died, Job, Worker
from monitor.text import fingerprint
from monitor.types import Entry, Feed, Fetched, ParsedFeed

PASSED_ON = ("content-type", "content-language")


class Reader:
    """Reads documents in child processes that are started when needed. Thread-safe."""

    def __init__(self, settings: PollingSettings) -> None:
        self.settings = settings
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(settings.parsers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child processes; the next document starts a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.stop()

    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the idle children."""
        with self._lock:
            return tuple(worker.pid for worker in self._idle if worker.pid)

    def rest(self) -> None:
        """Give memory back after a round: all but one of the child processes end."""
        with self._lock:
            surplus, self._idle = self._idle[:-1], self._idle[-1:]
        for worker in surplus:
            worker.stop()

    def read(self, feed: Feed, fetched: Fetched, known: Mapping[str, str], now: datetime) -> ParsedFeed:
        """Return what the document says that is not `known` (key -> print) yet.

        Errors: `ParseError` when it is no feed, hostile, or too costly to read.
        """
        first = feed.first_polled_at is None
        job = Job(
            body=fetched.body,
            headers={name: fetched.headers[name] for name in PASSED_ON if name in fetched.headers},
            url=fetched.url,
            known=known,
            max_items=self.settings.max_items,
            newest=self.settings.first_poll_newest if first else None,
            seconds=self.settings.parse_seconds,
        )
        try:
            found = self._ask(job)
        except Died as error:
            raise ParseError(feed.url, str(error)) from None
        if isinstance(found, Refusal):
            raise ParseError(feed.url, str(found))
        return self._parsed(feed, found, now)

    def _ask(self, job: Job) -> Reading | Refusal:
        with self._free:
            with self._lock:
                worker = self._idle.pop() if self._idle else Worker()
            try:
                found: Reading | Refusal = worker.ask(job)
                return found
            finally:
                with self._lock:
                    self._idle.append(worker)

    def _parsed(self, feed: Feed, found: Reading, now: datetime) -> ParsedFeed:
        outlet = feed.name or found.title or urlsplit(feed.url).hostname or feed.url
        return ParsedFeed(
            entries=tuple(entry_of(feed, item, outlet, now) for item in found.items),
            title=found.title,
            degraded=found.degraded,
            dropped=found.dropped,
            listed=found.listed,
            hints=found.hints,
            keys=found.keys,
            overlap=found.overlap,
            truncated=found.truncated,
        )


def entry_of(feed: Feed, item: Item, outlet: str, now: datetime) -> Entry:
    """Return the entry of a feed, seen now: never dated later than that."""
    published = item.published
    return Entry(
        uid=fingerprint(feed.url, item.key),
        key=item.key,
        feed_id=feed.id,
        feed_url=feed.url,
        source=item.source or outlet,
        id=item.id,
        link=item.link,
        canonical=item.canonical,
        title=item.title,
        summary=item.summary,
        content=item.content,
        author=item.author,
        lang=item.lang,
        tags=feed.tags,
        published=published,
        updated=item.updated,
        seen_at=now,
        date=min(published, now) if published else now,
        undated=published is None,
        date_guessed=item.date_guessed or (published is not None and published > now),
        first_poll=feed.first_polled_at is None,
    )
