"""Events and alerts: what is saved again is as it is now, and what waits for a route goes over with its storyline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.store import Store
from monitor.types import Alert, AlertState, Event, EventState, Novelty

NOW = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)
EVENT = Event(id="e1", storyline="harbour", title="Pact signed", first_seen=NOW, last_seen=NOW)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as store:
        yield store


def alert(storyline: str, number: int = 1) -> Alert:
    return Alert(
        route="*>desk", receiver="desk", storyline=storyline, event_id=f"e{number}", entry_uid=f"u{number}",
        novelty=Novelty.NEW_EVENT, score=0.9, created_at=NOW + timedelta(minutes=number),
    )  # fmt: skip


def test_an_event_that_is_saved_again_is_as_it_is_now(store: Store) -> None:
    later = NOW + timedelta(hours=5)
    grown = replace(EVENT, title="Pact signed and published", last_seen=later, state=EventState.CLOSED)
    with store.begin() as tx:
        tx.events.save([EVENT])
        tx.events.save([grown])
        assert tx.events.get("e1") == grown
        assert tx.events.all("harbour") == [grown]
        assert tx.events.all("ferry") == []


def test_what_waits_goes_over_to_another_route_storyline_by_storyline(store: Store) -> None:
    with store.begin() as tx:
        tx.events.raise_alerts([alert("harbour"), alert("ferry", 2), alert("harbour", 3)])
        told, *_ = tx.events.pending("*>desk", "harbour")
        tx.events.settle([told.id], AlertState.TOLD, digest_id="d1")
        tx.events.reroute("*>desk", "harbour", "harbour>desk")
        assert tx.events.pending_groups() == {("harbour>desk", "harbour"): 1, ("*>desk", "ferry"): 1}
        assert [each.route for each in tx.events.alerts_in("d1")] == ["*>desk"]
        assert tx.events.oldest_pending() == NOW + timedelta(minutes=2)
