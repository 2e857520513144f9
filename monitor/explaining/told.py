"""Who was told of an entry, who was not, and what holds it: routes, silences, schedules, deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.composing import Group
from monitor.explaining.stages import Passed, Stage
from monitor.explaining.way import attempts
from monitor.notify import route as routing
from monitor.notify.describing import describe
from monitor.notify.route import Due, RouteFacts, RouteHistory
from monitor.notify.routes import Kind, Route
from monitor.pipeline import Pipeline
from monitor.store import Tx
from monitor.types import Alert, AlertState, Decision, Delivery, DeliveryState, Entry

BACK = timedelta(days=2)  # how far caps look back

Raised = list[tuple[Alert, str | None]]  # alerts with the digest that told them


def told_stages(tx: Tx, line: Pipeline, entry: Entry, decision: Decision, raised: Raised) -> Iterator[Stage]:
    """Yield one stage for every route that hears of the storyline, and one for every delivery."""
    if decision.backlog:
        yield _backlog(tx, decision)
        return
    mine = [(alert, digest) for alert, digest in raised if alert.storyline == decision.storyline]
    heard = [route for route in line.routes if route.hears(decision.storyline)]
    if not mine and not heard:
        yield Stage(name="route", passed=Passed.NO, what="no route leads from this storyline to anybody")
    for alert, digest in mine:
        yield _alert_stage(tx, line, alert, digest)
        if digest:
            yield from (_delivery_stage(tx, delivery) for delivery in tx.outbox.of_digest(digest))
    raised_by = {alert.route for alert, _ in mine}
    facts = _facts(tx, entry, decision)
    yield from (_silent_stage(tx, route, decision, facts) for route in heard if route.key not in raised_by)


def _backlog(tx: Tx, decision: Decision) -> Stage:
    start = tx.stories.get(decision.storyline)
    since = f"{start.start_at:%Y-%m-%d %H:%M} UTC" if start and start.start_at else "its start"
    what = f"backlog: dated before {since} or undated in a feed's first reading, so known but not told"
    return Stage(name="route", passed=Passed.NO, what=what)


def _facts(tx: Tx, entry: Entry, decision: Decision) -> RouteFacts:
    event = decision.assignment.event_id if decision.assignment else ""
    sources = len(tx.events.sources_of(event))
    return RouteFacts(tags=entry.tags, text=entry.text, independent_sources=max(1, sources))


def _silent_stage(tx: Tx, route: Route, decision: Decision, facts: RouteFacts) -> Stage:
    why = routing.objection(route, decision, facts) or "it was not configured so when this was decided"
    listed = tx.outbox.listed_in(decision.entry_uid, route.receiver, decision.storyline)
    beside = (f"listed beside what was new in digest {digest}" for digest in listed)
    what = f"not told to {route.receiver}: {why}"
    return Stage(name="route", passed=Passed.NO, what=what, evidence=(*beside, _named(route.key)))


def _named(key: str) -> str:
    return f"route {key}"


def _alert_stage(tx: Tx, line: Pipeline, alert: Alert, digest_id: str | None) -> Stage:
    if alert.state is AlertState.TOLD:
        return _told_stage(tx, alert, digest_id)
    if alert.state is AlertState.PENDING:
        return _waiting_stage(tx, line, alert)
    if alert.state is AlertState.MUTED:
        evidence = (*_silence(tx, alert.reason), _named(alert.route))
        return Stage(
            name="route", passed=Passed.NO, what=f"muted for {alert.receiver} by {alert.reason}", evidence=evidence
        )
    what = f"not told to {alert.receiver}: {alert.reason}"
    return Stage(name="route", passed=Passed.NO, what=what, evidence=(_named(alert.route),))


def _told_stage(tx: Tx, alert: Alert, digest_id: str | None) -> Stage:
    digest = tx.outbox.digest(digest_id) if digest_id else None
    when = f" of {digest['created_at']:%Y-%m-%d %H:%M:%S} UTC (number {digest['number']})" if digest else ""
    reason = (alert.reason,) if alert.reason else ()
    what = f"told to {alert.receiver} in digest {digest_id}{when}"
    return Stage(name="route", passed=Passed.YES, what=what, evidence=(*reason, _named(alert.route)))


def _silence(tx: Tx, reason: str) -> Iterator[str]:
    """Yield what the silence of a reason ("silence 3") says."""
    for silence in (*tx.desk.silences(), *tx.desk.silences(ended=True)):
        if reason != f"silence {silence.id}":
            continue
        only = ", ".join(each for each in (*silence.terms, silence.event_id) if each)
        until = f"until {silence.until:%Y-%m-%d %H:%M} UTC by {silence.author or 'unknown'}"
        comment = f": {silence.comment}" if silence.comment else ""
        yield f"on {silence.storyline}{f', only {only}' if only else ''} {until}{comment}"


def _waiting_stage(tx: Tx, line: Pipeline, alert: Alert) -> Stage:
    """What an alert waits for: a schedule, quiet hours, a cap, or the next compose."""
    route = next((route for route in line.routes if route.key == alert.route), None)
    if route is None:
        what = f"waits for {alert.receiver}, but its route is no longer in the configuration"
        return Stage(name="route", passed=Passed.WAITS, what=what, evidence=(_named(alert.route),))
    answer = routing.due(
        route, alert.storyline, tx.events.pending(route.key, alert.storyline), _history(tx, route, alert, line.clock()),
        line.clock(),
    )  # fmt: skip
    if isinstance(answer, Due):
        why = "due now: the next compose tells it"
    else:
        until = f", until {answer.until:%Y-%m-%d %H:%M} UTC" if answer.until else ""
        schedule = route.kind is Kind.DIGEST and answer.why.startswith(("nothing pending", "schedule"))
        why = f"held by {'the schedule' if schedule else answer.why}{until}"
    evidence = (f"{_named(alert.route)}: {describe(route)}",)
    return Stage(name="route", passed=Passed.WAITS, what=f"waits for {alert.receiver}: {why}", evidence=evidence)


def _history(tx: Tx, route: Route, alert: Alert, now: datetime) -> RouteHistory:
    past = tx.outbox.past(route.key, route.receiver, alert.storyline, now - max(BACK, route.repeat_interval or BACK))
    story = tx.stories.get(alert.storyline)
    listens = tx.desk.noted(Group(route, alert.storyline).listens)
    started = story.start_at if story and story.start_at else now
    started = datetime.fromisoformat(listens) if listens else started
    return RouteHistory(started_at=started, period_to=past.period_to, latest=past.latest, told=past.told)


def _delivery_stage(tx: Tx, delivery: Delivery) -> Stage:
    passed = {DeliveryState.SENT: Passed.YES, DeliveryState.DEAD: Passed.NO}.get(delivery.state, Passed.WAITS)
    when = f" at {delivery.sent_at:%Y-%m-%d %H:%M:%S} UTC" if delivery.sent_at else ""
    if passed is Passed.WAITS and delivery.next_attempt_at:
        when = f", next try {delivery.next_attempt_at:%Y-%m-%d %H:%M} UTC"
    tried = [f"{at:%Y-%m-%d %H:%M:%S} UTC {how}" for at, how in attempts(tx, delivery)]
    if delivery.error and not any(delivery.error in how for how in tried):
        tried.append(delivery.error)
    what = f"{delivery.state.value} to {delivery.recipient}{when}, attempts: {delivery.attempts}"
    return Stage(name="deliver", passed=passed, what=what, evidence=(*tried, f"monitor explain {delivery.digest_id}"))
