"""The line: each verb run, run again, cut off between steps, and raced."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.detect.chronicle import Chronicle
from monitor.pipeline import AssessReport, Pipeline
from monitor.types import AlertState, Health, Silence
from tests.scene import OFF_TOPIC, ON_TOPIC, SEEDS, Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        yield room


class Killed(BaseException):
    """What a crash at a named moment is to a test inside the same process: nothing after it runs."""


def killed_at(point: str) -> object:
    def at(name: str) -> None:
        if name == point:
            raise Killed(point)

    return at


def close(line: Pipeline) -> None:
    line.close()
    line.store.close()


def told(room: Newsroom) -> list[str]:
    return [mail.parsed["Subject"] for mail in room.smtp.mails]


def test_entry_published_mail_and_webhook_received(room: Newsroom) -> None:
    room.publish_all()
    line = room.monitor()
    line.once()
    close(line)
    assert len(room.smtp.mails) == 1
    body = room.smtp.mails[0].parsed.get_body(("plain",)).get_content()
    assert "Zinoviev" in body or "Putin" in body
    for title, _ in OFF_TOPIC:
        assert title not in body
    (post,) = room.hook.posts
    assert post.json["type"] == "storyline.digest"
    listed = {entry["title"] for event in post.json["data"]["events"] for entry in event["entries"]}
    assert listed == {title for title, _ in ON_TOPIC}


@pytest.mark.parametrize("state", ["pending", "muted"])
def test_a_pass_is_counted(room: Newsroom, state: str) -> None:
    room.publish_all()
    line = room.monitor()
    line.poll()
    if state == "muted":
        with line.store.begin() as tx:
            end = room.clock() + timedelta(hours=1)
            tx.desk.silence(Silence(id=0, storyline="seoul", until=end, created_at=room.clock()))
    report = line.assess()
    digests = line.compose(at_once=True)
    close(line)
    counts = {(s.name, *s.labels.values()): s.value for f in line.metrics.registry.collect() for s in f.samples}
    stored = [value for (name, *labels), value in counts.items() if name == "monitor_alerts_total" and state in labels]
    assert sum(stored) == report.alerts > 0
    assert counts["monitor_assess_entry_seconds_count",] == report.entries == len(ON_TOPIC) + len(OFF_TOPIC)
    assert counts["monitor_digests_total",] == len(digests) == (2 if state == "pending" else 0)


def test_without_anything_to_do_no_model_is_touched(room: Newsroom) -> None:
    line = room.monitor()
    line.poll()
    assert line.assess().entries == 0
    assert line.compose() == []
    assert line.due() == set()
    assert not {"following", "composer", "lanes"} & set(vars(line))
    close(line)


def test_a_second_once_tells_nothing(room: Newsroom) -> None:
    room.publish_all()
    for _ in range(2):
        line = room.monitor()
        line.once()
        close(line)
        room.clock.advance(minutes=20)
    assert (len(room.smtp.mails), len(room.hook.posts)) == (1, 1)


def test_old_entries_of_a_first_poll_are_known_not_told(room: Newsroom) -> None:
    title, summary = ON_TOPIC[0]
    room.feeds[0].publish(title, summary, at=room.clock() - timedelta(days=8))
    line = room.monitor()
    line.once()
    with line.store.read() as tx:
        (row,) = tx.stories.on_topic("seoul")
    assert row.decision.backlog
    assert row.decision.assignment is not None
    assert room.smtp.mails == []
    close(line)


@pytest.mark.parametrize("point", ["polled", "fetched", "parsed", "mid-insert", "before-commit"])
def test_killed_before_the_commit_of_a_poll_leaves_the_feed_as_it_was(room: Newsroom, point: str) -> None:
    room.publish_all()
    line = room.monitor(at=killed_at(point))  # type: ignore[arg-type]
    with pytest.raises(Killed):
        line.poll()
    close(line)
    line = room.monitor()
    with line.store.read() as tx:
        stored = tx.entries.count_waiting()
        for feed in tx.feeds.all():
            assert (feed.etag is None) == (tx.feeds.known(feed.id) == {})
    line.poll()
    with line.store.read() as tx:
        assert tx.entries.count_waiting() == len(ON_TOPIC) + len(OFF_TOPIC)
        assert stored < len(ON_TOPIC) + len(OFF_TOPIC)
    close(line)


STEPS = ["stored", "assess-before-commit", "assessed", "composed-before-commit", "queued", "claimed", "marked"]


@pytest.mark.parametrize("point", STEPS)
def test_killed_between_any_two_steps_the_digest_still_arrives_once(room: Newsroom, point: str) -> None:
    room.publish_all()
    line = room.monitor(at=killed_at(point))  # type: ignore[arg-type]
    with pytest.raises(Killed):
        line.once()
    close(line)
    room.clock.advance(minutes=20)
    for _ in range(2):
        line = room.monitor()
        line.once()
        close(line)
    assert (len(room.smtp.mails), len(room.hook.posts)) == (1, 1)
    listed = {e["title"] for event in room.hook.posts[0].json["data"]["events"] for e in event["entries"]}
    assert listed == {title for title, _ in ON_TOPIC}


def test_a_restart_between_any_two_entries_changes_nothing(room: Newsroom, tmp_path: Path) -> None:
    def outcome(restart: bool) -> list[tuple[str, str | None, str | None, float]]:
        (tmp_path / str(restart)).mkdir()
        room.write(state=f"./{restart}/var")
        line = room.monitor()
        line.poll()
        for _ in range(len(ON_TOPIC) + len(OFF_TOPIC)):
            line._assess_batch(AssessReport(), 1 if restart else 256)
            if restart:
                close(line)
                line = room.monitor()
        with line.store.read() as tx:
            rows = tx.stories.listing(None, "all", 99)
        close(line)
        return [
            (
                row.entry.title,
                row.decision.assignment.event_id if row.decision.assignment else None,
                row.decision.verdict.novelty.value if row.decision.verdict else None,
                row.decision.match.score,
            )
            for row in rows
        ]

    room.publish_all()
    whole, restarted = outcome(False), outcome(True)
    assert whole == restarted
    assert len(whole) >= len(ON_TOPIC)


def test_two_processes_assess_every_entry_once(room: Newsroom) -> None:
    room.publish_all()
    lines = [room.monitor(), room.monitor()]
    lines[0].poll()
    threads = [threading.Thread(target=line.assess) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with lines[0].store.read() as tx:
        assert tx.entries.count_waiting() == 0
        assert tx.entries.assessed_count() == len(ON_TOPIC) + len(OFF_TOPIC)
        alerts = [alert for row in tx.stories.on_topic("seoul") for alert in tx.events.alerts_of(row.entry.uid)]
        assert len(alerts) == len({(alert.route, alert.entry_uid) for alert, _ in alerts})
    for line in lines:
        close(line)


def test_two_processes_deliver_every_digest_once(room: Newsroom) -> None:
    room.publish_all()
    lines = [room.monitor(), room.monitor()]
    lines[0].poll()
    lines[0].assess()
    composing = [threading.Thread(target=lambda line=line: line.compose(at_once=True)) for line in lines]
    delivering = [threading.Thread(target=line.deliver) for line in lines]
    for group in (composing, delivering):
        for thread in group:
            thread.start()
        for thread in group:
            thread.join()
    assert (len(room.smtp.mails), len(room.hook.posts)) == (1, 1)
    for line in lines:
        close(line)


def test_an_edited_figure_is_told_as_a_correction_a_typo_is_not(room: Newsroom) -> None:
    title = "South Korea to sanction 8 people over Russia-North Korea arms transfers"
    summary = "Seoul said 8 people and 5 bodies moved weapons between Russia and North Korea."
    room.feeds[0].publish(title, summary, guid="s", at=room.clock())
    for edit in (summary.replace("moved", "had moved"), summary.replace("8 people", "12 people")):
        line = room.monitor()
        line.once()
        close(line)
        room.clock.advance(hours=1)
        room.feeds[0].publish(
            title.replace("8", "12") if "12" in edit else title, edit, guid="s", at=room.clock() - timedelta(hours=2)
        )
    line = room.monitor()
    line.once()
    close(line)
    verdicts = [event["verdict"] for post in room.hook.posts for event in post.json["data"]["events"]]
    assert verdicts == ["new_event", "correction"]


@pytest.mark.parametrize(
    "document", [b"<html><body>We are closed</body></html>", b'{"error": "no"}', b"", b"<rss><channel>"]
)
def test_a_feed_that_serves_something_else_keeps_what_is_known(room: Newsroom, document: bytes) -> None:
    room.publish_all()
    line = room.monitor()
    line.once()
    room.feeds[0].broken = document
    room.clock.advance(minutes=20)
    report = line.poll()
    assert report.feeds == 2
    room.feeds[0].broken = None
    room.clock.advance(days=1)
    room.feeds[0].publish("We are back", "The site works again.", at=room.clock())
    assert line.poll().new == 1
    with line.store.read() as tx:
        assert tx.feeds.all()[0].health is Health.OK
    close(line)


def test_an_entry_that_breaks_the_science_is_set_aside_and_the_rest_goes_on(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.publish_all()
    line = room.monitor()
    line.poll()
    line.assess()  # nothing is broken yet: the trackers are fitted
    room.feeds[1].publish("POISON", "This one raises.", at=room.clock())
    room.feeds[1].publish("Another match in Turin", "It ended without a goal.", at=room.clock())
    room.clock.advance(minutes=20)
    line.poll()
    read = type(line.following.lens).read

    def brittle(lens: object, entries: list[object]) -> object:
        if any(entry.title == "POISON" for entry in entries):  # type: ignore[attr-defined]
            raise ZeroDivisionError("poison")
        return read(lens, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(type(line.following.lens), "read", brittle)
    for _ in range(3):
        line.assess()
    with line.store.read() as tx:
        waiting = tx.entries.count_waiting()
        assert waiting == 0
        poison = next(entry for entry in tx.entries.latest(9) if entry.title == "POISON")
        assert tx.entries.status_of(poison.uid) == ("quarantined", "ZeroDivisionError: poison")
        assert tx.entries.assessed_count() == len(ON_TOPIC) + len(OFF_TOPIC) + 1
    close(line)


def test_a_full_disk_under_the_science_is_no_entrys_fault(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.publish_all()
    line = room.monitor()
    line.poll()

    def full(lens: object, entries: list[object]) -> object:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as trouble:
        trouble.setattr(type(line.following.lens), "read", full)
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                line.assess()
    line.once()
    assert len(room.smtp.mails) == 1
    with line.store.read() as tx:
        assert tx.entries.assessed_count() == len(ON_TOPIC) + len(OFF_TOPIC)
    close(line)


def test_alerts_with_nothing_new_for_the_receiver_are_dropped_with_the_reason(room: Newsroom) -> None:
    title, summary = ON_TOPIC[0]
    room.feeds[0].publish(title, summary, at=room.clock())
    line = room.monitor()
    line.once()
    with line.store.begin() as tx:
        (row,) = tx.stories.on_topic("seoul")
        again = [alert for alert, _ in tx.events.alerts_of(row.entry.uid)]
        tx.events.raise_alerts(again)
        tx.connection.exec_driver_sql("update alerts set state='pending' where digest_id is null")
    room.clock.advance(hours=1)
    line.compose(at_once=True)
    with line.store.read() as tx:
        states = [(alert.state, alert.reason) for alert, digest in tx.events.alerts_of(row.entry.uid) if digest is None]
    assert states == [(AlertState.DROPPED, "nothing new for this receiver")] * 2
    close(line)


def test_a_new_storyline_looks_back_and_tells_the_operator_not_the_readers(room: Newsroom) -> None:
    room.publish_all()
    room.write(storylines="\n  other: {watch: {any: [Turin]}}", operator="ops")
    line = room.monitor()
    line.once()
    close(line)
    told_before = len(room.smtp.mails)
    room.write(storylines=f"\n  other: {{watch: {{any: [Turin]}}}}\n  seoul: {{seeds: {SEEDS}}}", operator="ops")
    line = room.monitor()
    line.once()
    with line.store.read() as tx:
        rows = tx.stories.on_topic("seoul")
    assert {row.entry.title for row in rows} == {title for title, _ in ON_TOPIC}
    assert all(row.decision.backlog for row in rows)
    assert len(room.smtp.mails) == told_before
    assert "looked back" in room.hook.posts[-1].body.decode()
    posts = len(room.hook.posts)
    line.once()
    assert len(room.hook.posts) == posts
    close(line)


def test_a_storyline_taken_out_keeps_its_history_and_goes_on_when_it_returns(room: Newsroom) -> None:
    room.publish_all()
    line = room.monitor()
    line.once()
    close(line)
    room.write(storylines="\n  other: {watch: {any: [Turin]}}")
    line = room.monitor()
    line.once()
    with line.store.read() as tx:
        assert [(story.name, story.listed) for story in tx.stories.all()] == [("other", True), ("seoul", False)]
        assert len(tx.stories.on_topic("seoul")) == len(ON_TOPIC)
    close(line)
    room.write()
    room.clock.advance(hours=1)
    line = room.monitor()
    line.once()
    close(line)
    assert len(room.smtp.mails) == 1  # nothing of Seoul a second time; Turin was known when `other` came


PAGE = """<html><head><title>Minister speaks</title></head><body><nav>Home</nav><article><h1>Minister speaks</h1>
<p>Seoul may send weapons to Ukraine after Russia and North Korea signed a mutual defence pact in Pyongyang.</p>
<p>National security adviser Chang Ho-jin said South Korea will decide on arms for Kyiv depending on whether
Moscow gives Kim Jong Un precision weapons; Putin called that a big mistake when he spoke of Yoon Suk Yeol.</p>
</article></body></html>"""


@pytest.mark.parametrize(("rule", "expected"), [("never", 0), ("matched", 0), ("always", 1)])
def test_the_page_behind_a_bare_headline_decides(room: Newsroom, rule: str, expected: int) -> None:
    room.pages["/minister"] = PAGE
    link = room.url(0).replace("/0.xml", "/minister")
    room.feeds[0].publish("Minister speaks to reporters", at=room.clock(), link=link)
    room.write(feeds=f"\n  - {{url: '{room.url(0)}', name: a, full_text: {rule}}}")
    line = room.monitor()
    line.once()
    with line.store.read() as tx:
        assert len(tx.stories.on_topic("seoul")) == expected
    close(line)


def test_a_restart_computes_no_vector_a_second_time(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.publish_all()
    line = room.monitor()
    line.poll()
    line.assess()
    close(line)
    line = room.monitor()

    def refuse(_: object, texts: list[str]) -> object:
        raise AssertionError(f"computed again: {texts}")

    with line.store.read() as tx:
        monkeypatch.setattr("monitor.detect.vectors.MultilingualVectors.encode", refuse)
        chronicle = Chronicle(line.config.storylines["seoul"], line.following.lens)
        chronicle.recall(line.following._past(tx, line.config.storylines["seoul"]))
    assert sum(len(event.entries) for event in chronicle.events) == len(ON_TOPIC)
    close(line)


def test_an_update_lists_only_reports_not_shown_before_and_repeats_only_on_request(room: Newsroom) -> None:
    asks = "immediate: {verdicts: [new_event, development, correction, repeat, copy]}"
    room._routes = (
        f"  - {{storyline: '*', receiver: ops, {asks}}}\n  - {{storyline: '*', receiver: desk, immediate: {{}}}}\n"
    )
    room.write()
    title, summary = ON_TOPIC[0]
    for feed in room.feeds:
        feed.publish(title, summary, at=room.clock())
        line = room.monitor()
        line.once()
        close(line)
        room.clock.advance(hours=1)
    assert len(room.smtp.mails) == 1
    shown = [
        [entry["source"] for event in post.json["data"]["events"] for entry in event["entries"]]
        for post in room.hook.posts
    ]
    assert shown == [["outlet-0"], ["outlet-1"]]
    assert room.hook.posts[1].json["data"]["events"][0]["verdict"] == "repeat"


def test_a_storyline_under_another_name_keeps_what_it_knows(room: Newsroom) -> None:
    room.publish_all()
    routes = "\n  - {storyline: seoul, receiver: desk, immediate: {group_wait: 2m}}"
    room.write(routes=routes)
    line = room.monitor()
    line.once()
    with line.store.read() as tx:
        before = tx.stories.get("seoul")
    close(line)
    renamed = f"\n  kyiv: {{title: Seoul and arms, seeds: {SEEDS}, formerly: seoul}}"
    room.write(storylines=renamed, routes=routes.replace("seoul", "kyiv"))
    room.clock.advance(hours=1)
    for _ in range(2):  # the second start finds nothing to move
        line = room.monitor()
        line.once()
        with line.store.read() as tx:
            held = tx.stories.get("kyiv")
            assert held is not None
            assert before is not None
            assert (held.threshold, held.looked_back) == (before.threshold, True)
            assert [story.name for story in tx.stories.all()] == ["kyiv"]
            assert len(tx.stories.on_topic("kyiv")) == len(ON_TOPIC)
            assert tx.outbox.past("kyiv>desk:immediate", "desk", "kyiv", room.clock()).number == 1
            assert tx.outbox.told_to("desk", "kyiv")
        close(line)
    assert len(room.smtp.mails) == 1  # nothing a second time


def test_a_name_with_a_history_of_its_own_takes_over_no_other(room: Newsroom) -> None:
    room.publish_all()
    room.write(storylines=f"\n  seoul: {{seeds: {SEEDS}}}\n  other: {{watch: {{any: [Turin]}}}}")
    line = room.monitor()
    line.once()
    close(line)
    room.write(storylines="\n  other: {watch: {any: [Turin]}, formerly: seoul}")
    line = room.monitor()
    with line.store.read() as tx:
        assert {story.name for story in tx.stories.all()} == {"seoul", "other"}
        assert len(tx.stories.on_topic("seoul")) == len(ON_TOPIC)
    close(line)
