"""`status`: is it well, and if not, what is to be done? What it shows fits a screen whatever there is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli import screen, show
from monitor.notify import layout
from monitor.store import Store
from monitor.store.locks import RunLock
from monitor.types import Silence
from tests.cli.conftest import Monitor
from tests.scene import Newsroom

Change = Callable[[str], None]


@pytest.fixture
def desk(room_after_a_pass: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of a newsroom after one pass, to be changed."""
    made = tmp_path / "desk"
    shutil.copytree(room_after_a_pass.folder, made)
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def change(desk: Path) -> Change:
    """Return a function that changes the database by a statement; {ms} stands for now."""

    def act(statement: str) -> None:
        now = int(datetime.now(UTC).timestamp() * 1000)
        with Store("var") as store, store.begin() as tx:
            tx.connection.exec_driver_sql(statement.format(ms=now, day=86_400_000))

    return act


def tick(before: timedelta, *files: Path) -> None:
    """Leave the word of a service that ticked so long ago, and read these files then."""
    at = (datetime.now(UTC) - before).isoformat()
    with Store("var") as store, store.begin() as tx:
        tx.desk.note("tick", {"at": at, "loaded_at": at, "files": [str(path) for path in files]})


def needs(monitor: Monitor) -> list[str]:
    """Return what `status` says is to be looked at."""
    return [f"{each['what']}: {each['do']}" for each in monitor("status --json").json["trouble"]]


def test_passes_by_hand_or_timer_are_well_too(desk: Path, monitor: Monitor) -> None:
    assert needs(monitor) == []
    assert monitor("status").out.startswith("All is well.\nThe service does not run, no tick yet; database ")


def test_before_anything_ran_it_says_how_to_begin(room: Newsroom, monitor: Monitor) -> None:
    assert monitor("status").out.startswith("Needs a look:\n  nothing ran so far: systemctl start monitor")


def test_a_service_that_ended_is_told(desk: Path, monitor: Monitor) -> None:
    tick(timedelta(0))
    assert "the service does not run" in needs(monitor)[0]


def test_a_service_that_does_not_tick_is_not_called_well(desk: Path, monitor: Monitor) -> None:
    tick(timedelta(hours=3))
    lock = RunLock(Path("var/monitor.db"))
    lock.acquire()
    try:
        assert any(need.startswith("the service last ticked 3 h ago: ") for need in needs(monitor))
        assert not monitor("status").out.startswith("All is well")
    finally:
        lock.release()


def test_a_file_that_is_no_longer_included_makes_a_reload_due(desk: Path, monitor: Monitor) -> None:
    tick(timedelta(0), desk / "monitor.yaml", desk / "conf.d/ports.yaml")
    lock = RunLock(Path("var/monitor.db"))
    lock.acquire()
    try:
        due = f"a reload is due, changed since it was read: {desk}/conf.d/ports.yaml (no longer included)"
        assert needs(monitor) == [f"{due}: systemctl reload monitor, or kill -HUP"]
        tick(timedelta(0), desk / "monitor.yaml")
        assert needs(monitor) == []
    finally:
        lock.release()


def test_a_machine_that_is_offline_is_not_called_well(change: Change, monitor: Monitor) -> None:
    change("update feeds set polled_at = {ms}")  # and none of them failed: it is the machine's fault
    assert needs(monitor)[0].startswith("no feed could be read at its last poll: is this machine online?")
    change("update feeds set ok_at = polled_at where id = 1")
    assert needs(monitor) == []


def test_nobody_polls_any_more(change: Change, monitor: Monitor) -> None:
    change("update feeds set polled_at = {ms} - {day}")
    assert needs(monitor)[0].startswith("no feed was polled since ")


def test_letters_given_up_are_told_for_a_week(change: Change, monitor: Monitor) -> None:
    change("update deliveries set state = 'dead'")
    change("update attempts set ended_at = {ms} - 6 * {day}")
    assert needs(monitor) == ["1 message given up in the last 7 days: monitor deliveries list --state dead"]
    change("update attempts set ended_at = {ms} - 8 * {day}")
    assert needs(monitor) == []


def test_a_message_that_waits_is_told_after_an_hour(change: Change, monitor: Monitor) -> None:
    change("update deliveries set state = 'pending', created_at = {ms} - {day} / 2")
    assert needs(monitor) == ["a message waits for 12 h: monitor deliveries list"]


def test_feeds_are_told_when_they_fail_for_a_day(change: Change, monitor: Monitor) -> None:
    change("update feeds set health = 'failing', error = 'HTTP 503', failing_since = {ms} - {day} / 2 where id = 1")
    assert needs(monitor) == []
    assert "failing for 12 h: HTTP 503" in monitor("status").out
    change("update feeds set failing_since = {ms} - {day} * 2 where id = 1")
    assert needs(monitor) == ["1 feed has not been readable for a day: monitor feeds health"]


def test_a_storyline_nobody_hears_is_not_said_to_be_told_at_once(desk: Path, monitor: Monitor) -> None:
    assert " at once " in monitor("status").out
    written = (desk / "monitor.yaml").read_text()
    (desk / "monitor.yaml").write_text(written[: written.index("routes:")] + "routes: []\n")
    assert " nobody " in monitor("status").out


def story(number: int) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "name": f"story-{number}-with-a-name-that-goes-on-and-on",
        "paused": number == 3,
        "silenced": False,
        "threshold": 0.5,
        "threshold_log": [{"at": now, "value": 0.5}, {"at": now, "value": 0.47}],
        "budget": 5.0,
        "matches_a_day": 8.25,
        "last_event": {"id": "e", "title": "国会 " * 40, "at": now},
        "pending": 2,
        "next_digest": now + timedelta(hours=4),
        "told_to": ["desk"],
    }


@pytest.mark.parametrize("columns", [80, 120])
def test_thirty_storylines_and_forty_ill_feeds_fit_a_screen(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", "50")
    monkeypatch.setattr(show, "on_terminal", lambda: True)
    ill = [
        {"feed": "朝鮮日報 " * 20, "state": "failing", "for": timedelta(days=3), "error": "HTTP 503 " * 20}
        for _ in range(40)
    ]
    silence = Silence(id=1, storyline="*", until=now, created_at=now, terms=("cup final " * 20,), swallowed=1)
    screen.tell(
        {
            "state": "sqlite:////" + "very/long/path/" * 10 + "monitor.db",
            "trouble": [{"what": "40 feeds have not been readable for a day", "do": "monitor feeds health"}],
            "service": {"running": True, "ticked_at": now},
            "storylines": [story(number) for number in range(30)],
            "feeds": {
                "total": 400,
                "states": {"ok": 360, "failing": 40},
                "tags": {f"tag-{number}": (5, 50) for number in range(20)},
                "ill": ill,
                "last_poll": now,
            },
            "outbox": {"states": {"sent": 10}, "oldest_waiting": None},
            "silences": [silence] * 4,
            "database": {"bytes": 1e9, "waiting": 10},
        }
    )
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 50
    assert max(map(layout.width, lines)) <= columns
    assert "0.50 +0.03" in "".join(lines)
