"""Silences at the moment of telling: what waits is swallowed; what is over ends with a list of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from monitor import operating
from monitor.config import Config
from monitor.notify.route import silences_it
from monitor.store import Store, Tx
from monitor.types import Alert, AlertState, Silence

LISTED = 20  # titles in one notice

log = structlog.get_logger(__name__)


def observe(store: Store, config: Config, now: datetime) -> None:
    """Keep the silences that stand, from their first minute, and end those that are over."""
    with store.read() as tx:
        silences = tx.desk.silences()
        if not any(silence.until <= now for silence in silences) and not any(_waiting(tx, silences)):
            return
    with store.begin() as tx:
        for alert, silence in _waiting(tx, [silence for silence in silences if silence.until > now]):
            tx.events.settle([alert.id], AlertState.MUTED, reason=f"silence {silence.id}")
            tx.desk.count_swallowed(silence.id, 1)
        for silence in tx.desk.end_silences(now):
            _tell(tx, config, silence, now)


def _waiting(tx: Tx, standing: Sequence[Silence]) -> Iterator[tuple[Alert, Silence]]:
    """Yield the alerts raised before somebody asked for quiet, each with the silence that swallows it."""
    for route, storyline in tx.events.pending_groups() if standing else ():
        for alert in tx.events.pending(route, storyline):
            entry = tx.entries.find(alert.entry_uid)
            text = entry.text if entry else ""
            found = next((each for each in standing if silences_it(each, storyline, {alert.event_id}, text)), None)
            if found is not None:
                yield alert, found


def _tell(tx: Tx, config: Config, silence: Silence, now: datetime) -> None:
    log.info("silence-ended", silence=silence.id, storyline=silence.storyline, swallowed=silence.swallowed)
    titles = tx.events.swallowed_by(silence.id)
    lines = [f"Silence {silence.id} on {silence.storyline} is over. It swallowed {silence.swallowed} alerts."]
    lines += [f"- {title}" for title in titles[:LISTED]]
    lines += [f"and {len(titles) - LISTED} more"] if len(titles) > LISTED else []
    operating.notify(tx, config, "A silence has ended", lines, now)
