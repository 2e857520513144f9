"""The linked page of an entry as text, fetched under the same guard and manners as feeds, robots.txt heeded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self
from urllib.robotparser import RobotFileParser

from monitor.errors import FetchError
from monitor.feeds.address import host_of, origin_of, parts_of
from monitor.feeds.fetch import Fetcher
from monitor.feeds.worker import Died, Job, Worker
from monitor.types import Entry, Feed

ROBOTS_FOR = 86_400.0  # seconds a robots.txt is believed (RFC 9309, 2.4)
TROUBLE_FOR = 900.0  # seconds until a site that could not be asked is asked again
MAX_ROBOTS = 512_000  # bytes read of one (RFC 9309, 2.5)
MAX_PAGE = 5_000_000
LONGEST_DELAY = 30.0  # a site that asks for longer pauses is left alone
NAME = "storyline-monitor"


class Articles:
    """Fetches pages and finds the article in them. Thread-safe; whatever goes wrong, there is just no text."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._robots: dict[tuple[str, bool], tuple[float, RobotFileParser]] = {}
        self._worker = Worker("monitor.feeds.extract")
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._worker.stop()

    def of(self, entry: Entry, feed: Feed) -> str:
        """Return the text behind an entry's link; a private address is asked only where the feed itself lives."""
        private = feed.allow_private_networks and host_of(entry.link) == host_of(feed.url)
        return self.text(entry.link, allow_private_networks=private)

    def text(self, url: str, *, allow_private_networks: bool = False) -> str:
        """Return the text of the article at an address, "" where there is none or robots.txt forbids it."""
        if parts_of(url) is None or not self._allowed(url, private=allow_private_networks):
            return ""
        try:
            page = self._fetcher.get_page(url, allow_private_networks=allow_private_networks, max_bytes=MAX_PAGE)
        except FetchError:
            return ""
        if "html" not in page.headers.get("content-type", "text/html"):
            return ""
        job = Job(body=page.body, headers={}, url=page.url, seconds=self._fetcher.settings.parse_seconds)
        try:
            with self._lock:
                return str(self._worker.ask(job))
        except Died:
            return ""

    def _allowed(self, url: str, *, private: bool) -> bool:
        """Whether the site's robots.txt lets us in; a site that cannot be asked is left alone for now."""
        asked = (origin_of(url), private)
        kept = self._robots.get(asked)
        if kept is None or kept[0] < self._clock():
            kept = self._rules(*asked)
            self._robots[asked] = kept
        rules = kept[1]
        delay = rules.crawl_delay(NAME)
        return rules.can_fetch(NAME, url) and (delay is None or float(delay) <= LONGEST_DELAY)

    def _rules(self, origin: str, private: bool) -> tuple[float, RobotFileParser]:
        """Return until when to believe a site's rules, and these: all allowed without a file, nothing in trouble."""
        rules, now = RobotFileParser(), self._clock()
        try:
            page = self._fetcher.get_page(f"{origin}/robots.txt", allow_private_networks=private, max_bytes=MAX_ROBOTS)
        except FetchError as error:
            absent = error.status is not None and 400 <= error.status < 500 and error.status != 429
            rules.parse([] if absent else ["User-agent: *", "Disallow: /"])
            return now + (ROBOTS_FOR if absent else TROUBLE_FOR), rules
        rules.parse(page.body[:MAX_ROBOTS].decode("utf-8", "replace").splitlines())
        return now + ROBOTS_FOR, rules
