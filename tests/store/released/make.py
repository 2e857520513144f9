"""Writes the dump of today's schema beside this file: `python -m tests.store.released.make`, once a release."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from monitor.store.place import HEAD
from monitor.types import Feedback, Silence
from tests.scene import Newsroom


def dump() -> str:
    """Return a database that holds something in every table, as SQL."""
    with tempfile.TemporaryDirectory() as folder, Newsroom(Path(folder)) as room:
        room.publish_all()
        with room.monitor() as line:
            line.once()
            with line.store.begin() as tx:
                uid, now = tx.entries.latest(1)[0].uid, room.clock()
                tx.desk.say(Feedback(entry_uid=uid, storyline="seoul", yes=False, at=now, text="Not this."))
                tx.desk.silence(
                    Silence(
                        id=0, storyline="seoul", until=now + timedelta(days=1), created_at=now, terms=("Busan",),
                        event_id="", author="desk", comment="conference",
                    )
                )  # fmt: skip
            line.store.close()
        with closing(sqlite3.connect(Path(folder) / "var/monitor.db")) as db:
            return "\n".join(db.iterdump()) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / f"{HEAD}.sql").write_text(dump(), encoding="utf-8")
