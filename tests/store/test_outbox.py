"""The outbox: one digest a slot, deliveries claimed by lease, results in the transaction that ends the claim."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.store import Store, agenda, outbox
from monitor.store.engine import driver
from monitor.types import (
    Alert,
    AlertState,
    Attempt,
    Delivery,
    DeliveryState,
    Digest,
    DigestEvent,
    DigestReason,
    GiveUp,
    Line,
    Novelty,
    Outcome,
    Rendered,
    Retry,
)  # fmt: skip

NOW = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
RENDERED = Rendered(subject="s", text="t", html="<p>h</p>", json="{}")


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as store:
        yield store


def digest(slot: str = "s1", **changes: object) -> Digest:
    event = DigestEvent(
        id="e1",
        title="Pact signed",
        verdict=Novelty.NEW_EVENT,
        first_seen=NOW,
        last_seen=NOW,
        score=0.9,
        sources=1,
        independent_sources=1,
        copies=0,
        new=(Line(text="They signed.", source="Wire", link="https://w.example/1", entry_uid="u1"),),
    )
    plain = {
        "id": f"d-{slot}",
        "storyline": "s",
        "storyline_title": "S",
        "receiver": "desk",
        "route": "r",
        "reason": DigestReason.SCHEDULE,
        "period_from": NOW,
        "period_to": NOW,
        "events": (event,),
        "created_at": NOW,
    }
    return Digest(**{**plain, **changes})  # type: ignore[arg-type]


def put(store: Store, slot: str = "s1", recipients: tuple[str, ...] = ("a@x.example",), **changes: object) -> bool:
    with store.begin() as tx:
        return tx.outbox.put(digest(slot, **changes), slot, RENDERED, [(f"{slot}.{to}", to) for to in recipients])


def claim(store: Store, now: datetime = NOW, receiver: str = "desk") -> Delivery | None:
    with store.begin() as tx:
        ready = tx.outbox.ready(receiver, now, 1)
        return tx.outbox.take(ready[0], now, LEASE) if ready else None


def attempt(delivery: Delivery, outcome: Outcome, now: datetime = NOW) -> Attempt:
    return Attempt(
        delivery_id=delivery.id, number=delivery.attempts, started_at=now, ended_at=now, outcome=outcome, detail="d"
    )


def test_a_slot_is_composed_once(store: Store) -> None:
    assert put(store)
    assert not put(store, id="another-id")
    with store.read() as tx:
        assert len(tx.outbox.all()) == 1


def test_one_delivery_a_recipient_and_what_was_told_is_remembered(store: Store) -> None:
    put(store, recipients=("a@x.example", "b@x.example"))
    with store.read() as tx:
        assert {d.recipient for d in tx.outbox.all()} == {"a@x.example", "b@x.example"}
        assert [line.text for line in tx.outbox.told_to("desk", "s")] == ["Pact signed", "They signed."]
        assert tx.outbox.told_to("another", "s") == []


def test_a_claim_is_exclusive_and_what_outlives_its_lease_was_left_behind(store: Store) -> None:
    put(store)
    first = claim(store)
    assert first is not None
    assert first.attempts == 1
    assert first.rendered == RENDERED
    assert claim(store) is None
    assert claim(store, NOW + LEASE) is None
    with store.begin() as tx:
        assert [each.key for each in tx.outbox.left_behind()] == [first.key]
        assert tx.outbox.left_behind(NOW + LEASE - timedelta(seconds=1)) == []
        (lost,) = tx.outbox.left_behind(NOW + LEASE)
        tx.outbox.failed(attempt(lost, Outcome.RETRY), Retry(at=NOW + LEASE, reason="cut off"))
    late = claim(store, NOW + LEASE)
    assert late is not None
    assert (late.key, late.attempts) == (first.key, 2)


@pytest.mark.parametrize("between", ["taken", "postponed", "killed", "tried"])
def test_what_changed_since_it_was_read_is_not_taken(store: Store, between: str) -> None:
    put(store)
    with store.begin() as tx:
        (read,) = tx.outbox.ready("desk", NOW, 16)
        if between == "postponed":
            tx.outbox.postpone("desk", NOW + LEASE, "busy", NOW)
        if between == "killed":
            tx.outbox.kill("desk", "off")
        if between in ("taken", "tried"):
            taken = tx.outbox.take(read, NOW, LEASE)
            assert taken is not None
            if between == "tried":
                tx.outbox.failed(attempt(taken, Outcome.RETRY), Retry(at=NOW, reason="again"))
        assert tx.outbox.take(read, NOW, LEASE) is None


def test_what_is_ready_comes_oldest_first_and_no_more_than_asked(store: Store) -> None:
    for number in range(3):
        put(store, f"s{number}", created_at=NOW - timedelta(hours=number))
    with store.read() as tx:
        assert [each.digest_id for each in tx.outbox.ready("desk", NOW, 2)] == ["d-s2", "d-s1"]
        assert tx.outbox.ready("desk", NOW - timedelta(hours=3), 2) == []
        assert tx.outbox.ready("another", NOW, 2) == []


def test_sent_is_final(store: Store) -> None:
    put(store)
    delivery = claim(store)
    assert delivery is not None
    with store.begin() as tx:
        tx.outbox.sent(attempt(delivery, Outcome.SENT))
        assert tx.outbox.counts() == {"sent": 1}
        assert [a.outcome for a in tx.outbox.attempts_of(delivery.id)] == [Outcome.SENT]
    assert claim(store, NOW + timedelta(days=1)) is None


def test_a_failure_waits_for_its_time_and_a_dead_letter_for_a_person(store: Store) -> None:
    put(store)
    delivery = claim(store)
    assert delivery is not None
    with store.begin() as tx:
        tx.outbox.failed(attempt(delivery, Outcome.RETRY), Retry(at=NOW + timedelta(minutes=5), reason="451"))
    assert claim(store, NOW + timedelta(minutes=4)) is None
    again = claim(store, NOW + timedelta(minutes=5))
    assert again is not None
    with store.begin() as tx:
        tx.outbox.failed(attempt(again, Outcome.DEAD), GiveUp(reason="550"))
    assert claim(store, NOW + timedelta(days=9)) is None
    with store.begin() as tx:
        assert [d.error for d in tx.outbox.all(DeliveryState.DEAD)] == ["550"]
        assert tx.outbox.retry([again.id], NOW + timedelta(days=9)) == 1
    revived = claim(store, NOW + timedelta(days=9))
    assert revived is not None
    assert (revived.key, revived.attempts) == (delivery.key, 1)


def test_one_receivers_queue_is_not_anothers(store: Store) -> None:
    put(store)
    put(store, "s2", receiver="ops", recipients=("hook",))
    with store.read() as tx:
        assert tx.outbox.waiting_receivers(NOW) == ["desk", "ops"]
    ops = claim(store, receiver="ops")
    assert ops is not None
    assert ops.receiver == "ops"


def test_eight_workers_never_take_the_same_delivery(tmp_path: Path) -> None:
    taken: list[int] = []
    with Store(str(tmp_path)) as store:
        for n in range(40):
            put(store, f"s{n}")

        def work() -> None:
            while (delivery := claim(store)) is not None:
                taken.append(delivery.id)

        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert sorted(taken) == list(range(1, 41))


def test_the_past_of_a_route(store: Store) -> None:
    alert = Alert(
        route="r",
        receiver="desk",
        storyline="s",
        event_id="e1",
        entry_uid="u1",
        novelty=Novelty.NEW_EVENT,
        score=0.9,
        created_at=NOW,
    )
    put(store, number=4)
    with store.begin() as tx:
        tx.events.raise_alerts([alert])
        pending = tx.events.pending("r", "s")
        tx.events.settle([a.id for a in pending], AlertState.TOLD, digest_id="d-s1")
        assert tx.events.pending("r", "s") == []
        past = tx.outbox.past("r", "desk", "s", NOW - timedelta(days=2))
    assert (past.period_to, past.latest, past.number, past.told) == (NOW, NOW, 4, (("e1", NOW),))


def test_a_notice_is_posted_once(store: Store) -> None:
    with store.begin() as tx:
        assert tx.outbox.post("n1", "ops", RENDERED, [("n1.a", "a")], NOW)
        assert not tx.outbox.post("n1", "ops", RENDERED, [("n1.a", "a")], NOW)
        assert [d.number for d in tx.outbox.all()] == [0]


def test_no_claim_looks_at_what_was_sent_long_ago(store: Store) -> None:
    """The outbox keeps every delivery: what is asked every second, and for every message, goes by an index."""
    asked: list[tuple[str, object]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    with store.read() as tx:
        tx.outbox.waiting_receivers(NOW)
        tx.outbox.is_ahead(NOW)
        tx.outbox.left_behind(NOW)
        tx.outbox.ready("desk", NOW, 16)
        tx.outbox.sent_lately("desk", NOW)
        tx.outbox.next_due()
        mine = {"id": 1, "attempts": 0, "now": 0, "until": 0, "at": 0}
        plans = [*asked, (outbox.TAKE, mine), (outbox.SENT, mine), (agenda.LOOK, mine)]
        steps = [
            row[3]
            for statement, given in plans
            for row in driver(tx.connection).execute(f"explain query plan {statement}", given)  # type: ignore[arg-type]
        ]
    assert sum("deliveries" in step for step in steps) >= 9
    assert [step for step in steps if "deliveries" in step and not step.startswith("SEARCH")] == []
    assert [step for step in steps if "TEMP B-TREE" in step] == []
