"""Derived watch terms: what a reader would nod at, each with the sentence it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import seeds as seed_files
from monitor.detect.baseline import baseline_of
from monitor.detect.lex import STOPWORDS
from monitor.detect.reading import Lens
from monitor.detect.terms import Kind, Sentence, Term, derive
from monitor.types import Storyline

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = ("South Korea", "Seoul", "Ukraine", "North Korea", "Russia", "Putin", "Kim Jong Un", "Chang Ho-jin")
OUTLETS = ("CBS", "AFP", "Yonhap", "Reuters", "KBS", "BBC", "KCNA", "Getty", "AP", "Sputnik", "Associated Press")
BOILERPLATE = ("close", "donate", "subscribe", "copyright", "reserved", "google", "photo", "prev", "next", "cover")


@pytest.fixture(scope="module")
def terms() -> tuple[Term, ...]:
    seeds = seed_files.load(ROOT / "seeds" / "seoul-arms-ukraine")
    return baseline_of(Storyline(name="seoul", seeds=seeds), Lens.shipped()).terms


def named(text: str) -> str:
    return text.lower().replace("-", " ")


def check(terms: tuple[Term, ...]) -> None:
    first = {named(t.text) for t in terms[:30]}
    assert {named(name) for name in EXPECTED} <= first
    assert {"arms", "weapons", "sanctions"} <= first
    assert not first & ({o.lower() for o in OUTLETS} | set(BOILERPLATE) | STOPWORDS)


def test_the_first_thirty_read_right(terms: tuple[Term, ...]) -> None:
    check(terms)
    everything = {named(t.text) for t in terms}
    assert {"yoon suk yeol", "mutual defence", "precision weapons"} <= everything


@pytest.mark.shared
def test_the_raw_seeds_read_right_too(shared: Path) -> None:
    story = Storyline(name="seoul", seeds=seed_files.load(shared / "seeds"))
    check(baseline_of(story, Lens.shipped()).terms)


def test_weights_fall_and_every_term_keeps_its_sentence(terms: tuple[Term, ...]) -> None:
    weights = [t.weight for t in terms]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == 1
    assert all(t.origin and t.file.endswith(".md") and t.seeds >= 1 for t in terms)


def test_kinds(terms: tuple[Term, ...]) -> None:
    kinds = {named(t.text): t.kind for t in terms}
    assert kinds["seoul"] is Kind.PLACE
    assert kinds["chang ho jin"] is Kind.PERSON
    assert kinds["un security council"] is Kind.ORGANISATION
    assert kinds["weapons"] is Kind.PHRASE


def derived(*texts: str) -> dict[str, Term]:
    found = derive(
        [Sentence(text, number, f"{number}.md") for number, text in enumerate(texts)], Lens.shipped().background
    )
    return {term.text: term for term in found}


def test_a_full_name_is_a_person_where_a_part_of_it_stands_alone() -> None:
    found = derived("A pact was signed by Ito Ren Aoki on Monday, and Ito smiled.", "Later Ito spoke to farmers.")
    assert found["Ito Ren Aoki"].kind is Kind.PERSON
    fleet = derived("At sea the Northern Lantern sank, and the Lantern is lost.", "Divers found the Lantern on Friday.")
    assert fleet["Northern Lantern"].kind is Kind.NAME


def test_an_office_is_no_part_of_a_name() -> None:
    found = derived(
        "On Monday Secretary of State Ada Lindqvist flew home.", "There Secretary of State Ada Lindqvist spoke."
    )
    assert found["Ada Lindqvist"].kind is Kind.PERSON


def test_a_place_may_speak_and_is_still_a_place() -> None:
    found = derived("Talks were held in Valmora on Monday.", "On Friday Valmora said it would wait, and Valmora will.")
    assert found["Valmora"].kind is Kind.PLACE


def test_people_of_a_country_count_for_the_country() -> None:
    found = derived("In Pakistan the Pakistani army moved.", "A Pakistani court met in Pakistan on Monday.")
    assert "Pakistani" not in found
    assert found["Pakistan"].seeds == 2


def test_a_name_told_once_stands_before_common_words(terms: tuple[Term, ...]) -> None:
    ranked = [named(term.text) for term in terms]
    assert ranked.index("yoon suk yeol") < ranked.index("country")
