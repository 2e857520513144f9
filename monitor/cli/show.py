"""How answers look: tables and colour on a terminal, plain columns in a pipe, JSON on demand."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import click

from monitor.notify import layout

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COLUMN_MOST, COLUMN_LEAST, LAST_LEAST = 40, 12, 20  # characters of a column; of the last, which takes what is left
STYLES = {"good": "green", "bad": "red", "warn": "yellow"}


def on_terminal() -> bool:
    """Return whether a person looks at the answer."""
    return sys.stdout.isatty()


def as_json(value: Any) -> None:
    """Print a value as JSON: times in UTC, durations in seconds, secrets never."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2 if on_terminal() else None))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value) if not each.name.startswith("_")}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return dict(value)
    for kind, turned in TURNED.items():
        if isinstance(value, kind):
            return turned(value)
    return str(value)


TURNED: dict[Any, Callable[[Any], Any]] = {
    datetime: lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    timedelta: lambda value: value.total_seconds(),
    Enum: lambda value: value.value,
    frozenset: sorted,
}


def clean(value: Any) -> str:
    """Return text that cannot steer a terminal."""
    return CONTROL.sub("·", str(value)).replace("\n", " ")


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "nothing", wrap: bool = False) -> None:
    """Print rows under heads; `empty` where there are none. The last column takes what width a terminal has left.

    It is cut there unless `wrap` says that it matters to its end; a pipe gets everything.
    """
    cells = [[clean("" if cell is None else cell) for cell in row] for row in rows]
    if not cells:
        click.echo(empty)
    elif on_terminal():
        _rich_table(heads, cells, wrap=wrap)
    else:
        _plain_table(heads, cells)


def _rich_table(heads: Sequence[str], rows: list[list[str]], *, wrap: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    widths = [min(COLUMN_MOST, max(len(row[number]) for row in [heads, *rows])) for number in range(len(heads) - 1)]
    left = console.width - sum(width + 2 for width in widths)
    if widths and left < LAST_LEAST:  # the widest gives way, the others stay readable
        widest = widths.index(max(widths))
        given = max(0, min(LAST_LEAST - left, widths[widest] - COLUMN_LEAST))
        widths[widest], left = widths[widest] - given, left + given
    for head, width in zip(heads, widths, strict=False):
        made.add_column(head, overflow="ellipsis", no_wrap=True, width=width)
    made.add_column(heads[-1], overflow="fold" if wrap else "ellipsis", no_wrap=not wrap, width=max(LAST_LEAST, left))
    for row in rows:
        made.add_row(*(_coloured(cell, Text) for cell in row))
    console.print(made)


WORDS = {
    "good": {"ok", "sent", "told", "passed", "yes", "new_event", "running"},
    "warn": {"late", "waiting", "pending", "leased", "empty", "undated", "degraded", "new", "paused", "retry", "muted"},
    "bad": {"failing", "dead", "not a feed", "gone", "stopped", "no", "down"},
}


def _coloured(cell: str, kind: Callable[..., Any]) -> Any:
    style = next((STYLES[name] for name, words in WORDS.items() if cell in words), "")
    return kind(cell, style=style)


def _plain_table(heads: Sequence[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[number]) for row in [list(heads), *rows]) for number in range(len(heads))]
    for row in [[head.upper() for head in heads], *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say(text: str = "", style: str = "") -> None:
    """Print a line, styled on a terminal (good, bad, warn, dim, strong)."""
    colour = {"good": "green", "bad": "red", "warn": "yellow"}.get(style)
    click.echo(
        click.style(clean(text), fg=colour, bold=style == "strong", dim=style == "dim") if style else clean(text)
    )


def line(text: str, style: str = "") -> None:
    """Print a line as `say` does, cut to the width of a terminal; a pipe gets all of it."""
    say(_cut(clean(text), shutil.get_terminal_size().columns) if on_terminal() else text, style)


def _cut(text: str, columns: int) -> str:
    """Return what fits into so many columns."""
    if layout.width(text) <= columns:
        return text
    while text and layout.width(text) >= columns:
        text = text[:-1]
    return f"{text}…"


def count(number: int, what: str, many: str = "") -> str:
    """Return a number with its noun, in the plural unless it is one."""
    return f"{number} {what if number == 1 else many or what + 's'}"


def when(moment: datetime | None, now: datetime | None = None) -> str:
    """Return a moment as a person reads it: "3 min ago", "in 2 h", or the local date."""
    if moment is None:
        return "never"
    now = now or datetime.now(UTC)
    seconds = (now - moment).total_seconds()
    text = span(timedelta(seconds=abs(seconds)))
    if abs(seconds) > 7 * 86_400:
        return local(moment)
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def local(moment: datetime) -> str:
    """Return a moment in the zone of this machine, to the minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def span(duration: timedelta) -> str:
    """Return a duration in its largest fitting unit: "40 s", "3 min", "5 h", "2 d"."""
    seconds = duration.total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (size == 60 and seconds >= 60):
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds)} s"


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal and nothing in a pipe; call what is yielded with the count done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
