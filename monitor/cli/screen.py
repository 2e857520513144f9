"""What `status` shows a person: what is wrong and what to do first, then everything else, on one screen."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from monitor.cli import show

ILL_LEAST, ILL_MOST = 3, 8  # feeds named
SILENCES_MOST = 5
USED = 12  # lines beside the storylines, silences and feeds
SPAN_LEAST = 60  # seconds; a shorter failure has only begun


def tell(found: dict[str, Any]) -> None:
    """Print the state for a person."""
    _tell_trouble(found["trouble"])
    _tell_service(found)
    show.say()
    heads = ("storyline", "a day", "threshold", "waiting", "next", "last event")
    show.table(heads, [_story_row(story) for story in found["storylines"]], empty="no storylines")
    show.say()
    _tell_feeds(found["feeds"], _room(found) if show.on_terminal() else ILL_MOST)
    _tell_outbox(found["outbox"])
    for silence in found["silences"][:SILENCES_MOST]:
        _tell_silence(silence)
    if len(found["silences"]) > SILENCES_MOST:
        show.line(f"... and {len(found['silences']) - SILENCES_MOST} more: monitor silence list")


def _room(found: Mapping[str, Any]) -> int:
    """Return how many feeds can be named before the screen is full."""
    left = shutil.get_terminal_size().lines - USED - len(found["storylines"]) - len(found["silences"])
    return max(ILL_LEAST, min(ILL_MOST, left))


def _tell_trouble(trouble: list[dict[str, str]]) -> None:
    if not trouble:
        show.say("All is well.", "good")
        return
    show.say("Needs a look:", "bad")
    for each in trouble:
        show.say(f"  {each['what']}: {each['do']}")


def _tell_service(found: dict[str, Any]) -> None:
    service = found["service"]
    ticked = f"last tick {show.when(service['ticked_at'])}" if service["ticked_at"] else "no tick yet"
    running = "The service runs" if service["running"] else "The service does not run"
    size, waiting = found["database"]["bytes"], found["database"]["waiting"]
    queue = f", {show.count(waiting, 'entry', 'entries')} to assess" if waiting else ""
    file = found["state"].removeprefix("sqlite:///")
    show.line(f"{running}, {ticked}; database {size / 1e6:.1f} MB{queue}: {file}", "dim")


def _story_row(story: Mapping[str, Any]) -> tuple[Any, ...]:
    event = story["last_event"]
    budget = f" of {story['budget']:.2g}" if story["budget"] else ""
    return (
        story["name"],
        f"{story['matches_a_day']:g}{budget}",
        _threshold(story),
        story["pending"] or "",
        _following(story),
        f"{show.when(event['at'])}: {event['title']}" if event else "none yet",
    )


def _threshold(story: Mapping[str, Any]) -> str:
    """Return the threshold, and by how much it has changed last."""
    now, log = story["threshold"], story["threshold_log"]  # newest first
    if now is None:
        return "-"
    change = f"{now - log[1]['value']:+.2f}" if len(log) > 1 else ""
    return f"{now:.2f}{f' {change}' if change.strip('+-0.') else ''}"


def _following(story: Mapping[str, Any]) -> str:
    if story["paused"] or story["silenced"]:
        return "paused" if story["paused"] else "silenced"
    if not story["told_to"]:
        return "nobody"
    return show.when(story["next_digest"]) if story["next_digest"] else "at once"


def _tell_feeds(feeds: Mapping[str, Any], most: int) -> None:
    states = ", ".join(f"{count} {state}" for state, count in feeds["states"].items())
    polled = f"; last poll {show.when(feeds['last_poll'])}" if feeds["last_poll"] else ""
    show.line(f"Feeds: {feeds['total']} ({states or 'none'}){polled}", "warn" if feeds["ill"] else "")
    ill = [f"{tag} {count} of {total}" for tag, (count, total) in feeds["tags"].items() if count]
    if ill:
        show.line(f"  not well by tag: {', '.join(ill)}")
    for row in feeds["ill"][:most]:
        since = f" for {show.span(row['for'])}" if row["for"].total_seconds() >= SPAN_LEAST else ""
        show.line(f"  {row['feed']}: {row['state']}{since}{': ' + row['error'] if row['error'] else ''}")
    if len(feeds["ill"]) > most:
        show.say(f"  ... and {len(feeds['ill']) - most} more: monitor feeds health")


def _tell_outbox(outbox: Mapping[str, Any]) -> None:
    text = ", ".join(f"{count} {state}" for state, count in outbox["states"].items()) or "empty"
    queued = (
        f"; the oldest that waits was queued {show.when(outbox['oldest_waiting'])}" if outbox["oldest_waiting"] else ""
    )
    show.line(f"Outbox: {text}{queued}")


def _tell_silence(silence: Any) -> None:
    only = ", ".join((*silence.terms, silence.event_id)).strip(", ")
    about = f"Silence {silence.id} on {silence.storyline}{f', only {only}' if only else ''}"
    by = f" by {silence.author}" if silence.author else ""
    swallowed = show.count(silence.swallowed, "alert")
    show.line(f"{about}{by}, ends {show.when(silence.until)}: {swallowed} swallowed", "warn")
