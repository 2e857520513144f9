"""Second reports made of a first: reworded so that they add nothing, and the same with one planted fact."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.detect.mastheads import own_words
from monitor.text import canonical_url, fingerprint, sentences
from monitor.types import Entry
from tests.eval.perturb import Made

OUTLETS = ("morning-ledger", "coast-radio", "inland-news", "capital-wire", "evening-mail")
SAME_MEANING = (
    ("said", "stated"), ("says", "states"), ("told", "informed"), ("asks", "calls on"), ("asked", "called on"),
    ("soldiers", "troops"), ("troops", "servicemen"), ("pact", "accord"), ("treaty", "agreement"), ("arms", "weapons"),
    ("weapons", "arms"), ("minister", "cabinet minister"), ("envoy", "emissary"), ("talks", "discussions"),
    ("help", "assistance"), ("support", "backing"), ("killed", "dead"), ("dead", "killed"), ("meets", "sees"),
    ("met", "saw"), ("visit", "trip"), ("chief", "head"), ("leader", "head"), ("war", "fighting"), ("big", "large"),
    ("begin", "start"), ("began", "started"), ("show", "indicate"), ("pledges", "vows"), ("pledged", "vowed"),
    ("demands", "insists on"), ("condemns", "denounces"), ("condemned", "denounced"), ("report", "account"),
    ("officials", "authorities"), ("lawmakers", "members of parliament"), ("attack", "assault"), ("near", "close to"),
    ("could", "might"), ("may", "might"), ("because", "since"), ("also", "as well"), ("more than", "over"),
    ("about", "around"), ("Kyiv", "Kiev"), ("Zelensky", "Zelenskyy"), ("percent", "per cent"),
    ("UN", "United Nations"), ("EU", "European Union"), ("US", "United States"), ("Seoul", "South Korea"),
    ("Pyongyang", "North Korea"), ("Moscow", "Russia"),
)  # fmt: skip
FRAMES = (
    "{}", "According to reports, {}", "As reported earlier, {}", "It emerged that {}",
    "{} The matter is being watched closely.", "{} Further details were not immediately available.",
)  # fmt: skip
SPELT = {"2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "10": "ten", "12": "twelve", "40": "forty"}
FIRST_NAMES = ("Matti", "Beatriz", "Tomasz", "Ngozi", "Henrik", "Ilse", "Davor", "Marisol", "Anselm", "Tove", "Rashid")
SURNAMES = (
    ("Lahti", "Quin", "Wier", "Ade", "Solv", "Drago", "Fitz", "Okon", "Vester", "Branko", "Gul", "Morri"),
    ("ri", "bo", "sta", "ke", "lu", "no", "fre", "go", "pi", "du", "xa", "wo"),
    ("nen", "tana", "zba", "bayo", "ang", "mir", "alan", "dje", "gaard", "vitz", "telli", "sund"),
)  # fmt: skip
FIGURES = (
    "The consignment holds {} rifles.", "Repairs will cost {} million dollars.", "A further {} vehicles were counted.",
    "The programme runs to {} pages.", "Some {} doctors were called up.",
)  # fmt: skip
NAMES = (
    "Envoy {} joined the session.", "Analyst {} called it a turning point.",
    "The papers were handed over by General {}.",
    "Lawyer {} filed the complaint.", "The letter was drafted by {}.",
)  # fmt: skip
DENIALS = (
    "A spokesman later denied the account.", "The ministry rejected the report as baseless.",
    "The office retracted the statement in the evening.", "The embassy disputed that version.",
    "The palace refuted it.",
)  # fmt: skip


def _new_figure(dice: random.Random) -> str:
    return dice.choice(FIGURES).format(f"{dice.randint(131, 9_800):,}")


def _new_name(dice: random.Random) -> str:
    return dice.choice(NAMES).format(f"{dice.choice(FIRST_NAMES)} {''.join(map(dice.choice, SURNAMES))}")


PLANTED: dict[str, Callable[[random.Random], str]] = {
    "figure": _new_figure, "name": _new_name, "denial": lambda dice: dice.choice(DENIALS),
}  # fmt: skip

_Text = tuple[str, str]


def _synonyms(title: str, body: str, dice: random.Random) -> _Text:
    return _other_words(title, dice, 0.7), _other_words(body, dice, 0.7)


def _turned(title: str, body: str, dice: random.Random) -> _Text:
    """Clauses and sentences in another order."""
    parts = re.split(r"(?:, |; |: | – )", title)
    turned = ", ".join([*parts[1:], parts[0]]) if len(parts) > 1 else title
    return _first_up(_other_words(turned, dice, 0.4)), " ".join(reversed(sentences(body)))


def _other_lead(title: str, body: str, dice: random.Random) -> _Text:
    """The first sentence as headline, the headline as last sentence."""
    found = sentences(body)
    lead = found[0].rstrip(".") if found else title
    return _other_words(lead, dice, 0.4), _other_words(" ".join([*found[1:], title + "."]), dice, 0.4)


def _shortened(title: str, body: str, dice: random.Random) -> _Text:
    """Clauses dropped, words changed."""
    kept = re.split(r"(?:, |; | – )", title)[0]
    title = kept if len(kept.split()) >= 5 else title
    return _other_words(title, dice, 0.6), _other_words(" ".join(sentences(body)[:1]), dice, 0.6)


def _framed(title: str, body: str, dice: random.Random) -> _Text:
    return _other_words(title, dice, 0.5), dice.choice(FRAMES).format(_other_words(body, dice, 0.5))


def _respelt(title: str, body: str, dice: random.Random) -> _Text:
    """Names and numbers in another spelling."""
    return _other_numbers(title), _other_numbers(_other_words(body, dice, 0.5))


REWORDING: dict[str, Callable[[str, str, random.Random], _Text]] = {
    "synonyms": _synonyms, "order": _turned, "other lead": _other_lead, "shortened": _shortened, "frame": _framed,
    "spelling": _respelt,
}  # fmt: skip


def reworded(entries: Sequence[Entry], background: Sequence[str], seed: int = 3) -> list[Made]:
    """Reports that add nothing to `entries`: each in every other wording, and with a sentence known to the reader."""
    dice = random.Random(seed)
    made = []
    for entry in entries:
        for kind, change in REWORDING.items():
            made.append(_made(kind, entry, change(own_words(entry.title), own_words(entry.summary), dice), dice))
        title, body = _synonyms(own_words(entry.title), own_words(entry.summary), dice)
        made.append(_made("background", entry, (title, f"{body} {dice.choice(background)}".strip()), dice))
    return made


def planted(entries: Sequence[Entry], seed: int = 4) -> list[Made]:
    """The same reports in other words, each with one fact nobody had."""
    dice = random.Random(seed)
    made = []
    for entry in entries:
        for kind, fact in PLANTED.items():
            title, body = dice.choice(list(REWORDING.values()))(own_words(entry.title), own_words(entry.summary), dice)
            made.append(_made(kind, entry, (title, f"{body} {fact(dice)}".strip()), dice))
    return made


def _other_words(text: str, dice: random.Random, share: float) -> str:
    done: set[str] = set()
    for old, new in SAME_MEANING:
        if old in done or dice.random() > share:
            continue
        text, times = re.subn(rf"\b{re.escape(old)}(?=[\s,.;:'’]|$)", new, text)
        done |= {*new.split()} if times else set()
    return text


def _other_numbers(text: str) -> str:
    text = re.sub(r"(?<![\w.,])(\d{1,2})(?![\w.,:%-])", lambda found: SPELT.get(found.group(), found.group()), text)
    return re.sub(r"(?<=\d),(?=\d{3}\b)", " ", text)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _made(kind: str, entry: Entry, text: _Text, dice: random.Random) -> Made:
    source = dice.choice(OUTLETS)
    link = f"https://{source}.example/{fingerprint(entry.uid, kind)}"
    date = entry.date + timedelta(minutes=dice.randint(60, 1200))
    made = replace(
        entry, uid=fingerprint(link, kind), key=link, id=link, link=link, canonical=canonical_url(link), source=source,
        title=text[0], summary=text[1], date=date, published=date, seen_at=date,
    )  # fmt: skip
    return Made(kind, made, entry)
