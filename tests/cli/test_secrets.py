"""A canary secret in every place that may hold one goes through every verb at debug level, and is never seen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import requests

from monitor.cli import logs
from monitor.upkeep import tidy
from monitor.web.probes import Probes
from tests.cli.conftest import Monitor
from tests.scene import Newsroom

CANARY = "CANARY7731"
HOOK = f"whsec_{CANARY}AAAAAAAAAAAAAAAAAAAAAAAAAAAA"

VERBS = """
check;check --json;check --online;poll --all;assess;compose --now;deliver;once;once --dry-run;status;status --json
feeds list --json;feeds health --all;feeds export;entries list --all --json;events list --json;deliveries list --json
deliveries show 1 --body --json;storyline show seoul --json;preview seoul --json;silence list --json;explain nothing
send-test desk;send-test ops;send-test chat;send-test hidden;healthcheck;schema;run --nosuch
storyline pause seoul;storyline list --json;storyline resume seoul;storyline archive nothing;backup copy.db
storyline rename seoul kyiv;storyline resume kyiv
"""


@pytest.fixture
def leaky(room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A newsroom with secrets everywhere, whose receivers fail in ways that tempt to repeat them."""
    secrets = {
        "smtp": CANARY,
        "hook": HOOK,
        "chat": f"json://user:{CANARY}@127.0.0.1:9/{CANARY}",
        "address": f"http://127.0.0.1:9/{CANARY}?token={CANARY}",
        "login": f"user:{CANARY}",
        "headers": f"X-Key: {CANARY}",
        "web": f"{CANARY}{CANARY}{CANARY}",
        "model": CANARY,
    }
    for name, secret in secrets.items():
        (tmp_path / name).write_text(secret)
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("MONITOR_OLD_HOOK", HOOK)
    room.write(
        feeds=f"\n  - {{url: '{room.url(0)}', auth_file: login, headers_file: headers}}\n  - http://127.0.0.1:9/closed",
        receivers=f"""
  desk: {{email: {{to: [desk@news.example], smtp: {{host: 127.0.0.1, port: {room.smtp.port}, tls: none,
          username: someone, password_file: smtp}}}}}}
  letters: {{email: {{to: [ops@news.example], smtp: {{host: 127.0.0.1, port: {room.smtp.port}, tls: none}}}}}}
  ops: {{webhook: {{url: '{room.hook.url}', secret_file: hook, old_secret_env: MONITOR_OLD_HOOK,
          allow_private_networks: true}}}}
  chat: {{apprise: {{url_file: chat}}}}
  hidden: {{webhook: {{url_file: address, allow_private_networks: true}}}}""",
        routes="".join(f"\n  - {{receiver: {name}, immediate: {{}}}}" for name in ("desk", "ops", "chat", "hidden")),
        web="{bind: 127.0.0.1:0, url: https://desk.example, secret_file: web}",
        summariser="{url: http://127.0.0.1:9/v1, model: m, key_file: model, allow_private_networks: true}",
        operator="letters",
    )
    return room


def test_no_verb_shows_a_secret(leaky: Newsroom, monitor: Monitor, tmp_path: Path) -> None:
    for verb in VERBS.replace("\n", ";").strip(";").split(";"):
        answer = monitor(f"-vv {verb}")
        shown = answer.out + answer.err
        assert CANARY not in shown, verb
    stored = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir())
    assert CANARY.encode() not in stored


def test_no_letter_page_or_log_of_the_service_shows_a_secret(
    leaky: Newsroom, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days of trouble: a feed and receivers out of reach, so that the operator hears of everything that fails."""
    monkeypatch.setattr(sys, "stderr", os.fdopen(2, "w", closefd=False))
    logs.set_up(2)
    leaky.publish_all()
    with leaky.monitor() as line, Probes("127.0.0.1:0", line.store, line.metrics, leaky.clock, list) as probes:
        for _ in range(20):
            line.once()
            tidy(line)
            leaky.clock.advance(hours=12)
        page = requests.get(f"http://127.0.0.1:{probes.port}/metrics", timeout=60).text
        line.store.close()
    sys.stderr.flush()
    log = capfd.readouterr().err
    letters = [mail.raw.decode() for mail in leaky.smtp.mails]
    assert "delivery-failed" in log
    assert any("could not be delivered" in letter for letter in letters)
    assert any("not been readable" in letter for letter in letters)
    for shown in (log, page, *letters, *(str(request) for request in leaky.hook.posts)):
        assert CANARY not in shown


def test_keys_in_addresses_of_feeds_are_shown_only_where_addresses_are_asked_for(
    room: Newsroom, monitor: Monitor
) -> None:
    room.write(feeds=f"\n  - '{room.url(0)}?key={CANARY}'\n  - 'http://127.0.0.1:9/closed?access_token={CANARY}'")
    for verb in ("check --online", "poll --all", "once", "status", "status --json", "feeds health", "entries list"):
        answer = monitor(f"-vv {verb}")
        assert CANARY not in answer.out + answer.err, verb
    assert "access_token=***" in monitor("status").out
    assert CANARY in monitor("feeds export").out


def test_a_faulty_file_shows_no_secret_either(leaky: Newsroom, monitor: Monitor, tmp_path: Path) -> None:
    text = (
        leaky.config.read_text()
        .replace("secret_file: hook", f"secret: {HOOK}")
        .replace("auth_file: login", "auth_file: gone")
    )
    leaky.config.write_text(text)
    answer = monitor("-vv check")
    assert answer.code == 78
    assert HOOK not in answer.err
