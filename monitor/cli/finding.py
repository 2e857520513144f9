"""Looking on the web for feeds, for `feeds add`, `discover` and `suggest`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.config import Config
from monitor.errors import FeedError, MonitorError

if TYPE_CHECKING:
    from monitor.cli.session import Session
    from monitor.types import Feed


def feeds_of(config: Config, url: str) -> Sequence[Any]:
    """Return the feeds a page names or keeps in the usual places. Errors: `FetchError`."""
    from monitor.feeds import discover
    from monitor.feeds.fetch import Fetcher

    with Fetcher(config.polling) as fetcher:
        found: Sequence[Any] = discover.find(fetcher, url, allow_private_networks=config.polling.allow_private_networks)
        return found


def must_be_feed(config: Config, feed: Feed) -> None:
    """Return quietly when the address is a feed. Errors: `MonitorError` that names the feeds of a page instead."""
    from dataclasses import replace

    from monitor.feeds.fetch import Fetcher
    from monitor.feeds.parse import Reader
    from monitor.types import Fetched

    feed = replace(feed, allow_private_networks=config.polling.allow_private_networks)
    now = datetime.now(UTC)
    try:
        with Fetcher(config.polling) as fetcher, Reader(config.polling) as reader:
            got = fetcher.fetch(feed, now)
            if isinstance(got, Fetched):
                reader.read(feed, got, {}, now)
    except FeedError as error:
        raise MonitorError(f"{feed.url} was not added: {error.what}{_instead(config, feed.url)}") from None


def _instead(config: Config, url: str) -> str:
    try:
        found = feeds_of(config, url)
    except FeedError:
        return ""
    named = "".join(f"\n  monitor feeds add {one.url}" for one in found[:5] if one.url != url)
    return f"; its page names these:{named}" if named else ""


def suggestions(session: Session, name: str) -> Sequence[Any]:
    """Return search feeds made from what a storyline is about."""
    from monitor.detect.baseline import baseline_of
    from monitor.detect.reading import Lens
    from monitor.feeds.suggest import suggest

    story = session.config.storylines[name]
    terms = [term.text for term in baseline_of(story, Lens.shipped()).terms[:12]]
    found: Sequence[Any] = suggest(story, terms, story.languages)
    return found
