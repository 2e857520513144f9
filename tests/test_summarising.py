"""A digest with its summary on top, and digests that do well without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.notify import digest as digests
from monitor.notify.settings import SummariserSettings
from monitor.summarising import ENOUGH, REST, Summariser
from monitor.types import Digest, DigestEvent, Line
from tests.fakes.hook import FakeHook
from tests.notify.samples import NOW, digest, event
from tests.notify.test_summariser import completion
from tests.scene import Newsroom

SHORT = "The council agreed on the eastern pier, officials said"
CLAIM = "The council agreed on the eastern pier, which is 140 years old, officials said."


@pytest.fixture
def server() -> Iterator[FakeHook]:
    with FakeHook() as fake:
        yield fake


def summariser(server: FakeHook) -> Summariser:
    return Summariser(SummariserSettings(url=server.url, model="small", allow_private_networks=True))


def long_digest() -> Digest:
    return digest(pier(), *(event(number) for number in range(2, ENOUGH + 1)))


def pier() -> DigestEvent:
    return event(1, new=(Line(text=CLAIM, source="Gazette", link="https://news.example.org/pier"),))


def test_only_what_a_claim_backs_stands_on_top(server: FakeHook) -> None:
    server.answer = completion(f"{SHORT}\nThe mayor resigned, officials said\n")
    rendered = digests.render(summariser(server).summarised(long_digest(), NOW))
    sent = json.loads(rendered.json)["data"]["summary"]
    assert sent == {
        "by": "small",
        "lines": [{"text": SHORT, "source": "Gazette", "link": "https://news.example.org/pier"}],
    }
    assert rendered.text.index(SHORT) < rendered.text.index("In brief")
    assert SHORT in rendered.html
    assert "mayor" not in rendered.text + rendered.html + rendered.json


@pytest.mark.parametrize("answer", [b"{}", completion("The mayor resigned."), completion("")])
def test_a_useless_answer_leaves_the_digest_as_it_was(server: FakeHook, answer: bytes) -> None:
    server.answer = answer
    made = long_digest()
    assert summariser(server).summarised(made, NOW) == made


def test_a_short_digest_needs_none(server: FakeHook) -> None:
    made = digest(pier())
    assert summariser(server).summarised(made, NOW) == made
    assert not server.tried


def test_one_that_failed_is_left_alone_for_a_while(server: FakeHook) -> None:
    server.answer = completion(SHORT)
    server.faults.arm("status", "500")
    asked = summariser(server)
    assert asked.summarised(long_digest(), NOW).summary is None
    assert asked.summarised(long_digest(), NOW + timedelta(minutes=1)).summary is None
    assert len(server.tried) == 1
    assert asked.summarised(long_digest(), NOW + REST).summary is not None


def test_a_clock_that_was_set_back_does_not_lengthen_its_rest(server: FakeHook) -> None:
    server.answer = completion(SHORT)
    server.faults.arm("status", "500")
    asked = summariser(server)
    assert asked.summarised(long_digest(), NOW).summary is None
    assert asked.summarised(long_digest(), NOW - timedelta(days=1)).summary is not None


def test_html_of_a_model_is_shown_as_text(server: FakeHook) -> None:
    claim = "The council agreed on <b>the eastern pier</b>, which is 140 years old, officials said."
    server.answer = completion("The council agreed on <b>the eastern pier</b>, officials said")
    made = replace(
        long_digest(), events=(replace(pier(), new=(replace(pier().new[0], text=claim),)), *long_digest().events[1:])
    )
    html = digests.render(summariser(server).summarised(made, NOW)).html
    assert "<b>" not in html


NEWS = (
    ("Harbour strike enters its second week", "Dockers at the harbour voted for another week on strike."),
    ("Vote in the town hall takes three hours", CLAIM.replace("eastern pier", "harbour lighthouse sale")),
    ("Ferry runs aground outside the harbour", "All 212 passengers were brought ashore by fishing boats."),
    ("Harbour museum opens with a painting by Turner", "The painting had been in a private collection in Lyon."),
)


@pytest.mark.parametrize("works", [True, False])
def test_a_mail_goes_out_with_the_summary_or_without_it(server: FakeHook, tmp_path: Path, *, works: bool) -> None:
    short = SHORT.replace("eastern pier", "harbour lighthouse sale")
    server.answer = completion(short) if works else b"no"
    with Newsroom(tmp_path) as room:
        room.write(
            storylines="{harbour: {watch: {any: [harbour]}, start: 2024-06-01}}",
            summariser=f"{{url: '{server.url}', model: small, allow_private_networks: true}}",
        )
        for title, text in NEWS:
            room.feeds[0].publish(title, text, at=room.clock())
        line = room.monitor()
        with line, line.store:
            line.once()
    (mail,), (post,) = room.smtp.mails, room.hook.posts
    text = " ".join(mail.parsed.get_body(("plain",)).get_content().split())
    assert text.count(short) == works
    assert bool(post.json["data"]["summary"]) is works
