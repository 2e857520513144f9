"""`monitor backtest`: what it takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from monitor.cli import complete, show
from monitor.cli.session import Session, Verb, pass_session


def _written(read: str) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Return a callback that reads an option with a function of `replaying`, told as wrong usage when it cannot."""

    def callback(_: click.Context, __: click.Parameter, value: str | None) -> Any:
        from monitor.cli import replaying

        try:
            return None if value is None else getattr(replaying, read)(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return callback


def _picture(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() not in {".svg", ".png"}:
        raise click.BadParameter("the name ends in .svg or .png")
    return path


@click.command(cls=Verb)
@click.argument("name", shell_complete=complete.storylines)
@click.option(
    "--entries",
    type=click.Path(exists=True, path_type=Path),
    help="JSON lines; saved feeds (one file, a folder or a zip); or an OPML list of feeds that were polled.",
)
@click.option("--since", callback=_written("moment"), help="Only what is dated from then on: 30d, or a date (UTC).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write one JSON line for every entry.")
@click.option("--budget", callback=_written("budget_of"), help="Propose the threshold for so many alerts: 5/day.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_picture,
    help="Draw misses against false alarms into an .svg or .png file (needs labels).",
)
@click.option(
    "--seeds",
    type=click.Path(exists=True, path_type=Path),
    help="Use these seeds instead of the storyline's.",
)
@pass_session
def backtest(
    session: Session,
    name: str,
    entries: Path | None,
    since: Any,
    out: Path | None,
    budget: Any,
    plot: Path | None,
    seeds: Path | None,
) -> None:
    """Replay entries of the past on the real line, with a clock that follows them; nothing is fetched, stored or sent.

    \b
    What is replayed:
      FILE.jsonl         a line an entry: id, date, title, summary, url, source, lang; optional labels
                         grade (2 a development, 1 related, 0 not) and event
      FILE.xml, FOLDER,  saved feeds (RSS, Atom, JSON Feed); a feed saved many times tells each entry once,
      FILE.zip           and again when it was updated
      FILE.opml          what the database holds of the feeds in that list
      --since alone      what the database holds of every feed; your feedback serves as labels

    The storyline starts afresh: from seeds and watch terms, without what feedback taught it. Entries with labels
    are counted as hits, misses and false alarms; without, a table says what other settings would have brought, with
    the entries on either side of the line.

    \b
    Examples:
      monitor backtest seoul-arms-ukraine --entries archive.jsonl --plot det.svg
      monitor backtest seoul-arms-ukraine --entries saved-feeds/ --out decisions.jsonl --budget 5/day
      monitor backtest seoul-arms-ukraine --since 30d
    """
    from monitor.cli import replaying

    session.storyline(name)
    if entries is None and since is None:
        raise click.UsageError("say what to replay: --entries FILE, or --since 30d for what the database holds")
    found = replaying.run(session, name, replaying.Wish(entries, since, out, plot, budget, seeds))
    if session.as_json:
        show.as_json(found)
    else:
        replaying.tell(found)
