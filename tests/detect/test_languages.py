"""Storylines in other languages than English, before any stream was seen: unrelated news is left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.detect.lex import stems
from monitor.detect.reading import Lens
from monitor.detect.track import Tracker, follow
from monitor.types import Entry, Seed, Seeds, Storyline

NOW = datetime(2026, 3, 1, tzinfo=UTC)

Text = tuple[str, str]  # title and lead

SEEDS: dict[str, tuple[Text, ...]] = {
    "de": (
        (
            "Hafenarbeiter in Hamburg legen die Arbeit nieder",
            "Die Gewerkschaft Verdi hat die Beschäftigten der Terminals zu einem Warnstreik aufgerufen, der am "
            "Donnerstag begann. Sie fordert für die Hafenarbeiter mehr Geld; die Reeder warten auf ein Angebot.",
        ),
        (
            "Containerschiffe stauen sich vor der Elbe",
            "Wegen des Streiks der Hafenarbeiter liegen Schiffe auf Reede, und die Umschlagbetriebe sprechen von einem "
            "Schaden in Millionenhöhe. Verdi und die Seehafenbetriebe wollen sich am Montag zu Verhandlungen treffen.",
        ),
        (
            "Arbeitgeber legen im Tarifstreit der Häfen ein Angebot vor",
            "Der Verband der Seehafenbetriebe bietet den Hafenarbeitern in Hamburg und Bremerhaven sechs Prozent. Die "
            "Gewerkschaft nannte das Angebot nicht ausreichend und drohte mit weiteren Streiks.",
        ),
    ),
    "fr": (
        (
            "Grève des dockers au port du Havre",
            "Les dockers du port du Havre ont cessé le travail mercredi pour protester contre la réforme, selon la "
            "CGT. Le syndicat demande que la pénibilité soit reconnue dans le calcul des pensions.",
        ),
        (
            "Le trafic des conteneurs est paralysé au Havre",
            "Des navires attendent au large depuis trois jours à cause de la grève des dockers, et les armateurs "
            "s'inquiètent. La direction du port appelle à la reprise du dialogue.",
        ),
        (
            "Dockers : la CGT annonce une nouvelle journée port mort",
            "Après une réunion avec le ministère, la fédération des ports et docks de la CGT a décidé de poursuivre le "
            "mouvement. Les dockers de Marseille et du Havre bloqueront les terminaux.",
        ),
    ),
    "el": (
        ("Απεργία στα πλοία την Τετάρτη", "Οι ναυτικοί ζητούν αυξήσεις, λέει το σωματείο. Τα πλοία θα μείνουν δεμένα."),
        ("Δεμένα τα πλοία λόγω απεργίας", "Η απεργία των ναυτικών συνεχίζεται."),
        ("Οι ναυτικοί αποφάσισαν νέα απεργία", "Το σωματείο των ναυτικών ανακοίνωσε απεργία στα πλοία."),
    ),
    "he": (
        ("שביתה ברכבת ביום רביעי", "עובדי הרכבת דורשים העלאת שכר."),
        ("עובדי הרכבת ישבתו", "השביתה ברכבת תימשך יומיים."),
        ("הרכבות מושבתות", "השביתה ברכבת נמשכת."),
    ),
    "fa": (
        ("کارگران اعتصاب کردند", "کارگران کارخانه خواهان افزایش دستمزد هستند."),
        ("اعتصاب کارگران ادامه دارد", "اعتصاب در کارخانه دو روز ادامه دارد."),
        ("اعتصاب در کارخانه فولاد", "کارگران دست از کار کشیدند."),
    ),
}
ON: dict[str, tuple[Text, ...]] = {
    "de": (
        (
            "Warnstreik im Hafen: Terminals stehen still",
            "Die Hafenarbeiter in Bremerhaven haben sich dem Ausstand angeschlossen, und Verdi rechnet mit Tausenden.",
        ),
    ),
    "fr": (
        (
            "Le port du Havre toujours bloqué par les dockers",
            "La CGT a reconduit la grève pour quarante-huit heures dans les terminaux à conteneurs.",
        ),
    ),
    "el": (("Νέα απεργία των ναυτικών στα πλοία", ""),),
    "he": (("נמשכת השביתה ברכבת", ""),),
    "fa": (("اعتصاب کارگران کارخانه", ""),),
}
OFF: dict[str, tuple[Text, ...]] = {
    "de": (
        (
            "Bundestag beschließt neues Heizungsgesetz",
            "Die Koalition hat das Gesetz mit den Stimmen der eigenen Fraktionen durch den Bundestag gebracht.",
        ),
        (
            "Wetterdienst warnt vor Gewittern im Süden",
            "In Bayern ist am Nachmittag mit Hagel und Sturmböen zu rechnen, und auf den Straßen kann es glatt werden.",
        ),
        (
            "Neue Ausstellung in der Kunsthalle",
            "Die Kunsthalle zeigt von Freitag an Werke aus der Sammlung und lädt für den Abend zu einem Rundgang ein.",
        ),
        (
            "Zinsen für Baugeld steigen wieder",
            "Wer eine Wohnung kaufen will, muss für den Kredit mehr zahlen, und die Banken rechnen mit einer Erhöhung.",
        ),
    ),
    "fr": (
        (
            "Le PSG s'impose à Marseille",
            "Les Parisiens ont gagné le match dans les dernières minutes et prennent la tête du championnat.",
        ),
        (
            "Un incendie ravage une forêt dans le Var",
            "Les pompiers ont été mobilisés toute la nuit pour protéger les habitations et les routes de la région.",
        ),
        (
            "La Banque de France abaisse sa prévision de croissance",
            "L'institution estime que la consommation des ménages sera plus faible que prévu dans les mois à venir.",
        ),
    ),
    "el": (
        ("Σεισμός 5,2 ρίχτερ ταρακούνησε την Κρήτη", ""),
        ("Ο Ολυμπιακός κέρδισε το κύπελλο μπάσκετ", ""),
        ("Νέο μουσείο ανοίγει στην Αθήνα", ""),
    ),
    "he": (("רעידת אדמה הורגשה בצפון", ""), ("מכבי זכתה בגביע", ""), ("מוזיאון חדש נפתח בירושלים", "")),
    "fa": (("زلزله در کرمان پنج کشته داد", ""), ("تیم ملی فوتبال پیروز شد", ""), ("قیمت طلا کاهش یافت", "")),
}


@pytest.fixture(scope="module", params=SEEDS)
def tracker(request: pytest.FixtureRequest) -> Tracker:
    lang = request.param
    articles = tuple(
        Seed(file=f"{n}.md", title=title, paragraphs=(body,), lang=lang, published=NOW)
        for n, (title, body) in enumerate(SEEDS[lang])
    )
    return follow(Storyline(name=lang, seeds=Seeds(articles=articles)), Lens.shipped())


def on_topic(tracker: Tracker, texts: tuple[Text, ...]) -> list[bool]:
    lang = tracker.storyline.name
    entries = [
        Entry(uid=title, key=title, title=title, summary=lead, lang=lang, seen_at=NOW, date=NOW)
        for title, lead in texts
    ]
    return [match.on_topic for match in tracker.match(tracker.lens.read(entries))]


def test_a_story_is_told_from_others_in_its_language(tracker: Tracker) -> None:
    assert all(on_topic(tracker, ON[tracker.storyline.name]))
    assert not any(on_topic(tracker, OFF[tracker.storyline.name]))


def test_no_derived_term_is_a_function_word(tracker: Tracker) -> None:
    derived = {term.text.lower() for term in tracker.baseline.terms}
    assert derived
    assert derived.isdisjoint({"und", "für", "auf", "der", "des", "les", "une", "dans", "que"})


def test_english_words_that_are_function_words_elsewhere_still_count() -> None:
    assert stems("The war, a man, MIT, the sea, Han and Kim of the UN") == (
        "war",
        "man",
        "mit",
        "sea",
        "han",
        "kim",
        "un",
    )
