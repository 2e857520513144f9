"""Verbs that only look: every one for a person and in JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Monitor
from tests.scene import Newsroom


def test_entries(told: Newsroom, monitor: Monitor) -> None:
    found = monitor("entries list --json").json
    assert len(found) == 3
    assert {entry["storyline"] for entry in found} == {"seoul"}
    assert monitor("entries list --storyline seoul").out.splitlines()[0].split()[:2] == ["ID", "DATE"]
    assert len(monitor("entries list --all --json").json) == 6
    assert monitor("entries list --near-misses").code == 0


def test_of_several_storylines_each_is_named(told: Newsroom, monitor: Monitor) -> None:
    assert "STORYLINE" not in monitor("entries list").out
    both = told.config.with_name("both.yaml")
    both.write_text(told.config.read_text().replace("storylines:", "storylines:\n  turin: {watch: {any: [Turin]}}", 1))
    for family in ("entries", "events"):
        heads, *rows = (line.split() for line in monitor(f"-c {both} {family} list").out.splitlines())
        assert heads[3 if family == "events" else 2] == "STORYLINE"
        assert {row[3] for row in rows} == {"seoul"}
        assert "STORYLINE" not in monitor(f"-c {both} {family} list --storyline seoul").out


def test_explain_by_id_and_by_address(told: Newsroom, monitor: Monitor) -> None:
    entry = monitor("entries list --json").json[-1]
    by_id = monitor(f"explain {entry['uid'][:8]}")
    assert by_id.code == 0
    for stage in ("poll", "match", "cluster", "judge", "route", "deliver"):
        assert f"+ {stage}" in by_id.out
    assert monitor(f"explain {entry['link']} --json").json["entry"]["uid"] == entry["uid"]


def test_explain_the_way_of_a_digest(told: Newsroom, monitor: Monitor) -> None:
    sent = monitor("deliveries list --json").json[0]
    lines = monitor(f"explain {sent['digest_id']}").out.splitlines()
    assert lines[0] == sent["subject"]
    assert [line for line in lines if "deliver" in line and "taken" in line]
    found = monitor(f"explain {sent['key']} --json").json
    assert (found["digest"], found["steps"][-1]["delivery"]) == (sent["digest_id"], sent["id"])
    assert monitor("explain 000000").code == 1


def test_explain_what_was_not_told(told: Newsroom, monitor: Monitor) -> None:
    off = next(e for e in monitor("entries list --all --json").json if e["source"] == "outlet-1")
    answer = monitor(f"explain {off['uid']}")
    assert "x match" in answer.out
    assert "threshold" in answer.out


def test_events(told: Newsroom, monitor: Monitor) -> None:
    events = monitor("events list --json").json
    assert events
    answer = monitor(f"events show {events[0]['id']}")
    assert events[0]["title"] in answer.out
    assert "told in digests" in answer.out
    assert monitor("events show nothing").code == 1


def test_deliveries(told: Newsroom, monitor: Monitor) -> None:
    assert [each["state"] for each in monitor("deliveries list --json").json] == ["sent"]
    assert monitor("deliveries list --state dead").out == "no dead deliveries\n"
    shown = monitor("deliveries show 1 --body")
    assert "SEOUL AND ARMS" in shown.out
    assert monitor("deliveries show 99").code == 1
    assert monitor("deliveries retry").code == 2
    assert monitor("deliveries retry 99").code == 1


def test_storyline(told: Newsroom, monitor: Monitor) -> None:
    assert "followed" in monitor("storyline list").out
    found = monitor("storyline show seoul --json").json
    assert found["threshold"]["value"] > 0
    assert all(term["origin"] for term in found["terms"])
    assert "FROM THE SEED SENTENCE" in monitor("storyline show seoul").out
    assert monitor("storyline show seoul --drift").code == 0
    assert found["drift"]["entries"] == 3


def test_preview(room: Newsroom, monitor: Monitor) -> None:
    monitor("poll")
    monitor("assess")
    assert "SEOUL AND ARMS" in monitor("preview seoul").out
    assert "<html" in monitor("preview seoul --format html").out
    assert monitor("preview seoul --json").json["data"]["storyline"]["name"] == "seoul"
    monitor("compose --now")
    assert "Nothing is waiting" in monitor("preview seoul").err
    assert monitor("preview seoul --json").json is None


def test_status_before_anything_ran_creates_nothing(room: Newsroom, monitor: Monitor) -> None:
    answer = monitor("status")
    assert answer.code == 0
    assert "does not run" in answer.out
    assert not Path("var").exists()


def test_status_after_a_pass(told: Newsroom, monitor: Monitor) -> None:
    found = monitor("status --json").json
    assert found["feeds"]["states"] == {"ok": 2}
    assert found["outbox"]["states"] == {"sent": 1}
    assert found["storylines"][0]["last_event"]["title"]


def test_feeds(room: Newsroom, monitor: Monitor) -> None:
    monitor("poll")
    assert [feed["health"] for feed in monitor("feeds list --json").json] == ["ok", "ok"]
    assert monitor("feeds health").code == 0
    room.feeds[1].broken = b"<html></html>"
    monitor("poll --all")
    ill = monitor("feeds health")
    assert ill.code == 1
    assert "outlet-1" in ill.out


@pytest.mark.parametrize(
    "verb", ["entries list", "events list", "deliveries list", "silence list", "feeds list", "status"]
)
def test_a_pipe_gets_no_colour(told: Newsroom, monitor: Monitor, verb: str) -> None:
    assert "\x1b" not in monitor(verb).out
