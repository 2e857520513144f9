"""The command `monitor`: its verbs by family, loaded only when one of them is run."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from monitor import __version__
from monitor.cli.session import Session

FAMILIES: dict[str, dict[str, tuple[str, str]]] = {
    "Start": {
        "demo": (
            "monitor.cli.show_demo",
            "See the whole line at work on a shipped story: no network, nothing to set up.",
        ),
        "init": ("monitor.cli.setup", "Write a commented configuration, seeds and a systemd unit to start from."),
        "check": ("monitor.cli.setup", "Validate everything; say where each storyline's alerts go."),
        "schema": ("monitor.cli.setup", "Print the JSON Schema of the configuration, for editors."),
    },
    "Run": {
        "run": ("monitor.cli.line", "Run as a service: poll, assess, compose and deliver on their schedules."),
        "once": ("monitor.cli.line", "One pass of the four verbs, then exit (for cron and timers)."),
        "poll": ("monitor.cli.line", "Fetch the feeds that are due and store what is new."),
        "assess": ("monitor.cli.line", "Decide what belongs to which storyline and what is new in it."),
        "compose": ("monitor.cli.line", "Write the digests whose time has come."),
        "deliver": ("monitor.cli.line", "Send what waits in the outbox."),
    },
    "Look": {
        "status": ("monitor.cli.state", "Everything on one screen: storylines, feeds, outbox."),
        "storyline": ("monitor.cli.story", "What is watched, and the seed sentence each term came from."),
        "explain": ("monitor.cli.story", "Why an entry was told, or why it was not: every stage with its evidence."),
        "preview": ("monitor.cli.story", "The digest that would go out now."),
        "entries": ("monitor.cli.records", "What was read, matched, or nearly matched."),
        "events": ("monitor.cli.records", "What happened: entries folded into events."),
        "deliveries": ("monitor.cli.records", "The outbox: what was sent, what waits, what could not be sent."),
        "feeds": ("monitor.cli.feeds", "The feeds: their health; add, find, import and export them."),
    },
    "Teach": {
        "feedback": ("monitor.cli.teach", "Say yes or no to an entry; the storyline learns from it."),
        "silence": ("monitor.cli.teach", "Keep a storyline quiet for a while."),
        "backtest": (
            "monitor.cli.backtest",
            "Replay entries of the past: misses, false alarms, alerts a day; propose a threshold.",
        ),
    },
    "Operate": {
        "send-test": ("monitor.cli.state", "Send a sample digest to one receiver."),
        "healthcheck": ("monitor.cli.state", "Exit 0 when the service is alive and well, else 1 (for probes)."),
        "backup": ("monitor.cli.state", "Copy the database to FILE, also while the service runs."),
        "completion": ("monitor.cli.setup", "Print the completion script for bash, zsh or fish."),
    },
}

VERBS = {name: where for family in FAMILIES.values() for name, where in family.items()}


class Root(click.Group):
    """Loads a verb's module when the verb is typed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every verb in the order of the help page."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, imported now."""
        if cmd_name not in VERBS:
            return None
        module = import_module(VERBS[cmd_name][0])
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb; an unknown one fails with the nearest there is."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean {near[0]}?" if near else " See monitor --help."
            ctx.fail(f"There is no verb {args[0]}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs by family, without importing one."""
        for family, verbs in FAMILIES.items():
            with formatter.section(family):
                formatter.write_dl([(name, short) for name, (_, short) in verbs.items()], col_max=14)


@click.group(
    cls=Root,
    subcommand_metavar="VERB [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 78 bad configuration. "
    "`monitor VERB --help` has examples for every verb.",
)
@click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(readable=False, path_type=Path),  # what cannot be read is a bad configuration, no wrong usage
    help="Configuration to use, instead of the first found in the usual places.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON (reading verbs).")
@click.option("-v", "--verbose", count=True, help="Say more: -v what is done, -vv every detail.")
@click.version_option(__version__, "-V", "--version", prog_name="monitor", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context, config_path: Path | None, as_json: bool, verbose: int) -> None:
    """Follow developing news stories through feeds, and hear only what is new.

    \b
    A story is defined by a handful of seed articles in a folder. The monitor polls feeds, finds the entries
    that belong to it, folds reports of the same happening into events, and tells you what each adds.

    \b
    Begin with:   monitor demo                       watch it work, no network
                  monitor init mydesk && cd mydesk   your own configuration
                  monitor check                      is everything right?
                  monitor once --dry-run             what would it tell me?
    """
    ctx.obj = Session(config_path=config_path, as_json=as_json, verbose=verbose)
