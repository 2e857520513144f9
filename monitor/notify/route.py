"""Routes decide who is told what and when; pure functions over values, in Alertmanager's words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from monitor.notify import slots, terms
from monitor.notify.routes import Kind, Route
from monitor.types import (
    Alert,
    AlertState,
    Decision,
    DigestEntry,
    DigestEvent,
    DigestReason,
    Event,
    Novelty,
    Silence,
)
from monitor.types.novelty import NEWS

SECOND_SOURCE = "second independent source"
SLEW = timedelta(minutes=1)  # by which a clock may be set back without any notice
RANK = {Novelty.CORRECTION: 0, Novelty.NEW_EVENT: 1, Novelty.DEVELOPMENT: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """What routing must know of an entry beside its decision."""

    tags: tuple[str, ...] = ()  # of the entry's feed
    text: str = ""
    independent_sources: int = 1  # of the event, this entry counted
    sources_before: int = 0  # before it came, of the best known part where it joined events; 0: its first entry


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteHistory:
    """What one route has done so far for one storyline."""

    started_at: datetime  # no slot before it is due
    period_to: datetime | None = None  # end of the last digest's period
    latest: datetime | None = None  # end of any; above `period_to` only where the clock was set back
    told: tuple[tuple[str, datetime], ...] = ()  # event id, told at; the last two days and repeat_interval

    def is_ahead_of(self, now: datetime) -> bool:
        """Say whether the last digest was made by a clock that has been set back since."""
        return self.period_to is not None and self.period_to > now + SLEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A digest that goes out now; `slot` is unique for its route and storyline."""

    alerts: tuple[Alert, ...]
    slot: str
    period_from: datetime
    period_to: datetime
    reason: DigestReason
    held: int = 0  # events a daily cap holds back


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Nothing goes out now; look again at `until` (None: when something new comes)."""

    why: str
    until: datetime | None = None


# --------------------------------------------------------------------------- who hears of it


def alerts_for(
    decision: Decision, facts: RouteFacts, routes: Sequence[Route], silences: Sequence[Silence]
) -> list[Alert]:
    """Return one alert for each route that tells of this entry; silenced ones come back as MUTED.

    Off-topic entries and the backlog give none. A copy or repeat gives one only where it is the independent source
    a route waits for (`min_sources`, `second_source`).
    """
    if not decision.match.on_topic or decision.backlog or decision.verdict is None or decision.assignment is None:
        return []
    silence = _silenced(decision, facts, silences)
    alerts = (_alert(route, decision, facts) for route in routes if _passes(route, decision, facts))
    return [_muted(alert, silence) if silence else alert for alert in alerts if alert is not None]


def _passes(route: Route, decision: Decision, facts: RouteFacts) -> bool:
    if not route.hears(decision.storyline) or decision.match.score < route.min_score:
        return False
    if route.tags and not set(route.tags) & set(facts.tags):
        return False
    return not route.terms or terms.found(route.terms, facts.text)


def _alert(route: Route, decision: Decision, facts: RouteFacts) -> Alert | None:
    """Return the alert this route makes of the entry; None where it has nothing to tell."""
    assert decision.verdict is not None
    assert decision.assignment is not None
    novelty, reason = decision.verdict.novelty, ""
    if facts.independent_sources < route.min_sources:
        return None
    if facts.sources_before < route.min_sources and route.min_sources > 1:
        novelty = Novelty.NEW_EVENT if novelty is not Novelty.CORRECTION else novelty  # new to this route
    elif route.second_source and facts.sources_before == 1 < facts.independent_sources:
        reason = SECOND_SOURCE if novelty not in NEWS else ""
    if not reason and novelty not in route.verdicts:
        return None
    return Alert(
        route=route.key,
        receiver=route.receiver,
        storyline=decision.storyline,
        event_id=decision.assignment.event_id,
        entry_uid=decision.entry_uid,
        novelty=novelty,
        score=decision.match.score,
        created_at=decision.decided_at,
        reason=reason,
    )


def objection(route: Route, decision: Decision, facts: RouteFacts) -> str:
    """Return why a route that hears of the storyline does not tell of an entry on topic, in words; "" when it would."""
    assert decision.verdict is not None
    if decision.match.score < route.min_score:
        return f"tells from a score of {route.min_score:g} on"
    if route.tags and not set(route.tags) & set(facts.tags):
        return f"only feeds with the tag {' or '.join(route.tags)}"
    if route.terms and not terms.found(route.terms, facts.text):
        return f"only entries with {' or '.join(route.terms)}"
    if facts.independent_sources < route.min_sources:
        return f"waits for {route.min_sources} independent sources; there are {facts.independent_sources}"
    if decision.verdict.novelty not in route.verdicts:
        return f"tells {', '.join(route.verdicts)}; this is a {decision.verdict.novelty}"
    return ""


def _silenced(decision: Decision, facts: RouteFacts, silences: Sequence[Silence]) -> Silence | None:
    return next((silence for silence in silences if _swallows(silence, decision, facts)), None)


def _swallows(silence: Silence, decision: Decision, facts: RouteFacts) -> bool:
    assert decision.assignment is not None
    if not silence.created_at <= decision.decided_at < silence.until:
        return False
    events = {decision.assignment.event_id, *decision.assignment.merged}
    return silences_it(silence, decision.storyline, events, facts.text)


def silences_it(silence: Silence, storyline: str, events: Collection[str], text: str) -> bool:
    """Say whether a silence that stands keeps quiet of an entry of this storyline and event, under any of its ids."""
    if silence.ended or not fnmatchcase(storyline, silence.storyline):
        return False
    if silence.event_id and silence.event_id not in events:
        return False
    return not silence.terms or terms.found(silence.terms, text)


def _muted(alert: Alert, silence: Silence) -> Alert:
    return replace(alert, state=AlertState.MUTED, reason=f"silence {silence.id}")


def confirmation(event: Event, entries: Sequence[DigestEntry], score: float, threshold: float) -> DigestEvent:
    """Return the telling of an event of which nothing is new but that a second independent source reports it."""
    own = [entry for entry in entries if entry.copy_of is None]
    outlets = list(dict.fromkeys(entry.source for entry in own))
    return DigestEvent(
        id=event.id,
        title=event.title,
        verdict=Novelty.DEVELOPMENT,
        first_seen=event.first_seen,
        last_seen=event.last_seen,
        score=score,
        sources=len({entry.source for entry in entries}),
        independent_sources=len(outlets),
        copies=len(entries) - len(own),
        new=(),
        why=(f"now confirmed by a second independent source: {', '.join(outlets[1:3]) or 'unnamed'}",),
        threshold=threshold,
        entries=tuple(entries),
        is_update=True,
    )


# --------------------------------------------------------------------------- when


def due(route: Route, storyline: str, pending: Sequence[Alert], history: RouteHistory, now: datetime) -> Due | NotYet:
    """Say whether this route tells of this storyline now; `pending` are its waiting alerts, oldest first."""
    mine = tuple(alert for alert in pending if alert.route == route.key and alert.storyline == storyline)
    ago = tuple(told for told in history.told if told[1] <= now)  # later: by a clock that has been set back since
    history = replace(history, told=ago)
    free, quiet_end = _not_quiet(route, mine, now)
    if quiet_end and not (free and route.kind is Kind.IMMEDIATE):
        return NotYet(why=f"quiet hours, {len(mine)} held", until=quiet_end)
    if route.kind is Kind.DIGEST:
        return _digest_due(route, mine, history, now)
    return _immediate_due(route, free, history, now)


def at_once(
    route: Route, storyline: str, pending: Sequence[Alert], history: RouteHistory, now: datetime
) -> Due | NotYet:
    """Tell everything that is pending without waiting for schedules, quiet hours or caps."""
    mine = tuple(alert for alert in pending if alert.route == route.key and alert.storyline == storyline)
    if not mine:
        return NotYet(why="nothing pending")
    reason = DigestReason.IMMEDIATE if route.kind is Kind.IMMEDIATE else DigestReason.SCHEDULE
    return _due(mine, history, now, _burst_key("now", mine), reason)


def successor(key: str, storyline: str, routes: Sequence[Route]) -> str | None:
    """Return the route to the same receiver that took the place of one that is no longer written; None without."""
    heard = [route for route in routes if route.hears(storyline)]
    if any(route.key == key for route in heard):
        return None
    receiver, _, kind = key.rpartition(">")[2].partition("#")[0].rpartition(":")
    mine = sorted((route for route in heard if route.receiver == receiver), key=lambda route: route.kind != kind)
    return mine[0].key if mine else None


def _not_quiet(route: Route, mine: tuple[Alert, ...], now: datetime) -> tuple[tuple[Alert, ...], datetime | None]:
    """Return what may be told now, and when the quiet ends (None: it is not quiet)."""
    end = route.quiet.until(now) if route.quiet else None
    if end is None or route.quiet is None:
        return mine, None
    return tuple(alert for alert in mine if alert.novelty in route.quiet.bypass), end


def _digest_due(route: Route, mine: tuple[Alert, ...], history: RouteHistory, now: datetime) -> Due | NotYet:
    slot = slots.latest(route.cron, route.timezone, now)
    at, since, name = slot.astimezone(UTC), history.period_to or history.started_at, slots.key(slot)
    following = slots.following(route.cron, route.timezone, now).astimezone(UTC)
    if at <= since and not history.is_ahead_of(now):
        return NotYet(why="schedule", until=following)
    if history.latest and at <= history.latest:  # it comes again, since the clock was set back
        name = f"{name} after {since.isoformat()}"
    if (later := route.told_at(slot)) > now:
        return NotYet(why="quiet hours are over, the day's slot is to come", until=later.astimezone(UTC))
    before = [alert for alert in mine if not at < alert.created_at <= now]
    if not before and not route.send_empty:
        return NotYet(why="nothing pending at the last slot" if mine else "nothing pending", until=following)
    if not before:
        return _due((), history, now, name, DigestReason.NIL)
    told = _within_caps(route, mine, history, at, name)  # what a slot may tell, it may tell later too
    return replace(told, period_to=now) if isinstance(told, Due) else replace(told, until=following)


def _immediate_due(route: Route, mine: tuple[Alert, ...], history: RouteHistory, now: datetime) -> Due | NotYet:
    if not mine:
        return NotYet(why="nothing pending")
    ready, why = min(alert.created_at for alert in mine) + route.group_wait, "group_wait"
    if route.group_interval and history.period_to and history.period_to + route.group_interval > ready:
        ready, why = history.period_to + route.group_interval, "group_interval"
    longest = now + route.group_wait + (route.group_interval or timedelta())
    if now < ready <= longest:  # beyond it only where the clock was set back
        return NotYet(why=why, until=ready)
    return _within_caps(route, mine, history, now, "")


def _within_caps(
    route: Route, mine: tuple[Alert, ...], history: RouteHistory, now: datetime, slot: str
) -> Due | NotYet:
    """Hold what `repeat_interval` and `max_per_day` hold; the weightiest events go first."""
    cool, until = _cooled(route, mine, history, now)
    if not cool:
        return NotYet(why=f"repeat_interval, {len(mine)} held", until=until)
    told = _under_cap(route, cool, history, now)
    held = len({alert.event_id for alert in cool} - {alert.event_id for alert in told})
    if not told:
        return NotYet(why=f"daily cap, {held} held", until=_midnight(route, now))
    reason = DigestReason.SCHEDULE if route.kind is Kind.DIGEST else DigestReason.IMMEDIATE
    return _due(told, history, now, slot or _burst_key("burst", told), reason, held)


def _cooled(
    route: Route, mine: tuple[Alert, ...], history: RouteHistory, now: datetime
) -> tuple[tuple[Alert, ...], datetime | None]:
    """Return the alerts whose event was not told within `repeat_interval`; corrections never wait."""
    if route.repeat_interval is None:
        return mine, None
    last: dict[str, datetime] = {}
    for event_id, at in history.told:
        last[event_id] = max(at, last.get(event_id, at))
    ready = {event_id: at + route.repeat_interval for event_id, at in last.items()}
    cool = tuple(a for a in mine if a.novelty is Novelty.CORRECTION or ready.get(a.event_id, now) <= now)
    waiting = [ready[a.event_id] for a in mine if a not in cool]
    return cool, min(waiting, default=None)


def _under_cap(route: Route, mine: tuple[Alert, ...], history: RouteHistory, now: datetime) -> tuple[Alert, ...]:
    """Return the alerts of as many events as the day still allows; events told today cost nothing more."""
    if route.max_per_day is None:
        return mine
    day_start = _midnight(route, now) - timedelta(days=1, hours=1)
    zone = ZoneInfo(route.timezone)
    today = now.astimezone(zone).date()
    seen = {e for e, at in history.told if at > day_start and at.astimezone(zone).date() == today}
    room = max(0, route.max_per_day - len(seen))
    fresh = {alert.event_id for alert in mine} - seen
    chosen = sorted(fresh, key=lambda event_id: _weight(event_id, mine))[:room]
    return tuple(alert for alert in mine if alert.event_id in seen or alert.event_id in chosen)


def _weight(event_id: str, mine: tuple[Alert, ...]) -> tuple[int, float, datetime]:
    own = [alert for alert in mine if alert.event_id == event_id]
    return (
        min(RANK.get(alert.novelty, 3) for alert in own),
        -max(alert.score for alert in own),
        min(alert.created_at for alert in own),
    )


def _midnight(route: Route, now: datetime) -> datetime:
    """Return the start of the next day in the route's zone, as UTC."""
    zone = ZoneInfo(route.timezone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def _burst_key(kind: str, alerts: Sequence[Alert]) -> str:
    """Return a slot that these alerts alone can have: an alert is told once."""
    first = min(alerts, key=lambda alert: (alert.id, alert.created_at, alert.entry_uid))
    return f"{kind}:{first.id or first.entry_uid}:{first.novelty}"


def _due(
    alerts: tuple[Alert, ...], history: RouteHistory, now: datetime, slot: str, reason: DigestReason, held: int = 0
) -> Due:
    start = min(history.period_to or history.started_at, now)
    return Due(alerts=alerts, slot=slot, period_from=start, period_to=now, reason=reason, held=held)
