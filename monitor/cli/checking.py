"""What `monitor check` finds out beyond the file itself: who hears what and when next, and the world outside."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.cli import show
from monitor.config import Config
from monitor.config.document import shown
from monitor.errors import ConfigError, ConfigErrors, DeliveryError, FeedError, SummaryError, Where

KNOCKS = 16  # receivers and feeds asked at once


def report(config: Config) -> dict[str, Any]:
    """Return storylines with what they are made of and who hears of them. Errors: `ConfigErrors` for templates."""
    _check_templates(config)
    _check_links(config)
    return {
        "storylines": [_story(config, name) for name in config.storylines],
        "feeds": len([feed for feed in config.feeds if not feed.disabled]),
        "receivers": {name: receiver.kind for name, receiver in config.receivers.items()},
        "warnings": [*config.warnings, *_seed_trouble(config)],
    }


def _story(config: Config, name: str) -> dict[str, Any]:
    from monitor.notify.describing import describe
    from monitor.notify.settings import routes_of

    story, now = config.storylines[name], datetime.now(UTC)
    hears = [
        {
            "receiver": route.receiver,
            "kind": config.receivers[route.receiver].kind,
            "when": describe(route),
            "next": route.next_slot(now),
            "timezone": route.timezone,
        }
        for route in routes_of(config.routes)
        if route.hears(name)
    ]
    return {
        "name": name,
        "title": story.label,
        "seeds": len(story.seeds.articles),
        "terms": len(story.watch.any) + len(story.watch.all) + len(story.watch.none) + len(story.watch.boost),
        "paused": story.paused,
        "told_to": hears,
    }


def _seed_trouble(config: Config) -> Iterator[str]:
    """Yield what the science says of each storyline's seeds: odd ones, languages not covered."""
    from monitor.detect.reading import Lens
    from monitor.detect.track import follow

    lens = Lens.shipped()
    for name, story in config.storylines.items():
        if not story.paused:
            for warning in follow(story, lens).baseline.warnings:
                yield f"storyline {name}: {warning}"


def _check_links(config: Config) -> None:
    """Raise `ConfigError` when the secret of the feedback links cannot be read or could be guessed."""
    from monitor.links import links_of

    links_of(config, None)


def _check_templates(config: Config) -> None:
    from monitor.notify.digest import check_templates

    faults = [
        ConfigError(Where(shown(receiver.templates / error.template)), f"receiver {name}: {error}")
        for name, receiver in config.receivers.items()
        if receiver.templates is not None
        for error in check_templates(receiver.templates)
    ]
    if faults:
        raise ConfigErrors(tuple(faults))


def online(config: Config) -> list[str]:
    """Fetch every feed once and knock at every receiver; return what went wrong, one line each."""
    from monitor.notify.send import Courier

    with ThreadPoolExecutor(KNOCKS) as pool, Courier(config.receivers) as courier:
        feeds = _feeds_online(config, pool)
        knocks = [pool.submit(_knock, courier, name) for name in config.receivers]
        return [line for line in (*feeds, *(knock.result() for knock in knocks), _ask(config)) if line]


def _feeds_online(config: Config, pool: ThreadPoolExecutor) -> list[str]:
    from monitor.feeds.fetch import Fetcher
    from monitor.feeds.parse import Reader

    feeds = [feed for feed in config.feeds if not feed.disabled]
    with (
        Fetcher(config.polling) as fetcher,
        Reader(config.polling) as reader,
        show.progress("feeds", len(feeds)) as moved,
    ):
        lines = []
        for done, line in enumerate(pool.map(lambda feed: _try_feed(fetcher, reader, feed), feeds), 1):
            moved(done)
            lines.append(line)
        return lines


def _try_feed(fetcher: Any, reader: Any, feed: Any) -> str:
    from monitor.types import Fetched

    now = datetime.now(UTC)
    try:
        got = fetcher.fetch(feed, now)
        if isinstance(got, Fetched) and not reader.read(feed, got, {}, now).entries:
            return f"feed {feed.label}: read, but it holds no entries"
    except FeedError as error:
        return f"feed {feed.label}: {error.what}"
    return ""


def _knock(courier: Any, name: str) -> str:
    knock = getattr(courier, "knock", None)
    if knock is None:
        return ""
    try:
        knock(name)
    except DeliveryError as error:
        return f"receiver {name}: {error.reason}"
    return ""


def _ask(config: Config) -> str:
    if config.summariser is None:
        return ""
    from monitor.notify import summariser

    try:
        summariser.ask(config.summariser, ["The ports will share twelve pilots, the council said on Monday."])
    except SummaryError as error:
        return f"summariser: {error}"
    return ""


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M %Z} ({show.when(at)})"


def tell(config: Config, found: dict[str, Any], trouble: list[str], *, online: bool) -> None:
    """Print the report for a person."""
    stories, feeds = show.count(len(config.storylines), "storyline"), show.count(found["feeds"], "feed")
    show.say(f"{shown(config.path)} is sound: {stories}, {feeds}.", "good")
    for story in found["storylines"]:
        show.say()
        state = " (paused)" if story["paused"] else ""
        show.say(f"{story['title']}{state}  [{story['name']}]", "strong")
        articles, terms = show.count(story["seeds"], "seed article"), show.count(story["terms"], "watch term")
        show.say(f"  defined by {articles} and {terms}")
        for told in story["told_to"]:
            following = f"; next {_moment(told['next'], told['timezone'])}" if told["next"] else ""
            show.say(f"  told to {told['receiver']} ({told['kind']}): {told['when']}{following}")
        if not story["told_to"]:
            show.say("  nobody is told", "warn")
    if config.summariser:
        show.say()
        show.say(f"Long digests are summed up by {config.summariser.model} at {config.summariser.host}.")
    if found["warnings"]:
        show.say()
    for warning in found["warnings"]:
        show.say(f"warning: {warning}", "warn")
    for line in trouble:
        show.say(f"failed: {line}", "bad")
    if online and not trouble:
        show.say("Every feed and receiver answers.", "good")
