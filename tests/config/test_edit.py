"""Adding feeds to a configuration file: one line more, and nothing else."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from monitor import config
from monitor.config import edit
from monitor.errors import MonitorError
from monitor.types import Feed

NEW = Feed(url="https://example.org/new?a=1&b=2", name="New: one", tags=("asia", "no"))


def added(before: str, *feeds: Feed) -> tuple[str, list[str]]:
    """Return the file afterwards and the lines that differ."""
    path = Path("monitor.yaml")
    path.write_text(before, encoding="utf-8")
    path.chmod(0o640)
    edit.add_feeds(path, feeds or (NEW,))
    after = path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o640
    return after, [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:1] in "+-?"]


@pytest.mark.parametrize(
    "before",
    [
        "feeds:\n  - https://example.org/a  # the first\n\n# what follows\nreceivers: {}\n",
        "feeds:\n- https://example.org/a\n",
        "feeds:\n    - url: https://example.org/a\n      name: A\n      tags: [x]\n\n\nroutes: []\n",
        "feeds:\n  - https://example.org/a",
        "# only feeds\nfeeds:\n  # none yet\n  - https://example.org/a\n  # more below\n",
    ],
)
def test_one_line_more_and_nothing_else(before: str) -> None:
    after, changed = added(before)
    assert len(changed) == 1
    assert changed[0].lstrip("+ ").startswith("- {url:")
    assert [feed.url for feed in config.load(Path("monitor.yaml")).feeds] == ["https://example.org/a", NEW.url]
    assert ("# what follows" in after) == ("# what follows" in before)


@pytest.mark.parametrize(
    "before", ["", "receivers: {}\n", "feeds: []\nreceivers: {}\n", "feeds:\nreceivers: {}\n", "feeds: ~\n"]
)
def test_a_file_without_feeds_gets_a_list(before: str) -> None:
    added(before)
    made = config.load(Path("monitor.yaml"))
    assert [(feed.url, feed.name, feed.tags) for feed in made.feeds] == [(NEW.url, NEW.name, NEW.tags)]


def test_a_bare_address_stays_bare() -> None:
    after, _ = added("feeds:\n  - https://example.org/a\n", Feed(url="https://example.org/b"))
    assert after.endswith('  - "https://example.org/b"\n')


def test_what_would_be_faulty_is_not_written() -> None:
    before = "feeds:\n  - https://example.org/a\n"
    with pytest.raises(MonitorError, match="this address is already in"):
        added(before, Feed(url="https://example.org/a"))
    assert Path("monitor.yaml").read_text() == before


def test_a_list_in_brackets_is_left_alone() -> None:
    with pytest.raises(MonitorError, match="one feed a line"):
        added("feeds: [https://example.org/a]\n")


def test_the_shipped_file_takes_a_feed() -> None:
    before = (Path(__file__).parents[2] / "config/monitor.yaml").read_text(encoding="utf-8")
    seeds = Path(__file__).parents[2] / "seeds"
    _, changed = added(before.replace("../seeds", str(seeds)))
    assert len(changed) == 1
