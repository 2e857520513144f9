"""What `monitor init` writes: copies of the shipped configuration, seeds and unit, and a schema for the editor."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from monitor.config.schema import schema_text
from monitor.errors import MonitorError
from monitor.shipped import shipped

EXAMPLE = "seeds/seoul-arms-ukraine"
CONFIG = "config/monitor.yaml"

UNIT = """\
# The storyline monitor as a service of your own account. To start it, now and at every login:
#   mkdir -p ~/.config/systemd/user && cp {unit} ~/.config/systemd/user/ && systemctl --user enable --now monitor
# To keep it running when you log out: loginctl enable-linger
# A service of the whole machine, in a sandbox: see "Run as a service" in the README.

[Unit]
Description=Storyline monitor

[Service]
# The program says itself when it is ready, and pings while it ticks.
Type=notify
WatchdogSec=120
ExecStart={command} -c {config} run
# Read the configuration again; a faulty one is refused, with the reason in the journal, and the old one kept.
ExecReload={command} -c {config} check
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=10
# Bad configuration is for a person to mend.
RestartPreventExitStatus=78
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
"""


def write(folder: Path, *, force: bool) -> tuple[list[Path], list[Path]]:
    """Write everything into `folder`; return (written, kept because it was there)."""
    written: list[Path] = []
    kept: list[Path] = []
    try:
        for name, content in _files(folder):
            path = folder / name
            if path.exists() and not force:
                kept.append(path)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise MonitorError(f"{error.filename}: {error.strerror}") from error
    return written, kept


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    yield CONFIG, shipped(CONFIG).read_text(encoding="utf-8")
    yield "config/monitor.schema.json", schema_text()
    for seed in sorted(shipped(EXAMPLE).iterdir()):
        yield f"{EXAMPLE}/{seed.name}", seed.read_text(encoding="utf-8")
    unit = folder.absolute() / "systemd/monitor.service"
    config = folder.absolute() / CONFIG
    yield (
        "systemd/monitor.service",
        UNIT.format(unit=quoted(unit), config=_escaped(config), command=_command()),
    )


def _command() -> str:
    """Return how systemd can start the program that runs now."""
    return f"{_escaped(Path(sys.executable))} -P -m monitor"  # whatever lies in the folder it starts in


def _escaped(path: Path) -> str:
    """Return a path as unit files write it: quoted, with % and $ doubled."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if any(sign.isspace() or sign in "'\"" for sign in text) else text


def quoted(path: Path) -> str:
    """Return a path as a shell reads it."""
    return shlex.quote(str(path))
