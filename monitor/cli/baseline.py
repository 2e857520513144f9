"""`storyline show`: what defines a storyline, in words and numbers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from monitor.cli import show
from monitor.cli.session import Session
from monitor.store import Tx
from monitor.text import short
from monitor.types import Entry

SAYINGS_MOST = 5
ORIGIN_MOST = 160  # characters of a seed sentence in the table
TITLE_MOST = 80
DRIFT = timedelta(days=365)  # how far back what entered is followed


def of(session: Session, name: str) -> dict[str, Any]:
    """Return everything the monitor knows of a storyline's definition at this moment."""
    from monitor.detect.drift import drift
    from monitor.detect.track import follow
    from monitor.following import Following

    story = session.config.storylines[name]
    with session.store() as store, store.read() as tx:
        following = Following({name: story})
        following.catch_up(tx)
        mind = following.minds.get(name)
        log = tx.stories.threshold_log(name, 5)
        feedback, sayings = len(tx.desk.feedback(name)), tx.desk.sayings(name)
        reports = _reports(tx, name)
    tracker = mind.tracker if mind else follow(story, following.lens)
    known, threshold = tracker.baseline, tracker.threshold
    return {
        "name": name,
        "title": story.label,
        "paused": story.paused,
        "seeds": [_some(seed, "file", "title", "published", "outlet") for seed in story.seeds.articles],
        "first": known.first,
        "last": known.last,
        "languages": known.languages,
        "threshold": _some(threshold, "value", "origin", "level"),
        "threshold_log": [{"at": at, "value": value, "origin": origin} for at, value, origin in log],
        "watch": asdict(story.watch),
        "terms": [_some(term, "text", "kind", "weight", "seeds", "file", "origin") for term in known.terms],
        "agreements": known.agreements,
        "warnings": [*known.warnings, *story.seeds.warnings],
        "feedback": feedback,
        "sayings": sayings,
        "drift": asdict(drift(known, reports, tracker.lens.background)),
    }


def _reports(tx: Tx, name: str) -> list[Entry]:
    """The entries on topic of the last year, without copies."""
    newest = tx.stories.newest_on_topic(name)
    rows = tx.stories.on_topic(name, since=newest - DRIFT) if newest else []
    return [row.entry for row in rows if row.decision.assignment is None or not row.decision.assignment.copy_of]


def _some(value: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def tell(found: dict[str, Any], terms: int | None) -> None:
    """Print a definition for a person."""
    show.say(f"{found['title']}  [{found['name']}]{' (paused)' if found['paused'] else ''}", "strong")
    if found["seeds"]:
        first, last = (f"{found[key]:%d %b %Y}" if found[key] else "undated" for key in ("first", "last"))
        show.say(f"{len(found['seeds'])} seeds, {first if first == last else f'{first} to {last}'}:")
        for seed in found["seeds"]:
            dated = f"{seed['published']:%Y-%m-%d}" if seed["published"] else "undated   "
            show.say(f"  {dated}  {seed['title']}  ({seed['file']})")
    threshold = found["threshold"]
    show.say(f"Threshold {threshold['value']:.2f} ({threshold['origin']})")
    for change in found["threshold_log"]:
        show.say(f"  {change['at']:%Y-%m-%d %H:%M} UTC: {change['value']:.2f}, {change['origin']}", "dim")
    _tell_sayings(found["sayings"])
    _tell_watch(found["watch"])
    if found["agreements"]:
        show.say(f"The seeds agree on: {', '.join(found['agreements'][:20])}")
    if found["terms"]:
        show.say()
        rows = [
            (t["text"], f"{t['weight']:.2f}", str(t["kind"]), t["seeds"], short(t["origin"], ORIGIN_MOST))
            for t in found["terms"][:terms]
        ]
        show.table(("term", "weight", "kind", "seeds", "from the seed sentence"), rows)
        left = len(found["terms"]) - len(rows)
        if left > 0:
            show.say(f"... and {left} more (--all)", "dim")
    for warning in found["warnings"]:
        show.say(f"note: {warning}", "warn")


def _tell_sayings(sayings: list[Any]) -> None:
    """Print what readers said last."""
    if sayings:
        show.say(f"Taught by {len(sayings)} words of readers (version {sayings[-1].version}); the last ones:")
    for said in sayings[-SAYINGS_MOST:]:
        word = {True: "yes", False: "no", None: "forget"}[said.yes]
        by = f" by {said.by}" if said.by else ""
        show.say(f"  {said.at:%Y-%m-%d %H:%M} UTC: {word} to {said.title} ({said.entry_uid[:8]}){by}", "dim")


def _tell_watch(watch: dict[str, Any]) -> None:
    for key in ("any", "none"):
        if watch[key]:
            show.say(f"{key}: {', '.join(watch[key])}")
    if watch["all"]:
        show.say("all: " + " and ".join("(" + " or ".join(group) + ")" for group in watch["all"]))
    if watch["boost"]:
        show.say("boost: " + ", ".join(f"{term} x{weight:g}" for term, weight in watch["boost"]))


def tell_drift(found: dict[str, Any]) -> None:
    """Print what entered a storyline since its seeds, and what left."""
    drift = found["drift"]
    show.say(
        "Judged by the seeds and by what readers said; what recent entries speak of besides changes no score.", "dim"
    )
    if not drift["entered"]:
        show.say("Nothing entered since the seeds." if drift["entries"] else "No entry was on topic yet.")
    else:
        show.say(f"New in {drift['entries']} reports of {drift['since']:%d %b %Y} to {drift['until']:%d %b %Y}:")
        rows = [
            (
                n["text"],
                str(n["kind"]),
                f"{n['share']:.0%}",
                f"{n['first']:%Y-%m-%d}",
                f"{n['uids'][0][:8]} {short(n['title'], TITLE_MOST)}",
                ", ".join(uid[:8] for uid in n["uids"][1:]),
            )
            for n in drift["entered"]
        ]
        show.table(("term", "kind", "share", "first", "first entry", "further entries"), rows)
    if drift["gone"]:
        show.say(f"No longer mentioned: {', '.join(drift['gone'])}")
