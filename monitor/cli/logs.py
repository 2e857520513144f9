"""Logs: key=value for a person, JSON with priorities under systemd; never a secret, never a control character."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

LEVELS = {0: logging.WARNING, 1: logging.INFO}
PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CREDENTIALS = re.compile(r"(?<=://)[^/\s@]{1,200}@")

Event = MutableMapping[str, Any]


def set_up(verbose: int) -> None:
    """Send logs to stderr: warnings, with 1 what is done, with 2 every detail."""
    level = LEVELS.get(verbose, logging.DEBUG)
    under_systemd = bool(os.environ.get("INVOCATION_ID")) and not sys.stderr.isatty()
    shape: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False), _prioritised]
        if under_systemd
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)]
    )
    stamp = [] if under_systemd else [structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *stamp,
            neutral,
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Patient(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    form = f"{'<4>' if under_systemd else ''}%(name)s: %(message)s"
    logging.basicConfig(level=max(level, logging.WARNING), format=form, stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every tick that waits for the one before


def neutral(_: Any, __: str, event: Event) -> Event:
    """Take control characters and passwords in addresses out of every value."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = CREDENTIALS.sub("***@", CONTROL.sub("·", value)).replace("\n", " ⏎ ")
    return event


def _prioritised(_: Any, method: str, line: str) -> str:
    """Put the priority journald reads in front of a line."""
    return f"<{PRIORITIES.get(method, 6)}>{line}"


class _Patient:
    """A stream whose trouble (full disk, closed pipe) never reaches the work; lost lines are counted."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.lost = 0

    def write(self, text: str) -> None:
        """Write, or count what could not be written."""
        try:
            if self.lost:
                lost, self.lost = self.lost, 0
                self.stream.write(f"(log: {lost} lines were lost)\n")
            self.stream.write(text)
        except (OSError, ValueError):
            self.lost += 1

    def flush(self) -> None:
        """Flush what can be flushed."""
        try:
            self.stream.flush()
        except (OSError, ValueError):
            self.lost += 1
