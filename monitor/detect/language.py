"""Which language an entry is in: what its feed declares, unless the letters say otherwise."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model

from monitor.detect.shelf import shelf

COVERED = frozenset(
    ("ar", "zh", "nl", "en", "fr", "de", "it", "ja", "ko", "pl", "pt", "ru", "es", "th", "tr")
)  # by the multilingual vectors
LEARNT = frozenset(("", "LATIN", "CYRILLIC", "CJK", "HANGUL", "HIRAGANA", "THAI"))  # scripts that both models know ...
SENSED = LEARNT | {"ARABIC"}  # ... and those that the multilingual one does: in others all texts look alike
_SURE = 0.9  # probability under which a guess is no knowledge
_ENOUGH = 20  # letters under which a Latin text is not guessed at

_BY_SCRIPT = {"HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "THAI": "th", "HEBREW": "he", "GREEK": "el"}
_SCRIPTS = {
    "CYRILLIC": frozenset(("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg")),
    "ARABIC": frozenset(("ar", "fa", "ur", "ps", "ug")),
    "CJK": frozenset(("zh", "ja")),
    "HANGUL": frozenset(("ko",)),
    "HIRAGANA": frozenset(("ja",)),
    "KATAKANA": frozenset(("ja",)),
    "THAI": frozenset(("th",)),
    "HEBREW": frozenset(("he", "yi")),
    "GREEK": frozenset(("el",)),
}
_NOT_LATIN = frozenset(
    (
        "ru",
        "uk",
        "be",
        "bg",
        "mk",
        "kk",
        "ky",
        "mn",
        "tg",
        "ar",
        "fa",
        "ur",
        "ps",
        "zh",
        "ja",
        "ko",
        "th",
        "he",
        "yi",
        "el",
        "hi",
        "bn",
        "ta",
        "te",
        "ka",
        "hy",
    )
)


def language_of(text: str, declared: str = "") -> str:
    """The ISO 639-1 code of `text`, "" when nothing sure can be said; a fitting declaration is believed."""
    declared = declared.lower().split("-")[0].split("_")[0]
    script = script_of(text)
    if declared and _fits(declared, script):
        return declared
    if script in _BY_SCRIPT:
        return _BY_SCRIPT[script]
    if script == "" or (script == "LATIN" and sum(map(str.isalpha, text)) < _ENOUGH):
        return ""
    lang, probability = _identifier().classify(text[:1000])
    return str(lang) if float(probability) >= _SURE and _fits(str(lang), script) else ""


def _fits(lang: str, script: str) -> bool:
    if script == "LATIN":
        return lang not in _NOT_LATIN
    known = _SCRIPTS.get(script)
    return known is None or lang in known


def script_of(text: str) -> str:
    """The script most letters of the first 300 characters belong to, "" without any; kana decides for Japanese."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    counts: dict[str, int] = {}
    for letter in filter(str.isalpha, text[:300]):
        name = _script_of(letter)
        counts[name] = counts.get(name, 0) + 1
    if counts.get("HIRAGANA", 0) + counts.get("KATAKANA", 0) > 0.1 * sum(counts.values()):
        return "HIRAGANA"
    return max(sorted(counts), key=lambda name: counts[name], default="")


@lru_cache(maxsize=1 << 13)
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ")[0].split("-")[0]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """The model, loaded at first use (0.5 s; 4 MB and tables of 67 on disk)."""
    weights, priors, classes, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
    steps = shelf().put(np.asarray(moves)).data  # a plain view: its items are integers
    return LanguageIdentifier(shelf().put(weights), priors, classes, steps, features, norm_probs=True, tk_row=rows)
