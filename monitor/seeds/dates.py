"""When an article was published, as a line of it says; a date nobody wrote down is never made up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.text import normalise

MONTH = (
    r"(?:jan|feb|febr|mar|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|ene|abr|ago|dic|f[ée]v|avr|ao[uû]t|d[ée]c"
    r"|m[äa]r|gen|mag|giu|lug|set|ott|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип"
    r"|сер|вер|жов|лис|гру)[\w.]*"
)
ZONE_NAME = r"(?:GMT|UTC|BST|E[SD]T|P[SD]T|C[SD]T|CES?T|EES?T|MSK|KST|JST|IST|ET|PT)\b(?:[+-]\d{1,2})?"
CLOCK = (
    r"(?:[T,\s@|·-]*(?:at\s+|um\s+|à\s+)?\d{1,2}[:.h]\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?"
    rf"\s*(?:Z\b|[+-]\d{{2}}:?\d{{2}}|{ZONE_NAME})?)?"
)
DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|\d{4}년\s*\d{1,2}월\s*\d{1,2}일|\d{4}年\d{1,2}月\d{1,2}日"
    rf"|{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\s*,?\s*\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.|er|º)?[\s-]+(?:de\s+|of\s+)?{MONTH}[\s,-]+(?:de\s+|del\s+)?\d{{4}}){CLOCK}",
    re.IGNORECASE,
)
WEEKDAY = re.compile(
    r"^\W*(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun|lun|mar|mi[ée]r|jue|vie|s[áa]b|dom|mo|di|mi|do|fr|sa|so"
    r"|пн|вт|ср|чт|пт|сб|вс)\w*\.?,?\s",
    re.IGNORECASE,
)
PUBLISHED = re.compile(
    r"\b(?:published|posted|publi[ée]e?|publicado|ver[öo]ffentlicht|issued|created|first (?:published|posted)|released"
    r"|опубликовано|опубліковано|입력|게재|date)\b",
    re.IGNORECASE,
)
UPDATED = re.compile(
    r"\b(?:updated?|modified|mis [àa] jour|actualizado|aktualisiert|обновлено|оновлено|수정|bdst)\b", re.IGNORECASE
)
FILLER = re.compile(
    r"\b(?:published|posted|issued|created|first|last|updated?|modified|released|on|at|by|date|time|edition|views?|reads?"
    r"|min(?:ute)?s?|hrs?|shares?|comments?|bdst|publi[ée]e?|le|à|mis|jour|publicado|actualizado|el|ver[öo]ffentlicht"
    r"|aktualisiert|am|um|uhr|обновлено|опубликовано|в|입력|수정|오전|오후)\b|\d+|[\W_]+",
    re.IGNORECASE,
)
OFFSETS = "EST-0500 EDT-0400 ET-0400 CST-0600 CDT-0500 PST-0800 PDT-0700 PT-0700 BST+0100 CET+0100 CEST+0200 EET+0200 "
ZONES = {name[:-5]: name[-5:] for name in (OFFSETS + "EEST+0300 MSK+0300 KST+0900 JST+0900 IST+0530").split()}
ZONE = re.compile(r"\b(" + "|".join(ZONES) + r")\b")


def is_date_line(line: str) -> bool:
    """Say whether a line holds a date (or a time of day) and hardly anything else."""
    if len(line) > 160:
        return False
    rest = WEEKDAY.sub("", DATE.sub("\x00", line))
    if "\x00" not in rest:
        return False
    return len(FILLER.sub("", rest.replace("\x00", ""))) <= (
        12 if PUBLISHED.search(line) or UPDATED.search(line) else 3
    )


def parse(text: str) -> datetime | None:
    """Return the first date of a text in UTC, or None.

    A time without zone counts as UTC; 05/06/2024 is two dates, so it is none.
    """
    found = DATE.search(text)
    if found is None:
        return None
    written = found[0]
    if re.match(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", written):
        first, second = (int(part) for part in re.split(r"[-/.]", written)[:2])
        if "." not in written[:6] and first <= 12 and second <= 12 and first != second:
            return None
    return _parsed(ZONE.sub(lambda zone: ZONES[zone[1]], written))


def _parsed(written: str) -> datetime | None:
    """Return the moment a date names, in any language the library reads."""
    import dateparser  # noqa: PLC0415 - 200 ms, for seeds that carry a date

    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(.*)", written, re.DOTALL)
    plain = f"{iso[1]}-{int(iso[2]):02}-{int(iso[3]):02}{iso[4]}" if iso else re.sub(r"(?<=\w),(?=\d)", ", ", written)
    order = "DMY" if not iso and re.match(r"(?:1[3-9]|2\d|3[01]|\d{1,2}\.)", written) else "MDY"
    settings = {"DATE_ORDER": "YMD" if iso else order, "TIMEZONE": "UTC", "RETURN_AS_TIMEZONE_AWARE": True}
    try:
        found = dateparser.parse(re.sub(r"[|@·]", " ", plain).strip(" ,-"), settings=settings)
    except (ValueError, OverflowError, TypeError):
        return None
    return found.astimezone(UTC) if found is not None else None


def publication(header: Sequence[str], above: Sequence[str], footer: Sequence[str]) -> datetime | None:
    """Return when an article was published.

    `header` are the lines between headline and text, `above` those over the headline (a site's masthead: the day the
    page was opened, unless it says otherwise), `footer` those after the text.
    """
    dated = [line for line in (*header, *above, *footer) if is_date_line(line)]
    plain = [line for line in header if len(line) <= 120 and not UPDATED.search(line)]
    plain += [line for line in above if is_date_line(line) and not WEEKDAY.search(normalise(line))]
    found = (
        *(parse(line[mark.start() :]) or parse(line) for line in dated if (mark := PUBLISHED.search(line))),
        *map(parse, plain),
        *(parse(line[mark.start() :]) or parse(line) for line in dated if (mark := UPDATED.search(line))),
    )
    return next(filter(None, found), None)
