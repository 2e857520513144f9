"""The hourly round: what is forgotten, and what the operator hears of feeds that stay broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import config, operating
from monitor.pipeline import Pipeline
from monitor.store import Store, housekeeping
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


def test_the_operator_hears_of_a_receiver_that_is_out_of_reach_for_a_day(room: Newsroom, line: Pipeline) -> None:
    room.publish_all()
    room.hook.faults.arm("status", "503", times=None)
    line.poll()
    line.assess()
    line.compose(at_once=True)
    line.deliver()
    digests = len(room.smtp.mails)
    told = hours(room, line, 48)
    assert 1 <= len(told) <= 2
    assert set(told) == {"1 receiver has been out of reach for a day or more"}
    body = room.smtp.mails[digests].parsed.get_body(("plain",)).get_content()
    assert "ops: 1 waiting, the oldest since 2024-07-01 08:00 UTC: " in " ".join(body.split())
    room.hook.faults.clear()
    assert hours(room, line, 24) == ["All is well again"]


def test_the_operator_hears_of_one_dead_letter_a_day_and_receiver(room: Newsroom, line: Pipeline) -> None:
    def told(digest: str, receiver: str) -> int:
        """Let a delivery die; return how many mails come of it."""
        before = len(room.smtp.mails)
        dead = replace(queued, digest_id=digest, receiver=receiver)
        with line.store.begin() as tx:
            operating.dead_letters(tx, line.config, dead, "550 no such user", room.clock())
        line.deliver()
        return len(room.smtp.mails) - before

    room.publish_all()
    line.once()
    with line.store.read() as tx:
        queued = tx.outbox.all(limit=1)[0]
    assert [told("first", "ops"), told("second", "ops"), told("third", "chat")] == [1, 0, 1]
    room.clock.advance(days=1)
    assert told("fourth", "ops") == 1


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


def test_a_round_pauses_after_every_step_so_that_others_have_their_turn(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Polite(Pipeline):
        turns = 0

        def pause(self, seconds: float) -> bool:
            with Store(self.config.state, busy=0.0) as another, another.begin() as tx:
                tx.desk.note("another", self.turns)
            self.turns += 1
            return super().pause(0.0)

    monkeypatch.setattr(housekeeping, "BATCH", 1)
    room.publish_all()
    loaded = config.load(room.config)
    with Store(loaded.state) as store, Polite(loaded, store, room.clock) as line:
        line.sync()
        line.once()
        room.clock.advance(days=31)
        tidy(line)
        assert line.turns == 6  # one an entry
