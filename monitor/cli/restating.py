"""`storyline pause`, `resume`, `archive` and `rename`: each changes a line of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from monitor.cli import complete, show
from monitor.cli.session import Session, Verb, pass_session

if TYPE_CHECKING:
    from monitor.errors import Where

RELOAD = "A running monitor follows after a reload: systemctl reload monitor (or kill -HUP)."


@click.command(cls=Verb, reads=False)
@click.argument("name", shell_complete=complete.storylines)
@pass_session
def pause(session: Session, name: str) -> None:
    """Read nothing for a storyline until it is resumed; what it knows is kept.

    Writes `paused: true` into the configuration. What comes meanwhile is not judged for it, not even later.

    \b
    Example:
      monitor storyline pause seoul-arms-ukraine
    """
    session.storyline(name)
    _put(session, name, f"{name} is paused", paused="true")


@click.command(cls=Verb, reads=False)
@click.argument("name")
@pass_session
def resume(session: Session, name: str) -> None:
    """Follow a paused or archived storyline again, from what it knew.

    \b
    Example:
      monitor storyline resume seoul-arms-ukraine
    """
    if name in session.outline.archived:
        _put(session, name, f"{name} is followed again", archived="false")
    elif session.outline.storylines[session.storyline(name)].paused:
        _put(session, name, f"{name} is followed again", paused="false")
    else:
        show.say(f"{name} is followed already")


@click.command(cls=Verb, reads=False)
@click.argument("name", shell_complete=complete.storylines)
@pass_session
def archive(session: Session, name: str) -> None:
    """Close a story that is over: neither followed nor listed by `status` any more; what is known of it is kept.

    Writes `archived: true` into the configuration; `storyline list` still shows it, `storyline resume` undoes it.

    \b
    Example:
      monitor storyline archive seoul-arms-ukraine
    """
    session.storyline(name)
    _put(session, name, f"{name} is archived", archived="true")


@click.command(cls=Verb, reads=False)
@click.argument("old", shell_complete=complete.storylines)
@click.argument("new")
@pass_session
def rename(session: Session, old: str, new: str) -> None:
    """Give a storyline another name; its history moves along at the next start or reload.

    Changes the name in the configuration, its routes included, and notes the old one as `formerly`. Readers of mail
    see a new thread begin; to change only what they see, change `title` instead.

    \b
    Example:
      monitor storyline rename seoul-arms-ukraine seoul-kyiv
    """
    from monitor.config import restate

    session.storyline(old)
    if new in session.outline.storylines or new in session.outline.archived:
        raise click.UsageError(f"there is a storyline {new} already")
    _tell(f"{old} is called {new}", restate.rename(session.path, session.outline.files, old, new))


def _put(session: Session, name: str, done: str, **values: str) -> None:
    from monitor.config import restate

    _tell(done, restate.put(session.path, session.outline.files, name, **values))


def _tell(done: str, where: Where) -> None:
    show.say(f"{done} ({where})", "good")
    show.say(RELOAD)
