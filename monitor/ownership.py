"""Whose the files are: what root makes in a service's folder belongs to the service, as SQLite has it with its own."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def settled(path: Path) -> Path:
    """Return the path, its file given to the owner of its folder when root has made it for somebody else."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        if folder.st_uid:
            with suppress(OSError):  # a file system that knows no owners
                os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)
    return path


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each for the owner of the one it lies in. Errors: OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in reversed(missing):
        settled(folder)
