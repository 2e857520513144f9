"""A desk: feeds that publish over loopback, a configuration, and `monitor` as a function."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.cli import main
from monitor.pipeline import Pipeline
from monitor.store import Store
from tests.scene import Newsroom


@dataclass(frozen=True)
class Answer:
    """What one call of `monitor` said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Monitor = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, with none of the variables we read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    for name in ("MONITOR_CONFIG", "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "JOURNAL_STREAM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def monitor(capfd: pytest.CaptureFixture[str]) -> Monitor:
    """Return a function that runs `monitor` with a line of arguments, as a pipe would see it."""

    def run(line: str) -> Answer:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(line))
        out, err = capfd.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

    return run


def open_room(folder: Path) -> Newsroom:
    """Return a newsroom that publishes now, told to files."""
    receivers = "  archive: {file: {path: digests}}\n  spare: {file: {path: spare}}\n"
    routes = "  - {storyline: '*', receiver: archive, immediate: {group_wait: 2m}}\n"
    return Newsroom(folder, receivers=receivers, routes=routes)


def publish(room: Newsroom) -> None:
    """Let the feeds say something, now."""
    room.clock.now = datetime.now(UTC)
    room.publish_all()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom that publishes now, for the configuration `monitor.yaml` in the current folder."""
    with open_room(tmp_path) as made:
        publish(made)
        yield made


@pytest.fixture(scope="module")
def room_after_a_pass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A newsroom after one pass, for tests that only look."""
    with open_room(tmp_path_factory.mktemp("told")) as made:
        publish(made)
        with Store(config.load(made.config).state) as store, Pipeline(config.load(made.config), store) as line:
            line.sync()
            line.once()
        yield made


@pytest.fixture
def told(room_after_a_pass: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Stand in the folder of a newsroom after one pass. Only look."""
    monkeypatch.chdir(room_after_a_pass.folder)
    return room_after_a_pass
