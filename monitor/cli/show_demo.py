"""`monitor demo`: the whole line on the shipped story."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.session import Verb


@click.command(cls=Verb, reads=False)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where mails and the timeline are left to look at.",
)
def demo(folder: Path) -> int:
    """The whole line on the shipped story, in time-lapse: local feeds, local mailbox, no network, nothing to set up.

    Half a year after five seed articles passes in under a minute: six feeds are polled (one fails and recovers, one
    edits an entry), entries are matched, folded into events and told by mail and signed webhook.

    \b
    Examples:
      monitor demo
      monitor demo --folder demo && xdg-open demo/timeline.html
    """
    from rich.console import Console

    from monitor.demo.play import play

    return play(folder, Console(highlight=False))
