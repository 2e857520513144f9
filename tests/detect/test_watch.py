"""Watch terms: whole words, phrases, prefixes, patterns, fields."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.detect.reading import Lens
from monitor.detect.watch import TermError, Terms, compile_term, plain
from monitor.types import Entry, Watch

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def reading(title: str, summary: str = ""):
    return Lens.shipped().read([Entry(uid="1", key="1", title=title, summary=summary, seen_at=NOW, date=NOW)])[0]


@pytest.mark.parametrize(
    ("written", "text", "found"),
    [
        ("arms", "Seoul sends arms to Kyiv", True),
        ("arms", "The farms are flooded", False),
        ("ARMS", "Seoul sends arms", True),
        ("Kim Jong Un", "the guest of Kim Jong-un’s", True),
        ('"mutual defence"', "a mutual defence pact", True),
        ('"mutual defence"', "defence, mutual", False),
        ("weapon*", "weapons were sold", True),
        ("weapon", "weapons were sold", False),
        ("155mm", "155-mm shells", True),
        ("O'Brien", "said Mr O’Brien", True),
        ("Erdogan", "Erdoğan said", True),
        ("서울", "서울은 오늘", True),
        ("北京", "在北京会谈", True),
        (r"/Um?erov/", "Umerov flew in", True),
        (r"/^Seoul/", "In Seoul", False),
        ("K-pop", "a K-pop star", True),
        ("S&P", "the S&P 500", True),
    ],
)
def test_a_term_finds_what_a_reader_would(written: str, text: str, found: bool) -> None:
    term = compile_term(written)
    assert term.find(text if term.raw else plain(text, case=False)) is found


def test_fields_look_only_there() -> None:
    terms = Terms.of(Watch(any=("title:Seoul", "summary:tanks")))
    assert terms.look(reading("Seoul votes", "no arms")).any == ("title:Seoul",)
    assert terms.look(reading("Vote", "Seoul sends tanks")).any == ("summary:tanks",)


def test_case_counts_when_asked() -> None:
    terms = Terms.of(Watch(any=("US",), case=True))
    assert terms.look(reading("US sends arms")).any
    assert not terms.look(reading("They told us")).any


def test_all_groups_and_none() -> None:
    terms = Terms.of(Watch(all=(("Seoul", "South Korea"), ("arms",)), none=("football",)))
    assert terms.look(reading("South Korea plays football")).missing == ("arms",)
    assert terms.look(reading("South Korea plays football")).excluded == "football"
    assert not terms.look(reading("Seoul exports arms")).missing


@pytest.mark.parametrize("written", ["", "  ", "...", "/(/", r"/(?=x)/", "title:"])
def test_a_term_that_cannot_be_read_names_the_remedy(written: str) -> None:
    with pytest.raises(TermError, match=r"write|cannot be read"):
        compile_term(written)


def test_a_hostile_pattern_takes_no_time() -> None:
    term = compile_term(r"/(a+)+$/")
    assert term.find("a" * 5_000 + "b") is False
