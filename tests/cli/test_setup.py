"""init, check, schema, completion; help and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from monitor.cli.app import VERBS, root
from tests.cli.conftest import Monitor
from tests.scene import Newsroom


def test_what_init_writes_is_sound(monitor: Monitor) -> None:
    answer = monitor("init 'my desk'")
    assert "Next: cd 'my desk' && monitor check" in answer.out
    assert monitor("-c 'my desk/config/monitor.yaml' check").code == 0
    unit = Path("my desk/systemd/monitor.service").read_text()
    assert f'"{Path.cwd()}/my desk/config/monitor.yaml" run' in unit


def test_init_overwrites_nothing(monitor: Monitor) -> None:
    monitor("init")
    Path("config/monitor.yaml").write_text("mine")
    assert "kept  config/monitor.yaml" in monitor("init").out
    assert Path("config/monitor.yaml").read_text() == "mine"
    monitor("init --force")
    assert Path("config/monitor.yaml").read_text() != "mine"


def test_init_into_a_file_fails_plainly(monitor: Monitor) -> None:
    Path("taken").write_text("")
    assert monitor("init taken").code == 2
    assert monitor("init taken/under").code == 1


def test_check_says_who_hears(room: Newsroom, monitor: Monitor) -> None:
    answer = monitor("check")
    assert answer.code == 0
    assert "told to archive (file)" in answer.out
    assert "receivers.spare: no route leads here" in answer.out
    found = monitor("check --json").json
    assert found["ok"]
    assert found["storylines"][0]["told_to"][0]["receiver"] == "archive"


def test_check_online(room: Newsroom, monitor: Monitor) -> None:
    assert monitor("check --online").code == 0
    room.feeds[0].broken = b"<html></html>"
    answer = monitor("check --online")
    assert answer.code == 1
    assert "failed: feed outlet-0: " in answer.out


@pytest.mark.parametrize("verb", ["check", "run", "once", "poll", "status", "feeds list"])
def test_a_faulty_configuration_is_78_and_touches_nothing(room: Newsroom, monitor: Monitor, verb: str) -> None:
    room.write(polling="{evry: 15m}", operator="nobody")
    answer = monitor(verb)
    assert answer.code == 78
    places = [line.split(": ")[0] for line in answer.err.splitlines()]
    assert all(place.startswith("monitor.yaml:") for place in places)
    assert len(places) == 2
    assert answer.out == ""
    assert not Path("var").exists()


def test_no_configuration_at_all(monitor: Monitor) -> None:
    answer = monitor("check")
    assert answer.code == 78
    assert "`monitor init` writes one" in answer.err


def test_faults_stand_on_one_line_however_narrow_the_terminal(room: Newsroom) -> None:
    room.write(operator="x" * 300)
    answer = subprocess.run(
        [sys.executable, "-m", "monitor", "check"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "40", "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert answer.returncode == 78
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("to", "code", "says"), [("/dev/full", 1, "monitor: not written: No space left"), ("&-", 0, "")]
)
def test_an_answer_that_nobody_takes_is_no_bug(room: Newsroom, to: str, code: int, says: str) -> None:
    answer = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m monitor entries list >{to}', sys.executable],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert answer.returncode == code
    assert answer.stderr.strip().startswith(says)
    assert len(answer.stderr.splitlines()) == bool(says)


def test_places_are_named_whole_from_the_root_folder(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert ", /etc/monitor/monitor.yaml)" in monitor("check").err


@pytest.mark.parametrize("line", ["nosuch", "entries", "status --nosuch", "storyline show nope", "feeds add"])
def test_wrong_usage_is_2(room: Newsroom, monitor: Monitor, line: str) -> None:
    assert monitor(line).code == 2


def test_a_misspelt_verb_names_the_nearest(monitor: Monitor) -> None:
    assert "Did you mean status?" in monitor("statsu").err


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_examples(monitor: Monitor, verb: str) -> None:
    answer = monitor(f"{verb} --help")
    assert answer.code == 0
    nested = "Verbs:" in answer.out
    assert nested or "Example" in answer.out


def test_schema_is_json(monitor: Monitor) -> None:
    assert json.loads(monitor("schema").out)["$schema"].startswith("https://json-schema.org")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(monitor: Monitor, shell: str) -> None:
    assert "_MONITOR_COMPLETE" in monitor(f"completion {shell}").out


def test_help_imports_nothing_heavy() -> None:
    heavy = "sqlalchemy numpy pydantic rich lxml requests structlog yaml"
    code = f"import sys; from monitor.cli.app import root; print([m for m in {heavy.split()} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("monitor sta", "status"), ("monitor storyline show se", "seoul"), ("monitor send-test ar", "archive")],
)
def test_the_shell_completes_verbs_and_names(room: Newsroom, words: str, expected: str) -> None:
    parts = words.split()
    found = BashComplete(root, {}, "monitor", "_MONITOR_COMPLETE").get_completions(parts[1:-1], parts[-1])
    assert expected in [item.value for item in found]
