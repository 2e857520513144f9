"""Scenes of bad days with real servers and a clock: each digest arrives once and complete, or is visibly dead."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from monitor.errors import DeliveryError
from monitor.notify.backoff import next_attempt
from monitor.notify.send import Courier
from monitor.notify.settings import ReceiverSettings
from monitor.types import Delivery, Retry
from tests.fakes import Clock, FakeHook, FakeSmtp
from tests.notify.samples import delivery


class Outbox:
    """The least outbox there is: what waits, what arrived, what died."""

    def __init__(self, courier: Courier, clock: Clock, *waiting: Delivery) -> None:
        self.courier, self.clock = courier, clock
        self.waiting = {one.key: one for one in waiting}
        self.sent: dict[str, datetime] = {}
        self.dead: dict[str, str] = {}

    def turn(self) -> None:
        """Try everything whose time has come, once."""
        for one in list(self.waiting.values()):
            due = one.next_attempt_at is None or one.next_attempt_at <= self.clock.now
            if due and self.courier.not_before(one.receiver, (), self.clock.now) is None:
                self._try(replace(one, attempts=one.attempts + 1))

    def _try(self, one: Delivery) -> None:
        del self.waiting[one.key]
        try:
            self.courier.send(one, self.clock.now)
            self.sent[one.key] = self.clock.now
        except DeliveryError as error:
            answer = next_attempt(one, error, self.clock.now)
            if isinstance(answer, Retry):
                self.waiting[one.key] = replace(one, next_attempt_at=answer.at)
            else:
                self.dead[one.key] = answer.reason

    def until(self, **later: float) -> None:
        """Take a turn every minute for so long."""
        end = self.clock.now + timedelta(**later)
        while self.clock.now < end and self.waiting:
            self.turn()
            self.clock.advance(minutes=1)


@pytest.fixture
def courier() -> Iterator[Any]:
    with ExitStack() as stack:
        yield lambda **receivers: stack.enter_context(
            Courier({name: ReceiverSettings.model_validate(door) for name, door in receivers.items()})
        )


def mail(smtp: FakeSmtp, *to: str) -> dict[str, Any]:
    return {"email": {"to": list(to) or ["reader@example.org"], "smtp": smtp.settings(), "timeout": "60s"}}


def hook(server: FakeHook) -> dict[str, Any]:
    return {"webhook": {"url": server.url, "allow_private_networks": True, "timeout": "60s"}}


def test_a_mail_server_down_from_eight_to_twelve_gives_everything_at_twelve(courier: Any) -> None:
    clock = Clock(datetime(2024, 7, 9, 8, 0, tzinfo=UTC))
    with FakeSmtp() as smtp:
        smtp.faults.arm("busy", times=None)
        waiting = [delivery(number, created_at=clock.now) for number in range(3)]
        box = Outbox(courier(desk=mail(smtp)), clock, *waiting)
        box.until(hours=4)
        assert not smtp.mails
        smtp.faults.clear()
        box.until(minutes=11)
        assert sorted(one.key for one in smtp.mails) == [f"<{one.key}@localhost>" for one in waiting]
        text = smtp.mails[0].parsed.get_body(("plain",))
    assert text is not None
    assert "first mention: 12 pilots" in text.get_content()


def test_greylisting_costs_minutes_and_nothing_else(courier: Any) -> None:
    clock = Clock()
    with FakeSmtp() as smtp:
        smtp.faults.arm("greylist", times=1)
        box = Outbox(courier(desk=mail(smtp)), clock, delivery(created_at=clock.now))
        box.until(minutes=10)
        assert len(smtp.mails) == 1


def test_the_second_of_three_recipients_fails_and_only_that_one_is_retried(courier: Any) -> None:
    clock, names = Clock(), ("first@example.org", "second@example.org", "third@example.org")
    with FakeSmtp() as smtp:
        smtp.faults.arm("tempfail_rcpt", match="second@", times=2)
        waiting = [delivery(n, recipient=name, created_at=clock.now) for n, name in enumerate(names)]
        box = Outbox(courier(desk=mail(smtp, *names)), clock, *waiting)
        box.until(minutes=30)
        assert sorted(to for one in smtp.mails for to in one.to) == sorted(names)
    assert box.sent[waiting[1].key] > box.sent[waiting[2].key]


def test_a_refused_recipient_is_dead_with_its_reason_and_the_others_have_their_mail(courier: Any) -> None:
    clock = Clock()
    with FakeSmtp() as smtp:
        smtp.faults.arm("reject", match="gone@", times=None)
        waiting = [
            delivery(n, recipient=to, created_at=clock.now) for n, to in enumerate(("gone@a.example", "here@a.example"))
        ]
        box = Outbox(courier(desk=mail(smtp)), clock, *waiting)
        box.until(hours=2)
        assert [one.to for one in smtp.mails] == [("here@a.example",)]
    assert box.dead == {waiting[0].key: "550 5.1.1 no such user"}


def test_three_refusals_then_a_yes_are_one_delivery(courier: Any) -> None:
    clock = Clock()
    with FakeHook() as server:
        server.faults.arm("status", "503", times=3)
        one = delivery(recipient="127.0.0.1", receiver="ops", created_at=clock.now)
        box = Outbox(courier(ops=hook(server)), clock, one)
        box.until(hours=2)
        assert len(server.posts) == 1
        assert {post.key for post in server.tried} == {one.key}
        assert len(server.tried) == 4


def test_an_answer_that_was_lost_repeats_under_the_same_key(courier: Any) -> None:
    clock = Clock()
    with FakeHook() as server, FakeSmtp() as smtp:
        server.faults.arm("drop_response")
        smtp.faults.arm("drop_after_data")
        doors = courier(ops=hook(server), desk=mail(smtp))
        waiting = [delivery(1, receiver="ops", recipient="127.0.0.1", created_at=clock.now)]
        waiting.append(delivery(2, created_at=clock.now))
        box = Outbox(doors, clock, *waiting)
        box.until(minutes=10)
        assert [post.key for post in server.posts] == [waiting[0].key] * 2
        assert len({one.key for one in smtp.mails}) == 1
        assert smtp.mails[0].raw == smtp.mails[1].raw


def test_one_dead_receiver_costs_the_others_nothing_and_itself_few_attempts(courier: Any) -> None:
    clock = Clock()
    with FakeSmtp() as smtp:
        dead = {"email": {"to": ["x@example.org"], "smtp": {"host": "127.0.0.1", "port": 1}}}
        waiting = [
            delivery(number, receiver=name, created_at=clock.now)
            for number in range(100)
            for name in ("dead", "live")
            if (number % 2 == 0) == (name == "dead")
        ]
        box = Outbox(courier(dead=dead, live=mail(smtp)), clock, *waiting)
        box.turn()
        assert len(smtp.mails) == 50
    tried = [one for one in box.waiting.values() if one.attempts]
    assert len(box.waiting) == 50
    assert len(tried) == 1


def test_a_week_of_silence_is_a_dead_letter(courier: Any) -> None:
    clock = Clock()
    with FakeSmtp() as smtp:
        smtp.faults.arm("tempfail", times=None)
        box = Outbox(courier(desk=mail(smtp)), clock, delivery(created_at=clock.now))
        box.turn()
        while box.waiting:
            (one,) = box.waiting.values()
            assert one.next_attempt_at is not None
            clock.now = one.next_attempt_at
            box.turn()
    assert box.dead[delivery().key] == "expired after 7 days; last error: 451 4.3.0 try later"
    assert clock.now < delivery().created_at + timedelta(days=8)


def test_no_secret_stands_in_any_reason(courier: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary-secret")
    (tmp_path / "url").write_text("http://user:canary-secret@127.0.0.1:1/canary-secret?token=canary-secret")
    (tmp_path / "chat").write_text("json://user:canary-secret@127.0.0.1:1/canary-secret")
    with FakeSmtp(login=("desk", "other")) as smtp:
        settings = smtp.settings(username="desk", password_file=tmp_path / "secret")
        doors = courier(
            desk={"email": {"to": ["a@example.org"], "smtp": settings}},
            ops={"webhook": {"url_file": tmp_path / "url", "secret_file": tmp_path / "secret"}},
            chat={"apprise": {"url_file": tmp_path / "chat"}},
        )
        for name, recipient in (("desk", "a@example.org"), ("ops", "webhook"), ("chat", "json:1")):
            assert "canary" not in str(doors.recipients(name))
            with pytest.raises(DeliveryError) as caught:
                doors.send(delivery(receiver=name, recipient=recipient), Clock().now)
            assert "canary" not in f"{caught.value} {caught.value.reason}"


# --------------------------------------------------------------------------- against the shared sinks


@pytest.fixture
def sinks(shared: Path, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Start the shared mail and webhook sinks on free ports."""
    smtp, http = free_port(), free_port()
    command = [sys.executable, str(shared / "harness" / "sinks.py"), "--smtp", str(smtp), "--http", str(http)]
    process = subprocess.Popen([*command, "--log", str(tmp_path / "sinks.jsonl")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("listening")
        yield smtp, http
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def free_port() -> int:
    """Return a port that nobody listens on, below those the system hands out: no other test is given it meanwhile."""
    chance = random.SystemRandom()
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", chance.randrange(20_000, 32_000))) as taken:
            return int(taken.getsockname()[1])


AMBIGUOUS = ("drop_after_data", "garbage_reply", "drop_response")
MAIL_FAULTS = ("greylist", "tempfail", "tempfail_rcpt", "busy", "drop_mid_data", "drop_after_data", "garbage_reply")
HOOK_FAULTS = ("status", "reset", "drop_response", "bad_http")


@pytest.mark.shared
def test_every_fault_of_the_sinks_ends_in_one_delivery_under_one_key(courier: Any, sinks: tuple[int, int]) -> None:
    smtp, http = sinks
    control = f"http://127.0.0.1:{http}/ctl"
    clock = Clock()
    doors = courier(
        desk={"email": {"to": ["a@example.org"], "smtp": {"host": "127.0.0.1", "port": smtp}, "timeout": "60s"}},
        ops={"webhook": {"url": f"http://127.0.0.1:{http}/hook/x", "allow_private_networks": True, "timeout": "60s"}},
    )
    number = 0
    for kind, name, faults in (("smtp", "desk", MAIL_FAULTS), ("http", "ops", HOOK_FAULTS)):
        for fault in faults:
            number += 1
            armed = {"to": kind, "fault": fault, "arg": "", "times": 1}
            assert requests.post(f"{control}/fault", json=armed, timeout=60).ok
            recipient = "reader@example.org" if name == "desk" else "127.0.0.1"
            box = Outbox(doors, clock, delivery(number, receiver=name, recipient=recipient, created_at=clock.now))
            box.until(hours=2)
            assert len(box.sent) == 1, fault
            requests.post(f"{control}/clear", json={}, timeout=60)
    rows = requests.get(f"{control}/messages", timeout=60).text.splitlines()
    stored = [json.loads(row) for row in rows]
    assert len({row["key"] for row in stored}) == number
    assert len(stored) == number + len(AMBIGUOUS)
    assert not [row for row in stored if row.get("defects")]
