"""Where the database is, and of which release its tables are."""

from __future__ import annotations

from pathlib import Path

HEAD = "0001"  # the newest migration; a test compares it with the folder
BUSY_SECONDS = 30
SQLITE = "sqlite:///"
MEMORY = ":memory:"


def database_file(state: str) -> Path | None:
    """Return the file behind a `state` setting; None for a database in memory or a server."""
    if state == MEMORY or (("://" in state) and not state.startswith(SQLITE)):
        return None
    path = Path(state.removeprefix(SQLITE))
    return path if state.startswith(SQLITE) or path.suffix == ".db" else path / "monitor.db"
