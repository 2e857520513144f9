"""Backup and restore, step by step as the README has them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.conftest import Monitor
from tests.scene import Newsroom


def test_a_restored_backup_is_the_state_of_its_day(room: Newsroom, monitor: Monitor) -> None:
    monitor("once")
    entries, sent = monitor("entries list --all --json").json, monitor("deliveries list --json").json
    assert monitor("backup saved.db").code == 0
    room.feeds[0].publish("Seoul: Putin and South Korea's weapons for Ukraine, once more", at=room.clock())
    monitor("poll --all")
    monitor("assess")
    assert len(monitor("entries list --all --json").json) == len(entries) + 1
    for end in ("-wal", "-shm"):
        Path(f"var/monitor.db{end}").unlink(missing_ok=True)
    shutil.copy("saved.db", "var/monitor.db")
    assert monitor("entries list --all --json").json == entries
    assert monitor("deliveries list --json").json == sent
    assert monitor("poll --all").code == 0
    assert len(monitor("entries list --all --json").json) == len(entries) + 1  # the feed offers it still
