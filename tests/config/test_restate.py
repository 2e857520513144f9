"""Changing one storyline in a configuration: the lines it takes, and nothing else."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from monitor import config
from monitor.config import restate
from monitor.errors import MonitorError

BLOCK = """storylines:
  strike:                 # the port
    watch: {any: [dockers]}
    paused: false         # for now
  other: {watch: {any: [x]}}
receivers: {archive: {file: {path: out}}}
routes:
  - {storyline: strike, receiver: archive, immediate: {}}
  - {storyline: "*", receiver: archive, digest: {cron: "0 7 * * *"}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "monitor.yaml").write_text(BLOCK)
    return tmp_path / "monitor.yaml"


def changed(file: Path, before: str = BLOCK) -> list[str]:
    """Return the lines that differ."""
    lines = difflib.ndiff(before.splitlines(), file.read_text().splitlines())
    return [line for line in lines if line[:1] in "+-"]


def test_a_key_that_is_there_is_replaced_in_place(file: Path) -> None:
    where = restate.put(file, (file,), "strike", paused="true")
    assert where.line == 2
    assert changed(file) == ["-     paused: false         # for now", "+     paused: true         # for now"]
    assert config.load(file).storylines["strike"].paused


def test_a_new_key_comes_first_in_a_block_and_in_braces(file: Path) -> None:
    restate.put(file, (file,), "strike", archived="true")
    restate.put(file, (file,), "other", paused="true")
    assert changed(file) == [
        "+     archived: true",
        "-   other: {watch: {any: [x]}}",
        "+   other: {paused: true, watch: {any: [x]}}",
    ]
    made = config.load(file)
    assert (made.archived, list(made.storylines)) == (("strike",), ["other"])


def test_a_name_is_changed_here_and_in_routes_and_the_old_one_noted(file: Path) -> None:
    restate.rename(file, (file,), "strike", "port-strike")
    made = config.load(file)
    assert made.storylines["port-strike"].formerly == "strike"
    assert [route.storyline for route in made.routes] == ["port-strike", "*"]
    assert len([line for line in changed(file) if line.startswith("+")]) == 3


def test_included_files_are_changed_where_the_storyline_stands(file: Path, tmp_path: Path) -> None:
    file.write_text("include: [part.yaml]\n" + BLOCK.split("receivers:")[1].join(["receivers:", ""]))
    part = tmp_path / "part.yaml"
    part.write_text(BLOCK.split("receivers:", maxsplit=1)[0])
    restate.rename(file, config.load(file).files, "strike", "new")
    assert "new:" in part.read_text()
    assert "storyline: new" in file.read_text()


@pytest.mark.parametrize("name", ["not a name", "other"])
def test_what_would_be_faulty_is_not_written(file: Path, name: str) -> None:
    with pytest.raises(MonitorError):
        restate.rename(file, (file,), "strike", name)
    assert file.read_text() == BLOCK


def test_the_old_name_of_one_cannot_be_the_name_of_another(file: Path) -> None:
    with pytest.raises(MonitorError, match="other is another storyline here"):
        restate.put(file, (file,), "strike", formerly="other")


def test_an_archived_storyline_is_silent_about_its_routes(file: Path) -> None:
    restate.put(file, (file,), "strike", archived="true")
    assert not config.load(file).warnings
