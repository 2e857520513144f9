"""The text behind the links, where a feed or a storyline asks for it: cheap rules first, the page second.

A page that cannot be had changes nothing: its entry is judged by title and summary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Self

from monitor.feeds.article import Articles
from monitor.feeds.fetch import Fetcher
from monitor.following import Followed, Following
from monitor.store import Store, Tx
from monitor.types import Entry, Feed, FullText, Match

LIKELY = 0.5  # share of the threshold from which `matched` fetches the page
AHEAD = 256  # waiting entries looked at in one go
WORKERS = 8


class Pages:
    """Fetches the pages of waiting entries once each. Close it, or use it as a context manager."""

    def __init__(self, store: Store, fetcher: Callable[[], Fetcher]) -> None:
        self.store = store
        self._fetcher = fetcher  # made when the first page is asked for
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="pages")
        self._tried: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        if "articles" in self.__dict__:
            self.articles.close()

    @cached_property
    def articles(self) -> Articles:
        """The door to the pages."""
        return Articles(self._fetcher())

    def read(self, following: Following) -> int:
        """Fetch and store the pages that the next batch of entries asks for; return how many were found."""
        with self.store.read() as tx:
            wanted = self._wanted(tx, following)
        if not wanted:
            return 0
        texts = list(self.pool.map(lambda pair: self.articles.of(*pair), wanted))
        found = [(entry, text) for (entry, _), text in zip(wanted, texts, strict=True) if text]
        if found:
            with self.store.begin() as tx:
                for entry, text in found:
                    tx.entries.set_page(entry.uid, text)
        return len(found)

    def _wanted(self, tx: Tx, following: Following) -> list[tuple[Entry, Feed]]:
        if not tx.entries.count_waiting():  # the usual case by far
            self._tried.clear()
            return []
        feeds = {feed.id: feed for feed in tx.feeds.all()}
        rules = {feed.full_text for feed in feeds.values()} | {s.full_text for s in following.storylines.values()}
        if rules <= {FullText.NEVER}:
            return []
        waiting = [item.entry for item in tx.entries.waiting(AHEAD) if not item.entry.paged and item.entry.link]
        entries = [entry for entry in waiting if entry.uid not in self._tried and entry.feed_id in feeds]
        if not entries:
            return []
        self._tried.update(entry.uid for entry in entries)
        following.catch_up(tx)
        return [(entry, feeds[entry.feed_id]) for entry in _asked_for(entries, feeds, following)]


def _asked_for(entries: Sequence[Entry], feeds: dict[int, Feed], following: Following) -> list[Entry]:
    readings = following.lens.read(entries)
    minds = list(following.minds.values())
    matches = [mind.tracker.match(readings) for mind in minds]
    asked = []
    for index, entry in enumerate(entries):
        of_feed = feeds[entry.feed_id].full_text
        if any(_asks(mind, of_feed, found[index]) for mind, found in zip(minds, matches, strict=True)):
            asked.append(entry)
    return asked


def _asks(mind: Followed, of_feed: FullText, match: Match) -> bool:
    """Whether the feed or the storyline wants the page of an entry that matched like this."""
    rules = {of_feed, mind.storyline.full_text}
    if FullText.ALWAYS in rules:
        return True
    return FullText.MATCHED in rules and match.score >= LIKELY * match.threshold
