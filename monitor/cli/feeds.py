"""The feeds: their health; adding, finding, importing and exporting them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import complete, show
from monitor.cli.session import Family, Session, pass_session

if TYPE_CHECKING:
    from monitor.types import Feed


@click.group(cls=Family)
def feeds() -> None:
    """The feeds: their health; add, discover, suggest, import and export them."""


def _stored(session: Session) -> list[Feed]:
    """Return the configured feeds with what the store learned of them."""
    from dataclasses import replace

    with session.look() as store, store.read() as tx:
        learned = {feed.url: feed for feed in tx.feeds.all()}
    known = []
    for feed in session.outline.feeds:
        held = learned.get(feed.url)
        asked = {name: getattr(feed, name) for name in ("name", "tags", "every", "full_text", "disabled")}
        known.append(replace(held, **asked) if held else feed)
    return known


@feeds.command("list")
@click.option("--tag", "tags", multiple=True, help="Only feeds with this tag (may be given again).")
@pass_session
def list_(session: Session, tags: tuple[str, ...]) -> None:
    """Every feed with its address, tags and state.

    \b
    Examples:
      monitor feeds list
      monitor feeds list --tag korea --json
    """
    from monitor.feeds.health import health_of

    now = datetime.now(UTC)
    found = [feed for feed in _stored(session) if not tags or set(tags) & set(feed.tags)]
    if session.as_json:
        show.as_json([_row(feed, now) for feed in found])
        return
    rows = [
        (feed.label, health_of(feed, now).value, show.when(feed.polled_at), ", ".join(feed.tags), feed.url)
        for feed in found
    ]
    show.table(("feed", "state", "polled", "tags", "address"), rows, empty="no feeds; add one: monitor feeds add URL")


def _row(feed: Feed, now: datetime) -> dict[str, Any]:
    from monitor.feeds.health import health_of

    names = (
        "url",
        "name",
        "title",
        "tags",
        "every",
        "disabled",
        "polled_at",
        "ok_at",
        "news_at",
        "due_at",
        "failing_since",
    )
    more = ("failures", "error", "rhythm", "newest", "gaps", "fetch_url")
    return {"health": health_of(feed, now), **{name: getattr(feed, name) for name in (*names, *more)}}


@feeds.command("health")
@click.option("--all", "everything", is_flag=True, help="Also the feeds that are well.")
@pass_session
def health(session: Session, everything: bool) -> int:
    """The truth about each feed: failing, late, empty, gone, and since when. Exit code 1 when one is not well.

    \b
    Examples:
      monitor feeds health
      monitor feeds health --all
    """
    from monitor.feeds.health import health_of
    from monitor.types import Health

    now = datetime.now(UTC)
    well = {Health.OK, Health.NEW, Health.DISABLED}
    known = [(feed, health_of(feed, now)) for feed in _stored(session)]
    ill = [pair for pair in known if pair[1] not in well]
    if session.as_json:
        show.as_json([_row(feed, now) for feed, _ in (known if everything else ill)])
        return 1 if ill else 0
    rows = [
        (
            feed.label,
            state.value,
            show.when(feed.failing_since or feed.news_at, now),
            show.when(feed.due_at, now),
            feed.error or _remark(feed),
        )
        for feed, state in (known if everything else ill)
    ]
    if rows:
        show.table(("feed", "state", "since", "next poll", "what"), rows, wrap=True)
    fine = sum(state is Health.OK for _, state in known)
    new = sum(state is Health.NEW for _, state in known)
    show.say(f"{fine} of {len(known)} feeds are well{f', {new} not polled yet' if new else ''}.", "" if ill else "good")
    return 1 if ill else 0


def _remark(feed: Feed) -> str:
    rhythm = f"usually every {show.span(feed.rhythm)}" if feed.rhythm else ""
    last = datetime.fromisoformat(at) if (at := feed.notes.get("gap_at")) else None
    often = "once" if feed.gaps == 1 else f"{feed.gaps} times"
    gaps = f"rolled over between two polls {often}, last {show.when(last)}" if feed.gaps else ""
    return "; ".join(part for part in (rhythm, gaps) if part)


@feeds.command("add")
@click.argument("url")
@click.option("--name", default="", help="What to call it.")
@click.option("--tag", "tags", multiple=True, help="A label that routes can name (may be given again).")
@click.option("--no-fetch", is_flag=True, help="Add it without looking whether it is a feed.")
@pass_session
def add(session: Session, url: str, name: str, tags: tuple[str, ...], no_fetch: bool) -> None:
    """Add a feed to the configuration file; comments and order in it stay.

    The address is fetched first: a web page is not added, its feeds are named instead.

    \b
    Examples:
      monitor feeds add https://en.yna.co.kr/RSS/news.xml --name Yonhap --tag korea
      monitor feeds add https://intranet.example/feed --no-fetch
    """
    from monitor.cli import finding
    from monitor.config import edit
    from monitor.types import Feed

    feed = Feed(url=url, name=name, tags=tags)
    if not no_fetch:
        finding.must_be_feed(session.config, feed)
    edit.add_feeds(session.path, [feed])
    show.say(f"added {url} to {session.path}", "good")
    show.say("A running monitor notices after a reload: systemctl reload monitor (or kill -HUP).")


@feeds.command("discover")
@click.argument("url")
@pass_session
def discover(session: Session, url: str) -> int:
    """Find the feeds of a web page.

    \b
    Example:
      monitor feeds discover https://www.koreaherald.com
    """
    from monitor.cli import finding
    from monitor.errors import FeedError, MonitorError

    try:
        found = finding.feeds_of(session.config, url)
    except FeedError as error:
        raise MonitorError(f"{url}: {error.what}") from None
    if session.as_json:
        show.as_json([{"url": one.url, "title": one.title, "type": one.type} for one in found])
    else:
        show.table(
            ("title", "type", "address"), [(one.title, one.type, one.url) for one in found], empty="no feed found"
        )
    return 0 if found else 1


@feeds.command("suggest")
@click.argument("storyline", shell_complete=complete.storylines)
@click.option("--add", "write", is_flag=True, help="Add them to the configuration.")
@pass_session
def suggest(session: Session, storyline: str, write: bool) -> None:
    """Make search feeds from a storyline's watch terms: Google News, Bing News and others, in its languages.

    \b
    Examples:
      monitor feeds suggest seoul-arms-ukraine
      monitor feeds suggest seoul-arms-ukraine --add
    """
    from monitor.cli import finding
    from monitor.config import edit
    from monitor.types import Feed

    found = finding.suggestions(session, session.storyline(storyline))
    if write:
        known = {feed.url for feed in session.config.feeds}
        new = [Feed(url=one.url, name=one.name, tags=("search",)) for one in found if one.url not in known]
        edit.add_feeds(session.path, new)
    if write and not session.as_json:
        show.say(f"added {len(new)} feeds to {session.path}", "good")
    elif session.as_json:
        show.as_json([{"name": one.name, "url": one.url, "why": one.why} for one in found])
    else:
        show.table(("name", "why", "address"), [(one.name, one.why, one.url) for one in found])


@feeds.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_session
def import_(session: Session, file: Path) -> None:
    """Add every feed of an OPML file to the configuration; folders become tags, known addresses are skipped.

    For a long list, `feeds: [{opml: FILE}]` in the configuration reads the file itself at each start.

    \b
    Example:
      monitor feeds import subscriptions.opml
    """
    from monitor.config import edit
    from monitor.feeds import opml
    from monitor.types import Feed

    known = {feed.url for feed in session.config.feeds}
    listed = opml.read(file.read_bytes())
    new = [Feed(url=one.url, name=one.title, tags=one.tags) for one in listed if one.url not in known]
    if new:
        edit.add_feeds(session.path, new)
    if session.as_json:
        show.as_json({"added": [feed.url for feed in new], "known": len(listed) - len(new)})
        return
    show.say(f"{len(new)} feeds added to {session.path}, {len(listed) - len(new)} were there already.", "good")


@feeds.command("export")
@pass_session
def export(session: Session) -> None:
    """Print the feeds as OPML, in folders by their first tag.

    \b
    Example:
      monitor feeds export > feeds.opml
    """
    from monitor.feeds import opml

    held = _stored(session)
    if session.as_json:
        show.as_json([{"url": feed.url, "name": feed.name, "tags": feed.tags} for feed in held])
        return
    click.echo(opml.write(held, "Feeds of the storyline monitor"))
