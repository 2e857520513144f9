"""What there is to do, asked in one look, against the drawers that do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.pipeline import Pipeline
from monitor.types import Silence
from tests.scene import Newsroom

Step = Callable[[Newsroom, Pipeline], object]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        yield room


def publish(room: Newsroom, line: Pipeline) -> None:
    room.publish_all()
    room.clock.advance(minutes=20)


def assess(room: Newsroom, line: Pipeline) -> None:
    line.assess()
    room.clock.advance(minutes=3)


def one_hook_fails(room: Newsroom, line: Pipeline) -> None:
    room.hook.faults.arm("status", "503")
    line.deliver()


def silence(room: Newsroom, line: Pipeline) -> None:
    with line.store.begin() as tx:
        until = room.clock() + timedelta(hours=1)
        tx.desk.silence(Silence(id=0, storyline="*", until=until, created_at=room.clock()))


def die_with_a_delivery_in_hand(room: Newsroom, line: Pipeline) -> None:
    with line.store.begin() as tx:
        for receiver in tx.outbox.waiting_receivers(room.clock()):
            (waiting,) = tx.outbox.ready(receiver, room.clock(), 1)
            assert tx.outbox.take(waiting, room.clock(), timedelta(minutes=5)) is not None


def a_day_back(room: Newsroom, line: Pipeline) -> None:
    room.clock.now -= timedelta(days=1)


SCENES: dict[str, tuple[tuple[Step, ...], set[str]]] = {
    "new": ((), {"poll", "assess"}),
    "polled, nothing there": ((lambda _, line: line.poll(), assess), set()),
    "polled, a day back": ((lambda _, line: line.poll(), assess, a_day_back), {"poll"}),
    "feeds due": ((lambda _, line: line.poll(), assess, publish), {"poll"}),
    "entries": ((publish, lambda _, line: line.poll()), {"assess"}),
    "alerts": ((publish, lambda _, line: line.poll(), assess), {"compose"}),
    "digests": ((publish, lambda _, line: line.once(), one_hook_fails), set()),
    "silenced": ((lambda _, line: line.poll(), assess, silence), {"compose"}),
    "composed": ((publish, lambda _, line: line.poll(), assess, lambda _, line: line.compose()), {"deliver"}),
    "to be tried again": (
        (publish, lambda _, line: line.poll(), assess, lambda _, line: line.compose(), one_hook_fails),
        set(),
    ),
    "to be tried again, a day back": (
        (publish, lambda _, line: line.poll(), assess, lambda _, line: line.compose(), one_hook_fails, a_day_back),
        {"poll", "deliver"},
    ),
    "left in hand": (
        (publish, lambda _, line: line.poll(), assess, lambda _, line: line.compose(), die_with_a_delivery_in_hand),
        {"deliver"},
    ),
}


@pytest.mark.parametrize("name", SCENES)
def test_the_look_says_what_the_drawers_say(room: Newsroom, name: str) -> None:
    steps, due = SCENES[name]
    with room.monitor() as line, line.store as store:
        for step in steps:
            step(room, line)
        now = room.clock()
        found = store.agenda(now)
        with store.read() as tx:
            assert found.feeds == bool(tx.feeds.due(now))
            assert found.entries == bool(tx.entries.count_waiting())
            assert found.storylines == tuple(tx.stories.unlooked())
            assert found.alerts == bool(tx.events.pending_groups() or tx.desk.silences())
            open_ = tx.outbox.waiting_receivers(now) or tx.outbox.left_behind() or tx.outbox.is_ahead(now)
            assert found.deliveries == bool(open_)
        assert line.due() == due


def test_a_storyline_that_is_not_followed_is_nothing_to_do(room: Newsroom) -> None:
    with room.monitor() as line, line.store as store:
        line.poll()
        assert store.agenda(room.clock()).storylines == ("seoul",)
        line.config.storylines.clear()  # type: ignore[attr-defined]
        assert line.due() == set()


def test_a_route_that_reports_quiet_has_always_something_to_do(tmp_path: Path) -> None:
    daily = "  - {storyline: '*', receiver: ops, digest: {cron: '0 12 * * *'}, when_empty: send}\n"
    with Newsroom(tmp_path, routes=daily) as room, room.monitor() as line, line.store:
        line.poll()
        line.assess()
        assert line.due() == {"compose"}
