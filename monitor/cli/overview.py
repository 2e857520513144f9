"""`status` and `healthcheck`: the state of everything, gathered from the store and the files."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli import show
from monitor.cli.session import Session
from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.glance import Glance
    from monitor.types import Feed, Silence

WEEK = timedelta(days=7)
ILL = ("failing", "not a feed", "gone", "late", "degraded", "empty")
MOST_ILL = 8  # feeds named on the screen


def of(session: Session, now: datetime) -> dict[str, Any]:
    """Return the state of everything, as `status --json` prints it."""
    from monitor.store.glance import glance

    config = session.outline
    with glance(config.state) as look:
        bytes_, waiting = look.size()
        return {
            "config": config.path,
            "state": config.state,
            "service": _service(config, look),
            "storylines": [_story(config, look, name, now) for name in config.storylines],
            "feeds": _feeds(config, look, now),
            "outbox": dict(zip(("states", "oldest_waiting", "next_attempt"), look.outbox(), strict=True)),
            "silences": look.silences(),
            "database": {"bytes": bytes_, "waiting": waiting},
        }


def _service(config: Config, look: Glance) -> dict[str, Any]:
    """Return whether a `run` holds the database, when it last ticked, and what changed on disk since it read it."""
    tick = look.noted("tick") or {}
    loaded = _moment(tick.get("loaded_at"))
    return {
        "running": look.runs,
        "ticked_at": _moment(tick.get("at")),
        "loaded_at": loaded,
        "reload_due": changed_since(config, loaded.timestamp()) if look.runs and loaded else [],
    }


def changed_since(config: Config, moment: float) -> list[str]:
    """Return what changed on disk after `moment` (seconds of the epoch): files, seeds of a storyline."""
    changed = [show.clean(path) for path in config.files if _touched(path, moment)]
    for name, folder in config.seed_folders.items():
        if any(_touched(path, moment) for path in (folder, *(folder.rglob("*") if folder.is_dir() else ()))):
            changed.append(f"the seeds of {name}")
    return changed


def _touched(path: Path, moment: float) -> bool:
    try:
        found = path.stat()
        return max(found.st_mtime, found.st_ctime) > moment  # what was moved or copied here may have an old date
    except OSError:
        return False


def _moment(written: Any) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) else None


def _story(config: Config, look: Glance, name: str, now: datetime) -> dict[str, Any]:
    from monitor.notify.settings import routes_of

    story, (threshold, origin) = config.storylines[name], look.threshold(name)
    week = look.matches(name, now - WEEK)
    routes = [route for route in routes_of(config.routes) if route.hears(name)]
    slots = [slot for route in routes if (slot := route.next_slot(now))]
    pending, latest = look.pending(), look.latest_event(name)
    return {
        "name": name,
        "title": story.label,
        "paused": story.paused,
        "threshold": threshold,
        "threshold_origin": origin,
        "threshold_log": [{"at": at, "value": value} for at, value in look.thresholds(name, 3)],
        "budget": story.sensitivity.budget,
        "matches_a_day": round(len(week) / 7, 1),
        "last_match": max(week, default=None),
        "last_event": dict(zip(("id", "title", "at"), latest, strict=True)) if latest else None,
        "pending": sum(pending.get((route.key, name), 0) for route in routes),
        "next_digest": min(slots, default=None),
        "silenced": any(_is_all_of(silence, name, now) for silence in look.silences()),
    }


def _is_all_of(silence: Silence, name: str, now: datetime) -> bool:
    """Say whether a silence keeps everything of a storyline quiet now."""
    return silence.storyline in (name, "*") and not silence.terms and not silence.event_id and now < silence.until


def _feeds(config: Config, look: Glance, now: datetime) -> dict[str, Any]:
    from monitor.feeds.health import health_of

    stored: dict[str, Feed] = {feed.url: feed for feed in look.feeds()}
    known = [stored.get(feed.url, feed) for feed in config.feeds]
    healths = [(feed, health_of(feed, now).value) for feed in known]
    ill = [
        {"feed": feed.label, "state": state, "since": feed.failing_since or feed.news_at, "error": feed.error}
        for feed, state in healths
        if state in ILL
    ]
    due = [feed.due_at for feed in known if feed.due_at]
    return {
        "total": len(known),
        "states": dict(Counter(state for _, state in healths).most_common()),
        "ill": sorted(ill, key=lambda row: ILL.index(str(row["state"]))),
        "last_poll": max((feed.polled_at for feed in known if feed.polled_at), default=None),
        "next_poll": min(due, default=None),
    }


def trouble(session: Session, now: datetime, patience: timedelta) -> list[str]:
    """Return why the service is not well; empty when it is."""
    from monitor.store.glance import glance

    try:
        with glance(session.outline.state) as look:
            service = _service(session.outline, look)
    except StoreError as error:
        return [str(error)]
    if not service["running"]:
        return ["the service does not run (start it: monitor run)"]
    ticked = service["ticked_at"]
    if ticked is not None and abs(now - ticked) > patience:  # after now only where the clock was set back
        return [f"the service last ticked {show.when(ticked, now)}"]
    return []


def tell(found: dict[str, Any]) -> None:
    """Print the state for a person."""
    _tell_service(found)
    show.say()
    rows = [_story_row(story) for story in found["storylines"]]
    show.table(
        ("storyline", "a day", "threshold", "waiting", "next", "last event"),
        rows,
        empty="no storylines",
    )
    for story in found["storylines"]:
        _tell_threshold(story)
    show.say()
    _tell_feeds(found["feeds"])
    _tell_outbox(found["outbox"])
    for silence in found["silences"]:
        only = ", ".join((*silence.terms, silence.event_id)).strip(", ")
        about = f"Silence {silence.id} on {silence.storyline}{f', only {only}' if only else ''}"
        by = f" by {silence.author}" if silence.author else ""
        show.say(f"{about}{by}, ends {show.when(silence.until)}: {silence.swallowed} alerts swallowed.", "warn")


def _tell_service(found: dict[str, Any]) -> None:
    service = found["service"]
    if service["running"]:
        ticked = f", last tick {show.when(service['ticked_at'])}" if service["ticked_at"] else ""
        show.say(f"The service runs{ticked}.", "good")
    else:
        ticked = f"; it last ticked {show.when(service['ticked_at'])}" if service["ticked_at"] else ""
        show.say(f"The service does not run (monitor run, or the systemd unit){ticked}.", "warn")
    if service["reload_due"]:
        show.say(f"A reload is due: changed since it read them: {', '.join(service['reload_due'])}", "warn")
    size, waiting = found["database"]["bytes"], found["database"]["waiting"]
    queue = f", {waiting} entries wait to be assessed" if waiting else ""
    show.say(f"{found['state'].removeprefix('sqlite:///')}: {size / 1e6:.1f} MB{queue}", "dim")


def _story_row(story: dict[str, Any]) -> tuple[Any, ...]:
    threshold = f"{story['threshold']:.2f}" if story["threshold"] is not None else "-"
    budget = f" of {story['budget']:.2g}" if story["budget"] else ""
    state = "paused" if story["paused"] else "silenced" if story["silenced"] else ""
    following = state or (show.when(story["next_digest"]) if story["next_digest"] else "at once")
    event = story["last_event"]
    return (
        story["name"],
        f"{story['matches_a_day']:g}{budget}",
        threshold,
        story["pending"],
        following,
        f"{show.when(event['at'])}: {event['title']}" if event else "none yet",
    )


def _tell_threshold(story: dict[str, Any]) -> None:
    """Print where a threshold came from and what it was before."""
    log = story["threshold_log"]
    if len(log) > 1:
        before = ", ".join(f"{change['value']:.2f} until {show.when(log[i]['at'])}" for i, change in enumerate(log[1:]))
        show.say(f"  threshold of {story['name']}: {story['threshold_origin']}; before: {before}", "dim")


def _tell_feeds(feeds: dict[str, Any]) -> None:
    states = ", ".join(f"{count} {state}" for state, count in feeds["states"].items())
    polled = f"; last poll {show.when(feeds['last_poll'])}" if feeds["last_poll"] else ""
    show.say(f"Feeds: {feeds['total']} ({states or 'none'}){polled}", "warn" if feeds["ill"] else "")
    for row in feeds["ill"][:MOST_ILL]:
        since = f" since {show.when(row['since'])}" if row["since"] else ""
        show.say(f"  {row['feed']}: {row['state']}{since}{': ' + row['error'] if row['error'] else ''}")
    if len(feeds["ill"]) > MOST_ILL:
        show.say(f"  ... and {len(feeds['ill']) - MOST_ILL} more: monitor feeds health")


def _tell_outbox(outbox: dict[str, Any]) -> None:
    states = outbox["states"]
    text = ", ".join(f"{count} {state}" for state, count in states.items()) or "empty"
    waiting = f"; oldest waiting since {show.when(outbox['oldest_waiting'])}" if outbox["oldest_waiting"] else ""
    show.say(f"Outbox: {text}{waiting}", "bad" if states.get("dead") else "")
    if states.get("dead"):
        show.say("  dead letters: monitor deliveries list --state dead")
