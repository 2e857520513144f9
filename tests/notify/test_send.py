"""The courier's way to every door."""

from __future__ import annotations

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
        with pytest.raises(DeliveryError):
            courier.send(delivery(), now)
        again = courier.not_before("desk", (), now)
        assert again is not None
        waits.append(again - now)
        now = again
    assert waits == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]


def test_a_rate_limit_says_when_the_next_message_may_go() -> None:
    courier = Courier({"desk": receiver(email={"to": ["a@example.org"]}, rate_limit="2/1h")})
    sent = [NOW - timedelta(minutes=90), NOW - timedelta(minutes=50), NOW - timedelta(minutes=10)]
    assert courier.not_before("desk", sent, NOW) == NOW + timedelta(minutes=10)
    assert courier.not_before("desk", sent[:2], NOW) is None
