"""What there is to do, in one small look: the daemon asks every second, and mostly the answer is nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from monitor.store.engine import driver
from monitor.store.schema import milliseconds

# The conditions are those of `Feeds.due`, `Entries.waiting`, `Stories.unlooked`, `Events.pending`, `Desk.silences`,
# `Outbox.ready`, `left_behind` and `is_ahead`; a test compares the two.
LOOK = """
    select
      exists (select 1 from feeds where listed and not disabled and health != 'gone'
              and (due_at is null or due_at <= :now or polled_at > :now)),
      exists (select 1 from entries where state = 'new'),
      (select json_group_array(name) from storylines where listed and not looked_back),
      exists (select 1 from alerts where state = 'pending') or exists (select 1 from silences where not ended),
      exists (select 1 from deliveries where state = 'leased')
      or exists (select 1 from deliveries where state = 'pending' and (next_attempt_at <= :now or planned_at > :now))
"""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What waits for the four verbs."""

    feeds: bool  # any is due
    entries: bool  # any is not assessed
    storylines: tuple[str, ...]  # those that have not looked back yet
    alerts: bool  # any is pending, or a silence stands that may swallow some or end
    deliveries: bool  # any is due, or in somebody's hand


def agenda(connection: Connection, now: datetime) -> Agenda:
    """Return what there is to do at `now`."""
    row = driver(connection).execute(LOOK, {"now": milliseconds(now)}).fetchone()
    feeds, entries, storylines, alerts, deliveries = row
    return Agenda(bool(feeds), bool(entries), tuple(json.loads(storylines)), bool(alerts), bool(deliveries))
