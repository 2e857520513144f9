"""From pending alerts to a digest in the outbox: rendered first, then stored as the alerts are marked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from monitor.config import Config
from monitor.detect import summary
from monitor.detect.summary import Member, Told
from monitor.feeds.health import BAD, health_of, rolled_within
from monitor.following import Following
from monitor.links import Named, links_of
from monitor.notify import route as routing
from monitor.notify.digest import render
from monitor.notify.route import Due, RouteHistory
from monitor.notify.routes import Route
from monitor.notify.send import Courier
from monitor.store import Store, Tx
from monitor.store.outbox import ToldLine
from monitor.store.stories import Decided
from monitor.summarising import Summariser
from monitor.text import fingerprint
from monitor.types import (
    Alert,
    AlertState,
    Coverage,
    Digest,
    DigestEntry,
    DigestEvent,
    DigestReason,
    Event,
    Health,
    NearMiss,
    Novelty,
    Rendered,
)

ON_REQUEST = (Novelty.REPEAT, Novelty.COPY)  # told only on routes that name them among their verdicts
REQUESTED = "nothing new; this route asks for repeats"
NOTHING_NEW = "nothing new for this receiver"
LATELY = timedelta(days=2)  # how far back caps look; a longer repeat_interval looks further
LOOK_AGAIN = timedelta(minutes=1)
NEAREST = 5  # near misses named in a nil report

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Group:
    """One route and one storyline: what a digest is made for."""

    route: Route
    storyline: str

    @property
    def name(self) -> str:
        """The group as logs name it."""
        return f"{self.route.key}/{self.storyline}"

    @property
    def listens(self) -> str:
        """The note under which the store keeps since when a route reports quiet."""
        return f"listens:{self.name}"


@dataclass(slots=True)
class Draft:
    """A digest with the alerts that are settled with it."""

    digest: Digest | None
    told: list[Alert] = field(default_factory=list)
    dropped: list[Alert] = field(default_factory=list)


class Composer:
    """Composes the digests of every group whose time has come."""

    def __init__(
        self, config: Config, routes: Sequence[Route], following: Following, store: Store, at: Callable[[str], None]
    ) -> None:
        self.config = config
        self.routes = routes
        self.following = following
        self.store = store
        self.at = at
        self.links = links_of(config, store.path)
        self.summariser = Summariser(config.summariser) if config.summariser else None
        self.recipients = Courier(config.receivers).recipients
        self._asleep: dict[Group, tuple[int, datetime, datetime]] = {}  # alerts pending then, since and until when
        self._listens: dict[Group, datetime] = {}  # since when, where quiet is reported

    def run(self, now: datetime, *, at_once: bool) -> list[str]:
        """Compose what is due; return the ids of the digests queued."""
        queued = []
        for group in self._awake(now, at_once=at_once):
            draft, due = self._draft_if_due(group, now, at_once=at_once)
            if due is not None and self._queue(group, draft, due, now) and draft.digest is not None:
                queued.append(draft.digest.id)
        return queued

    def _awake(self, now: datetime, *, at_once: bool) -> list[Group]:
        """Leave out the groups in which nothing can be due."""
        pending = self._pending()
        awake = []
        for group in self.groups():
            if group.route.send_empty and group not in self._listens:
                self._listens[group] = self._first_look(group, now)
            count = pending.get((group.route.key, group.storyline), 0)
            then, since, until = self._asleep.get(group, (-1, now, now))
            worth = count > 0 or group.route.send_empty
            if worth and (at_once or count != then or not since <= now < until):
                awake.append(group)
        return awake

    def _pending(self) -> dict[tuple[str, str], int]:
        """Return what waits for which route and storyline; what waits for a route written otherwise now goes over."""
        with self.store.read() as tx:
            pending = tx.events.pending_groups()
        found = ((old, name, routing.successor(old, name, self.routes)) for old, name in pending)
        moves = [(old, name, new) for old, name, new in found if new is not None]
        if not moves:
            return pending
        with self.store.begin() as tx:
            for old, name, new in moves:
                tx.events.reroute(old, name, new)
            return tx.events.pending_groups()

    def _first_look(self, group: Group, now: datetime) -> datetime:
        """Return when a route that reports quiet began to listen: no slot before it is due."""
        with self.store.begin() as tx:
            noted = tx.desk.noted(group.listens)
            if noted is None:
                tx.desk.note(group.listens, now.isoformat())
        return datetime.fromisoformat(noted) if noted else now

    def groups(self) -> Iterator[Group]:
        """Every (route, storyline) that may have something to tell, in the order of the configuration."""
        for route in self.routes:
            for name, storyline in self.config.storylines.items():
                if route.hears(name) and not storyline.paused:
                    yield Group(route, name)

    def preview(self, storyline: str, now: datetime) -> tuple[Digest, Rendered] | None:
        """Return the digest that would go out now for a storyline, stored nowhere; None when nothing is pending."""
        for group in self.groups():
            if group.storyline == storyline:
                draft, _ = self._draft_if_due(group, now, at_once=True)
                if draft.digest is not None:
                    return draft.digest, self._render(draft.digest, now)
        return None

    def _draft_if_due(self, group: Group, now: datetime, *, at_once: bool) -> tuple[Draft, Due | None]:
        with self.store.read() as tx:
            due = self._due(tx, group, now, at_once=at_once)
            return (Draft(None), None) if due is None else (self._draft(tx, group, due, now), due)

    def _due(self, tx: Tx, group: Group, now: datetime, *, at_once: bool) -> Due | None:
        pending = tx.events.pending(group.route.key, group.storyline)
        back = max(LATELY, group.route.repeat_interval or LATELY)
        past = tx.outbox.past(group.route.key, group.route.receiver, group.storyline, now - back)
        story = tx.stories.get(group.storyline)
        started = self._listens.get(group) or (story.start_at if story and story.start_at else now)
        history = RouteHistory(started_at=started, period_to=past.period_to, latest=past.latest, told=past.told)
        decide = routing.at_once if at_once else routing.due
        answer = decide(group.route, group.storyline, pending, history, now)
        found = answer if isinstance(answer, Due) else None
        until = None if isinstance(answer, Due) else answer.until
        self._asleep[group] = (len(pending), now, until or now + LOOK_AGAIN)  # a due one wakes when it is rendered
        return found

    def _draft(self, tx: Tx, group: Group, due: Due, now: datetime) -> Draft:
        """Find out what of these alerts is new to this receiver, and make a digest of it."""
        draft = Draft(None)
        lines = tx.outbox.told_to(group.route.receiver, group.storyline)
        told, listed = self._told(group, lines), frozenset(line.entry_uid for line in lines)
        events: list[DigestEvent] = []
        for event_id, alerts in _by_event(due.alerts).items():
            told_event = self._tell(tx, event_id, alerts, told)
            told_event = told_event and _unlisted(told_event, listed)
            if told_event is None:
                draft.dropped += alerts
                continue
            events.append(told_event)
            told.learn(told_event)
            draft.told += alerts
        if events or (group.route.send_empty and due.reason is not DigestReason.IMMEDIATE):
            draft.digest = self._digest(tx, group, due, summary.rank(events), now)
        return draft

    def _told(self, group: Group, lines: Sequence[ToldLine]) -> Told:
        story = self.config.storylines[group.storyline]
        sentences, events = [line.text for line in lines], {line.event_id for line in lines}
        return Told(sentences, events, story.seeds, story.readers_language)

    def _tell(self, tx: Tx, event_id: str, alerts: Sequence[Alert], told: Told) -> DigestEvent | None:
        event = tx.events.get(event_id)
        rows = tx.stories.of_events([event.id]) if event else []
        if event is None or not rows:
            return None
        members = self._members(rows)
        found = summary.tell(event, members, told, _corrected(alerts))
        if found is None and any(alert.reason == routing.SECOND_SOURCE for alert in alerts):
            return _confirmation(event, rows)
        if found is None and any(alert.novelty in ON_REQUEST for alert in alerts):
            return replace(_confirmation(event, rows), verdict=Novelty.REPEAT, why=(REQUESTED,))
        return found

    def _members(self, rows: Sequence[Decided]) -> list[Member]:
        readings = self.following.lens.read([row.entry for row in rows])
        return [
            Member(
                entry=row.entry,
                match=row.decision.match,
                verdict=row.decision.verdict,
                copy_of=row.decision.assignment.copy_of,
                reading=reading,
            )
            for row, reading in zip(rows, readings, strict=True)
            if row.decision.verdict is not None and row.decision.assignment is not None
        ]

    def _digest(self, tx: Tx, group: Group, due: Due, events: Sequence[DigestEvent], now: datetime) -> Digest:
        route, name = group.route, group.storyline
        past = tx.outbox.past(route.key, route.receiver, name, now)
        known = tx.events.all(name, limit=500)
        last = None if events else tx.outbox.last_told(route.receiver, name)  # "nothing new" is said of the time since
        start = max(due.period_from, min(last, now)) if last else due.period_from
        return Digest(
            id=fingerprint(route.key, name, due.slot),
            storyline=name,
            storyline_title=self.config.storylines[name].label,
            receiver=route.receiver,
            route=route.key,
            reason=due.reason if events else DigestReason.NIL,
            period_from=start,
            period_to=due.period_to,
            events=tuple(events),
            coverage=coverage(tx, name, start, due.period_to, now),
            timeline=summary.timeline(known, {event.id for event in events}),
            number=past.number + 1,
            held=due.held,
            timezone=route.timezone,
            created_at=now,
        )

    def _linked(self, digest: Digest) -> Digest:
        """Give each event and near miss the page where a reader says whether it belongs to the story."""
        links = self.links
        if links is None:
            return digest

        def page(uid: str) -> str:
            return links.make(Named(digest.storyline, uid, digest.receiver), digest.created_at)

        events = tuple(
            replace(e, feedback=page((e.headline or e.entries[0]).id)) if e.entries else e for e in digest.events
        )
        nearest = tuple(replace(miss, feedback=page(miss.id)) for miss in digest.coverage.nearest)
        return replace(digest, events=events, coverage=replace(digest.coverage, nearest=nearest))

    def _render(self, digest: Digest, now: datetime) -> Rendered:
        whole = self.summariser.summarised(digest, now) if self.summariser else digest
        return render(self._linked(whole), self.config.receivers[digest.receiver].templates)

    def _queue(self, group: Group, draft: Draft, due: Due, now: datetime) -> bool:
        """Store digest, deliveries and the end of the alerts in one transaction; False when somebody else did."""
        digest = draft.digest
        rendered = self._render(digest, now) if digest else None
        self._asleep.pop(group, None)
        with self.store.begin() as tx:
            still = {alert.id for alert in tx.events.pending(group.route.key, group.storyline)}
            if not still.issuperset(alert.id for alert in (*draft.told, *draft.dropped)):
                return False
            tx.events.settle([alert.id for alert in draft.dropped], AlertState.DROPPED, reason=NOTHING_NEW)
            if digest is not None and rendered is not None:
                keys = [
                    (f"{digest.id}.{fingerprint(recipient)[:8]}", recipient)
                    for recipient in self.recipients(digest.receiver)
                ]
                if not tx.outbox.put(digest, due.slot, rendered, keys):
                    return False
                tx.events.settle([alert.id for alert in draft.told], AlertState.TOLD, digest_id=digest.id)
            self.at("composed-before-commit")
        self.at("queued")
        if digest is not None:
            for event in digest.events:
                log.info("told", digest=digest.id, event_id=event.id, entries=" ".join(e.id for e in event.entries))
            log.info(
                "composed", digest=digest.id, group=group.name, events=len(digest.events), reason=digest.reason.value
            )
        return True


def _by_event(alerts: Sequence[Alert]) -> dict[str, list[Alert]]:
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.event_id, []).append(alert)
    return groups


def _corrected(alerts: Sequence[Alert]) -> frozenset[str]:
    return frozenset(alert.entry_uid for alert in alerts if alert.novelty is Novelty.CORRECTION)


def _unlisted(event: DigestEvent, listed: Collection[str]) -> DigestEvent:
    """Leave out the entries this receiver was shown before, but for those that something new is told from."""
    if not event.is_update:
        return event
    quoted = {line.entry_uid for line in event.new}
    fresh = tuple(entry for entry in event.entries if entry.id not in listed or entry.id in quoted)
    return replace(event, entries=fresh or event.entries)


def _confirmation(event: Event, rows: Sequence[Decided]) -> DigestEvent:
    entries = [
        DigestEntry(
            id=row.entry.uid,
            title=row.entry.title,
            link=row.entry.link,
            source=row.entry.source,
            published=row.entry.published,
            copy_of=row.decision.assignment.copy_of if row.decision.assignment else None,
        )
        for row in rows
    ]
    last = rows[-1].decision.match
    return routing.confirmation(event, entries, last.score, last.threshold)


def coverage(tx: Tx, storyline: str, start: datetime, end: datetime, now: datetime) -> Coverage:
    """Return what stands behind a digest, or behind silence, of this storyline and period."""
    feeds = [(feed, health_of(feed, now)) for feed in tx.feeds.all() if not feed.disabled]
    failing = [feed.label for feed, health in feeds if health in BAD]
    late = sum(health is Health.LATE for _, health in feeds)
    count, nearest = tx.stories.near_misses(storyline, start, end, NEAREST)
    return Coverage(
        feeds_ok=len(feeds) - len(failing) - late,
        feeds_failing=len(failing),
        feeds_late=late,
        entries_scanned=tx.entries.count_seen(start, end),
        near_misses=count,
        gaps=sum(rolled_within(feed, start, end) for feed, _ in feeds),
        nearest=tuple(
            NearMiss(
                id=row.entry.uid,
                title=row.entry.title,
                source=row.entry.source,
                link=row.entry.link,
                score=row.decision.match.score,
            )
            for row in nearest
        ),
        failing=tuple(failing),
        undelivered=tuple(tx.outbox.given_up(storyline, start, end)),
    )
