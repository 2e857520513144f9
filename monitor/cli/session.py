"""What every verb shares: the configuration, the store, and how to answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.pipeline import Pipeline
    from monitor.polling import Poller
    from monitor.store import Store


@dataclass
class Session:
    """One call of `monitor`."""

    config_path: Path | None = None
    as_json: bool = False
    verbose: int = 0

    @cached_property
    def path(self) -> Path:
        """The configuration file. Errors: `ConfigError` when there is none."""
        from monitor import config

        return config.find(self.config_path)

    @cached_property
    def config(self) -> Config:
        """The configuration. Errors: `ConfigErrors`."""
        from monitor import config

        return config.load(self.path)

    @cached_property
    def outline(self) -> Config:
        """The configuration without the text of its seeds, for verbs that only look. Errors: `ConfigErrors`."""
        from monitor import config

        return config.outline(self.path)

    @contextmanager
    def look(self) -> Iterator[Store]:
        """The database for a look: `store` without what only thinking needs (seeds, logs)."""
        with _opened(self.outline.state) as store:
            yield store

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database; before the first run an empty one in memory, so that looking creates nothing."""
        from monitor.cli import logs

        logs.set_up(self.verbose)
        with _opened(self.config.state) as store:
            yield store

    @contextmanager
    def line(self, *, level: int = 0) -> Iterator[Pipeline]:
        """The line over the real database, in step with the configuration."""
        from monitor.cli import logs
        from monitor.crash import crash_at, nothing
        from monitor.pipeline import Pipeline
        from monitor.store import Store

        logs.set_up(max(self.verbose, level))
        spec = os.environ.get("MONITOR_CRASH_AT")
        config = self.config
        with Store(config.state) as store, Pipeline(config, store, at=crash_at(spec) if spec else nothing) as line:
            if store.is_small:
                store.ensure_sound()
            line.sync()
            yield line

    @contextmanager
    def poller(self) -> Iterator[Poller]:
        """The first verb alone, over the real database: it loads nothing that only the others need."""
        from monitor.cli import logs
        from monitor.crash import crash_at, nothing
        from monitor.polling import Poller, sync
        from monitor.store import Store

        logs.set_up(self.verbose)
        spec = os.environ.get("MONITOR_CRASH_AT")
        config = self.config
        with Store(config.state) as store, Poller(config, store, at=crash_at(spec) if spec else nothing) as poller:
            if store.is_small:
                store.ensure_sound()
            sync(config, store)
            yield poller

    def storyline(self, name: str) -> str:
        """Return the name when it is watched. Errors: usage, with the nearest name."""
        return self.known(name, self.outline.storylines, "storyline")

    def known(self, name: str, names: Any, what: str) -> str:
        """Return the name when it is among `names`. Errors: usage, with the nearest one."""
        if name not in names:
            from monitor.config.problems import choice

            raise click.UsageError(f"unknown {what} {name}{choice(name, list(names), what)}")
        return name


def _opened(state: str) -> Store:
    from monitor.store import Store
    from monitor.store.place import MEMORY, database_file

    file = database_file(state)
    return Store(state if file is None or file.exists() else MEMORY)


class Verb(click.Command):
    """A command that takes --json, -v and -c behind the verb as well as in front of it."""

    def __init__(self, *args: Any, reads: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reads:
            self.params.append(_shared("--json", "as_json", is_flag=True, help="Answer in JSON."))
        self.params.append(_shared("-v", "--verbose", "verbose", count=True, hidden=True))
        self.params.append(
            _shared("-c", "--config", "config_path", type=click.Path(readable=False, path_type=Path), hidden=True)
        )


def _shared(*names: str, **options: Any) -> click.Option:
    target = next(name for name in names if not name.startswith("-"))

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        session = ctx.find_object(Session)
        if value and session is not None:
            setattr(session, target, value)

    return click.Option(list(names), expose_value=False, callback=keep, **options)


class Family(click.Group):
    """A verb of verbs, such as `feeds list`; alone it shows its help."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subcommand_metavar = "VERB [ARGS]..."

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with their first sentences whole."""
        with formatter.section("Verbs"):
            rows = [(name, command.get_short_help_str(200)) for name, command in sorted(self.commands.items())]
            formatter.write_dl(rows, col_max=14)


pass_session: Callable[..., Any] = click.make_pass_decorator(Session)
