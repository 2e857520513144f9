"""Copies made of an entry the way mastheads make them, and edits that are no copies."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.text import canonical_url, fingerprint, sentences
from monitor.types import Entry

AGENCIES = ("Reuters", "AP", "AFP", "dpa", "Yonhap", "Kyodo", "Xinhua", "EFE", "ANSA", "PTI")
CITIES = ("SEOUL", "KYIV", "LONDON", "Washington", "NEW YORK", "Brussels", "Tokyo", "Cape Town", "SAO PAULO")
PEOPLE = ("Jane Miller", "Tom O'Hara", "Min-ji Park", "Lena Schmidt", "Carlos Ruiz")
FILLING = (
    "More on this will be published here as it becomes available.",
    "Readers can follow our coverage through the day.",
    "The development comes amid continuing tension in the region.",
    "Observers have been following the matter closely.",
)
LEADS = (
    "Here is what our desk is reading this morning.",
    "Good evening and welcome to our overview.",
    "This just came in from our partners.",
)
OUTLETS = ("northern-post", "city-echo", "harbour-times", "valley-herald", "metro-daily")


@dataclass(frozen=True)
class Made:
    """An entry derived from another."""

    kind: str
    entry: Entry
    of: Entry


def _dateline(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    city, agency = dice.choice(CITIES), dice.choice(AGENCIES)
    fronts = ("{} ({}) - ", "{}, Nov 4 ({}) — ", "{} – ", "{} ({}) ", "{}, /{}/ ")
    return title, (dice.choice(fronts).format(city, agency) + body) if body else body


def _byline(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    person = dice.choice(PEOPLE)
    return title, dice.choice(("By {} - ", "By {} and Ann Lee | ", "By {}: ")).format(person) + body


def _truncated(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    words = body.split()
    kept = words[: max(8, int(len(words) * dice.uniform(0.4, 0.8)))]
    end = dice.choice(("...", "…", " […]", " [+1204 chars]"))
    return title, body if len(words) < 9 else " ".join(kept) + end


def _tagged(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    agency = dice.choice(AGENCIES)
    ends = (f" ({agency})", f" - {agency}", f" | {agency}", f" Source: {agency}", f" /{agency}/")
    if body and dice.random() < 0.5:
        return title, body + dice.choice(ends)
    return title + dice.choice(ends[:3]), body


def _prefixed(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    return dice.choice(("UPDATE 1-", "BREAKING: ", "Exclusive: ", "LIVE: ", "WATCH | ")) + title, body


def _dressed(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    """Other quotes, dashes, spaces and case."""
    swap = body.replace("'", "’").replace(" - ", " – ").replace("  ", " ")
    return dice.choice((title.upper(), title.rstrip(".") + ".", title.replace("'", "’"))), swap


def _headline_only(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    return title, ""


def _followed(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    post = f"The post {title} appeared first on City Echo."
    ends = ("Read more", "Continue reading on our site.", post, "All rights reserved.")
    return title, f"{body} {dice.choice(ends)}".strip()


def _lead_only(title: str, body: str, _: random.Random) -> tuple[str, str]:
    return title, " ".join(sentences(body)[:1])


def _own_headline(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    """The outlet's own headline over an agency's text, or a rubric in its place."""
    if len(body.split()) < 12:
        return title, body
    lead = " ".join(body.split()[:7]).rstrip(",.;:")
    return dice.choice((f"{lead} …", "World news in brief", "What we know so far")), body


def _appended(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    return title, f"{body.rstrip('. ')}. {' '.join(dice.sample(FILLING, 2))}" if body else body


def _own_lead(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    return title, f"{dice.choice(LEADS)} {body}" if body else body


def _escaped(title: str, body: str, dice: random.Random) -> tuple[str, str]:
    """Entities escaped twice, narrow and doubled spaces, typographic quotes."""
    quoted = re.sub(r'"([^"]*)"', "“\\1”", body).replace("'", "’")
    swap = dice.choice((("&", "&amp;"), (" ", "  "), (" ", "\u00a0"), ("-", "\u2011"), ("'", "&#39;")))
    return title.replace(*swap), quoted.replace(*swap)


COPYING: dict[str, Callable[[str, str, random.Random], tuple[str, str]]] = {
    "dateline": _dateline, "byline": _byline, "truncation": _truncated, "agency tag": _tagged, "prefix": _prefixed,
    "typography": _dressed, "headline only": _headline_only, "boilerplate": _followed, "lead only": _lead_only,
    "own headline": _own_headline, "appended": _appended, "own lead": _own_lead, "escapes": _escaped,
}  # fmt: skip


def copies(entries: Sequence[Entry], seed: int = 1) -> list[Made]:
    """Every kind of copy that fits, of entries long enough to be known again; an hour to a day later, elsewhere."""
    dice = random.Random(seed)
    made = []
    for entry in entries:
        if len(entry.title.split()) < 5:
            continue
        for kind, change in COPYING.items():
            title, body = change(entry.title, entry.summary, dice)
            if kind == "byline" and not entry.summary:
                continue
            made.append(Made(kind, _elsewhere(entry, kind, title, body, dice), entry))
    return made


def edited(entries: Sequence[Entry], seed: int = 2) -> list[Made]:
    """The same texts under other mastheads with one figure changed: never to be folded without a word."""
    dice = random.Random(seed)
    made = []
    for entry in entries:
        title, body = _other_figure(entry.title, dice), _other_figure(entry.summary, dice)
        if (title, body) != (entry.title, entry.summary):
            made.append(Made("figure", _elsewhere(entry, "figure", title, body, dice), entry))
    return made


def _other_figure(text: str, dice: random.Random) -> str:
    def other(found: re.Match[str]) -> str:
        number = int(found.group().replace(",", ""))
        return f"{number - 3 if number < 32 else number * 2 + 7:,}"

    pattern = r"(?<![\w.,-])(?!(?:19|20)\d\d\b)\d{2,}(?:,\d{3})*(?![\w.,:-])"
    return re.sub(pattern, other, text, count=1)


def _elsewhere(entry: Entry, kind: str, title: str, body: str, dice: random.Random) -> Entry:
    source = dice.choice([outlet for outlet in OUTLETS if outlet != entry.source])
    link = f"https://www.{source}.example/{fingerprint(entry.uid, kind)}?utm_source=rss&utm_medium=feed"
    date = entry.date + timedelta(minutes=dice.randint(30, 1440))
    return replace(
        entry, uid=fingerprint(link, kind), key=link, id=link, link=link, canonical=canonical_url(link), source=source,
        title=title, summary=body, date=date, published=date, seen_at=date,
    )  # fmt: skip
