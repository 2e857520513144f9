"""The digest people read: the same facts in every form, nothing hostile in any, and it looks right."""

from __future__ import annotations

import html as htmls
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from monitor.notify import digest as digests
from monitor.notify import layout
from monitor.notify.digest import Notice
from monitor.types import Coverage, Digest, DigestEntry, Line, NearMiss, Novelty, Rendered
from tests.notify.samples import NOW, digest, event

OURS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "tbody", "h1", "h2", "p", "span",
    "strong", "a", "bdi", "br", "img",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></head><body onload=alert(1)>",
    "{{ 7*7 }} {% for x in y %} ${x} %(x)s {0.__class__}",
    "--></style><svg onload=alert(1)>",
    "a\u202egpj.exe\u2066\u200b\x00\x1b[31m",
    "=cmd|'/c calc'!A1",
]


def entry(source: str, **changes: Any) -> DigestEntry:
    plain = {"id": source, "title": "Copy", "link": "", "source": source, "published": NOW}
    return DigestEntry(**{**plain, **changes})


def full(**changes: Any) -> Digest:
    """Return a digest with every kind of thing in it."""
    copies = tuple(
        DigestEntry(id=f"c{n}", title="Copy", link="", source=f"Mirror {n}", published=NOW, copy_of="e1")
        for n in range(6)
    )
    others = tuple(
        DigestEntry(
            id=f"o{n}", title=f"Own words {n}", link=f"https://o.example/{n}", source=f"Outlet {n}", published=NOW
        )
        for n in range(9)
    )
    first = event(1, entries=(*event(1).entries, *copies, *others), sources=9, independent_sources=3, copies=6)
    second = event(2, verdict=Novelty.DEVELOPMENT, is_update=True, why=("now denied: the deal",))
    third = event(3, verdict=Novelty.CORRECTION, why=("12 → 19 pilots",))
    coverage = Coverage(
        feeds_ok=3,
        feeds_failing=1,
        feeds_late=2,
        entries_scanned=1180,
        near_misses=6,
        gaps=1,
        failing=("Asia desk",),
        undelivered=("ops",),
    )
    plain = {"coverage": coverage, "held": 4, "number": 3, "timezone": "Europe/London"}
    return digest(first, second, third, **{**plain, **changes})


def facts(rendered: Rendered) -> tuple[str, str]:
    """Return text and HTML as running words."""
    page = html.document_fromstring(rendered.html)
    for unseen in page.xpath("//style|//title|//*[@class='preview']"):
        unseen.drop_tree()
    said = " ".join([*page.itertext(), *page.xpath("//img/@alt")])
    return " ".join(rendered.text.split()), " ".join(said.replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    "fact",
    [
        "1 new event, 1 development, 1 correction", "update 3", "Ports agree on item 1", "first mention: 12 pilots",
        "The council agreed on item 1.", "Gazette", "Own words 4", "and 2 more reports", "Carried by Mirror 0",
        "and 2 more", "3 independent sources of 9", "6 copies", "Matched pilots, harbour", "score 0.87",
        "threshold 0.55", "now denied: the deal", "pdate to an event you know", "12 → 19 pilots", "+4 held",
        "3 of 6 feeds read", "2 late", "1 failing", "1,180 entries scanned", "6 near misses", "Failing: Asia desk",
        "Could not be delivered to: ops.",
        "rolled over", "Timeline: ", "Tue 9 Jul 2024, 07:00 BST", "covering since Mon 8 Jul 2024, 19:00 BST",
    ],
)  # fmt: skip
def test_text_and_html_carry_the_same_facts(fact: str) -> None:
    text, page = facts(digests.render(full()))
    assert fact in text
    assert fact in page


def test_a_term_that_is_yours_and_the_seeds_is_named_once() -> None:
    rendered = digests.render(digest(event(1, terms=(("pilots", 1.0), ("harbour", 0.9), ("pilots", 0.4)))))
    assert "Matched pilots, harbour ·" in facts(rendered)[0]


def test_every_link_of_the_html_stands_in_the_text() -> None:
    rendered = digests.render(full())
    links = html.document_fromstring(rendered.html).xpath("//a/@href")
    assert links
    assert all(link in rendered.text for link in links)


def test_a_report_that_is_quoted_is_not_listed_again() -> None:
    rendered = digests.render(digest(event(1)))
    assert rendered.text.count("https://news.example.org/1") == 1


def test_a_quoted_sentence_names_the_headline_it_stands_under() -> None:
    line = Line(text="The council agreed.", source="Gazette", link="https://g.example/1", entry_uid="e1")
    entries = (entry("Gazette", id="e1", title="Harbour: what we know"), entry("Wire", id="e2", title="Other words"))
    for said in facts(digests.render(digest(event(new=(line,), entries=entries)))):
        assert said.count("Harbour: what we know") == 1
    same = (entry("Gazette", id="e1", title="Ports agree on item 1!"),)
    assert "item 1!" not in digests.render(digest(event(new=(line,), entries=same))).text


def test_a_copy_is_listed_where_its_headline_is_its_own() -> None:
    titles = ("Ports agree on item 1", "PORTS AGREE ON ITEM 1", "Pilots to be shared", "Pilots to be shared")
    copies = tuple(entry(f"Mirror {n}", title=title, copy_of="e1") for n, title in enumerate(titles))
    for said in facts(digests.render(digest(event(entries=(*event().entries, *copies))))):
        assert said.count("Pilots to be shared") == 1
        assert "Mirror 2, copy" in said
        assert "PORTS" not in said
        assert "Carried by Mirror 0, Mirror 1, Mirror 2, Mirror 3" in said


def test_what_the_label_says_is_not_said_again() -> None:
    assert "first report" not in digests.render(digest(event(why=("first report", "first mention: Umerov")))).text


def test_the_subject_carries_storyline_and_lead() -> None:
    assert digests.render(full()).subject == "The harbour deal: Ports agree on item 1 (+2 more)"
    correction = digest(event(verdict=Novelty.CORRECTION))
    assert digests.render(correction).subject == "The harbour deal: Correction: Ports agree on item 1"
    assert digests.render(digest(event(title="x" * 500))).subject.endswith("…")


def test_a_quiet_day_is_told_with_what_stands_behind_it() -> None:
    near = NearMiss(title="Ports in the rain", source="Gazette", link="https://news.example.org/rain", score=0.51)
    quiet = replace(digests.empty_sample("desk", NOW), coverage=Coverage(feeds_ok=3, near_misses=1, nearest=(near,)))
    rendered = digests.render(quiet)
    assert rendered.subject.endswith(": nothing new")
    for said in facts(rendered):
        assert "Nothing new since" in said
        assert "Ports in the rain" in said
        assert "score 0.51" in said


def test_a_long_digest_opens_with_its_titles_and_ends_with_a_count() -> None:
    many = digests.render(digest(*(event(number) for number in range(100))))
    for said in facts(many):
        assert "In brief" in said
        assert "Also in this digest" in said
        assert "+44 more" in said
        assert "New: Ports agree on item 55" in said
    assert "https://news.example.org/55" in many.text
    assert len(many.html.encode()) < 102_000  # Gmail cuts a longer mail off
    assert "In brief" not in digests.render(full()).text


@pytest.mark.parametrize("count", [1, 16, 10_000])
def test_the_heaviest_digest_stays_readable_by_mail(count: int) -> None:
    link = "https://news.example.org/" + "x" * 200
    line = Line(text="word " * 100, source="Gazette", link=link)
    entries = tuple(
        DigestEntry(id=f"{n}", title="word " * 40, link=f"{link}{n}", source="Gazette", published=NOW) for n in range(6)
    )
    heavy = [
        event(n, title="word " * 40, new=(line,) * 3, entries=entries, why=("word " * 30,) * 6) for n in range(count)
    ]
    rendered = digests.render(digest(*heavy))
    assert len(rendered.html.encode()) < 256 * 1024
    assert len(rendered.text.encode()) < 256 * 1024


# --------------------------------------------------------------------------- hostile text


def hostile(text: str) -> Digest:
    reported = entry(text, id="e1", title=text, link=text)
    bad = event(title=text, new=(Line(text=text, source=text, link=text),), entries=(reported,) * 2, why=(text,))
    near = NearMiss(title=text, source=text, link=text, score=0.5)
    coverage = Coverage(failing=(text,), nearest=(near,))
    return digest(bad, storyline_title=text, receiver=text, coverage=coverage)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("empty", [False, True])
def test_no_element_and_no_attribute_of_a_feed_reaches_the_html(text: str, empty: bool) -> None:
    made = hostile(text)
    rendered = digests.render(replace(made, events=()) if empty else made)
    page = html.document_fromstring(rendered.html)
    assert {element.tag for element in page.iter(etree.Element)} <= OURS
    assert not [name for element in page.iter(etree.Element) for name in element.attrib if name.startswith("on")]
    assert all(link.startswith("https://") for link in page.xpath("//a/@href"))


def test_templates_in_titles_stay_letters() -> None:
    assert "{{ 7*7 }}" in digests.render(hostile(HOSTILE[3])).text


def test_the_true_host_stands_beside_a_link_and_look_alikes_are_spelled_out() -> None:
    line = Line(text="Ports agree.", source="Bank of Harbour", link="https://bänk.example/login")
    rendered = digests.render(digest(event(new=(line,))))
    assert "xn--bnk-qla.example" in rendered.html


def test_controls_that_turn_text_around_are_gone() -> None:
    rendered = digests.render(hostile(HOSTILE[5]))
    for form in (rendered.subject, rendered.text, rendered.html, rendered.json):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]", form)


# --------------------------------------------------------------------------- plain text


def test_plain_text_keeps_to_its_columns_except_for_links() -> None:
    text = digests.render(full()).text
    assert all(layout.width(line) <= 78 or "://" in line for line in text.splitlines())


def test_wide_scripts_are_wrapped_by_what_they_take() -> None:
    wrapped = layout.wrap("韩国考虑向乌克兰提供武器" * 10, "   ")
    assert all(layout.width(line) <= 78 for line in wrapped.splitlines())
    assert wrapped.replace("\n   ", "").strip() == "韩国考虑向乌克兰提供武器" * 10


def test_a_word_without_end_is_broken_between_letters() -> None:
    for word in ("T" * 500, "ราชอาณาจักร" * 30, "e\u0301" * 200):
        lines = layout.wrap(f"1. NEW: {word} indeed", "   ", "").splitlines()
        assert all(layout.width(line) <= 78 for line in lines)
        assert "".join(line.strip() for line in lines).replace(" ", "") == f"1.NEW:{word}indeed"
        assert not any(line.strip().startswith("\u0301") for line in lines)


def test_an_arabic_title_is_kept_apart_from_our_own_words() -> None:
    title = "وزير الدفاع يزور سيول 155mm"
    made = digests.render(digest(*(event(number, title=title) for number in range(20))))
    isolated = [element.text for element in html.document_fromstring(made.html).xpath("//bdi")]
    assert isolated.count(title) == 16 + 16 + 4  # in brief, in full, further


def test_a_link_is_never_cut() -> None:
    link = "https://news.example.org/" + "a/" * 80
    assert link in layout.wrap(f"see {link} there")


# --------------------------------------------------------------------------- notices and examples


def test_a_notice_is_told_in_every_form() -> None:
    rendered = digests.notice(Notice(id="n", title="A <b> feed", lines=("It answers 410.",), created_at=NOW))
    assert rendered.subject == "A <b> feed"
    assert "It answers 410." in rendered.text
    assert "A &lt;b&gt; feed" in rendered.html
    assert htmls.unescape(rendered.html).count("It answers 410.") == 1


def test_the_example_renders() -> None:
    assert digests.render(digests.sample("desk", NOW)).subject == (
        "Test of Storyline monitor: Ports agree to share 12 pilots"
    )


# --------------------------------------------------------------------------- in a browser


def seen_by_chromium(chromium: str, folder: Path, page: str, width: int) -> str:
    """Return what a script in the frame around the page reports of it."""
    frame = folder / "frame.html"
    frame.write_text(
        f'<!doctype html><iframe id="f" style="width:{width}px;height:900px;border:0"></iframe>'
        '<pre id="out"></pre><script>'
        'const f=document.getElementById("f");f.onload=()=>{const d=f.contentDocument;'
        'const tags=[...new Set([...d.querySelectorAll("*")].map(e=>e.localName))].sort().join(" ");'
        'document.getElementById("out").textContent=`[${d.documentElement.scrollWidth}|${window.hit||0}|${tags}]`};'
        f"f.srcdoc={_quoted(page)}</script>"
    )
    done = subprocess.run(
        [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         "--dump-dom", "--virtual-time-budget=3000", frame.as_uri()],
        capture_output=True, timeout=60, check=True, text=True,
    )  # fmt: skip
    match = re.search(r'<pre id="out">\[(.*?)\]</pre>', done.stdout, re.S)
    assert match is not None
    return match[1]


def _quoted(page: str) -> str:
    import json

    return json.dumps(page).replace("</", "<\\/").replace("<!--", "<\\!--")


@pytest.mark.system
@pytest.mark.parametrize("width", [360, 700])
def test_a_browser_shows_it_without_overflow_and_runs_nothing(
    tmp_path: Path, system_part: Callable[[str], str], width: int
) -> None:
    long = "https://news.example.org/" + "x" * 300
    bad = "".join(HOSTILE).replace("alert(1)", "parent.hit=1")
    made = digest(event(1), hostile(bad).events[0], event(3, title="x" * 200, why=(long,)))
    reported = seen_by_chromium(system_part("chromium"), tmp_path, digests.render(made).html, width)
    shown, hit, tags = reported.split("|")
    assert int(shown) <= width
    assert hit == "0"
    assert set(tags.split()) <= OURS
