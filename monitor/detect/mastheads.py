"""What mastheads add to a text that is not theirs: datelines, bylines, agency credits, `Read more`."""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.text import words

LONGEST = 20_000  # characters of a text looked at
EDGE = 400  # characters at either end in which a masthead adds something; keeps the patterns' time bounded
_CREDITS = (
    "Reuters", "AP|Associated Press", "AFP|Agence France-Presse", "dpa|Deutsche Presse-Agentur", "UPI", "ANSA", "EFE",
    "TASS|Itar-Tass", "RIA Novosti|RIA", "Interfax", "Interfax-Ukraine", "Ukrinform", "Xinhua",
    "Bloomberg|Bloomberg News",
    "Yonhap|Yonhap News Agency|Yonhap News", "Newsis", "Kyodo|Kyodo News", "Jiji|Jiji Press", "KCNA", "AAP", "APA",
    "PTI|Press Trust of India", "ANI", "IANS", "Anadolu|Anadolu Agency|AA", "PA Media|PA|Press Association", "Tanjug",
    "The Canadian Press|Canadian Press", "Keystone-SDA|SDA", "Belga", "TT", "NTB", "Ritzau", "PAP", "CTK|ČTK", "MTI",
    "Lusa", "Bernama", "Antara", "WAM", "MENA", "IRNA", "SPA", "Europa Press", "Dow Jones|Dow Jones Newswires", "BTA",
)  # fmt: skip
AGENCIES = {name.lower(): names.partition("|")[0] for names in _CREDITS for name in names.split("|")}
_AGENCY = "|".join(sorted((re.escape(name) for name in AGENCIES), key=len, reverse=True))
_DATELINE = re.compile(
    rf"^[^\W\d_][\w'’. /-]{{1,40}}(?:,\s[\w'’. ]{{2,30}}){{0,3}}\s*"
    rf"(?:\((?:{_AGENCY})\)\s*[-–—:]*|[-–—]{{1,2}}|/(?:{_AGENCY})/)\s+",
    re.I,
)
_CREDIT_IN_FRONT = re.compile(rf"^\W*(?:{_AGENCY})\W*\s[-–—:|]+\s", re.I)
_CREDIT = re.compile(
    rf"(?:\(|\[|[-–—|/•]\s*|\b(?:source|via|by|with|from|quelle|fuente|источник)\s*:?\s+)(?:the\s+)?({_AGENCY})\b\W*",
    re.I,
)
_CREDIT_AT_END = re.compile(
    rf"(?:[(\[|/•–—-]|(?<=[.!?…”\"])\s|\b(?:source|via)\b:?)\s*(?:(?:by|with|source)\b:?\s*)?\b(?:{_AGENCY})\b[\s)\]/.]*$",
    re.I,
)
_BYLINE = re.compile(
    r"^\W*(?i:by|von|por|par)\s+(?:[A-Z][\w'’.-]+\s?){1,4}(?:(?:,|and|&)\s*(?:[A-Z][\w'’.-]+\s?){1,4})*[|:–—-]\s+"
)
_BYLINE_WORDS = re.compile(
    r"^\W*(?:by|By|BY)\s+[A-Z][\w'’-]+\s+[A-Z][\w'’-]+"
    r"(?:\s+(?:and|in)\s+[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)?)?[,.:]?\s+(?=[A-Z\"“])"
)
_PREFIX = re.compile(
    r"^\W*(?:breaking|update \d|updated?|exclusive|live|watch|video|urgent|just in|correction|corrected)"
    r"(?:\s*[:|–—-]+|\s+\d\s*[-:])\s*",
    re.I,
)
_BOILERPLATE = re.compile(
    r"(?:\b(?:read more|continue reading|read the full (?:story|article)|click here|more on this story|full story|"
    r"weiterlesen|leer más|lire la suite|читать далее)\b.{0,60}$|"
    r"\bthe post .{0,300} (?:first )?appeared (?:first )?on .{0,80}$|"
    r"\bthis (?:article|story) (?:was )?(?:first |originally )?(?:appeared|published) .{0,120}$|"
    r"\breporting by .{0,200}$|\b(?:©|copyright) .{0,120}$|\ball rights reserved\W*$)",
    re.I,
)
CUT = re.compile(r"(?:\s*(?:\[?(?:…|\.\.\.)\]?)|\s*\[\+\d+ chars\])\s*$")


@lru_cache(maxsize=4_096)
def own_words(text: str) -> str:
    """The text without what mastheads add: dateline, byline, agency tag, `Read more`, `The post … appeared first`."""
    kept = text[:LONGEST].strip()
    for pattern in (_BOILERPLATE, CUT, _CREDIT_AT_END, CUT):
        kept = kept[:-EDGE] + pattern.sub("", kept[-EDGE:])
    for pattern in (_PREFIX, _CREDIT_IN_FRONT, _BYLINE, _BYLINE_WORDS, _DATELINE, _PREFIX):
        shorter = pattern.sub("", kept[:EDGE], count=1) + kept[EDGE:]
        kept = shorter if len(words(shorter[:EDGE])) >= 3 else kept
    return kept.strip()


def is_cut(text: str) -> bool:
    """Whether a text ends in the mark of a cut."""
    return CUT.search(text[-60:]) is not None


def agency_of(*texts: str) -> str:
    """The news agency a text gives the credit to (dateline, tag at the end, `source: …`), or ""."""
    for text in texts:
        found = _CREDIT.search(text[:300]) or _CREDIT.search(text[-200:])
        if found is None:
            front = _CREDIT_IN_FRONT.match(text[:300])
            name = re.sub(r"^\W+|\W+$", "", front.group()).lower() if front else ""
        else:
            name = found.group(1).lower()
        if name in AGENCIES:
            return AGENCIES[name]
    return ""
