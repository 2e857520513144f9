"""silence, feedback, send-test, backup."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor
from tests.scene import ON_TOPIC, Newsroom


def test_a_silence_swallows_and_ends(room: Newsroom, monitor: Monitor) -> None:
    made = monitor("silence add seoul --for 2h --comment 'state visit' --json").json
    assert made["id"] == 1
    assert "0 digests written" in monitor("once").out
    assert "state visit" in monitor("silence list").out
    assert monitor("silence list --json").json[0]["swallowed"] >= 1
    ended = monitor("silence expire 1")
    assert ended.code == 0
    assert "swallowed" in ended.out
    assert any(title in ended.out for title, _ in ON_TOPIC)
    assert monitor("silence expire 1").code == 1
    assert monitor("silence list").out == "no silence stands\n"


@pytest.mark.parametrize(
    "arguments",
    [
        "seoul",
        "seoul --for 1h --term '/(/'",
        "seoul --for soon",
        "nobody --for 2h",
        "seoul --for 2h --event 0123456789abcdef",
        "seoul --until 2001-01-01",
        "seoul --for 1h --until 2030-01-01",
    ],
)
def test_a_silence_that_makes_no_sense_is_wrong_usage(room: Newsroom, monitor: Monitor, arguments: str) -> None:
    assert monitor(f"silence add {arguments}").code == 2


def test_feedback_is_kept_and_taken_back(told: Newsroom, monitor: Monitor) -> None:
    entry = monitor("entries list --json").json[0]
    uid, score = entry["uid"], entry["score"]
    said = monitor(f"feedback {uid} no --json").json
    assert (said["entry"], said["storyline"], said["answer"], said["changed"]) == (uid, "seoul", "no", True)
    assert said["lesson"]["scores"][0]["after"] < said["lesson"]["scores"][0]["before"] == pytest.approx(score)
    assert said["lesson"]["terms"]
    assert monitor(f"feedback {uid} no").out == "that was said before\n"
    assert monitor("storyline show seoul --json").json["feedback"] == 1
    back = monitor(f"feedback {uid[:8]} forget --json").json
    assert (back["changed"], back["version"]) == (True, said["version"] + 1)
    assert back["lesson"]["scores"][0]["after"] == pytest.approx(score)
    assert monitor(f"feedback {uid} forget --json").json["changed"] is False
    assert monitor("feedback nothing yes").code == 1
    assert monitor(f"feedback {uid} maybe").code == 2


def test_feedback_says_what_it_changed(room: Newsroom, monitor: Monitor) -> None:
    monitor("poll")
    monitor("assess")
    off = next(e for e in monitor("entries list --all --json").json if e["source"] == "outlet-1")
    lines = monitor(f"feedback {off['uid']} yes").out.splitlines()
    assert lines[0].startswith("seoul: yes to")
    assert "score of this entry" in lines[2]
    assert "words: " in lines[3]
    assert f"monitor feedback {off['uid'][:8]} forget" in lines[-1]


def test_send_test(room: Newsroom, monitor: Monitor) -> None:
    answer = monitor("send-test spare")
    assert answer.code == 0
    assert "sent" in answer.out
    assert list(Path("spare").rglob("*.html"))
    unknown = monitor("send-test spere")
    assert unknown.code == 2
    assert "did you mean spare?" in unknown.err


def test_a_sample_goes_through_every_kind_of_door(room: Newsroom, monitor: Monitor) -> None:
    hook = f"127.0.0.1:{room.hook.port}/hook"
    Path("chat").write_text(f"json://{hook}\n")
    doors = {
        "desk": {"email": {"to": ["a@x.example", "b@x.example"], "smtp": room.smtp.settings()}},
        "ops": {"webhook": {"url": f"http://{hook}", "allow_private_networks": True}},
        "chat": {"apprise": {"url_file": "chat"}},
        "archive": {"file": {"path": "digests"}},
        "feed": {"atom": {"path": "feeds"}},
    }
    room.write(receivers=json.dumps(doors))
    for name, count in (("desk", 2), ("ops", 1), ("chat", 1), ("archive", 1), ("feed", 1)):
        answer = monitor(f"send-test {name} --json")
        assert answer.code == 0, answer.out
        assert len(answer.json) == count
    assert sorted(to for mail in room.smtp.mails for to in mail.to) == ["a@x.example", "b@x.example"]
    assert {post.path for post in room.hook.posts} == {"/hook"}
    assert [("webhook-id" in post.headers, "message" in post.json) for post in room.hook.posts] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert list(Path("digests").rglob("*.html"))
    assert "Ports agree to share 12 pilots" in Path("feeds/test.atom").read_text()
    room.smtp.faults.arm("reject", match="a@")
    refused = monitor("send-test desk")
    assert refused.code == 1
    assert "550 5.1.1 no such user" in refused.out


def test_backup_is_a_database(told: Newsroom, monitor: Monitor, tmp_path: Path) -> None:
    assert monitor(f"backup {tmp_path}/copy.db").code == 0
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
        assert copy.execute("select count(*) from entries").fetchone() == (6,)
    copy.close()
    assert monitor("backup var/monitor.db").code == 2
