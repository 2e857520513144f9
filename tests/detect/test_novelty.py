"""What counts as new, and how the reader is told why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from monitor.detect.background import shipped
from monitor.detect.claims import Statement, statement_of
from monitor.detect.novelty import Known, Report, judge, lesson_of
from monitor.types import Novelty, Verdict

DATE = datetime(2025, 3, 4, 8, tzinfo=UTC)
SURE = 5.0  # log odds of belonging to the event
FERRY = (
    "Ferry with 230 aboard runs aground off Santa Brisa",
    "The Estrella del Sur hit rocks on Sunday, captain Rodrigo Salas said.",
    "Around 1,200 tonnes of fuel are in its tanks.",
)


def judged(text: str, odds: float | None = SURE, event: Sequence[str] = FERRY) -> Verdict:
    earlier: list[Statement] = [statement_of(sentence) for sentence in event]
    known = Known(shipped().rarity)
    known.learn(lesson_of(earlier))
    return judge(Report([statement_of(text)], DATE, odds=odds), earlier, known)


@pytest.mark.parametrize(
    "text",
    [
        "The ship carried two hundred and thirty people.",
        "More than 200 people were on board the ferry.",
        "Some 1 200 tonnes of fuel are still in the tanks, two officials said.",
        "Hundreds were aboard when the Estrella del Sur ran aground.",
        "Mr Salas, the captain, said his ship hit rocks on March 2.",
        "It happened in the west of the bay.",
        "Ferry under master Ngozi Adebayo runs aground off Santa Brisa with 230 aboard.",
        "Three reasons why the Estrella del Sur hit rocks.",
        "I've never seen 230 people so quiet aboard, he said.",
    ],
)
def test_nothing_new(text: str) -> None:
    assert judged(text).novelty is Novelty.REPEAT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The ferry had 260 aboard when it hit rocks.", "230 → 260 aboard"),
        ("Divers found 14 cracks in its hull.", "new figure: 14 cracks"),
        ("Lawyer Ngozi Adebayo will speak for the crew.", "first mention: Ngozi Adebayo"),
        ("The owner, then in Lisbon, denied that the ship was too fast.", "now denied or disputed: “The owner,"),
    ],
)  # fmt: skip
def test_a_new_fact_is_named(text: str, why: str) -> None:
    verdict = judged(text)
    assert verdict.novelty is Novelty.DEVELOPMENT
    assert any(given.startswith(why) for given in verdict.why), verdict.why
    assert [claim.text for claim in verdict.new] == [text]


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("The IMF will lend more.", "The International Monetary Fund has agreed."),
        ("The International Monetary Fund will lend more.", "The IMF has agreed."),
        ("Talks at the iaea have begun.", "The International Atomic Energy Agency is hopeful."),
        ("Both will sign.", "Both will sign a memorandum of understanding (MOU)."),
        ("Stars In Orion Wreak Havoc On Young Planets", "Stars in the Orion Nebula destroy planets."),
        ("aid for syria is on its way", "Aid reached Syria."),
        ("Jared Pobre was on board.", "Millionaire Jared Pobre was rescued."),
    ],
)
def test_a_name_known_in_another_form_is_no_first_mention(told: str, text: str) -> None:
    assert not any("mention" in why for why in judged(text, event=(told,)).why)


def test_a_second_denial_is_another_one_unless_it_denies_the_same() -> None:
    told = (*FERRY, "The owner denied that the ship was too fast.")
    assert judged("The ship's owner denied it was too fast.", event=told).novelty is Novelty.REPEAT
    assert judged("The port authority rejected reports of missing lights.", event=told).novelty is Novelty.DEVELOPMENT


def test_a_report_that_hardly_fits_is_told_with_what_is_new_in_it() -> None:
    verdict = judged("Fishermen blocked the harbour to call for better charts.", odds=-0.4)
    assert verdict.novelty is Novelty.DEVELOPMENT
    assert verdict.why == ("not in the earlier reports: “Fishermen blocked the harbour to call for better charts.”",)


def test_first_reports_are_new_whatever_is_known() -> None:
    verdict = judged(FERRY[0], odds=None)
    assert verdict.novelty is Novelty.NEW_EVENT
    assert verdict.why == ("first report",)


def test_a_country_is_named_as_a_country() -> None:
    assert "first mention: Britain" in judged("British divers came.", odds=None).why
    assert "first mention: Dunai" in judged("Pictures show work at Dunai port.", odds=None).why


def test_a_date_to_come_is_new_and_one_gone_by_is_not() -> None:
    assert "new date: 9 April" in judged("An inquiry opens in the port on 9 April.", odds=None).why
    assert not any("date" in why for why in judged("The ship was built on 9 January.", odds=None).why)
