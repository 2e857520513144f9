"""Chat and push: within each service's length, and nobody called by a feed's title."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import DeliveryError
from monitor.notify import chat, compact
from monitor.notify import digest as digests
from monitor.notify.chat import Chat
from monitor.notify.digest import Notice, notice
from monitor.notify.receivers import AppriseSettings
from monitor.notify.send import nothing
from monitor.types import Rendered
from tests.fakes import FakeHook
from tests.notify.samples import NOW, delivery, digest, event

HOSTILE = "<!channel> @everyone [click](http://evil.example) <http://evil.example|bank> *b* `c` #h"


def written(tmp_path: Path, *lines: str) -> AppriseSettings:
    (tmp_path / "chat").write_text("\n".join(lines))
    return AppriseSettings(url_file=tmp_path / "chat")


def rendered(count: int, title: str = "Ports agree") -> Rendered:
    return digests.render(digest(*(event(number, title=f"{title} {number}") for number in range(count))))


def posted(server: FakeHook) -> str:
    return str(server.posts[-1].json["message"])


def test_a_digest_arrives_in_a_few_lines(tmp_path: Path) -> None:
    with FakeHook() as server:
        settings = written(tmp_path, "# our own", f"json://127.0.0.1:{server.port}/hook")
        Chat("chat", settings, nothing).send(delivery(recipient="json:1", rendered=rendered(2)), NOW)
        told = server.posts[0].json
    assert told["title"] == "The harbour deal: Ports agree 0 (+1 more)"
    assert told["message"].splitlines() == [
        "New: Ports agree 0",
        "first mention: 12 pilots",
        "Gazette (news.example.org): https://news.example.org/0",
        "",
        "New: Ports agree 1",
        "first mention: 12 pilots",
        "Gazette (news.example.org): https://news.example.org/1",
    ]


def test_what_a_daily_cap_holds_is_told(tmp_path: Path) -> None:
    made = digests.render(digest(*(event(number) for number in range(40)), held=3))
    for limit in (250, 1_000, 30_000):
        told = compact.message(delivery(rendered=made), "ntfy", 200, limit)
        assert told.body.endswith("\n\n+3 held until tomorrow")


def test_each_address_is_a_recipient_without_its_secrets(tmp_path: Path) -> None:
    settings = written(tmp_path, "slack://T1/B1/secret", "", "ntfy://localhost/secret-topic")
    assert chat.recipients(settings) == ("slack:1", "ntfy:2")


def test_addresses_that_cannot_be_read_now_leave_a_recipient_to_wait(tmp_path: Path) -> None:
    settings = AppriseSettings(url_file=tmp_path / "absent")
    assert chat.recipients(settings) == ("chat:1",)


@pytest.mark.parametrize("limit", [250, 1_000, 2_000, 4_096, 35_000])
@pytest.mark.parametrize("service", ["slack", "discord", "tgram"])
def test_a_message_stays_within_the_services_length(service: str, limit: int) -> None:
    made = compact.message(delivery(rendered=rendered(80, HOSTILE)), service, 0, limit)
    assert len(made.title) + len(made.body) <= limit
    assert "more" in made.body


@pytest.mark.parametrize(
    "address",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        "ntfy://localhost/topic",
        "mmost://localhost/3ccdd113474722377935511fc85d3dd4",
        "rocket://user:pass@localhost/#c",
        "gchat://workspace/key/token",
        "matrix://user:pass@localhost/#room",
        "workflows://localhost:443/workflow/signature/",  # Teams
    ],
)
def test_what_apprise_would_send_fits_after_its_own_escaping(address: str) -> None:
    import apprise

    service = apprise.Apprise.instantiate(address)
    assert service is not None
    name = address.partition("://")[0]
    made = compact.message(
        delivery(rendered=rendered(60, "Ports agree <b> & more")), name, service.title_maxlen, service.body_maxlen
    )
    service.overflow_mode = apprise.OverflowMode.SPLIT
    calls = list(service._build_send_calls(body=made.body, title=made.title, body_format=apprise.NotifyFormat.TEXT))
    assert len(calls) == 1


@pytest.mark.parametrize("service", ["discord", "mmost"])
def test_services_that_read_marks_get_them_escaped(service: str) -> None:
    told = compact.escape(HOSTILE, service)
    assert "[click](" not in told
    assert "@everyone" not in told
    assert "<!channel" not in told
    assert r"\*b\*" in told


def test_a_title_calls_nobody_anywhere() -> None:
    told = compact.escape(HOSTILE, "ntfy")
    assert "@everyone" not in told
    assert told.replace("\u2060", "") == HOSTILE


def test_a_quiet_digest_and_a_notice_are_told_too() -> None:
    nil = compact.message(delivery(rendered=digests.render(digests.empty_sample("chat", NOW))), "ntfy", 200, 4000)
    assert nil.body == "12 of 12 feeds read, 340 entries scanned, 2 near misses."
    told = notice(Notice(id="n", title="A feed is gone", lines=("It answers 410.",), created_at=NOW))
    assert compact.message(delivery(rendered=told), "ntfy", 200, 4000) == compact.Message(
        "A feed is gone", "It answers 410."
    )


@pytest.mark.parametrize(("status", "retryable"), [("500", True), ("401", True), ("404", False), ("410", False)])
def test_a_no_is_told_by_its_status_alone(tmp_path: Path, status: str, retryable: bool) -> None:
    with FakeHook() as server:
        server.faults.arm("status", status)
        settings = written(tmp_path, f"json://user:canary-secret@127.0.0.1:{server.port}/canary-secret")
        with pytest.raises(DeliveryError) as caught:
            Chat("chat", settings, nothing).send(delivery(recipient="json:1"), NOW)
    assert caught.value.reason == f"the service answered {status}"
    assert caught.value.retryable is retryable


@pytest.mark.parametrize("recipient", ["json:2", "json:0", "elsewhere"])
def test_a_line_that_is_gone_is_a_dead_letter(tmp_path: Path, recipient: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        Chat("chat", written(tmp_path, "json://127.0.0.1:1/"), nothing).send(delivery(recipient=recipient), NOW)
    assert not caught.value.retryable


def test_an_address_apprise_does_not_know_is_a_dead_letter(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="does not know") as caught:
        Chat("chat", written(tmp_path, "pigeon://loft"), nothing).send(delivery(recipient="pigeon:1"), NOW)
    assert not caught.value.retryable


def test_a_broken_link_is_left_out() -> None:
    base = event()
    line = replace(base.new[0], link="javascript:alert(1)")
    told = compact.message(delivery(rendered=digests.render(digest(replace(base, new=(line,))))), "ntfy", 200, 4000)
    assert "javascript" not in told.body
    assert json.loads(digests.render(digest(base)).json)
