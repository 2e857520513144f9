"""Mail over real sockets, with servers as they are on bad days."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from monitor.errors import DeliveryError
from monitor.notify.email import Line, Mailbox
from monitor.notify.receivers import EmailSettings, SmtpSettings
from monitor.notify.send import nothing
from tests.fakes import FakeSmtp
from tests.notify.samples import NOW, delivery


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[Callable[..., Mailbox]]:
    """Make mailboxes that are closed after the test."""
    with ExitStack() as stack:

        def make(smtp: FakeSmtp, at: Any = nothing, /, **more: Any) -> Mailbox:
            door = more.pop("door", {})
            settings = {"to": ["reader@example.org"], "timeout": "60s", "smtp": smtp.settings(**door), **more}
            box = Mailbox("desk", EmailSettings.model_validate(settings), at)
            stack.callback(box.rest)
            return box

        yield make


SOON = timedelta(milliseconds=400)
Make = Callable[..., Mailbox]


def refused(box: Mailbox, **changes: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        box.send(delivery(**changes), NOW)
    return caught.value


def test_the_receipt_is_what_the_server_said(smtp: FakeSmtp, mailbox: Make) -> None:
    assert mailbox(smtp).send(delivery(), NOW) == "250 2.0.0 taken"
    assert smtp.mails[0].parsed["Subject"].startswith("The harbour deal: ")


def test_many_messages_share_one_connection(smtp: FakeSmtp, mailbox: Make) -> None:
    box = mailbox(smtp)
    for number in range(5):
        box.send(delivery(number), NOW)
    assert smtp.connections == 1
    box.rest()
    box.send(delivery(9), NOW)
    assert smtp.connections == 2


def test_a_connection_the_server_closed_meanwhile_is_opened_anew(smtp: FakeSmtp, mailbox: Make) -> None:
    box = mailbox(smtp)
    box.send(delivery(1), NOW)
    smtp.faults.arm("busy")  # the kept connection is shut with a 421
    box.send(delivery(2), NOW)
    assert len(smtp.mails) == 2


@pytest.mark.parametrize(
    ("fault", "retryable", "says"),
    [
        ("greylist", True, "451 4.7.1 greylisted"),
        ("tempfail", True, "451 4.3.0 try later"),
        ("tempfail_rcpt", True, "450 4.2.1 busy"),
        ("reject", False, "550 5.1.1 no such user"),
        ("reject_data", False, "554 5.6.0 refused"),
        ("too_big", False, "552 5.3.4 too big"),
    ],
)
def test_a_refusal_says_whether_time_may_mend_it(
    smtp: FakeSmtp, fault: str, retryable: bool, says: str, mailbox: Make
) -> None:
    smtp.faults.arm(fault)
    box = mailbox(smtp)
    error = refused(box)
    assert (error.retryable, error.reason, error.down) == (retryable, says, False)
    box.send(delivery(), NOW)
    assert smtp.connections == 1  # one refused recipient costs no connection
    assert len(smtp.mails) == 1


def test_one_refused_recipient_is_nobody_elses_trouble(smtp: FakeSmtp, mailbox: Make) -> None:
    smtp.faults.arm("reject", match="second@", times=None)
    box = mailbox(smtp)
    for name in ("first", "second", "third"):
        if name == "second":
            assert not refused(box, key=name, recipient=f"{name}@example.org").retryable
        else:
            box.send(delivery(key=name, recipient=f"{name}@example.org"), NOW)
    assert [mail.to for mail in smtp.mails] == [("first@example.org",), ("third@example.org",)]


def test_a_connection_that_breaks_in_the_middle_is_tried_again(smtp: FakeSmtp, mailbox: Make) -> None:
    smtp.faults.arm("drop_mid_data")
    box = mailbox(smtp)
    assert refused(box, rendered=replace(delivery().rendered, text="x" * 3_000_000)).retryable
    box.send(delivery(), NOW)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("fault", ["drop_after_data", "garbage_reply"])
def test_a_lost_answer_is_ambiguous_and_repeats_the_same_id(smtp: FakeSmtp, fault: str, mailbox: Make) -> None:
    smtp.faults.arm(fault)
    box = mailbox(smtp)
    error = refused(box)
    assert error.retryable
    assert error.reason.startswith("ambiguous")
    box.send(delivery(), NOW)
    assert len(smtp.mails) == 2
    assert smtp.mails[0].raw == smtp.mails[1].raw


def test_those_who_prefer_it_hold_an_ambiguous_message(smtp: FakeSmtp, mailbox: Make) -> None:
    smtp.faults.arm("drop_after_data")
    assert not refused(mailbox(smtp, on_ambiguous="hold")).retryable


@pytest.mark.parametrize("fault", ["hang_greeting", "hang_rcpt", "hang_data", "drip"])
def test_a_server_that_hangs_or_drips_costs_the_deadline_and_no_more(smtp: FakeSmtp, fault: str, mailbox: Make) -> None:
    smtp.faults.arm(fault)
    error = refused(mailbox(smtp, timeout=SOON))
    assert error.retryable
    assert "no answer in time" in error.reason


@pytest.mark.parametrize("fault", ["garbage_greeting", "busy", "shutting_down", "hang_greeting"])
def test_a_server_in_trouble_is_down_for_every_message(smtp: FakeSmtp, fault: str, mailbox: Make) -> None:
    smtp.faults.arm(fault)
    error = refused(mailbox(smtp, timeout=SOON if fault == "hang_greeting" else timedelta(seconds=60)))
    assert error.retryable
    assert error.down


def test_a_closed_port_is_down() -> None:
    settings = EmailSettings.model_validate({"to": ["a@example.org"], "smtp": {"host": "127.0.0.1", "port": 1}})
    error = refused(Mailbox("desk", settings, nothing))
    assert error.retryable
    assert error.down


def test_the_moments_of_sending_come_in_order(smtp: FakeSmtp, mailbox: Make) -> None:
    moments: list[str] = []
    mailbox(smtp, moments.append).send(delivery(), NOW)
    assert moments == ["connected", "mid-data", "data-sent", "accepted"]


def test_dots_at_line_starts_are_doubled_on_the_line(smtp: FakeSmtp) -> None:
    line, raw = Line(SmtpSettings.model_validate(smtp.settings())), b"Subject: x\r\n\r\n.\r\n..b\r\nc.\r\n"
    line.arrive(60)
    line.hand_over("a@x.example", "b@x.example", raw, nothing)
    line.leave()
    assert smtp.mails[0].raw.startswith(raw)


def test_dots_at_line_starts_arrive_as_written(smtp: FakeSmtp, mailbox: Make) -> None:
    text = ".\n..\n.x\nFrom the harbour\n"
    mailbox(smtp).send(delivery(rendered=replace(delivery().rendered, text=text)), NOW)
    body = smtp.mails[0].parsed.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text


# --------------------------------------------------------------------------- encryption and login


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def served_by(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_encrypted_lines_carry_the_login_and_are_verified(
    authority: trustme.CA, tmp_path: Path, tls: str, mailbox: Make
) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    door = {"username": "desk", "password_file": tmp_path / "password", "ca_file": tmp_path / "ca.pem"}
    context = served_by(authority, "127.0.0.1")
    with FakeSmtp(tls=tls, context=context, login=("desk", "open sesame")) as server:
        mailbox(server, door=door).send(delivery(), NOW)
        assert len(server.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_untrusted_certificate_gets_nothing(authority: trustme.CA, tls: str, mailbox: Make) -> None:
    with FakeSmtp(tls=tls, context=served_by(authority, "127.0.0.1")) as server:
        error = refused(mailbox(server))
    assert "certificate is not trusted" in error.reason
    assert not server.mails


def test_a_certificate_for_another_host_gets_nothing(authority: trustme.CA, tmp_path: Path, mailbox: Make) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with FakeSmtp(tls="tls", context=served_by(authority, "mail.example.org")) as server:
        error = refused(mailbox(server, door={"ca_file": tmp_path / "ca.pem"}))
    assert "certificate is not trusted" in error.reason


def test_a_server_without_starttls_is_refused_where_it_is_asked_for(smtp: FakeSmtp, mailbox: Make) -> None:
    error = refused(mailbox(smtp, door={"tls": "starttls"}))
    assert "STARTTLS" in error.reason
    assert not smtp.mails


def test_a_password_that_was_rotated_serves_at_once(tmp_path: Path, mailbox: Make) -> None:
    (tmp_path / "password").write_text("of last year")
    with FakeSmtp(login=("desk", "of this year")) as server:
        made = mailbox(server, door={"username": "desk", "password_file": tmp_path / "password"})
        assert "refused the login" in refused(made).reason
        (tmp_path / "password").write_text("of this year\n")
        made.send(delivery(), NOW)
        assert len(server.mails) == 1


def test_a_refused_login_is_told_without_the_password(tmp_path: Path, mailbox: Make) -> None:
    (tmp_path / "password").write_text("canary-secret")
    with FakeSmtp(login=("desk", "another")) as server:
        error = refused(mailbox(server, door={"username": "desk", "password_file": tmp_path / "password"}))
    assert error.retryable  # once the password is mended, the mail goes out
    assert error.down
    assert "canary-secret" not in str(error)
    assert error.reason.startswith("the server refused the login")
