"""Copies behind mastheads, and the edits that are none."""

from __future__ import annotations

import pytest

from monitor.detect.copies import Copies, same_wording, wording_of
from monitor.detect.edits import edits
from monitor.detect.mastheads import agency_of, own_words
from tests.detect.stream import work

TITLE = "Seoul asks Moscow for clear account of treaty with Pyongyang"
BODY = "Ambassador Lee voiced serious concern that cooperation with the North would threaten national security."


@pytest.mark.parametrize(
    "text",
    [
        f"SEOUL (Reuters) - {BODY}",
        f"Seoul, South Korea, June 28 (AP) — {BODY}",
        f"SEOUL – {BODY}",
        f"By Jane Miller and Ann Lee | {BODY}",
        f"By Jane Miller - {BODY}",
        f"{BODY} (AFP)",
        f"{BODY} Source: AFP",
        f"{BODY} Reuters",
        f"{BODY} Read more",
        f"{BODY} The post {TITLE} appeared first on City Echo.",
        f"BREAKING: {BODY}",
    ],
)
def test_own_words(text: str) -> None:
    assert own_words(text).rstrip(".") == BODY.rstrip(".")


@pytest.mark.parametrize(
    "text",
    [
        "By the end of May Seoul will decide on shells.",
        "Seoul-based firm wins deal in Poland",
        "Seoul has not decided yet, his staff told Yonhap.",
    ],
)
def test_own_words_stay(text: str) -> None:
    assert own_words(text) == text


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("SEOUL (Reuters) - x", "Reuters"),
        ("It was said. (AP)", "AP"),
        ("Source: Yonhap", "Yonhap"),
        ("Apart from it", ""),
    ],
)
def test_agency_credits(text: str, agency: str) -> None:
    assert agency_of(text) == agency


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (TITLE, BODY),
        (TITLE, ""),
        (TITLE, BODY[:60] + "..."),
        (TITLE.upper(), f"SEOUL (AP) - {BODY}"),
        ("Other headline", BODY),
    ],
)
def test_the_same_wording(title: str, body: str) -> None:
    assert same_wording(wording_of(TITLE, BODY), wording_of(title, body)) > 0


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Moscow answers Seoul's question about treaty", "The foreign ministry said that it had nothing to explain."),
        (TITLE, "Quite another text stands under the same headline here, on the matter of ships and of trade."),
        ("", ""),
        ("Seoul", ""),
    ],
)
def test_another_wording(title: str, body: str) -> None:
    assert same_wording(wording_of(TITLE, BODY), wording_of(title, body)) == 0


def test_the_most_alike_is_found_and_can_be_forgotten() -> None:
    copies = Copies()
    copies.add("full", wording_of(TITLE, BODY))
    copies.add("headline", wording_of(TITLE, ""))
    assert [uid for uid, _ in copies.find(wording_of(TITLE, ""))] == ["headline", "full"]
    copies.discard("headline")
    assert [uid for uid, _ in copies.find(wording_of(TITLE, ""))] == ["full"]
    copies.discard("full")
    assert copies.find(wording_of(TITLE, BODY)) == []


def printed(outlets: int) -> Copies:
    """One text under so many mastheads."""
    copies = Copies()
    for outlet in range(outlets):
        copies.add(str(outlet), wording_of(TITLE, BODY))
    return copies


def test_a_text_printed_everywhere_is_found_without_looking_at_every_copy() -> None:
    some, many = printed(100), printed(800)
    asked = wording_of(TITLE, BODY)
    assert work(lambda: many.find(asked)) < 1.2 * work(lambda: some.find(asked))
    assert many.find(asked)[0][0] == "0"


def test_furniture_of_an_outlet_does_not_hide_what_was_copied() -> None:
    copies = Copies()
    for day in range(100):
        copies.add(f"day {day}", wording_of(f"Notes of day {day} by the {day}th clerk", f"Number {day}. {BODY}"))
    copies.add("own", wording_of("Harbour of Dunmore closed by storm", f"Ferries stay in port for two days. {BODY}"))
    copy = wording_of("Storm closes Dunmore harbour", f"Ferries stay in port for two days. {BODY}")
    assert copies.find(copy)[0][0] == "own"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("12 dead in Busan factory fire", "19 dead in Busan factory fire", "12 → 19 dead"),
        ("Toll at 12", "Toll at 19", "12 → 19"),
        ("Pyongyang sent 3,000 troops", "Pyongyang sent 10,000 troops", "3,000 → 10,000 troops"),
        ("Seoul will send shells", "Seoul will not send shells", "a negation was added"),
        ("The talks end on 26 June", "The talks end on 28 June", "26 → 28"),
        ("Yesterday minister Umerov met Yoon", "Yesterday minister Sybiha met Yoon", "Umerov → Sybiha"),
    ],
)
def test_edits_that_matter(old: str, new: str, change: str) -> None:
    assert any(found.startswith(change) for found in edits((old, ""), (new, "")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12 dead in Busan factory fire", "Twelve dead in Busan factory fire"),
        (f"{BODY} It did not say when, and 40 people left.", BODY),
        (BODY, f"SEOUL (Reuters) - {BODY}"),
        ("Direct weapons remain possible, Yoon says", "Direct weapons remain possible: Yoon"),
        ("", BODY),
    ],
)
def test_edits_that_do_not(old: str, new: str) -> None:
    assert edits((old, ""), (new, "")) == ()
