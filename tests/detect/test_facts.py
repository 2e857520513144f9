"""Names, figures, dates and denials as a reader would list them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.facts import facts_of


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Pyongyang sent 10,000 troops", "10000 soldier"),
        ("Pyongyang sent 10 000 troops", "10000 soldier"),
        ("Pyongyang sent ten thousand soldiers", "10000 soldier"),
        ("a deal worth $1.5 billion", "1.5e+09 $"),
        ("support fell to 38 percent", "38 %"),
        ("support fell to 38%", "38 %"),
        ("twenty-five people were hurt", "25 people"),
        ("600 of the North's soldiers died", "600 soldier"),
        ("Toll at 19", "19 dead"),
        ("casualties near 4,700, Seoul says", "4700 casualties"),
        ("two hundred and thirty people", "230 people"),
        ("one hundred and twenty thousand rounds", "120000 round"),
        ("a hundred people", "100 people"),
        ("7.4 billion euros", "7.4e+09 €"),
        ("38 per cent", "38 %"),
        ("the death of 12 men in a fire", "12 men"),
    ],
)
def test_figures(text: str, key: str) -> None:
    assert key in [figure.key for figure in facts_of(text).figures]


@pytest.mark.parametrize("text", ["It happened in 2024.", "They met on 26 June.", "They met on June 26, 2024."])
def test_dates_and_years_are_no_figures(text: str) -> None:
    assert facts_of(text).figures == ()


@pytest.mark.parametrize("text", ["on June 26 in Seoul", "on 26 June in Seoul", "on the 26th of June", "2024-06-26"])
def test_dates(text: str) -> None:
    assert facts_of(text).dates == ("06-26",)


def test_names() -> None:
    found = facts_of(
        "On Wednesday President Yoon Suk Yeol met Rustem Umerov, Ukraine's defence minister, in Seoul."
    ).names
    assert [name.written for name in found] == ["Yoon Suk Yeol", "Rustem Umerov", "Ukraine", "Seoul"]
    assert [name.place for name in found] == ["", "", "ukraine", "south korea"]


def test_one_country_under_all_its_names() -> None:
    assert {name.place for name in facts_of("The Kremlin, Moscow, Russians and Russia").names} == {"russia"}


def test_a_headline_in_capitals_makes_no_name_sure() -> None:
    names = facts_of("Fed Official Says Weak Data Caused By Weather").names
    assert not any(name.sure for name in names)


def test_what_only_begins_a_sentence_is_no_sure_name() -> None:
    assert not any(name.sure for name in facts_of("Satellite pictures show activity").names)


@pytest.mark.parametrize(
    "text", ["Moscow denied it", "the reports are baseless", "Москва отрицает это", "Berlin dementiert"]
)
def test_denials(text: str) -> None:
    assert facts_of(text).denials


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_never_raises(text: str) -> None:
    facts = facts_of(text)
    assert len(facts.keys) <= len(text) + 1
