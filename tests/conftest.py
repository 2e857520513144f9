"""Fixtures every test may use: the shared material and the system parts, skipped or required."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import structlog
from hypothesis import HealthCheck, settings

SHARED = Path(os.environ.get("MONITOR_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))


# The same examples every time, however long one takes: a busy machine is no failure.
settings.register_profile(
    "steady", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

for name in ("http_proxy", "https_proxy", "all_proxy"):  # tests talk to this machine only
    os.environ.pop(name, None)
    os.environ.pop(name.upper(), None)


def absent(variable: str, what: str) -> NoReturn:
    """Skip, or fail where the environment says that nothing may be skipped."""
    if os.environ.get(variable) == "1":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Take back what a test's `monitor` set up: a level of logging is one for the whole process."""
    hook = sys.excepthook
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
    logging.getLogger("apscheduler").setLevel(logging.NOTSET)
    sys.excepthook = hook


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared material."""
    if not SHARED.is_dir():
        absent("MONITOR_REQUIRE_SHARED", f"needs the shared material in {SHARED} (or $MONITOR_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def system_part() -> Callable[[str], str]:
    """Return the path of a program, or skip."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            absent("MONITOR_REQUIRE_SYSTEM", f"needs the program {name}")
        return str(path)

    return find
