"""Logs: key=value for a person, JSON with priorities under systemd; never a secret, never a control character."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

from monitor.types.feeds import KEYS

LEVELS = {0: logging.WARNING, 1: logging.INFO}
PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CREDENTIALS = re.compile(r"(?<=://)[^/\s@]{1,200}@")
ADDRESS = re.compile(r"(https?://[^/\s]+/|with url: /)[^\s'\"]+")  # in tracebacks: the path may be the secret

Event = MutableMapping[str, Any]


def set_up(verbose: int) -> None:
    """Send logs to stderr: warnings, with 1 what is done, with 2 every detail."""
    level = LEVELS.get(verbose, logging.DEBUG)
    journal = _is_journal()
    shape: list[Any] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False), _prioritised]
        if journal
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)]
    )
    stamp = [] if journal else [structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *stamp,
            structlog.processors.format_exc_info,  # the plain one: a traceback with variables would show secrets
            neutral,
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Patient(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[_Others()])
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every tick that waits for the one before
    sys.excepthook = _crashed


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of a bug as of anything else: neutral, and as JSON in the journal."""
    structlog.get_logger().critical("crashed", exc_info=(kind, error, trace))


def _is_journal() -> bool:
    """Say whether stderr leads to the journal: systemd names the device and inode of the stream it handed over."""
    try:
        stream = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def neutral(_: Any, __: str, event: Event) -> Event:
    """Take control characters and passwords in addresses out of every value."""
    for key, value in event.items():
        if isinstance(value, str):
            clean = KEYS.sub(r"\1***", CREDENTIALS.sub("***@", CONTROL.sub("·", value)))
            event[key] = ADDRESS.sub(r"\1***", clean) if key == "exception" else clean.replace("\n", " ⏎ ")
    return event


class _Others(logging.Handler):
    """Lets what libraries log go the same way: neutral, one line, JSON where we write JSON."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        say = structlog.get_logger().bind(logger=record.name)
        say.log(record.levelno, record.getMessage(), exc_info=record.exc_info)


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
