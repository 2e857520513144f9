"""A reload of every kind: all or nothing, a line for each change, and nothing fitted anew that did not change."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog

from monitor import config
from monitor.cli.overview import changed_since
from monitor.daemon import Daemon
from monitor.pipeline import Pipeline
from monitor.store import Store
from tests.scene import SEEDS, Newsroom

TWO = "\n  turin: {watch: {any: [Turin]}}\n  athens: {watch: {any: [Athens]}}"
DESK = "\n  desk: {email: {to: [desk@news.example], smtp: {host: 127.0.0.1, port: 1, tls: none}}}"
ROUTE = "\n  - {storyline: turin, receiver: desk, immediate: {group_wait: 1m}}"
BASE = {"storylines": TWO, "receivers": DESK, "routes": ROUTE, "include": "conf.d/*.yaml"}
STORY = "storylines: {ferry: {watch: {any: [ferry]}}}\n"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        (tmp_path / "conf.d").mkdir()
        room.write(**BASE)
        yield room


@dataclass
class Reloaded:
    """A daemon that does not tick, and what its reloads said."""

    daemon: Daemon
    said: list[str] = field(default_factory=list)

    def __call__(self) -> bool:
        with structlog.testing.capture_logs() as lines:
            taken = self.daemon.reload()
        self.said = [line.get("change") or line["error"] for line in lines if line["event"].startswith("reload")]
        return taken

    @property
    def line(self) -> Pipeline:
        return self.daemon.pipeline


@contextmanager
def serving(room: Newsroom, kind: type[Daemon] = Daemon) -> Iterator[Reloaded]:
    """Serve the configuration as it stands, without a tick."""
    loaded = config.load(room.config)
    daemon = kind(room.config, room.clock)
    with Store(loaded.state) as store, closing(daemon._socket):
        daemon.pipeline = Pipeline(loaded, store, room.clock)
        daemon.pipeline.sync()
        yield Reloaded(daemon)
        daemon.pipeline.close()


def feed(number: int, **settings: str) -> str:
    more = "".join(f", {key}: {value}" for key, value in settings.items())
    return f"\n  - {{url: 'http://127.0.0.1/{number}.xml'{more}}}"


CHANGES: dict[str, tuple[dict[str, str], dict[str, str], list[str]]] = {
    "nothing": ({}, {}, ["nothing changed"]),
    "feed added": ({"feeds": feed(0)}, {"feeds": feed(0) + feed(1)}, ["feed http://127.0.0.1/1.xml added"]),
    "feed removed": ({"feeds": feed(0) + feed(1)}, {"feeds": feed(0)}, ["feed http://127.0.0.1/1.xml removed"]),
    "feed changed": (
        {"feeds": feed(0)},
        {"feeds": feed(0, every="2h")},
        ["feed http://127.0.0.1/0.xml changed: every"],
    ),
    "receiver changed": ({}, {"receivers": DESK.replace("port: 1", "port: 2")}, ["receiver desk changed: email"]),
    "receiver added": (
        {},
        {"receivers": DESK + "\n  box: {file: {path: ./box}}"},
        ["receiver box added"],
    ),
    "route added": (
        {},
        {"routes": ROUTE + ROUTE.replace("turin", "athens")},
        ["routes changed"],
    ),
    "route removed": ({}, {"routes": " []"}, ["routes changed"]),
    "storyline added": ({}, {"storylines": TWO + "\n  ferry: {watch: {any: [ferry]}}"}, ["storyline ferry added"]),
    "storyline removed": (
        {},
        {"storylines": TWO.splitlines()[0] + "\n" + TWO.splitlines()[1]},
        ["storyline athens removed; its history is kept"],
    ),
    "storyline paused": (
        {},
        {"storylines": TWO.replace("[Athens]}", "[Athens]}, paused: true")},
        ["storyline athens changed: paused"],
    ),
    "storyline archived": (
        {},
        {"storylines": TWO.replace("[Athens]}", "[Athens]}, archived: true")},
        ["storyline athens archived; its history is kept"],
    ),
    "storyline renamed": (
        {},
        {"storylines": TWO.replace("athens: {", "attica: {formerly: athens, ")},
        ["storyline athens is called attica now; its history moves along"],
    ),
    "summariser": (
        {},
        {"summariser": "{url: 'http://127.0.0.1:9/v1', model: small, allow_private_networks: true}"},
        ["summariser changed"],
    ),
    "probes": ({}, {"probes": "{bind: '127.0.0.1:9099'}"}, ["probes changed: that takes a restart"]),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_change_is_taken_and_told_in_a_line(room: Newsroom, kind: str) -> None:
    before, after, lines = CHANGES[kind]
    room.write(**{**BASE, **before})
    with serving(room) as reload:
        room.write(**{**BASE, **before, **after})
        assert reload() is True
        assert reload.said == lines
        assert reload.line.config == config.load(room.config)
        assert reload() is True
        assert reload.said == ["nothing changed"]
        with reload.line.store.read() as tx:
            listed = {story.name for story in tx.stories.all() if story.listed}
            assert listed == set(reload.line.config.storylines)
            assert {each.url for each in tx.feeds.all()} == {each.url for each in reload.line.config.feeds}


def spoil(room: Newsroom) -> None:
    room.config.write_text(room.config.read_text() + "pollling: 3m\n")


def move(room: Newsroom) -> None:
    room.write(**BASE, state="./elsewhere")


def break_an_include(room: Newsroom) -> None:
    (room.folder / "conf.d/ferry.yaml").write_text("storylines: {ferry: {wacth: {any: [ferry]}}}\n")


def repeat_in_an_include(room: Newsroom) -> None:
    (room.folder / "conf.d/ferry.yaml").write_text(STORY.replace("ferry:", "turin:"))


def empty_the_seeds(room: Newsroom) -> None:
    (room.folder / "seeds").mkdir()
    room.write(**{**BASE, "storylines": "\n  turin: {seeds: ./seeds}"})


def take_it_away(room: Newsroom) -> None:
    room.config.unlink()


BROKEN: dict[Callable[[Newsroom], None], str] = {
    spoil: "pollling",
    move: "`state` cannot change while running; restart for that",
    break_an_include: "ferry.yaml:1:",
    repeat_in_an_include: "turin",
    empty_the_seeds: "seeds",
    take_it_away: "monitor.yaml",
}


@pytest.mark.parametrize("harm", BROKEN, ids=lambda harm: str(harm.__name__))
def test_a_faulty_one_is_refused_in_a_line_and_nothing_of_it_is_taken(
    room: Newsroom, harm: Callable[[Newsroom], None]
) -> None:
    with serving(room) as reload:
        before, held = reload.line, state_of(reload.line.store)
        harm(room)
        assert reload() is False
        assert len(reload.said) == 1
        assert BROKEN[harm] in reload.said[0]
        assert reload.line is before
        assert not before.stopping
        assert state_of(before.store) == held
        assert not (room.folder / "elsewhere").exists()


def state_of(store: Store) -> list[object]:
    with store.read() as tx:
        return [*tx.stories.all(), *tx.feeds.all()]


def test_files_that_are_included_come_and_go(room: Newsroom) -> None:
    with serving(room) as reload:
        ferry = room.folder / "conf.d/ferry.yaml"
        ferry.write_text(STORY)
        assert reload()
        assert reload.said == ["storyline ferry added"]
        ferry.unlink()
        assert reload()
        assert reload.said == ["storyline ferry removed; its history is kept"]


def test_a_seed_that_comes_fits_its_own_storyline_anew_and_no_other(room: Newsroom) -> None:
    seeds = room.folder / "seeds"
    shutil.copytree(SEEDS, seeds)
    room.write(**{**BASE, "storylines": f"{TWO}\n  seoul: {{seeds: ./seeds}}"})
    with serving(room) as reload:
        with reload.line.store.read() as tx:
            reload.line.following.catch_up(tx)
        before = dict(reload.line.following.minds)
        assert set(before) == {"turin", "athens", "seoul"}
        (seeds / "another.md").write_text(
            "# Warsaw offers tanks to Seoul\n2024-06-20\n\nPoland said on Thursday that it would return K2 tanks.\n"
        )
        assert changed_since(reload.line.config, 0.0) != []
        assert reload()
        assert reload.said == ["storyline seoul changed: seeds"]
        assert changed_since(reload.line.config, time.time()) == []
        with reload.line.store.read() as tx:
            reload.line.following.catch_up(tx)
        after = reload.line.following.minds
        assert after["turin"] is before["turin"]
        assert after["athens"] is before["athens"]
        assert after["seoul"] is not before["seoul"]


def test_what_is_written_while_a_reload_reads_is_due_for_the_next(room: Newsroom) -> None:
    class Meanwhile(Daemon):
        def _renewed(self, old: Pipeline) -> Pipeline:
            fresh = super()._renewed(old)
            room.clock.advance(seconds=5)  # it waits for the batch in hand, and somebody writes
            return fresh

    with serving(room, Meanwhile) as reload:
        began = room.clock()
        assert reload()
        assert reload.daemon._loaded_at == began


@pytest.mark.parametrize("formerly", ["", "formerly: turin, "], ids=["the same name", "another name"])
def test_what_waits_in_the_outbox_and_what_is_not_yet_told_outlive_a_reload(room: Newsroom, formerly: str) -> None:
    room.write(storylines=TWO, routes=ROUTE.replace("desk", "ops"))
    with serving(room) as reload:
        room.feeds[0].publish("Turin club signs a striker", at=room.clock())
        reload.line.once()
        before = len(room.hook.posts)
        room.hook.faults.arm("status", "503")
        room.feeds[0].publish("Bridge over the Po in Turin closes for repairs", at=room.clock())
        room.clock.advance(minutes=20)
        reload.line.once()  # the digest waits in the outbox
        room.feeds[0].publish("Tram drivers of Turin walk out over pay", at=room.clock())
        room.clock.advance(minutes=20)
        reload.line.poll()
        reload.line.assess()  # and an alert for its time
        name = "torino" if formerly else "turin"
        room.write(
            storylines=TWO.replace("turin: {", f"{name}: {{{formerly}"),
            routes=ROUTE.replace("desk", "ops").replace("turin", name),
        )
        assert reload()
        for _ in range(3):
            room.clock.advance(hours=2)
            reload.line.compose()
            reload.line.deliver()
        told = [event["title"] for post in room.hook.posts[before:] for event in post.json["data"]["events"]]
        assert sorted(set(told)) == [
            "Bridge over the Po in Turin closes for repairs",
            "Tram drivers of Turin walk out over pay",
        ]
        assert len({post.key for post in room.hook.posts[before:]}) == 2
        with reload.line.store.read() as tx:
            assert tx.outbox.counts() == {"sent": 3}
            assert not tx.events.pending_groups()
