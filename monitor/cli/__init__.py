"""The verbs a person types. Each family is one small module, imported only when it is used."""

from __future__ import annotations

import errno
import gc
import os
import sys

import click

from monitor.cli.app import root
from monitor.errors import ConfigError, MonitorError

__all__ = ["main"]

FAILED, BAD_CONFIG, INTERRUPTED = 1, 78, 130
YOUNG = 20_000  # objects between two looks for garbage: what modules make at import stays, and looking costs a tenth


def main(arguments: list[str] | None = None) -> None:
    """Run one verb and exit: 0 done, 1 failed, 2 wrong usage, 78 bad configuration."""
    gc.set_threshold(YOUNG)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # no other package has a say in our configuration
    try:
        code = root.main(arguments, prog_name="monitor", standalone_mode=False)
    except ConfigError as error:
        code = said(str(error), BAD_CONFIG)
    except MonitorError as error:
        code = said(f"monitor: {error}", FAILED)
    except PermissionError as error:
        code = said(
            f"monitor: {error.filename}: {error.strerror}; try as the user of the service, or with sudo", FAILED
        )
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = said("Stopped.", INTERRUPTED)
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED if error.errno == errno.EPIPE else said(f"monitor: not written: {error.strerror}", FAILED)
    sys.exit(code if isinstance(code, int) else 0)


def said(what: str, code: int) -> int:
    """Print to stderr, one line a fault whatever the width of the terminal; return the exit code."""
    click.echo(what, err=True)
    return code
