"""The demo as a newcomer sees it, cut to its first weeks."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from monitor.demo import pages, play, story
from monitor.demo.record import Fate, Row
from monitor.demo.timelapse import SLOT, START, DemoError, FastClock, moments

END = datetime(2024, 7, 4, tzinfo=UTC)


def test_the_clock_only_goes_forward() -> None:
    clock = FastClock(START)
    clock.move_to(START + timedelta(days=1))
    clock.move_to(START)
    assert clock() == START + timedelta(days=1)


def test_every_piece_of_news_has_a_poll_after_it_and_every_poll_its_digest() -> None:
    told = story.load()
    stops = moments(told)
    polls = [stop.at for stop in stops if stop.is_poll]
    others = {stop.at for stop in stops if not stop.is_poll}
    assert stops == sorted(stops)
    assert polls[0] == START
    assert all(any(timedelta(0) <= poll - date <= timedelta(days=6) for poll in polls) for date in told.dates)
    assert others == {poll + SLOT for poll in polls}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    """The first ten days of the demo in a pipe: its folder, what it printed, its exit code."""
    folder = tmp_path_factory.mktemp("with space") / "demo"
    out = StringIO()
    code = play.play(folder, Console(file=out, width=80), story.load().until(END))
    return folder, out.getvalue(), code


def test_it_ends_well_and_is_plain_in_a_pipe(played: tuple[Path, str, int]) -> None:
    _, out, code = played
    assert code == 0
    assert "\x1b" not in out
    assert "mail     3 new events" in out or "mail     2 new events" in out
    assert "new event   " in out
    assert "webhook" in out
    assert "entries the reader was spared" in out
    assert "feed faults survived" in out


def test_it_leaves_mails_and_a_timeline_to_look_at(played: tuple[Path, str, int]) -> None:
    folder, _, _ = played
    mails = sorted((folder / "mails").glob("*.html"))
    assert mails
    assert "cid:" not in mails[0].read_text(encoding="utf-8"), "pictures stand inside"
    timeline = (folder / "timeline.html").read_text(encoding="utf-8")
    assert all(f'href="mails/{mail.name}"' in timeline for mail in mails)
    assert "http://" not in timeline.replace("http://www.w3.org", ""), "nothing is loaded from elsewhere"


def test_what_was_wrong_once_is_put_right(played: tuple[Path, str, int]) -> None:
    folder, _, _ = played
    corrected = [mail for mail in (folder / "mails").glob("*.html") if "38 → 48 countries" in mail.read_text("utf-8")]
    assert len(corrected) == 1
    assert "correction" in (folder / "timeline.html").read_text(encoding="utf-8")


def test_its_folder_can_be_used_again_and_no_other(played: tuple[Path, str, int], tmp_path: Path) -> None:
    folder = shutil.copytree(played[0], tmp_path / "demo")
    play._prepare(folder)
    assert list(folder.iterdir()) == []
    shutil.rmtree(folder)
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DemoError, match="another folder"):
        play.play(tmp_path, Console(file=StringIO()))
    assert (tmp_path / "thesis.txt").exists()


def row(day: datetime, fate: Fate) -> Row:
    """Return an entry of a day."""
    return Row(date=day, title="", outlet="", link="", fate=fate, score=0, threshold=0, event="", why="")


def test_weeks_without_entries_are_weeks_too() -> None:
    first = datetime(2024, 7, 3, 12, tzinfo=UTC)
    rows = [row(first, Fate.NEW_EVENT), row(first, Fate.OTHER), row(first + timedelta(weeks=2), Fate.COPY)]
    weeks = pages.weeks(rows)
    assert [(week.told, week.known, week.other) for week in weeks] == [(1, 0, 1), (0, 0, 0), (0, 1, 0)]
    assert weeks[0].start == datetime(2024, 7, 1, tzinfo=UTC)
    assert pages.weeks([]) == []
