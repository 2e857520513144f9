"""`status` and `healthcheck`: the state of everything, gathered from the store and the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli import show
from monitor.cli.session import Session
from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.notify.routes import Route
    from monitor.store.glance import Glance
    from monitor.types import Feed, Silence, Storyline

WEEK = timedelta(days=7)
LATE = timedelta(minutes=5)  # without a tick; one is noted twice a minute
SLOW = timedelta(hours=1)  # a message waits, or no feed was asked, for longer than is usual
CHANGED_MOST = 3  # files named
ILL = ("failing", "not a feed", "gone", "late", "degraded", "empty")
MERELY = ILL.index("late")  # from here on they are readable


@dataclass(frozen=True, slots=True)
class _Every:
    """What is read once for every storyline."""

    routes: Sequence[Route]
    pending: Mapping[tuple[str, str], int]  # alerts, by route and storyline
    silences: Sequence[Silence]
    now: datetime


def of(session: Session, now: datetime) -> dict[str, Any]:
    """Return the state of everything, as `status --json` prints it."""
    from monitor.notify.settings import routes_of
    from monitor.store.glance import glance

    config = session.outline
    with glance(config.state) as look:
        bytes_, waiting = look.size()
        every = _Every(routes_of(config.routes), look.pending(), look.silences(), now)
        found: dict[str, Any] = {
            "config": config.path,
            "state": config.state,
            "service": _service(config, look),
            "storylines": [_story(look, story, every) for story in config.storylines.values()],
            "feeds": _feeds(config, look, now),
            "outbox": dict(zip(("states", "oldest_waiting", "next_attempt"), look.outbox(), strict=True)),
            "silences": every.silences,
            "database": {"bytes": bytes_, "waiting": waiting},
        }
        found["outbox"]["given_up"] = look.given_up(now - WEEK)
    needs = (
        *_standstill(found, now),
        *_unread(found["service"]),
        *_unsent(found["outbox"], now),
        *_unreadable(found["feeds"]),
    )
    return {"trouble": [{"what": what, "do": remedy} for what, remedy in needs], **found}


def _standstill(found: dict[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) where nothing is at work; passes by a timer are work too."""
    service, polled = found["service"], found["feeds"]["last_poll"]
    ticked, start = service["ticked_at"], "systemctl start monitor, or monitor run"
    if service["running"]:
        if ticked and abs(now - ticked) > LATE:
            yield f"the service last ticked {show.when(ticked, now)}", "journalctl -u monitor says why; restart it"
    elif polled is None:
        yield "nothing ran so far", f"{start}, or monitor once"
    elif ticked and polled - ticked < LATE:
        yield f"the service does not run; it last ticked {show.when(ticked, now)}", start
    elif now - polled > SLOW:
        yield f"no feed was polled since {show.local(polled)}", start


def _unread(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    changed = service["reload_due"]
    if changed:
        more = f" and {len(changed) - CHANGED_MOST} more" if len(changed) > CHANGED_MOST else ""
        files = f"{', '.join(changed[:CHANGED_MOST])}{more}"
        yield f"a reload is due, changed since it was read: {files}", "systemctl reload monitor, or kill -HUP"


def _unsent(outbox: dict[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    oldest = outbox["oldest_waiting"]
    if outbox["given_up"]:
        what = f"{show.count(outbox['given_up'], 'message')} given up in the last 7 days"
        yield what, "monitor deliveries list --state dead"
    if oldest and now - oldest > SLOW:
        yield f"a message waits for {show.span(now - oldest)}", "monitor deliveries list"


def _unreadable(feeds: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if feeds["last_poll"] and not feeds["read"]:
        yield (
            "no feed could be read at its last poll",
            "is this machine online? monitor feeds health says what each met",
        )
    elif feeds["dead"]:
        have = "feeds have" if feeds["dead"] > 1 else "feed has"
        yield f"{feeds['dead']} {have} not been readable for a day", "monitor feeds health"


def _service(config: Config, look: Glance) -> dict[str, Any]:
    """Return whether a `run` holds the database, when it last ticked, and what changed on disk since it read it."""
    tick = look.noted("tick") or {}
    loaded = _moment(tick.get("loaded_at"))
    return {
        "running": look.runs,
        "ticked_at": _moment(tick.get("at")),
        "loaded_at": loaded,
        "reload_due": changed_since(config, loaded.timestamp(), tick.get("files", ())) if look.runs and loaded else [],
    }


def changed_since(config: Config, moment: float, read: Collection[str] = ()) -> list[str]:
    """Return what changed on disk after `moment` (seconds of the epoch), when the files `read` were: files, seeds."""
    changed = [show.clean(path) for path in config.files if _touched(path, moment)]
    files = {str(path) for path in config.files}
    changed += [f"{show.clean(path)} (no longer included)" for path in read if path not in files]
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


def _story(look: Glance, story: Storyline, every: _Every) -> dict[str, Any]:
    name, now = story.name, every.now
    (threshold, origin), latest = look.threshold(name), look.latest_event(name)
    week = look.matches(name, now - WEEK)
    routes = [route for route in every.routes if route.hears(name)]
    slots = [slot for route in routes if (slot := route.next_slot(now))]
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
        "pending": sum(every.pending.get((route.key, name), 0) for route in routes),
        "next_digest": min(slots, default=None),
        "told_to": sorted({route.receiver for route in routes}),
        "silenced": any(_is_all_of(silence, name, now) for silence in every.silences),
    }


def _is_all_of(silence: Silence, name: str, now: datetime) -> bool:
    """Say whether a silence keeps everything of a storyline quiet now."""
    return silence.storyline in (name, "*") and not silence.terms and not silence.event_id and now < silence.until


def _feeds(config: Config, look: Glance, now: datetime) -> dict[str, Any]:
    from monitor.feeds.health import health_of, is_dead

    stored: dict[str, Feed] = {feed.url: feed for feed in look.feeds()}
    known = [stored.get(feed.url, feed) for feed in config.feeds]
    healths = [(feed, health_of(feed, now).value) for feed in known]
    ill = [
        {
            "feed": feed.label,
            "state": state,
            "since": feed.failing_since or feed.news_at,
            "for": now - (feed.failing_since or feed.news_at or now),
            "error": feed.error,
        }
        for feed, state in healths
        if state in ILL
    ]
    due = [feed.due_at for feed in known if feed.due_at]
    return {
        "total": len(known),
        "states": dict(Counter(state for _, state in healths).most_common()),
        "read": sum(feed.ok_at is not None and feed.ok_at == feed.polled_at for feed in known),
        "dead": sum(is_dead(feed, now) for feed in known),
        "tags": _by_tag(config, {feed.url for feed, state in healths if state in ILL}),
        "ill": sorted(ill, key=lambda row: (ILL.index(row["state"]) >= MERELY, -row["for"])),
        "last_poll": max((feed.polled_at for feed in known if feed.polled_at), default=None),
        "next_poll": min(due, default=None),
    }


def _by_tag(config: Config, ill: set[str]) -> dict[str, tuple[int, int]]:
    """Return tag -> (feeds that are not well, feeds), the worst first."""
    totals = Counter(tag for feed in config.feeds for tag in feed.tags)
    unwell = Counter(tag for feed in config.feeds if feed.url in ill for tag in feed.tags)
    return {tag: (unwell[tag], totals[tag]) for tag in sorted(totals, key=lambda tag: (-unwell[tag], tag))}


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
