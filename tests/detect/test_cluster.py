"""Which event a report joins: what the stream around it has to do with that."""

from __future__ import annotations

import pytest

from tests.detect.stream import chronicle, entry, feed

PORTS = ("Valmora", "Serrano", "Kirrin", "Ostby", "Tamrat", "Luzon Bay")
STORM = entry("Storm closes the harbour of Dunmore", "Ferries stay in port until Friday, the harbour master said.")
AFTER = entry("Dunmore ferries at rest while storm blows", source="wire-b", hours=5)


WORDINGS = (
    "Warehouse burns in {}, twelve containers lost",
    "Fire at {} docks destroys a dozen containers",
    "Blaze in {} port: dockers flee burning warehouse",
)


def sure(reports: int) -> float:
    """How sure the second report of the storm is of its event, after fires told by so many outlets each."""
    past = [
        entry(WORDINGS[outlet].format(port), source=f"outlet-{outlet}", hours=-2)
        for port in PORTS
        for outlet in range(reports)
    ]
    *_, (assignment, _) = feed(chronicle(), *past, STORM, AFTER)
    return assignment.similarity


def test_where_reports_come_in_bundles_the_next_one_joins_sooner() -> None:
    assert sure(reports=3) > sure(reports=1)


def test_what_goes_on_for_days_is_another_happening() -> None:
    daily = [
        entry(f"Storm keeps ferries of Dunmore in port, day {day}", source=f"wire-{day}", hours=24 * day)
        for day in range(2, 5)
    ]
    last = entry("Ferries of Dunmore in port as storm blows on", source="daily-b", hours=24 * 4 + 3)
    *_, (going_on, _) = feed(chronicle(), STORM, AFTER, *daily, last)
    *_, (fresh, _) = feed(chronicle(), *daily[-1:], last)
    assert going_on.similarity < fresh.similarity


def test_what_comes_at_one_moment_is_not_joined_for_its_date() -> None:
    twin = entry(AFTER.title, source="wire-b")
    odds = []
    for hours in (-0.5, 0):
        fires = [entry(WORDINGS[0].format(port), source=f"outlet-{port}", hours=hours) for port in PORTS]
        *_, (assignment, _) = feed(chronicle(), *fires, STORM, twin)
        odds.append(assignment.similarity)
    assert odds[1] < odds[0]


MORNING = {  # a flood, an election, a theft, a bridge, a doctors' strike: nothing to do with each other
    "el": ("Πλημμύρες στη Λάρισα", "Εκλογές τον Μάιο", "Κλοπή πίνακα από γκαλερί", "Νέα γέφυρα", "Απεργούν οι γιατροί"),
    "he": ("הצפות ברחובות אשדוד", "בחירות בחודש מאי", "ציור נגנב מגלריה", "גשר חדש נפתח", "הרופאים שובתים"),
    "hi": ("असम में बाढ़", "मई में चुनाव होंगे", "संग्रहालय से चित्र चोरी", "नदी पर नया पुल", "डॉक्टर हड़ताल पर"),
    "fa": (
        "سیل در خوزستان",
        "انتخابات در اردیبهشت",
        "سرقت تابلو از موزه",
        "پل تازه گشوده شد",
        "پزشکان دست از کار کشیدند",
    ),
    "bn": ("সিলেটে বন্যা", "মে মাসে নির্বাচন", "জাদুঘর থেকে ছবি চুরি", "নদীর উপর নতুন সেতু", "চিকিৎসকরা কাজ বন্ধ করলেন"),
}


@pytest.mark.parametrize("lang", MORNING)
def test_letters_that_no_model_knows_make_no_event(lang: str) -> None:
    reports = [entry(t, source=f"wire-{n}", hours=3 * n, lang=lang) for n, t in enumerate(MORNING[lang])]
    english = entry("Ferries of Dunmore stay in port", hours=7)
    keeper = chronicle()
    feed(keeper, *reports[:3], english, *reports[3:])
    assert len(keeper.events) >= 4


def test_words_join_where_vectors_are_blind() -> None:
    title, lead = "Πλημμύρες στη Λάρισα, έκλεισαν σχολεία", "Ο Πηνειός ξεχείλισε τη νύχτα."
    keeper = chronicle()
    feed(
        keeper,
        entry(title, lead, lang="el"),
        entry(
            "Κλειστά σχολεία στη Λάρισα από πλημμύρες", "Τη νύχτα ξεχείλισε ο Πηνειός.", source="b", hours=2, lang="el"
        ),
    )
    assert len(keeper.events) == 1
