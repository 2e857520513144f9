"""One mail from one delivery: what programs read is what we wrote, whatever a feed put into a title."""

from __future__ import annotations

import email
import json
import re
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import DeliveryError
from monitor.notify import digest as digests
from monitor.notify import message
from monitor.notify.receivers import EmailSettings
from monitor.types import DigestEntry
from tests.notify.samples import NOW, STORY, delivery, digest, event

HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "List-Id", "Auto-Submitted",
    "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
]  # fmt: skip
HOSTILE = {
    "line breaks": "Harbour\r\nBcc: victim@example.org\r\n\r\nbody",
    "encoded word": "=?utf-8?q?a=0ABcc:_victim@example.org?=",
    "encoded word, base64": "=?utf-8?b?YQ0KQmNjOiB2QHguZXhhbXBsZQ==?= tail",
    "split encoded word": "=?utf-8?q?a=0A?= =?utf-8?q?Bcc:_v@x.example?=",
    "separators": "a\u2028Bcc: x\u2029b\x85c\x0bd\x0ce\x1cf",
    "nul and escape": "a\x00b\x1b[31mred",
    "surrogate": "a\ud800b",
    "bidi": "abc\u202egnp.exe\u2066x\u2069",
    "long word": "x" * 5000,
    "long Korean": "우크라이나" * 100,
    "emoji": "🚢" * 80,
    "from line": "From the harbour",
    "empty": "",
}


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, _class=EmailMessage, policy=policy.default)


def built(rendered: Any = None, **changes: Any) -> EmailMessage:
    return parsed(message.build(to(), delivery(rendered=rendered, **changes)))


def to(**more: Any) -> EmailSettings:
    return EmailSettings.model_validate({"to": ["reader@example.org"], "from": "Desk <desk@example.org>", **more})


def names(mail: EmailMessage) -> list[str]:
    return list(mail.keys())


def everywhere(text: str) -> Any:
    """Return the example rendered with this text in every place a feed can write to."""
    base = event()
    line = replace(base.new[0], text=text, source=text, link=text)
    entry = replace(base.entries[0], title=text, source=text, link=text)
    hostile = event(title=text, new=(line,), entries=(entry,), why=(text,), terms=((text, 0.1),))
    return digests.render(digest(hostile, storyline_title=text))


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_header_list_is_ours_whatever_a_title_says(title: str) -> None:
    mail = built(everywhere(title))
    assert names(mail) == HEADERS
    assert not mail.defects
    assert mail["To"] == "reader@example.org"


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_text_gives_our_header_list_and_short_lines(title: str) -> None:
    rendered = replace(digests.render(digest()), subject=title, text=title + "\n")
    raw = message.build(to(), delivery(rendered=rendered))
    assert names(parsed(raw)) == HEADERS
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_what_looks_encoded_is_shown_as_it_stands() -> None:
    title = HOSTILE["encoded word"]
    assert title in str(built(replace(digests.render(digest()), subject=title))["Subject"])


def test_text_comes_first_then_html_with_the_picture_inside() -> None:
    mail = built()
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    html = mail.get_body(("html",))
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert html is not None
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html.get_content()
    assert "data:" not in html.get_content()
    assert picture.get_content().startswith(b"\x89PNG")
    assert picture.get_content_disposition() == "inline"


def test_what_the_text_leaves_out_goes_along_as_a_list() -> None:
    titles = [f"Report {number} of the harbour {'港口达成协议' * 5}" for number in range(80)]
    entries = tuple(
        DigestEntry(id=f"{n}", title=title, link=f"https://r.example/{n}", source="Wire", published=NOW)
        for n, title in enumerate(titles)
    )
    mail = built(digests.render(digest(event(entries=entries))))
    assert names(mail) == HEADERS
    assert [part.get_content_type() for part in mail.iter_parts()] == ["multipart/alternative", "text/plain"]
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "further-reports.txt"
    text, listed = mail.get_body(("plain",)), "".join(attached.get_content().split())
    assert text is not None
    shown = "".join(text.get_content().split())
    for number, title in enumerate(titles):
        bare = "".join(title.split())
        assert (bare in shown) + (bare in listed) == 1
        assert f"https://r.example/{number}" in shown + listed


def test_of_three_hundred_events_each_is_told_once_and_the_mail_stays_readable() -> None:
    made = digest(*(event(number, title=f"Ports agree on item {number}") for number in range(300)))
    rendered = digests.render(made)
    mail = built(rendered)
    (attached,) = mail.iter_attachments()
    text, listed = mail.get_body(("plain",)), attached.get_content()
    assert text is not None
    shown = text.get_content()
    links = [f"https://news.example.org/{number}" for number in range(300)]
    assert [shown.split().count(link) + listed.split().count(link) for link in links] == [1] * 300
    assert "+244 more, listed in further-reports.txt" in shown
    assert len(shown) < 12_000
    body = json.loads(rendered.json)["data"]
    assert (len(body["events"]), body["truncated"]) == (300, 0)


def test_an_event_whose_reports_found_no_room_in_the_body_is_listed_by_its_title() -> None:
    long = "of the harbour council and of everybody who lives by the sea " * 3
    rendered = digests.render(digest(*(event(n, title=f"Item {n}: {long}", why=(long,) * 4) for n in range(220))))
    data = json.loads(rendered.json)["data"]
    assert not data["events"][-1]["entries"]
    (attached,) = built(rendered).iter_attachments()
    listed, count = " ".join(attached.get_content().split()), len(data["events"])
    assert all(f"NEW: Item {n}: " in listed for n in range(56, count))
    assert all(f"https://news.example.org/{n} " in f"{listed} " for n in range(56, count))


def test_a_further_event_is_listed_with_the_link_of_the_report_whose_title_it_has() -> None:
    base = event(1)
    lead = replace(base.entries[0], id="lead", title=base.title, link="https://news.example.org/lead")
    made = digest(*map(event, range(2, 20)), replace(base, entries=(*base.entries, lead)))
    assert f"{base.title} (Gazette)\n  https://news.example.org/lead\n" in digests.render(made).text


def test_a_title_that_begins_as_another_does_is_not_taken_for_it() -> None:
    names = ["Ferry aground off Oslo", *(f"Report {n}" for n in range(40)), "Ferry aground"]
    entries = tuple(
        DigestEntry(id=f"{n}", title=name, link=f"https://r.example/{n}", source="Wire", published=NOW)
        for n, name in enumerate(names)
    )
    (attached,) = built(digests.render(digest(event(entries=entries)))).iter_attachments()
    assert "- Ferry aground (Wire)\n    https://r.example/41\n" in attached.get_content()


def test_a_digest_that_shows_everything_and_a_notice_carry_no_list() -> None:
    notice = digests.notice(digests.Notice(id="n", title="A feed", lines=("It is gone.",), created_at=NOW))
    for rendered in (digests.render(digest()), digests.render(digest(event(1), event(2))), notice):
        assert not list(built(rendered).iter_attachments())


def test_the_parts_hold_exactly_what_was_rendered() -> None:
    rendered = digests.render(digest(timeline=()))
    mail = built(rendered)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == rendered.text
    assert html.get_content().replace("\r\n", "\n") == rendered.html


def test_a_message_without_html_is_plain_text() -> None:
    mail = built(replace(digests.render(digest()), html=""))
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().startswith("THE HARBOUR DEAL")


def test_a_retry_is_the_same_message_byte_for_byte() -> None:
    once, again = delivery(), replace(delivery(), attempts=3, error="451")
    assert message.build(to(), once) == message.build(to(), again)


def test_message_id_is_the_key_and_every_mail_of_a_story_has_the_same_root() -> None:
    first, second = built(key="d-1"), built(key="d-2", number=2)
    other = built(storyline="other")
    assert first["Message-ID"] == "<d-1@example.org>"
    assert first["References"] == first["In-Reply-To"] == second["References"]
    assert other["References"] != first["References"]


def test_a_key_that_is_no_token_still_gives_one_id() -> None:
    ids = {built(key="a b>\r\nBcc: x")["Message-ID"] for _ in range(2)}
    assert len(ids) == 1
    assert re.fullmatch(r"<[0-9a-f]{16}@example\.org>", ids.pop())


def test_lists_and_robots_are_told_what_this_is() -> None:
    mail = built()
    assert mail["List-Id"] == f"<{STORY}.storyline-monitor.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert "List-Unsubscribe" not in mail


@pytest.mark.parametrize(
    ("address", "one_click"), [("https://example.org/leave", True), ("mailto:leave@example.org", False)]
)
def test_unsubscribing_is_offered_where_an_address_is_set(address: str, one_click: bool) -> None:
    mail = parsed(message.build(to(unsubscribe=address), delivery()))
    assert mail["List-Unsubscribe"] == f"<{address}>"
    assert (mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") is one_click


def test_names_and_domains_in_any_script_travel_in_ascii() -> None:
    written = to(**{"from": "Hafenbüro <desk@häfen.example>", "reply_to": "Büro <b@example.org>"})
    raw = message.build(written, delivery(recipient="leser@häfen.example"))
    assert raw.isascii()
    mail = parsed(raw)
    assert mail["From"].addresses[0].display_name == "Hafenbüro"
    assert mail["To"] == "leser@xn--hfen-loa.example"
    assert message.address_only("Hafen <a@häfen.example>") == "a@xn--hfen-loa.example"


def test_a_message_beyond_the_limit_is_refused_for_good() -> None:
    rendered = replace(digests.render(digest()), text="x" * 9_000_000)
    with pytest.raises(DeliveryError, match="larger than 10 MB") as caught:
        message.build(to(), delivery(rendered=rendered))
    assert not caught.value.retryable
