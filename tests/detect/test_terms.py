"""Derived watch terms: what a reader would nod at, each with the sentence it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import seeds as seed_files
from monitor.detect.baseline import baseline_of
from monitor.detect.lex import STOPWORDS
from monitor.detect.reading import Lens
from monitor.detect.terms import Kind, Term
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
