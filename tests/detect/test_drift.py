"""What entered a storyline since its seeds: new names and matters, with share, first day and entries; what left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitor.detect.baseline import Baseline, baseline_of
from monitor.detect.drift import Drift, drift
from monitor.detect.reading import Lens
from monitor.detect.terms import Kind
from monitor.types import Entry, Seed, Seeds, Storyline

START = datetime(2026, 3, 1, tzinfo=UTC)
SEEDS = (
    ("Harbour bridge at Valmora closed after cracks found", "Engineers shut the Valmora harbour bridge on Monday when "
     "cracks were seen in two pylons. Mayor Ines Talbot said traffic would go by ferry for weeks."),
    ("Valmora mayor orders inquiry into cracked bridge", "Ines Talbot asked how the pylons of the harbour bridge could "
     "crack. The builder, Corvane, promised help."),
)  # fmt: skip
LATER = (
    "Mayor Talbot said Corvane must pay for the cracked bridge.",
    "In Valmora, prosecutor Oskar Reinholt said he would charge Corvane with fraud over the bridge.",
    "Fraud charges against Corvane were filed on Friday, prosecutor Oskar Reinholt said in Valmora.",
    "The trial for fraud opens in June, said Oskar Reinholt, the prosecutor of Valmora.",
    "Engineers say the bridge stays closed while prosecutor Oskar Reinholt looks for fraud.",
)


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens.shipped()


@pytest.fixture(scope="module")
def bridge(lens: Lens) -> Baseline:
    articles = tuple(Seed(file=f"{n}.md", title=t, paragraphs=(body,)) for n, (t, body) in enumerate(SEEDS))
    return baseline_of(Storyline(name="bridge", seeds=Seeds(articles=articles)), lens)


def entries(texts: Sequence[str], start: datetime = START) -> list[Entry]:
    dates = [start + timedelta(days=n) for n in range(len(texts))]
    return [
        Entry(uid=f"{date:%m%d}", key=text, title="", summary=text, seen_at=date, date=date)
        for date, text in zip(dates, texts, strict=True)
    ]


def test_a_new_name_is_told_with_its_share_first_day_and_entries(bridge: Baseline, lens: Lens) -> None:
    found = drift(bridge, entries(LATER), lens.background)
    named = {each.text: each for each in found.entered}
    newcomer = named["Oskar Reinholt"]
    assert newcomer.kind is Kind.PERSON
    assert (newcomer.entries, newcomer.share) == (4, 0.8)
    assert newcomer.first == START + timedelta(days=1)
    assert newcomer.uids == ("0302", "0303", "0304", "0305")
    assert "fraud" in named


def test_what_the_seeds_hold_is_nothing_new(bridge: Baseline, lens: Lens) -> None:
    told = {each.text for each in drift(bridge, entries(LATER), lens.background).entered}
    assert told.isdisjoint({"Valmora", "Corvane", "Ines Talbot", "bridge", "Talbot"})


def test_terms_that_left_are_named_in_no_form(bridge: Baseline, lens: Lens) -> None:
    gone = drift(bridge, entries(LATER), lens.background).gone
    assert any("ferr" in term.lower() or "harbour" in term.lower() or "pylon" in term.lower() for term in gone)
    assert "Corvane" not in gone


def test_the_first_day_may_lie_before_the_recent_entries(bridge: Baseline, lens: Lens) -> None:
    early = entries(LATER[1:2], START - timedelta(days=90))
    found = drift(bridge, [*entries(LATER), *early], lens.background)
    newcomer = next(each for each in found.entered if each.text == "Oskar Reinholt")
    assert newcomer.first == START - timedelta(days=90)
    assert (found.entries, newcomer.entries) == (5, 4)  # the share is of the recent ones


def test_one_mention_is_no_drift(bridge: Baseline, lens: Lens) -> None:
    found = drift(bridge, entries(LATER[:2]), lens.background)
    assert "Oskar Reinholt" not in {each.text for each in found.entered}


@pytest.mark.parametrize("matched", [[], entries(["Corvane"])])
def test_too_little_to_tell(bridge: Baseline, lens: Lens, matched: list[Entry]) -> None:
    found = drift(bridge, matched, lens.background)
    assert (found.entered, found.gone) == ((), ())
    assert drift(Baseline(), matched, lens.background) == Drift()
