"""The way out of the outbox: what was in hand at a crash, a store in trouble, an end in the middle of a message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from monitor import delivering
from monitor.crash import nothing
from monitor.delivering import CUT_OFF, Lanes
from monitor.errors import StoreBusy
from monitor.metrics import Metrics
from monitor.notify import digest as digests
from monitor.store import Store, Tx
from monitor.types import Delivery, DeliveryState, Outcome
from tests.notify.samples import digest as example
from tests.notify.samples import event
from tests.scene import Newsroom

LEASE = timedelta(minutes=5)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        yield room


@contextmanager
def lanes(room: Newsroom, at: Callable[[str], None] = nothing) -> Iterator[Lanes]:
    line = room.monitor()
    with line.store, Lanes(line.config, line.store, room.clock, at, Metrics()) as made:
        yield made


def queue(store: Store, room: Newsroom, receiver: str = "desk", count: int = 1, first: int = 0) -> None:
    """Put digests into the outbox."""
    for number in range(first, first + count):
        made = replace(example(event(number)), id=f"digest{number}", receiver=receiver, created_at=room.clock())
        with store.begin() as tx:
            assert tx.outbox.put(
                made, f"slot{number}", digests.render(made), [(f"{made.id}.{receiver}", "to@x.example")]
            )


def all_of(store: Store) -> list[Delivery]:
    with store.read() as tx:
        return tx.outbox.all(limit=1000)


def take(tx: Tx, room: Newsroom) -> Delivery | None:
    """Take the oldest delivery to the desk."""
    (oldest,) = tx.outbox.ready("desk", room.clock(), 1)
    return tx.outbox.take(oldest, room.clock(), LEASE)


def left_in_hand(room: Newsroom) -> None:
    """Leave a delivery claimed, as a process does that is killed while it sends."""
    with lanes(room) as before:
        queue(before.store, room)
        with before.store.begin() as tx:
            assert take(tx, room)


def test_what_a_killed_process_had_in_hand_is_sent_at_once_by_the_next(room: Newsroom) -> None:
    left_in_hand(room)
    with lanes(room) as after:
        assert after.run().sent == 1
        with after.store.read() as tx:
            first, second = tx.outbox.attempts_of(1)
        assert (first.number, first.outcome, first.detail) == (1, Outcome.RETRY, CUT_OFF)
        assert (second.number, second.outcome) == (2, Outcome.SENT)
    assert len(room.smtp.mails) == 1


def test_what_another_process_has_in_hand_is_left_to_it_until_its_lease_is_over(room: Newsroom) -> None:
    with lanes(room) as one, lanes(room) as two:
        one.run()  # both are there now
        queue(one.store, room)
        with one.store.begin() as tx:
            assert take(tx, room)
        assert two.run().sent == 0
        room.clock.advance(minutes=5)
        assert two.run().sent == 1
    assert len(room.smtp.mails) == 1


def test_those_who_prefer_no_repeat_get_none_from_a_crash_either(room: Newsroom) -> None:
    smtp = f"{{host: 127.0.0.1, port: {room.smtp.port}, tls: none}}"
    hook = f"{{url: {room.hook.url}, allow_private_networks: true}}"
    desk = f"desk: {{email: {{to: [to@x.example], smtp: {smtp}, on_ambiguous: hold}}}}"
    room.write(receivers=f"\n  {desk}\n  ops: {{webhook: {hook}}}", operator="ops")
    left_in_hand(room)
    with lanes(room) as after:
        after.run()
        (dead,) = [each for each in all_of(after.store) if each.receiver == "desk"]
    assert (dead.state, dead.error) == (DeliveryState.DEAD, f"ambiguous: {CUT_OFF}")
    assert room.smtp.mails == []
    assert [post.json["type"] for post in room.hook.posts] == ["monitor.notice"]


class Troubled:
    """A store whose next write transactions fail as a locked database does."""

    def __init__(self, store: Store, failures: int) -> None:
        self.store, self.failures = store, failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        if self.failures:
            self.failures -= 1
            raise StoreBusy("locked by another process for too long")
        with self.store.begin() as tx:
            yield tx


@pytest.mark.parametrize("failures", [3, 100])  # a full disk takes longer than a lock
def test_a_store_in_trouble_costs_no_repeat_the_result_is_kept_until_it_can_be_written(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    monkeypatch.setattr(delivering, "AGAIN", 0.001)

    def fail_now(point: str) -> None:
        if point == "accepted" and not isinstance(way.store, Troubled):
            way.store = Troubled(way.store, failures)  # type: ignore[assignment]

    with lanes(room, fail_now) as way:
        queue(way.store, room, count=2)
        assert way.run().sent == 2
    assert [mail.key for mail in room.smtp.mails] == ["<digest0.desk@localhost>", "<digest1.desk@localhost>"]


def test_what_the_store_has_against_a_lane_is_the_trouble_of_the_verb(room: Newsroom) -> None:
    with lanes(room) as way:
        way.run()
        queue(way.store, room)
        way.store = Troubled(way.store, 1)  # type: ignore[assignment]
        with structlog.testing.capture_logs() as said:
            way.start()
            wait(way._open.values())
            with pytest.raises(StoreBusy):
                way.start()
            assert way.run().sent == 1
    assert [line["event"] for line in said] == ["delivered"]


def test_two_who_read_the_same_ahead_send_each_digest_once(room: Newsroom) -> None:
    with lanes(room) as one, lanes(room) as two:
        queue(one.store, room, count=6)

        def help_out(point: str) -> None:
            if point == "claimed" and len(room.smtp.mails) == 1:
                assert two.run().sent == 4  # the other has one in hand and the rest in its head

        one.at = help_out
        assert one.run().sent == 2
    assert len({mail.key for mail in room.smtp.mails}) == len(room.smtp.mails) == 6


def test_a_receiver_that_is_gone_gets_nothing_that_was_read_ahead(room: Newsroom) -> None:
    hook = f"{{url: {room.hook.url}, allow_private_networks: true}}"
    room.write(receivers=f"\n  desk: {{webhook: {hook}}}\n  ops: {{webhook: {hook}}}")
    room.hook.faults.arm("status", "410", times=None)
    with lanes(room) as way:
        queue(way.store, room, count=3)
        assert way.run().dead == 1
        states = {each.digest_id: (each.state, each.attempts) for each in all_of(way.store)}
    assert states["digest0"] == (DeliveryState.DEAD, 1)
    assert states["digest1"] == states["digest2"] == (DeliveryState.DEAD, 0)


def test_a_receiver_that_is_gone_is_asked_no_more_until_it_is_written_otherwise_and_the_operator_hears_of_it(
    room: Newsroom,
) -> None:
    url = f"url: {room.hook.url}, allow_private_networks: true"
    room.write(operator="desk", receivers=_receivers(room, url))
    room.hook.faults.arm("status", "410")
    for number in range(2):
        with lanes(room) as way:
            queue(way.store, room, "ops", first=number)
            way.run()
            assert {each.state for each in all_of(way.store) if each.receiver == "ops"} == {DeliveryState.DEAD}
    assert len(room.hook.tried) == 1
    room.write(operator="desk", receivers=_receivers(room, f"{url}, timeout: 9s"))
    with lanes(room) as way:
        queue(way.store, room, "ops", first=2)
        way.run()
    assert len(room.hook.posts) == 1
    assert [mail.parsed["Subject"] for mail in room.smtp.mails] == ["ops is switched off"]


def _receivers(room: Newsroom, hook: str) -> str:
    return (
        f"\n  desk: {{email: {{to: [desk@news.example], smtp: {{host: 127.0.0.1, port: {room.smtp.port}}}}}}}"
        f"\n  ops: {{webhook: {{{hook}}}}}"
    )


def test_a_shut_receiver_says_so_on_every_delivery_that_waits(room: Newsroom) -> None:
    room.smtp.faults.arm("busy", times=None)
    with lanes(room) as way:
        queue(way.store, room, count=3)
        way.run()
        waiting = all_of(way.store)
    assert sorted(each.attempts for each in waiting) == [0, 0, 1]
    assert all("421" in each.error for each in waiting)


def test_the_end_of_the_service_breaks_off_a_message_that_hangs_and_loses_nothing(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "GRACE", 0.05)
    room.smtp.faults.arm("hang_data")
    reached = threading.Event()
    with lanes(room, at=lambda point: reached.set() if point == "data-sent" else None) as way:
        queue(way.store, room, count=2)
        way.start()
        assert reached.wait(60)
    with Store(way.config.state) as store:
        states = {each.digest_id: (each.state, each.attempts) for each in all_of(store)}
    assert states == {"digest0": (DeliveryState.PENDING, 1), "digest1": (DeliveryState.PENDING, 0)}
    room.clock.advance(minutes=5)
    with lanes(room) as after:
        assert after.run().sent == 2
    assert len({mail.key for mail in room.smtp.mails}) == 2


def test_a_digest_is_found_in_the_log_from_the_feed_to_its_receipt(room: Newsroom) -> None:
    room.publish_all()
    room.smtp.faults.arm("tempfail")
    line = room.monitor()
    with structlog.testing.capture_logs() as lines:
        line.once()
        room.clock.advance(minutes=5)
        line.deliver()
    line.close()
    line.store.close()
    (mail,) = room.smtp.mails
    digest = next(each["digest"] for each in lines if each.get("key") and f"<{each['key']}@" in mail.key)
    mine = [each for each in lines if each.get("digest") == digest]
    told = [each for each in mine if each["event"] == "told"]
    assert [each["event"] for each in mine[len(told) :]] == ["composed", "delivery-failed", "delivered"]
    assert [each.get("attempt") for each in mine[len(told) :]] == [None, 1, 2]
    matched = {each["entry"]: (each["event_id"], each["source"]) for each in lines if each["event"] == "matched"}
    assert {matched[entry] for each in told for entry in each["entries"].split()} == {
        (each["event_id"], "outlet-0") for each in told
    }
    assert mine[-1]["receipt"] == "250 2.0.0 taken"
    assert digest in mail.parsed.get_body(("plain",)).get_content()
