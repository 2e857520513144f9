"""A folder with a sound configuration to break."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import config
from monitor.config import Config
from monitor.errors import ConfigErrors

SEED = """---
title: Harbour strike begins in Veldhaven
outlet: Example News
published: 2024-06-01
language: en
---
Dock workers in the port of Veldhaven walked out on Saturday after talks over pay broke down. The union said that
3,000 members would stay away until the operators return to the table.

The port authority asked the government to mediate. A spokesman said that ships were being sent to Norden, and that
fuel and medicine would still be unloaded by volunteers under an agreement with the union.
"""

SOUND = """\
state: var
storylines:
  harbour: {title: Harbour strike, seeds: seeds/harbour, watch: {any: [port]}}
feeds:
  - https://feeds.example.org/world.xml
receivers:
  desk: {file: {path: digests}}
routes:
  - {storyline: harbour, receiver: desk, immediate: {}}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test stands in an empty folder, with none of the variables we read."""
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_CONFIG", "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "seeds/harbour").mkdir(parents=True)
    (tmp_path / "seeds/harbour/first.md").write_text(SEED, encoding="utf-8")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Config]:
    """Return a function that writes a configuration and loads it."""

    def write_and_load(text: str = SOUND) -> Config:
        (tmp_path / "monitor.yaml").write_text(text, encoding="utf-8")
        return config.load(Path("monitor.yaml"))

    return write_and_load


@pytest.fixture
def faults(read: Callable[..., Config]) -> Callable[[str], list[str]]:
    """Return a function that loads a broken configuration and returns its lines of errors."""

    def load(text: str) -> list[str]:
        with pytest.raises(ConfigErrors) as caught:
            read(text)
        return str(caught.value).splitlines()

    return load
