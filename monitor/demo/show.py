"""What a person sees while the demo runs: progress and colour on a terminal, plain lines in a pipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from monitor.demo.record import MAILBOX, Letter
from monitor.text import short

COLOURS = {"new event": "bold red", "development": "bold blue", "correction": "bold magenta"}
MOST_ITEMS = 6  # of one letter


class Screen:
    """The terminal, or what stands in for it."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, line: str, style: str = "") -> None:
        """Print one line, as wide as it is."""
        self.console.print(Text(line, style=style), soft_wrap=True)

    @contextmanager
    def progress(self, total: int) -> Iterator[Progress]:
        """Show how far the demo is, on a terminal only."""
        columns = (
            TextColumn("[bold]{task.fields[day]}"),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[read]} entries read"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as bar:
            bar.add_task("time", total=total, day="", read=0)
            yield bar

    def letter(self, letter: Letter) -> None:
        """Show a digest that has just arrived."""
        head = Text(f"{letter.at:%a %d %b %Y %H:%M}  ", style="dim")
        if letter.receiver != MAILBOX:
            titles = "; ".join(item.title for item in letter.items)
            self.console.print(head.append("webhook  ").append(short(titles, 110)), soft_wrap=True)
            return
        head.append("mail     ", style="green").append(_counted(letter), style="bold")
        self.console.print(head, soft_wrap=True)
        for item in letter.items[:MOST_ITEMS]:
            line = Text("    ")
            line.append(f"{item.verdict:<12}", style=COLOURS.get(item.verdict, ""))
            line.append(short(item.title, 100))
            if item.sources > 1:
                line.append(f"  ({item.sources} sources)", style="dim")
            self.console.print(line, soft_wrap=True)
        if len(letter.items) > MOST_ITEMS:
            self.say(f"    and {len(letter.items) - MOST_ITEMS} more", "dim")

    def closing(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Show the figures at the end: what, how many, and a remark."""
        if not self.console.is_terminal:
            for name, figure, remark in rows:
                self.say(f"{name + ':':<32}{figure:>6}  {remark}".rstrip())
            return
        table = Table(show_header=False, box=None, padding=(0, 2))
        table.add_column(style="bold")
        table.add_column(justify="right", style="green")
        table.add_column(style="dim")
        for row in rows:
            table.add_row(*row)
        self.console.print()
        self.console.print(table)


def _counted(letter: Letter) -> str:
    """Return what is in a letter in a few words: 2 new events, 1 development."""
    counts = Counter(item.verdict for item in letter.items)
    return ", ".join(f"{count} {verdict}{'s' if count > 1 else ''}" for verdict, count in counts.items()) or "no news"


def day(moment: datetime) -> str:
    """Return a date as the progress bar shows it."""
    return f"{moment:%a %d %b %Y}"
