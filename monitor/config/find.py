"""Where the configuration is looked for."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.config.document import shown
from monitor.errors import ConfigError, Where


def places() -> tuple[Path, ...]:
    """Return the places that are tried in turn when nobody named a file."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return (
        Path("config/monitor.yaml"),
        Path("monitor.yaml"),
        home / "monitor/monitor.yaml",
        Path("/etc/monitor/monitor.yaml"),
    )


def find(explicit: Path | None = None) -> Path:
    """Return the file to read: `explicit`, else `$MONITOR_CONFIG`, else the first place that has one.

    Errors: `ConfigError` when there is none, with the remedy.
    """
    named = explicit or (Path(os.environ["MONITOR_CONFIG"]) if os.environ.get("MONITOR_CONFIG") else None)
    if named is not None:
        return named / "monitor.yaml" if named.is_dir() else named
    for place in places():
        if place.is_file():
            return place
    tried = ", ".join(shown(place) for place in places())
    raise ConfigError(
        Where(str(places()[0])), f"no configuration found (looked for {tried}); `monitor init` writes one to start from"
    )
