"""Webhooks over real sockets, with receivers as they are on bad days."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from standardwebhooks.webhooks import Webhook

from monitor.errors import DeliveryError
from monitor.notify import webhook
from monitor.notify.receivers import WebhookSettings
from monitor.notify.send import nothing
from monitor.notify.webhook import Hook
from tests.fakes import FakeHook
from tests.notify.samples import NOW, delivery

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
SOON = timedelta(milliseconds=400)
Make = Callable[..., Hook]


@pytest.fixture
def server() -> Iterator[FakeHook]:
    with FakeHook() as fake:
        yield fake


@pytest.fixture
def hook() -> Iterator[Make]:
    """Make hooks that are closed after the test."""
    with ExitStack() as stack:

        def make(server: FakeHook, at: Any = nothing, /, **more: Any) -> Hook:
            settings = {"url": server.url, "allow_private_networks": True, "timeout": "60s", **more}
            made = Hook("ops", WebhookSettings.model_validate(settings), at)
            stack.callback(made.rest)
            return made

        yield make


def refused(hook: Hook, **changes: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        hook.send(delivery(**changes), NOW)
    return caught.value


def test_the_body_and_its_key_arrive(server: FakeHook, hook: Make) -> None:
    assert hook(server).send(delivery(), NOW) == '200 {"ok": true}'
    post = server.posts[0]
    assert post.body.decode() == delivery().rendered.json
    assert post.headers["content-length"] == str(len(post.body))
    assert "transfer-encoding" not in post.headers
    assert post.headers["webhook-id"] == post.headers["idempotency-key"] == delivery().key
    assert post.headers["content-type"].startswith("application/json")
    assert "webhook-signature" not in post.headers


@pytest.mark.parametrize("checked_with", [SECRET, OLD])
def test_both_secrets_sign_while_one_replaces_the_other(
    server: FakeHook, hook: Make, tmp_path: Path, checked_with: str
) -> None:
    (tmp_path / "new").write_text(SECRET + "\n")
    (tmp_path / "old").write_text(OLD)
    now = datetime.now(UTC)
    hook(server, secret_file=tmp_path / "new", old_secret_file=tmp_path / "old").send(delivery(), now)
    post = server.posts[0]
    assert Webhook(checked_with).verify(post.body, post.headers)["type"] == "storyline.digest"


def test_a_secret_that_was_rotated_signs_at_once(server: FakeHook, hook: Make, tmp_path: Path) -> None:
    made, now = hook(server, secret_file=tmp_path / "secret"), datetime.now(UTC)
    for secret in (OLD, SECRET):
        (tmp_path / "secret").write_text(secret)
        made.send(delivery(), now)
    for secret, post in zip((OLD, SECRET), server.posts, strict=True):
        assert Webhook(secret).verify(post.body, post.headers)["type"] == "storyline.digest"


def test_a_secret_that_is_no_base64_signs_byte_for_byte(server: FakeHook, hook: Make, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("plain words, ünicode")
    hook(server, secret_file=tmp_path / "secret").send(delivery(), datetime.now(UTC))
    post = server.posts[0]
    assert Webhook("plain words, ünicode".encode()).verify(post.body, post.headers)


def test_many_posts_share_one_connection_and_each_attempt_has_its_time(server: FakeHook, hook: Make) -> None:
    made = hook(server)
    for minute in range(3):
        made.send(delivery(), NOW + timedelta(minutes=minute))
    stamps = [int(post.headers["webhook-timestamp"]) for post in server.posts]
    assert stamps == [int(NOW.timestamp()) + 60 * minute for minute in range(3)]
    assert {post.key for post in server.posts} == {delivery().key}


@pytest.mark.parametrize(
    ("status", "retryable", "disable"),
    [
        ("500", True, False),
        ("502", True, False),
        ("503", True, False),
        ("408", True, False),
        ("400", False, False),
        ("404", False, False),
        ("410", False, True),
        ("301", False, False),
    ],
)
def test_a_status_says_what_becomes_of_the_delivery(
    server: FakeHook, hook: Make, status: str, retryable: bool, disable: bool
) -> None:
    server.faults.arm("status", status)
    error = refused(hook(server))
    assert (error.retryable, error.disable) == (retryable, disable)
    assert status in error.reason


@pytest.mark.parametrize(
    ("after", "wait"),
    [
        ("3", timedelta(seconds=3)),
        ("Tue, 09 Jul 2099 06:00:30 GMT", None),
        ("soon", None),
        ("-5", None),
        ("99999999999999999999", timedelta(days=30)),
    ],
)
def test_retry_after_is_honoured_where_it_makes_sense(
    server: FakeHook, hook: Make, after: str, wait: timedelta | None
) -> None:
    server.faults.arm("status", f"429;{after}")
    error = refused(hook(server))
    assert error.retryable
    assert error.down
    if "GMT" in after:
        assert error.retry_after is not None
        assert error.retry_after > timedelta(days=365)
    else:
        assert error.retry_after == wait


def test_a_lost_answer_is_repeated_under_the_same_key(server: FakeHook, hook: Make) -> None:
    server.faults.arm("drop_response")
    made = hook(server)
    assert refused(made).retryable
    made.send(delivery(), NOW)
    assert [post.key for post in server.posts] == [delivery().key] * 2


@pytest.mark.parametrize("fault", ["hang", "slow_status"])
def test_a_receiver_that_hangs_or_drips_costs_the_deadline_and_no_more(
    server: FakeHook, hook: Make, fault: str
) -> None:
    server.faults.arm(fault)
    error = refused(hook(server, timeout=SOON))
    assert error.retryable
    assert error.reason == "no answer in time"


def test_an_endless_answer_is_not_read_and_its_status_counts(server: FakeHook, hook: Make) -> None:
    server.faults.arm("huge_response")
    assert hook(server).send(delivery(), NOW).startswith("200")
    assert server.sent < 20 << 20


@pytest.mark.parametrize("fault", ["slow_headers", "slow_drip"])
def test_the_status_of_an_answer_that_is_broken_off_counts(server: FakeHook, hook: Make, fault: str) -> None:
    server.faults.arm(fault)
    made = hook(server)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(made.send, delivery(), NOW)
        assert server.dribbles.wait(60)
        made.abandon()  # as at the deadline, which could pass on a busy machine before the status came
        assert sending.result().startswith("200")


@pytest.mark.parametrize("fault", ["reset", "bad_http"])
def test_what_is_no_answer_is_tried_again(server: FakeHook, hook: Make, fault: str) -> None:
    server.faults.arm(fault)
    made = hook(server)
    assert refused(made).retryable
    made.send(delivery(), NOW)


def test_a_yes_that_means_no_is_a_no(server: FakeHook, hook: Make) -> None:
    server.faults.arm("ok_but_error_body")
    assert "channel_not_found" in refused(hook(server)).reason


def test_redirects_are_not_followed(server: FakeHook, hook: Make) -> None:
    with FakeHook() as canary:
        server.faults.arm("redirect", canary.url)
        assert "redirects are not followed" in refused(hook(server)).reason
        assert not canary.tried


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
def test_private_addresses_are_refused_at_connecting(server: FakeHook, hook: Make, host: str) -> None:
    url = f"http://{host}:{server.port}/hook"
    error = refused(hook(server, url=url, allow_private_networks=False))
    assert "private or local address" in error.reason
    assert not server.tried


def test_an_address_that_is_a_secret_never_shows(server: FakeHook, hook: Make, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("http://127.0.0.1:1/hook/canary-secret?token=canary-secret")
    error = refused(hook(server, url=None, url_file=tmp_path / "url"))
    assert error.down
    assert "canary-secret" not in str(error)


def test_certificates_are_verified(hook: Make, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with FakeHook(context=context) as server:
        assert "certificate is not trusted" in refused(hook(server)).reason
        hook(server, ca_file=tmp_path / "ca.pem").send(delivery(), NOW)
        assert len(server.posts) == 1


def test_environment_proxies_change_nothing(server: FakeHook, hook: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    hook(server).send(delivery(), NOW)
    assert len(server.posts) == 1


def test_the_moments_of_sending_come_in_order(server: FakeHook, hook: Make) -> None:
    moments: list[str] = []
    hook(server, moments.append).send(delivery(), NOW)
    assert moments == ["connected", "mid-data", "data-sent", "accepted"]


def test_a_label_names_the_host_alone() -> None:
    settings = WebhookSettings(url="https://user:word@hooks.example.org/T0/secret?token=abc")
    assert webhook.label(settings) == "hooks.example.org"
