"""Names the shell completes: storylines and receivers of the configuration."""

from __future__ import annotations

from collections.abc import Callable

import click
from click.shell_completion import CompletionItem

from monitor.errors import MonitorError

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names_of(section: str) -> Completer:
    """Return a completer for the names in a section of the configuration; a faulty one completes nothing."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from monitor import config

        given = next((parent.params["config_path"] for parent in _up(ctx) if parent.params.get("config_path")), None)
        try:
            found = config.outline(config.find(given))
        except (MonitorError, OSError):
            return []
        return [CompletionItem(name) for name in getattr(found, section) if name.startswith(incomplete)]

    return complete


def _up(ctx: click.Context) -> list[click.Context]:
    chain: list[click.Context] = []
    current: click.Context | None = ctx
    while current is not None:
        chain.append(current)
        current = current.parent
    return chain


storylines = names_of("storylines")
receivers = names_of("receivers")
