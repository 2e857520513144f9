"""What the demo leaves to look at: the mails as they arrived, and the story on one page."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.demo.record import Fate, Record, Row


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail on disk."""

    file: str  # relative to the folder of the demo
    subject: str  # without the storyline's name in front
    at: datetime


@dataclass(frozen=True, slots=True)
class Week:
    """One bar of the chart: entries of a week by what became of them."""

    start: datetime
    told: int
    known: int
    other: int


def save_mails(folder: Path, mails: Sequence[EmailMessage]) -> list[Mail]:
    """Write each mail's HTML with its pictures inside; return where."""
    (folder / "mails").mkdir(parents=True, exist_ok=True)
    saved = []
    for number, mail in enumerate(mails, 1):
        at = parsedate_to_datetime(str(mail["Date"]))
        name = f"mails/{number:03}-{at:%Y-%m-%d}.html"
        (folder / name).write_text(_html_of(mail), encoding="utf-8")
        saved.append(Mail(name, str(mail["Subject"]).partition(": ")[2] or str(mail["Subject"]), at))
    return saved


def _html_of(mail: EmailMessage) -> str:
    """Return the HTML a mail program would show, inline pictures included."""
    body = mail.get_body(("html",))
    page = str(body.get_content()) if body is not None else ""
    for part in mail.walk():
        name = str(part.get("Content-ID", "")).strip("<>")
        if name and part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_payload(decode=True)).decode()  # type: ignore[arg-type]
            page = page.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return page


def save_timeline(folder: Path, record: Record, mails: Sequence[Mail], figures: Sequence[tuple[str, str, str]]) -> Path:
    """Write the page of the whole story; return its path."""
    environment = Environment(
        loader=PackageLoader("monitor.demo"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    months = [(name, list(rows)) for name, rows in groupby(record.rows, key=lambda row: f"{row.date:%B %Y}")]
    page = environment.get_template("timeline.html.j2").render(
        record=record, mails=mails, figures=figures, months=months, weeks=weeks(record.rows), fates=list(Fate)
    )
    path = folder / "timeline.html"
    path.write_text(page, encoding="utf-8")
    return path


def weeks(rows: Sequence[Row]) -> list[Week]:
    """Return the weeks from the first entry to the last, empty ones included."""
    if not rows:
        return []
    counts: dict[datetime, Counter[str]] = {}
    for row in rows:
        kind = "other" if row.fate is Fate.OTHER else "known" if row.fate in {Fate.KNOWN, Fate.COPY} else "told"
        counts.setdefault(_monday(row.date), Counter())[kind] += 1
    first, last = min(counts), max(counts)
    starts = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    empty: Counter[str] = Counter()
    return [Week(start, (c := counts.get(start, empty))["told"], c["known"], c["other"]) for start in starts]


def _monday(date: datetime) -> datetime:
    return (date - timedelta(days=date.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
