"""The hourly round: what is forgotten, and what the operator hears of feeds that stay broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.pipeline import Pipeline
from monitor.upkeep import tidy
from tests.scene import ON_TOPIC, Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.write(operator="desk", retention="{off_topic: 30d}")
        yield room


@pytest.fixture
def line(room: Newsroom) -> Iterator[Pipeline]:
    with room.monitor() as line:
        yield line
        line.store.close()


def hours(room: Newsroom, line: Pipeline, count: int) -> list[str]:
    """Let hours pass, with a poll and a round in each; return the subjects of the mails that came."""
    before = len(room.smtp.mails)
    for _ in range(count):
        room.clock.advance(hours=1)
        line.poll()
        tidy(line)
        line.deliver()
    return [str(mail.parsed["Subject"]) for mail in room.smtp.mails[before:]]


def test_a_feed_that_fails_for_hours_is_nobodys_business(room: Newsroom, line: Pipeline) -> None:
    room.feeds[0].broken = b"no feed at all"
    assert hours(room, line, 8) == []
    room.feeds[0].broken = None
    assert hours(room, line, 30) == []


def test_the_operator_hears_once_a_day_while_a_feed_is_broken_and_once_when_it_is_well(
    room: Newsroom, line: Pipeline
) -> None:
    room.feeds[0].broken = b"no feed at all"
    told = hours(room, line, 72)
    assert 2 <= len(told) <= 3
    assert all("1 feed has not been readable for a day" in subject for subject in told)
    assert "outlet-0" in room.smtp.mails[0].parsed.get_body(("plain",)).get_content()
    room.feeds[0].broken = None
    assert ["well again" in subject for subject in hours(room, line, 30)] == [True]
    assert hours(room, line, 30) == []


def test_old_texts_go_and_what_was_told_stays(room: Newsroom, line: Pipeline) -> None:
    room.publish_all()
    line.once()
    hours(room, line, 1)
    room.clock.advance(days=31)
    tidy(line)
    with line.store.read() as tx:
        titles = {entry.title for entry in tx.entries.latest(9)}
        assert titles == {"", *(title for title, _ in ON_TOPIC)}
        assert len(tx.feeds.known(2)) == 3  # still listed, and still no news
        forgotten = tx.desk.noted("forgotten")
    assert forgotten == 6
    assert line.poll().new == 0
    room.feeds[1].items.clear()
    room.feeds[1].publish("Something else entirely in Athens", at=room.clock())
    room.clock.advance(days=91)
    line.poll()
    tidy(line)
    with line.store.read() as tx:
        assert len(tx.feeds.known(2)) == 1  # nobody has listed the others for ninety days
