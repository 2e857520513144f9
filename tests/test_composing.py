"""Scenes of telling: a whole line with a clock, a mailbox and a webhook; who hears what, when, and how often."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.composing import Composer
from monitor.pipeline import Pipeline
from monitor.types import Digest, Rendered, Silence
from tests.fakes.smtp import Mail
from tests.scene import Newsroom

STORY = "\n  harbour: {title: The harbour, watch: {any: [harbour]}}"
NEWS = (
    ("Harbour council approves a second crane",
     "The harbour council voted on Monday to buy a crane from Finland for 4 million euros."),
    ("Ferry runs aground outside the harbour",
     "About 120 passengers were taken off the ferry Albatross by lifeboats near the harbour."),
    ("Dockers in the harbour walk out over pay",
     "The union Verdi wants nine percent more for 800 dockers in the harbour."),
    ("Cocaine found in banana boxes at the harbour",
     "Customs officers seized 300 kilograms of cocaine at the harbour after a tip from Ecuador."),
    ("Harbour museum reopens after the flood",
     "The museum in the harbour shows ship models again; repairs took fourteen months."),
    ("Mayor Lindqvist resigns over harbour contract",
     "Mayor Lindqvist stepped down after messages about the harbour contract became public."),
)  # fmt: skip


def july(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 7, day, hour, minute, tzinfo=UTC)


class Desk:
    """A newsroom with one route to the mailbox, and a line that ticks."""

    def __init__(self, room: Newsroom, line: Pipeline) -> None:
        self.room, self.line = room, line
        self.arrived: list[tuple[datetime, Mail]] = []
        self._unsaid = list(NEWS)

    def publish(self, count: int = 1) -> None:
        """Let the first feed have the next news; it is read and judged at once."""
        for _ in range(count):
            self.room.feeds[0].publish(*self._unsaid.pop(0), at=self.room.clock())
        with self.line.store.read() as tx:
            feeds = tx.feeds.all()
        self.line.poll(feeds)
        self.line.assess()

    def until(self, end: datetime, step: timedelta = timedelta(minutes=30)) -> None:
        """Tick up to this moment."""
        while self.room.clock.now < end:
            self.room.clock.now = min(end, self.room.clock.now + step)
            self.tick()

    def tick(self) -> None:
        """Tell what is due."""
        self.line.compose()
        self.line.deliver()
        known = len(self.arrived)
        self.arrived += [(self.room.clock.now, mail) for mail in self.room.smtp.mails[known:]]

    @property
    def told(self) -> list[tuple[datetime, list[str]]]:
        """When mails arrived, and which of the news each tells."""
        return [(at, [title for title, _ in NEWS if title in text(mail)]) for at, mail in self.arrived]


def text(mail: Mail) -> str:
    """Return the text of a mail on one line."""
    return " ".join(mail.parsed.get_body(("plain",)).get_content().split())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    rooms: list[tuple[Newsroom, Pipeline]] = []

    def made(route: str) -> Desk:
        room = Newsroom(tmp_path, feeds=1, routes=f"  - {{storyline: '*', receiver: desk, {route}}}\n").__enter__()
        room.write(storylines=STORY)
        room.clock.now = july(1, 7)
        line = room.monitor()
        rooms.append((room, line))
        scene = Desk(room, line)
        scene.publish(0)
        return scene

    yield made
    for room, line in rooms:
        line.close()
        line.store.close()
        room.__exit__()


def test_a_mail_server_down_from_eight_to_twelve_gives_one_complete_digest_at_twelve(
    desk: Callable[[str], Desk],
) -> None:
    scene = desk("digest: {cron: '0 8 * * *'}")
    scene.publish(2)
    scene.until(july(1, 7, 30))
    scene.room.smtp.faults.arm("busy", times=None)
    scene.until(july(1, 9), timedelta(minutes=10))
    scene.publish(2)  # what comes after the slot is the next day's
    scene.until(july(1, 12), timedelta(minutes=10))
    assert scene.told == []
    scene.room.smtp.faults.clear()
    scene.until(july(1, 12, 10), timedelta(minutes=1))
    assert [sorted(titles) for _, titles in scene.told] == [sorted(title for title, _ in NEWS[:2])]
    scene.until(july(2, 8), timedelta(hours=10))
    (_, first), (at, second) = scene.told
    assert at == july(2, 8)
    assert sorted(first + second) == sorted(title for title, _ in NEWS[:4])
    assert "covering since Mon 1 Jul 2024, 08:00" in text(scene.arrived[1][1])


def test_what_waited_for_a_mail_server_comes_in_order_and_once(desk: Callable[[str], Desk]) -> None:
    scene = desk("digest: {cron: '0 * * * *'}")
    scene.room.smtp.faults.arm("busy", times=None)
    for hour in range(8, 12):
        scene.publish()
        scene.until(july(1, hour), timedelta(hours=1))
    scene.until(july(1, 12))
    scene.room.smtp.faults.clear()
    scene.until(july(1, 12, 10), timedelta(minutes=1))
    assert [titles for _, titles in scene.told] == [[title] for title, _ in NEWS[:4]]


def test_slots_missed_while_the_machine_was_off_become_one_complete_digest(desk: Callable[[str], Desk]) -> None:
    scene = desk("digest: {cron: '0 * * * *'}")
    scene.publish()
    scene.until(july(1, 8), timedelta(hours=1))
    scene.room.clock.advance(minutes=5)
    scene.publish(2)
    scene.line.close()  # and five slots go by
    scene.room.clock.now = july(1, 13, 20)
    with closing(scene.room.monitor()) as again, closing(again.store):
        for _ in range(3):
            again.compose()
            again.deliver()
    first, second = (mail.parsed.get_body(("plain",)) for mail in scene.room.smtp.mails)
    assert first is not None
    assert second is not None
    words = " ".join(second.get_content().split())
    assert NEWS[0][0] in first.get_content()
    assert all(title in words for title, _ in NEWS[1:3])
    assert "13:20 UTC, covering since Mon 1 Jul 2024, 08:00 UTC" in words


def test_the_first_report_of_quiet_waits_for_the_first_slot_also_after_a_restart(desk: Callable[[str], Desk]) -> None:
    scene = desk("digest: {cron: '0 8 * * *'}, when_empty: send")
    scene.until(july(1, 7, 30))
    assert scene.arrived == []
    scene.room.clock.advance(hours=4)
    with closing(scene.room.monitor()) as again, closing(again.store):
        again.compose()
        again.deliver()
    assert [mail.parsed["Subject"] for mail in scene.room.smtp.mails] == ["The harbour: nothing new"]


def test_nothing_new_is_said_of_the_time_since_this_receiver_was_last_told(desk: Callable[[str], Desk]) -> None:
    scene = desk("immediate: {group_wait: 0s}, digest: {cron: '0 8 * * *'}, when_empty: send")
    scene.publish()
    scene.until(july(1, 8))
    assert [titles for _, titles in scene.told] == [[NEWS[0][0]], []]
    assert "Nothing new since Mon 1 Jul 2024, 07:30 UTC." in text(scene.arrived[1][1])


def test_what_one_receiver_refused_for_good_the_others_are_told(desk: Callable[[str], Desk]) -> None:
    scene = desk("immediate: {group_wait: 0s}")
    daily = "\n  - {storyline: harbour, receiver: ops, digest: {cron: '0 8 * * *'}}"
    soon = "\n  - {storyline: harbour, receiver: desk, immediate: {group_wait: 0s}}"
    scene.room.write(storylines=STORY, routes=daily + soon)
    scene.room.smtp.faults.arm("reject")
    with closing(scene.room.monitor()) as line, closing(line.store):
        both = Desk(scene.room, line)
        both.publish()
        both.until(july(1, 9))
        both.until(july(2, 9))
        both.publish()
        both.until(july(3, 9))
    reports = [json.loads(post.body)["data"]["coverage"]["undelivered"] for post in scene.room.hook.posts]
    assert reports == [1, 0]


def test_a_renamed_storyline_stays_in_its_mail_thread_and_whoever_takes_its_name_does_not(
    desk: Callable[[str], Desk],
) -> None:
    scene = desk("immediate: {group_wait: 0s}")
    scene.publish()
    scene.tick()
    pier = "\n  pier: {watch: {any: [harbour]}, formerly: harbour}"
    mole = "\n  mole: {watch: {any: [harbour]}, formerly: pier}"
    for written in (pier, mole, f"{mole}{STORY}"):
        scene.room.write(storylines=written)
        with closing(scene.room.monitor()) as line, closing(line.store):
            desk_now = Desk(scene.room, line)
            desk_now._unsaid = list(scene._unsaid)
            desk_now.publish()
            scene._unsaid.pop(0)
            desk_now.tick()
    mails = [mail.parsed for mail in scene.room.smtp.mails]
    names = [mail["Subject"].partition(":")[0] for mail in mails]
    assert (names[:3], sorted(names[3:])) == (["The harbour", "pier", "mole"], ["The harbour", "mole"])
    threads = {name: {mail[name] for mail in mails} for name in ("References", "In-Reply-To", "List-Id")}
    assert {name: len(found) for name, found in threads.items()} == {"References": 2, "In-Reply-To": 2, "List-Id": 2}
    again = next(mail for mail, name in zip(mails[3:], names[3:], strict=True) if name == "The harbour")
    assert again["References"] != mails[0]["References"] == mails[2]["References"]


def test_what_waits_for_a_digest_survives_a_route_written_otherwise(desk: Callable[[str], Desk]) -> None:
    scene = desk("digest: {cron: '0 8 * * *'}")
    scene.publish()
    scene.room.write(storylines=STORY, routes="\n  - {storyline: harbour, receiver: desk, digest: {cron: '0 9 * * *'}}")
    with closing(scene.room.monitor()) as again, closing(again.store):
        again.compose()
        scene.room.clock.now = july(1, 9)
        again.compose()
        again.deliver()
    assert NEWS[0][0] in text(scene.room.smtp.mails[0])


def silence(scene: Desk, **only: Any) -> None:
    """Ask for two hours of quiet."""
    now = scene.room.clock()
    with scene.line.store.begin() as tx:
        tx.desk.silence(Silence(id=0, storyline="harbour", until=now + timedelta(hours=2), created_at=now, **only))


def test_a_silence_swallows_what_waited_already_and_says_so_when_it_is_over(desk: Callable[[str], Desk]) -> None:
    scene = desk("digest: {cron: '0 8,12 * * *'}")
    scene.room.write(storylines=STORY, operator="desk")
    scene.line.config = replace(scene.line.config, operator="desk")
    scene.publish(2)
    silence(scene, terms=("ferry",))
    scene.until(july(1, 8))
    assert [titles for _, titles in scene.told] == [[NEWS[0][0]]]
    scene.until(july(1, 9))
    (_, report), told = scene.arrived[1], scene.told[1:]
    assert report.parsed["Subject"] == "A silence has ended"
    assert "swallowed 1 alerts" in text(report)
    assert [titles for _, titles in told] == [[NEWS[1][0]]]
    scene.until(july(1, 12))
    assert len(scene.arrived) == 2


def test_a_silence_of_one_event_leaves_the_others(desk: Callable[[str], Desk]) -> None:
    scene = desk("immediate: {group_wait: 2m}")
    scene.publish(2)
    with scene.line.store.read() as tx:
        event = next(each for each in tx.events.all("harbour") if each.title == NEWS[1][0])
    silence(scene, event_id=event.id)
    scene.until(july(1, 8))
    assert [titles for _, titles in scene.told] == [[NEWS[0][0]]]


@pytest.mark.parametrize(("languages", "quoted"), [("[de, en]", "German"), ("[en, de]", "English"), ("[]", "English")])
def test_of_reports_in_two_languages_that_of_the_readers_is_quoted(
    desk: Callable[[str], Desk], languages: str, quoted: str
) -> None:
    titles = {
        "English": ("Ferry Albatross runs aground outside the harbour",
                    "About 120 passengers were taken off the ferry Albatross by lifeboats near the harbour on Monday."),
        "German": ("Fähre Albatross vor dem Hafen auf Grund gelaufen",
                   "Rund 120 Passagiere der Fähre Albatross wurden vor dem Hafen von Rettungsbooten geborgen."),
    }  # fmt: skip
    scene = desk("immediate: {group_wait: 2m}")
    watched = f"{{title: The harbour, watch: {{any: [harbour, Hafen]}}, languages: {languages}}}"
    scene.room.write(
        storylines=f"\n  harbour: {watched}",
        routes="\n  - {storyline: '*', receiver: desk, immediate: {group_wait: 2m}}",
    )
    for title, summary in titles.values():
        scene.room.feeds[0].publish(title, summary, at=scene.room.clock())
    scene.room.clock.advance(minutes=20)
    with closing(scene.room.monitor()) as line, closing(line.store):
        line.once()
    (mail,) = scene.room.smtp.mails
    assert titles[quoted][0] in text(mail).partition("Also:")[0]
    assert titles[quoted][0] in str(mail.parsed["Subject"])


class Refusing(Composer):
    """A composer that cannot render what goes to the desk."""

    broken = True

    def _render(self, digest: Digest, now: datetime) -> Rendered:
        if self.broken and digest.receiver == "desk":
            raise ValueError("a surprise")
        return super()._render(digest, now)


def test_a_digest_that_cannot_be_rendered_keeps_no_other_waiting(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room, room.monitor() as line, line.store:
        composer = Refusing(line.config, line.routes, line.following, line.store, line.at)
        line.__dict__["composer"] = composer
        room.publish_all()
        line.poll()
        line.assess()
        room.clock.advance(minutes=3)
        with pytest.raises(ValueError, match="a surprise"):
            line.compose()
        assert len(line.compose()) == 1  # the other receiver's
        assert line.compose() == []  # it rests
        room.clock.advance(minutes=1)
        with pytest.raises(ValueError, match="a surprise"):
            line.compose()
        composer.broken = False
        room.clock.advance(minutes=1)
        assert len(line.compose()) == 1
        line.deliver()
        assert (len(room.smtp.mails), len(room.hook.posts)) == (1, 1)
