"""The courier's way to every door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import DeliveryError
from monitor.notify.send import Courier
from monitor.notify.settings import ReceiverSettings
from tests.fakes import FakeHook, FakeSmtp
from tests.notify.samples import NOW, delivery


def receiver(**door: Any) -> ReceiverSettings:
    return ReceiverSettings.model_validate(door)


def mail_to(smtp: FakeSmtp, *to: str, **more: Any) -> ReceiverSettings:
    return receiver(email={"to": list(to) or ["reader@example.org"], "smtp": smtp.settings(), **more})


def hook_to(hook: FakeHook, **more: Any) -> ReceiverSettings:
    return receiver(webhook={"url": hook.url, "allow_private_networks": True, **more})


def test_each_recipient_of_a_receiver_is_named() -> None:
    receivers = {"desk": receiver(email={"to": ["a@example.org", "b@example.org", "a@example.org"]})}
    courier = Courier(receivers)
    assert courier.recipients("desk") == ("a@example.org", "b@example.org")
    assert courier.recipients("nobody") == ()


def test_a_webhook_is_named_by_its_host_alone() -> None:
    courier = Courier({"ops": receiver(webhook={"url": "https://user:word@hooks.example.org/T0/secret?token=abc"})})
    assert courier.recipients("ops") == ("hooks.example.org",)


def test_mail_and_webhook_and_folder_take_a_digest(tmp_path: Path) -> None:
    with FakeSmtp() as smtp, FakeHook() as hook:
        receivers = {"desk": mail_to(smtp), "ops": hook_to(hook), "archive": receiver(file={"path": tmp_path})}
        with Courier(receivers) as courier:
            assert courier.send(delivery(), NOW) == "250 2.0.0 taken"
            assert courier.send(delivery(2, receiver="ops", recipient="127.0.0.1"), NOW).startswith("200")
            page = Path(courier.send(delivery(3, receiver="archive", recipient="file"), NOW))
    assert [mail.to for mail in smtp.mails] == [("reader@example.org",)]
    assert hook.posts[0].json["type"] == "storyline.digest"
    assert page.is_file()
    assert "The harbour deal" in (tmp_path / "index.html").read_text()


def test_a_receiver_that_is_gone_from_the_configuration_is_a_dead_letter() -> None:
    with pytest.raises(DeliveryError, match="no longer configured") as caught:
        Courier({}).send(delivery(), NOW)
    assert not caught.value.retryable


def test_a_shut_door_is_left_alone_for_a_while_that_doubles() -> None:
    closed = receiver(email={"to": ["reader@example.org"], "smtp": {"host": "127.0.0.1", "port": 1}})
    courier = Courier({"desk": closed})
    assert courier.not_before("desk", (), NOW) is None
    waits = []
    now = NOW
    for _ in range(3):
        with pytest.raises(DeliveryError) as caught:
            courier.send(delivery(), now)
        pause = courier.not_before("desk", (), now)
        assert pause is not None
        assert caught.value.retry_after == pause[0] - now
        waits.append(pause[0] - now)
        assert pause[1].startswith("the receiver is down: ")
        now = pause[0]
    assert waits == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]


def test_a_server_that_asks_for_an_hour_is_left_alone_for_an_hour() -> None:
    with FakeHook() as hook, Courier({"ops": hook_to(hook)}) as courier:
        hook.faults.arm("status", "429;3600")
        with pytest.raises(DeliveryError):
            courier.send(delivery(receiver="ops"), NOW)
        pause = courier.not_before("ops", (), NOW)
    assert pause is not None
    assert pause[0] == NOW + timedelta(hours=1)


def test_a_rate_limit_says_when_the_next_message_may_go() -> None:
    courier = Courier({"desk": receiver(email={"to": ["a@example.org"]}, rate_limit="2/1h")})
    sent = [NOW - timedelta(minutes=90), NOW - timedelta(minutes=50), NOW - timedelta(minutes=10)]
    assert courier.limit("desk") == (2, timedelta(hours=1))
    assert courier.not_before("desk", sent, NOW) == (NOW + timedelta(minutes=10), "rate limit")
    assert courier.not_before("desk", sent[:2], NOW) is None


def test_every_door_can_be_tried_without_sending(tmp_path: Path) -> None:
    (tmp_path / "chat").write_text("ntfy://localhost/topic")
    with FakeSmtp() as smtp, FakeHook() as hook:
        receivers = {
            "desk": mail_to(smtp),
            "ops": hook_to(hook),
            "archive": receiver(file={"path": tmp_path / "digests"}),
            "feeds": receiver(atom={"path": tmp_path / "feeds"}),
            "chat": receiver(apprise={"url_file": tmp_path / "chat"}),
        }
        with Courier(receivers) as courier:
            for name in receivers:
                courier.knock(name)
    assert not smtp.mails
    assert not hook.tried
    assert not list((tmp_path / "digests").iterdir())


@pytest.mark.parametrize(
    ("door", "says"),
    [
        ({"email": {"to": ["a@example.org"], "smtp": {"host": "127.0.0.1", "port": 1}}}, "refused"),
        ({"webhook": {"url": "http://127.0.0.1:1/", "allow_private_networks": True}}, "connection failed"),
        ({"webhook": {"url": "http://127.0.0.1:1/"}}, "private or local address"),
        ({"file": {"path": "/dev/null/digests"}}, "cannot write"),
        ({"atom": {"path": "/dev/null/feeds"}}, "cannot write"),
    ],
)
def test_a_door_that_does_not_open_says_why(door: dict[str, Any], says: str) -> None:
    with Courier({"desk": receiver(**door)}) as courier, pytest.raises(DeliveryError, match=says):
        courier.knock("desk")


@pytest.mark.parametrize("fault", ["hang_greeting", "hang_data", "hang"])
def test_what_hangs_is_broken_off_when_the_service_stops(fault: str) -> None:
    with FakeSmtp() as smtp, FakeHook() as hook, ThreadPoolExecutor(1) as pool:
        (hook if fault == "hang" else smtp).faults.arm(fault)
        receivers = {"desk": hook_to(hook, timeout="60s") if fault == "hang" else mail_to(smtp, timeout="60s")}
        with Courier(receivers) as courier:
            sending = pool.submit(courier.send, delivery(recipient="reader@example.org"), NOW)
            while not sending.done():
                courier.abandon()
            error = sending.exception()
    assert isinstance(error, DeliveryError)
    assert error.retryable


def test_a_missing_secret_is_the_operators_trouble_and_waits(tmp_path: Path) -> None:
    with FakeHook() as hook:
        courier = Courier({"desk": hook_to(hook, secret_file=tmp_path / "absent")})
        with pytest.raises(DeliveryError, match="cannot be read") as caught:
            courier.send(delivery(recipient="127.0.0.1"), NOW)
    assert caught.value.retryable
    assert not hook.tried
