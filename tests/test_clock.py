"""A real daemon whose clock is set while it runs, by libfaketime: a day back, then two days forward."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store import Store
from monitor.types import Feed
from tests.scene import ON_TOPIC, Newsroom

DEADLINE = 60.0
PROMPT = (
    "  - {storyline: '*', receiver: ops, immediate: {group_wait: 1s, verdicts: [new_event, development, repeat]}}\n"
)


def eventually(seen: Callable[[], bool]) -> None:
    """Wait until something is seen, or fail."""
    end = time.monotonic() + DEADLINE
    while not seen():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, routes=PROMPT) as room:
        room.write(polling="{every: 1s, allow_private_networks: true}")
        yield room


@pytest.mark.system
def test_a_clock_set_back_and_forward_stops_nothing_and_tells_nothing_twice(
    room: Newsroom, tmp_path: Path, system_part: Callable[[str], str]
) -> None:
    system_part("faketime")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    offset, log = tmp_path / "offset", tmp_path / "log"

    def set_clock(by: timedelta) -> None:
        (tmp_path / "new").write_text(f"{by.total_seconds():+.0f}")
        (tmp_path / "new").replace(offset)
        room.clock.now = datetime.now(UTC) + by

    set_clock(timedelta())
    faked = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1"}
    real = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "-c", str(room.config), "run"],
            env={**os.environ, **faked, **real}, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        for told, (by, (title, summary)) in enumerate(
            zip((timedelta(), timedelta(days=-1), timedelta(days=1)), ON_TOPIC, strict=True), 1
        ):
            set_clock(by)
            room.feeds[0].publish(title, summary, at=room.clock())
            eventually(lambda told=told: len(room.hook.posts) >= told)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
    listed = [e["title"] for post in room.hook.posts for event in post.json["data"]["events"] for e in event["entries"]]
    assert sorted(listed) == sorted(title for title, _ in ON_TOPIC)
    assert log.read_text().count("clock-jumped") == 2


def test_what_was_planned_comes_as_much_earlier_as_the_clock_was_set_back(tmp_path: Path) -> None:
    now = datetime(2024, 7, 2, 8, 0, tzinfo=UTC)
    with Store(str(tmp_path)) as store:
        with store.begin() as tx:
            tx.feeds.sync([Feed(url="http://127.0.0.1/a.xml"), Feed(url="http://127.0.0.1/b.xml")])
            tx.connection.exec_driver_sql("update feeds set due_at = ? where id = 1", (int(now.timestamp() * 1000),))
            tx.housekeeping.bring_forward(timedelta(days=1))
        with store.read() as tx:
            assert [feed.due_at for feed in tx.feeds.all()] == [now - timedelta(days=1), None]
