"""A canary secret in every place that may hold one goes through every verb at debug level, and is never seen."""

from __future__ import annotations

from pathlib import Path

import pytest

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
  ops: {{webhook: {{url: '{room.hook.url}', secret_file: hook, old_secret_env: MONITOR_OLD_HOOK,
          allow_private_networks: true}}}}
  chat: {{apprise: {{url_file: chat}}}}
  hidden: {{webhook: {{url_file: address, allow_private_networks: true}}}}""",
        routes="".join(f"\n  - {{receiver: {name}, immediate: {{}}}}" for name in ("desk", "ops", "chat", "hidden")),
    )
    return room


def test_no_verb_shows_a_secret(leaky: Newsroom, monitor: Monitor, tmp_path: Path) -> None:
    for verb in VERBS.replace("\n", ";").strip(";").split(";"):
        answer = monitor(f"-vv {verb}")
        shown = answer.out + answer.err
        assert CANARY not in shown, verb
    stored = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir())
    assert CANARY.encode() not in stored


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
