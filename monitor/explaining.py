"""Why an entry was told, held or left out: the stages of the line, passed or not, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.following import Following
from monitor.pipeline import Pipeline
from monitor.store import Tx
from monitor.types import Alert, AlertState, Decision, Delivery, DeliveryState, Entry


class Passed(StrEnum):
    """How an entry fared at a stage."""

    YES = "passed"
    NO = "stopped"
    WAITS = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the line for one entry."""

    name: str  # the stage's name on the line
    passed: Passed
    what: str  # one sentence
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything the monitor can say about one entry."""

    entry: Entry
    read: tuple[Stage, ...]
    storylines: tuple[tuple[str, tuple[Stage, ...]], ...]
    decisions: tuple[Decision, ...] = ()


def explain(pipeline: Pipeline, which: str, storyline: str | None = None) -> Explanation | None:
    """Explain an entry by uid or address, for one storyline or all; None when no feed ever offered it."""
    with pipeline.store.read() as tx:
        entry = tx.entries.find(which)
        if entry is None:
            return None
        state, error = tx.entries.status_of(entry.uid)
        read = _read_stages(entry, state, error)
        if state != "assessed":
            return Explanation(entry=entry, read=read, storylines=())
        names = [name for name in pipeline.config.storylines if storyline in (None, name)]
        decisions = _decisions(tx, pipeline.following, entry, names)
        alerts = tx.events.alerts_of(entry.uid)
        stories = tuple((d.storyline, _story_stages(tx, d, alerts)) for d in decisions)
    return Explanation(entry=entry, read=read, storylines=stories, decisions=tuple(decisions))


def _read_stages(entry: Entry, state: str, error: str) -> tuple[Stage, ...]:
    dates = f"dated {entry.date:%Y-%m-%d %H:%M} UTC" + (" (undated: first seen then)" if entry.undated else "")
    poll = Stage(
        name="poll",
        passed=Passed.YES,
        what=f"offered by {entry.source or entry.feed_url}, first seen {entry.seen_at:%Y-%m-%d %H:%M} UTC",
        evidence=(dates, f"feed: {entry.feed_url}", f"link: {entry.link or 'none'}"),
    )
    if state == "assessed":
        return (poll,)
    if state == "quarantined":
        return (poll, Stage(name="assess", passed=Passed.NO, what=f"set aside after three failures: {error}"))
    return (
        poll,
        Stage(
            name="assess", passed=Passed.WAITS, what="not assessed yet; run `monitor assess`, or wait for the daemon"
        ),
    )


def _decisions(tx: Tx, following: Following, entry: Entry, names: list[str]) -> list[Decision]:
    """Return the stored decisions; one that was too far below to be stored is computed again."""
    stored = {decision.storyline: decision for decision in tx.stories.of_entry(entry.uid)}
    missing = [name for name in names if name not in stored and not following.storylines[name].paused]
    if missing:
        following.catch_up(tx)
        reading = following.lens.read([entry])
        for name in missing:
            match = following.minds[name].tracker.match(reading)[0]
            stored[name] = Decision(entry_uid=entry.uid, storyline=name, match=match, decided_at=entry.seen_at)
    return [stored[name] for name in names if name in stored]


def _story_stages(tx: Tx, decision: Decision, alerts: list[tuple[Alert, str | None]]) -> tuple[Stage, ...]:
    stages = [_match_stage(decision)]
    if decision.assignment is None or decision.verdict is None:
        return tuple(stages)
    stages += _event_stages(tx, decision)
    if decision.backlog:
        start = tx.stories.get(decision.storyline)
        since = f"{start.start_at:%Y-%m-%d %H:%M} UTC" if start and start.start_at else "its start"
        return (
            *stages,
            Stage(name="route", passed=Passed.NO, what=f"backlog: dated before {since}, so known but not told"),
        )
    mine = [(alert, digest) for alert, digest in alerts if alert.storyline == decision.storyline]
    if not mine:
        reason = f"no route tells a {decision.verdict.novelty.value} of score {decision.match.score:.2f}"
        return (*stages, Stage(name="route", passed=Passed.NO, what=reason))
    for alert, digest in mine:
        stages += _alert_stages(tx, alert, digest)
    return tuple(stages)


def _match_stage(decision: Decision) -> Stage:
    match = decision.match
    told = "on topic" if match.on_topic else match.reason.value
    evidence = [f"{name}: {value:+.3f}" for name, value in match.parts]
    evidence += [f"term {hit.term} ({hit.weight:.2f}): {hit.origin or 'your own term'}" for hit in match.hits[:8]]
    evidence += [f"nearest seed sentence: {match.nearest_seed}"] if match.nearest_seed else []
    evidence += [match.note] if match.note else []
    return Stage(
        name="match",
        passed=Passed.YES if match.on_topic else Passed.NO,
        what=f"score {match.score:.3f}, threshold {match.threshold:.3f}: {told}",
        evidence=tuple(evidence),
    )


def _event_stages(tx: Tx, decision: Decision) -> list[Stage]:
    assignment, verdict = decision.assignment, decision.verdict
    if assignment is None or verdict is None:
        return []
    event = tx.events.get(assignment.event_id)
    joined = "opened event" if assignment.is_first else f"joined (similarity {assignment.similarity:.2f}) event"
    evidence = (f"copy of {assignment.copy_of}",) if assignment.copy_of else ()
    title = f": {event.title}" if event else ""
    cluster = Stage(name="cluster", passed=Passed.YES, what=f"{joined} {assignment.event_id}{title}", evidence=evidence)
    told = verdict.novelty.value in ("new_event", "development", "correction")
    nearest = (f"nearest known: {verdict.nearest}",) if verdict.nearest else ()
    judge = Stage(
        name="judge",
        passed=Passed.YES if told else Passed.NO,
        what=f"{verdict.novelty.value}, newness {verdict.score:.2f}",
        evidence=(*verdict.why, *(f"new: {claim.text}" for claim in verdict.new), *nearest),
    )
    return [cluster, judge]


def _alert_stages(tx: Tx, alert: Alert, digest_id: str | None) -> list[Stage]:
    passed = {AlertState.TOLD: Passed.YES, AlertState.PENDING: Passed.WAITS}.get(alert.state, Passed.NO)
    what = {
        AlertState.TOLD: f"told to {alert.receiver} in digest {digest_id}",
        AlertState.PENDING: f"waits for the next digest to {alert.receiver}",
        AlertState.MUTED: f"muted for {alert.receiver} by {alert.reason}",
        AlertState.DROPPED: f"not told to {alert.receiver}: {alert.reason}",
    }[alert.state]
    stages = [Stage(name="route", passed=passed, what=what, evidence=(f"route {alert.route}",))]
    if digest_id:
        stages += [_delivery_stage(delivery) for delivery in tx.outbox.of_digest(digest_id)]
    return stages


def _delivery_stage(delivery: Delivery) -> Stage:
    passed = {DeliveryState.SENT: Passed.YES, DeliveryState.DEAD: Passed.NO}.get(delivery.state, Passed.WAITS)
    when = f" at {delivery.sent_at:%Y-%m-%d %H:%M} UTC" if delivery.sent_at else ""
    what = f"{delivery.state.value} to {delivery.recipient}{when}, attempts: {delivery.attempts}"
    return Stage(name="deliver", passed=passed, what=what, evidence=(delivery.error,) if delivery.error else ())
