"""explain: every stage of the line, for entries told, held, silenced, left out, forgotten or never seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.explaining import Explanation, Passed, Stage, explain, way_of
from monitor.pipeline import Pipeline
from monitor.store.schema import entries
from monitor.types import Feedback, Novelty, Silence
from tests.scene import OFF_TOPIC, ON_TOPIC, START, Newsroom

ROUTES = (
    "  - {storyline: '*', receiver: desk, immediate: {group_wait: 2m}}\n"
    "  - {storyline: '*', receiver: ops, digest: {cron: '0 7 * * *', timezone: UTC}}\n"
    "  - {storyline: '*', receiver: ops, immediate: {min_score: 0.99, group_wait: 2m}}\n"
)


@dataclass
class Told:
    """One explanation, easy to ask."""

    found: Explanation

    def stages(self, name: str) -> list[Stage]:
        return [stage for _, stages in self.found.storylines for stage in stages if stage.name == name]

    def said(self, name: str) -> str:
        return "\n".join(line for stage in self.stages(name) for line in (stage.what, *stage.evidence))


class Desk:
    """A newsroom and its line."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.line: Pipeline = room.monitor()

    def explain(self, which: str) -> Told:
        found = explain(self.line, which)
        assert found is not None
        return Told(found)

    def first(self) -> str:
        """Return the entry that opened an event: which one does, hangs on ids."""
        with self.line.store.read() as tx:
            rows = tx.stories.listing("seoul", "matched", 50)
        return next(row.entry.uid for row in rows if row.decision.verdict.novelty is Novelty.NEW_EVENT)

    def uid(self, title: str) -> str:
        with self.line.store.read() as tx:
            return next(entry.uid for entry in reversed(tx.entries.latest(50)) if entry.title == title)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Newsroom(tmp_path, routes=ROUTES) as room:
        made = Desk(room)
        room.publish_all()
        made.line.poll()
        yield made
        made.line.close()
        made.line.store.close()


def test_before_it_is_assessed(desk: Desk) -> None:
    found = desk.explain(desk.uid(ON_TOPIC[0][0])).found
    assert [(stage.name, stage.passed) for stage in found.read] == [("poll", Passed.YES), ("assess", Passed.WAITS)]


def test_what_waits_says_for_what(desk: Desk) -> None:
    desk.line.assess()
    told = desk.explain(desk.first())
    routes = [(stage.passed, stage.what) for stage in told.stages("route")]
    assert (Passed.WAITS, "waits for desk: held by group_wait, until 2024-07-01 08:02 UTC") in routes
    assert (Passed.WAITS, "waits for ops: held by the schedule, until 2024-07-02 07:00 UTC") in routes
    assert (Passed.NO, "not told to ops: tells from a score of 0.99 on") in routes


def test_every_stage_of_what_was_told(desk: Desk) -> None:
    desk.line.assess()
    desk.room.clock.now += timedelta(minutes=3)
    desk.line.compose()
    desk.line.deliver()
    told = desk.explain(desk.first())
    match = told.said("match")
    assert "log-odds" in match
    assert "threshold: automatic, balanced" in match
    assert "from the seeds: " in match
    assert "nearest seed sentence: " in match
    assert "over the threshold" in match
    assert "monitor events show" in told.said("cluster")
    assert "told to desk in digest" in told.said("route")
    assert "sent to desk@news.example at 2024-07-01 08:03:00 UTC" in told.said("deliver")
    assert "2024-07-01 08:03:00 UTC try 1: taken: 250" in told.said("deliver")
    assert "monitor explain " in told.said("deliver")


def test_the_way_of_a_digest_under_every_name_it_has(desk: Desk) -> None:
    desk.line.assess()
    desk.room.clock.now += timedelta(minutes=3)
    desk.line.compose()
    desk.line.deliver()
    with desk.line.store.read() as tx:
        sent = next(each for each in tx.outbox.all() if each.receiver == "desk")
    names = (sent.digest_id, sent.digest_id[:6], sent.key, f"<{sent.key}@news.example>")
    ways = [way_of(desk.line, name) for name in names]
    assert ways[0] is not None
    assert ways == [ways[0]] * len(names)
    steps = ways[0].steps
    assert list(dict.fromkeys(step.stage for step in steps)) == ["poll", "assess", "compose", "deliver"]
    assert {(stage, desk.first()) for stage in ("poll", "assess")} <= {(step.stage, step.entry) for step in steps}
    assert (steps[0].at, steps[-1].at) == (START, START + timedelta(minutes=3))
    assert steps[-1].what.startswith("to desk@news.example, try 1: taken: 250")
    assert way_of(desk.line, "nobody") is None


def test_every_attempt_at_a_digest_is_on_its_way(desk: Desk) -> None:
    desk.line.assess()
    desk.room.clock.now += timedelta(minutes=3)
    desk.line.compose()
    desk.room.smtp.faults.arm("tempfail")
    desk.line.deliver()
    desk.room.clock.now += timedelta(hours=1)
    desk.line.deliver()
    uid = desk.first()
    said = desk.explain(uid).said("deliver")
    assert "try 1: to be tried again: 45" in said
    assert "try 2: taken: 250" in said
    way = way_of(desk.line, said.rpartition("monitor explain ")[2])
    assert way is not None
    assert [step.what[:37] for step in way.steps if step.stage == "deliver"] == [
        "to desk@news.example, try 1: to be tr",
        "to desk@news.example, try 2: taken: 2",
    ]


def test_what_was_left_out_says_what_would_have_let_it_in(desk: Desk) -> None:
    desk.line.assess()
    told = desk.explain(desk.uid(OFF_TOPIC[0][0]))
    assert [stage.passed for stage in told.stages("match")] == [Passed.NO]
    assert "would have let it in" in told.said("match")
    assert "nearest seed sentence: " in told.said("match")  # however far below
    assert not told.stages("route")


def test_a_silence_is_named_with_its_author(desk: Desk) -> None:
    silence = Silence(
        id=0, storyline="seoul", until=START + timedelta(hours=8), created_at=START, author="anna", comment="visit"
    )
    with desk.line.store.begin() as tx:
        tx.desk.silence(silence)
    desk.line.assess()
    said = desk.explain(desk.first()).said("route")
    assert "muted for desk by silence 1" in said
    assert "on seoul until 2024-07-01 16:00 UTC by anna: visit" in said


def test_a_copy_names_what_it_copies(desk: Desk) -> None:
    desk.line.assess()
    title, text = ON_TOPIC[0]
    desk.room.feeds[1].publish(title, text, at=START, guid="copy")
    with desk.line.store.read() as tx:
        feeds = tx.feeds.all()
    desk.line.poll(feeds)
    desk.line.assess()
    with desk.line.store.read() as tx:
        held = tx.entries.latest(50)
    copy = next(entry.uid for entry in held if (entry.source, entry.title) == ("outlet-1", title))
    told = desk.explain(copy)
    assert f"copy of {desk.uid(title)[:8]}: outlet-0, {title}" in told.said("cluster")
    assert "joined (100% sure) event" in told.said("cluster")
    assert "this is a copy" in told.said("route")
    assert "listed beside" not in told.said("route")
    desk.room.clock.now += timedelta(minutes=3)
    desk.line.compose()
    assert "listed beside what was new in digest" in desk.explain(copy).said("route")


def test_a_route_that_reports_quiet_waits_for_its_next_slot(tmp_path: Path) -> None:
    route = "  - {storyline: '*', receiver: ops, digest: {cron: '0 7 * * *', timezone: UTC}, when_empty: send}\n"
    with Newsroom(tmp_path, routes=route) as room:
        desk = Desk(room)
        room.publish_all()
        desk.line.poll()
        desk.line.assess()
        assert desk.line.compose() == []
        said = desk.explain(desk.first()).said("route")
        desk.line.close()
        desk.line.store.close()
    assert "waits for ops: held by the schedule, until 2024-07-02 07:00 UTC" in said


def test_an_address_with_trackers_of_its_own(desk: Desk) -> None:
    desk.line.assess()
    uid = desk.uid(ON_TOPIC[0][0])
    link = desk.explain(uid).found.entry.link
    assert desk.explain(f"{link}?utm_source=mail&utm_campaign=x#top").found.entry.uid == uid
    assert desk.explain(uid[:6]).found.entry.uid == uid
    assert explain(desk.line, "https://elsewhere.example/never") is None


def test_a_text_that_is_no_longer_held(desk: Desk) -> None:
    desk.line.assess()
    uid = desk.uid(OFF_TOPIC[1][0])
    with desk.line.store.begin() as tx:
        tx.connection.execute(entries.update().where(entries.c.uid == uid).values(title="", summary="", content=""))
    told = desk.explain(uid)
    assert "no longer held" in told.found.read[0].evidence[-1]
    assert "no longer held" in told.said("match")


def test_feedback_is_part_of_the_story(desk: Desk) -> None:
    desk.line.assess()
    uid = desk.uid(ON_TOPIC[0][0])
    with desk.line.store.begin() as tx:
        tx.desk.say(Feedback(entry_uid=uid, storyline="seoul", yes=True, at=START, text="x", by="link to desk"))
    assert "feedback: yes, 2024-07-01 08:00 UTC link to desk" in desk.explain(uid).said("match")
