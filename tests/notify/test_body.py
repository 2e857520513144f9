"""The JSON a webhook receives: by its schema, within its size, without anything hostile."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from monitor.notify import body
from monitor.notify.digest import Notice, empty_sample, notice
from monitor.types import DigestReason
from tests.notify.samples import NOW, STORY, digest, event

VALID = Draft202012Validator(json.loads(body.schema()), format_checker=FormatChecker())


def read(text: str) -> Any:
    data = json.loads(text)
    VALID.validate(data)
    return data


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(body.schema()))


def test_every_promised_member_is_there() -> None:
    data = read(body.render(digest(held=3)))
    assert data["type"] == "storyline.digest"
    assert data["timestamp"] == "2024-07-09T06:00:00Z"
    told = data["data"]
    assert told["storyline"] == {"name": STORY, "title": "The harbour deal"}
    assert told["period"] == {"from": "2024-07-08T18:00:00Z", "to": "2024-07-09T06:00:00Z"}
    assert told["reason"] == DigestReason.SCHEDULE
    assert told["coverage"]["feeds_ok"] == 12
    assert (told["held"], told["truncated"]) == (3, 0)
    (happening,) = told["events"]
    assert happening["verdict"] == "new_event"
    assert happening["why"] == {
        "new": ["first mention: 12 pilots"],
        "threshold": 0.55,
        "terms": [["pilots", 0.31], ["harbour", 0.22]],
    }
    assert happening["entries"][0]["copy_of"] is None


def test_an_event_carries_its_pages_for_feedback_where_there_are_any() -> None:
    page = "https://desk.example.org/feedback/token"
    told = read(body.render(digest(event(1, feedback=page), event(2))))["data"]["events"]
    assert told[0]["feedback"] == {"yes": f"{page}?say=yes", "no": f"{page}?say=no"}
    assert told[1]["feedback"] is None


def test_an_empty_digest_and_a_notice_follow_the_schema_too() -> None:
    assert read(body.render(empty_sample("ops", NOW)))["data"]["reason"] == "nil"
    rendered = notice(Notice(id="n1", title="A feed is gone", lines=("https://x.example",), created_at=NOW))
    assert read(rendered.json)["data"]["lines"] == ["https://x.example"]


@pytest.mark.parametrize(("events", "entries"), [(1, 10_000), (2_000, 3), (500, 40)])
def test_a_flood_is_cut_to_the_limit_and_counted(events: int, entries: int) -> None:
    one = event().entries[0]
    listed = tuple(replace(one, id=f"e{number}", title="Twelve pilots " * 8) for number in range(entries))
    many = tuple(event(number, entries=listed) for number in range(events))
    text = body.render(digest(*many))
    data = read(text)["data"]
    assert len(text.encode()) <= body.LIMIT
    kept = len(data["events"]) + sum(len(happening["entries"]) for happening in data["events"])
    assert kept + data["truncated"] == events + events * entries
    assert len(text.encode()) > body.LIMIT * 0.9


def test_links_are_web_links_or_none() -> None:
    for link in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "", "http://a b/"):
        line = replace(event().new[0], link=link)
        (happening,) = read(body.render(digest(event(new=(line,)))))["data"]["events"]
        assert happening["new"][0]["link"] == ""


@given(st.text(alphabet=st.characters(codec=None), max_size=600))
@settings(max_examples=60)
def test_any_text_gives_a_valid_body_with_short_excerpts(text: str) -> None:
    base = event(title=text, why=(text,), terms=((text, 0.1),))
    line, entry = replace(base.new[0], text=text, source=text), replace(base.entries[0], title=text, source=text)
    rendered = body.render(digest(replace(base, new=(line,), entries=(entry,)), storyline_title=text))
    read(rendered.encode().decode())
