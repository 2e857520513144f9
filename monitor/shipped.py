"""The files that ship beside the code: the example's seeds, the commented configuration, the systemd units."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the path of a shipped file or folder, such as `seeds/seoul-arms-ukraine`, installed or in a checkout.

    Errors: FileNotFoundError when this installation lacks it.
    """
    for root in (PACKAGE / "shipped_files", PACKAGE.parent):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation of the monitor")
