"""A clock that is set back: what was planned comes as much earlier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.store import Store
from monitor.types import Feed


def test_what_was_planned_comes_as_much_earlier_as_the_clock_was_set_back(tmp_path: Path) -> None:
    now = datetime(2024, 7, 2, 8, 0, tzinfo=UTC)
    with Store(str(tmp_path)) as store:
        with store.begin() as tx:
            tx.feeds.sync([Feed(url="http://127.0.0.1/a.xml"), Feed(url="http://127.0.0.1/b.xml")])
            tx.connection.exec_driver_sql("update feeds set due_at = ? where id = 1", (int(now.timestamp() * 1000),))
            tx.housekeeping.bring_forward(timedelta(days=1))
        with store.read() as tx:
            assert [feed.due_at for feed in tx.feeds.all()] == [now - timedelta(days=1), None]
