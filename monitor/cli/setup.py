"""Verbs to start with: init, check, schema, completion."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli import show
from monitor.cli.session import Session, Verb, pass_session


@click.command(cls=Verb, reads=False)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite files that are there already.")
def init(folder: Path, force: bool) -> None:
    """Write a commented configuration, a seeds folder and a systemd unit to start from.

    DIR is made when it does not exist; nothing that exists is overwritten without --force. What is written works
    as it is: it follows the shipped example story and writes its digests to files.

    \b
    Examples:
      monitor init mydesk      then: cd mydesk && monitor check
      monitor init             in the current folder
    """
    from monitor.cli import starting

    written, kept = starting.write(folder, force=force)
    for path in written:
        show.say(f"wrote {path}")
    for path in kept:
        show.say(f"kept  {path} (already there)", "warn")
    here = "" if folder == Path() else f"cd {starting.quoted(folder)} && "
    show.say()
    show.say(f"Next: {here}monitor check", "strong")
    show.say("Then put your own seed articles into a folder under seeds/, name it in config/monitor.yaml,")
    show.say("and see what the monitor makes of them: monitor storyline show NAME")


@click.command(cls=Verb)
@click.option(
    "--online",
    is_flag=True,
    help="Also fetch every feed once and knock at every receiver; sends nothing. A summariser is asked once.",
)
@pass_session
def check(session: Session, online: bool) -> int:
    """Validate configuration, seeds, templates and routes; say who hears of which storyline, and when next.

    Faults come one a line as FILE:LINE:COL: what is wrong, and exit code 78. Warnings do not fail the check.

    \b
    Examples:
      monitor check
      monitor check --online       also: is every feed a feed, does every mail server answer?
      monitor -c /etc/monitor/monitor.yaml check
    """
    from monitor.cli import checking

    config = session.config
    report = checking.report(config)
    trouble = checking.online(config) if online else []
    if session.as_json:
        show.as_json({"ok": not trouble, "config": config.path, **report, "online": trouble})
    else:
        checking.tell(config, report, trouble, online=online)
    return 1 if trouble else 0


@click.command(cls=Verb, reads=False)
def schema() -> None:
    """Print the JSON Schema of the configuration (draft 2020-12).

    Editors with a YAML language server complete and explain every key when the first line of the configuration is
    `# yaml-language-server: $schema=./monitor.schema.json`.

    \b
    Example:
      monitor schema > config/monitor.schema.json
    """
    from monitor.config.schema import schema_text

    click.echo(schema_text(), nl=False)


@click.command(cls=Verb, reads=False)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    \b
    Examples:
      eval "$(monitor completion bash)"     as a line of ~/.bashrc
      eval "$(monitor completion zsh)"      as a line of ~/.zshrc, after compinit
      monitor completion fish | source      as a line of ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    from monitor.cli.app import root

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(root, {}, "monitor", "_MONITOR_COMPLETE").source())
