"""The demo's mailbox and webhook."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import requests
from standardwebhooks import Webhook

from monitor.demo.receivers import Hook, Mailbox
from tests.fakes import Clock

BODY = '{"type": "storyline.digest"}'


def test_the_mailbox_keeps_what_it_is_given() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@desk.example", "b@reader.example", "Zwölf neue Ereignisse"
    mail.set_content("Text\n.\nwith a dot")
    with Mailbox() as mailbox:
        with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=60) as client:
            client.send_message(mail)
        assert [str(kept["Subject"]) for kept in mailbox.mails] == ["Zwölf neue Ereignisse"]
        assert mailbox.mails[0].get_content().split() == ["Text", ".", "with", "a", "dot"]


def call(hook: Hook, at: datetime, **changes: str) -> int:
    """Call the webhook as a sender would, with some headers changed; return the status."""
    headers = {
        "webhook-id": "digest-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(hook.secret).sign("digest-1", at, BODY),
    }
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return requests.post(hook.url, data=BODY.encode(), headers=headers | changed, timeout=60).status_code


def test_the_webhook_takes_what_is_signed_and_fresh_once() -> None:
    now = datetime(2024, 7, 1, 8, tzinfo=UTC)
    with Hook(Clock(now)) as hook:
        assert call(hook, now) == 200
        assert call(hook, now) == 200
        assert (len(hook.bodies), hook.repeated, hook.refused) == (1, 1, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook_signature": "v1,AAAA"},
        {"webhook_id": "another"},
        {"webhook_timestamp": "1"},
        {"webhook_timestamp": "yesterday"},
        {"webhook_signature": ""},
    ],
)
def test_the_webhook_refuses_what_is_not(changes: dict[str, str]) -> None:
    now = datetime(2024, 7, 1, 8, tzinfo=UTC)
    with Hook(Clock(now)) as hook:
        assert call(hook, now, **changes) == 401
        assert (len(hook.bodies), hook.refused) == (0, 1)
