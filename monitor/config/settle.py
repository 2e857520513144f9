"""Paths made absolute, secrets found: what a piece of configuration needs from the machine it runs on."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr

from monitor.config.document import shown
from monitor.config.parts import Placed, Problems
from monitor.config.problems import nearest

M = TypeVar("M", bound=BaseModel)

OPEN_TO_OTHERS = 0o007
PUBLIC = {"ca_file"}  # certificates are no secret


def settle(placed: Placed[M], found: Problems) -> M:
    """Return the piece with absolute paths and with secrets from the environment filled in; faults go to `found`."""
    return _settled(placed.value, placed, (), found)


def absolute(path: Path, base: Path) -> Path:
    """Return `path` counted from `base`, without dots and tildes."""
    return Path(os.path.normpath(base.absolute() / path.expanduser()))


def _settled(model: M, placed: Placed[Any], path: tuple[str, ...], found: Problems) -> M:
    changes: dict[str, Any] = {}
    for name in model.model_fields_set:  # what nobody wrote needs nothing
        value = getattr(model, name)
        if not (isinstance(value, BaseModel | Path | SecretStr) or name.endswith("_env")):
            continue
        here = (*path, type(model).model_fields[name].alias or name)
        if isinstance(value, BaseModel):
            changes[name] = _settled(value, placed, here, found)
        elif isinstance(value, Path):
            changes[name] = _path(name, value, placed, here, found)
        elif isinstance(value, SecretStr):
            found.error(
                placed.where(*here), f"{placed.key(*here)}: secrets do not stand in this file; {_twins(model, name)}"
            )
        elif value:
            _check_env(value, placed, here, found)
            changes[name.removesuffix("_env")] = SecretStr(os.environ.get(value, ""))
    if not changes:
        return model
    changed = {name: value for name, value in changes.items() if value != getattr(model, name, None)}
    return model.model_copy(update=changed) if changed else model


def _twins(model: BaseModel, name: str) -> str:
    twins = [twin for twin in (f"{name}_file", f"{name}_env") if twin in type(model).model_fields]
    return f"write {' or '.join(twins)}"


def _check_env(variable: str, placed: Placed[Any], here: tuple[str, ...], found: Problems) -> None:
    if not os.environ.get(variable):
        found.error(placed.where(*here), f"{placed.key(*here)}: the environment has no variable {variable}")


def _path(name: str, written: Path, placed: Placed[Any], here: tuple[str, ...], found: Problems) -> Path:
    path = absolute(written, placed.base)
    if not name.endswith("_file"):
        return path
    if not os.access(path, os.R_OK):  # not there, or where only root may look: the service was handed its own copy
        path = _credential(written.name) or path
    what = _trouble(path) or ("" if name in PUBLIC or _says_something(path) else f"{shown(path)} is empty")
    if what:
        found.error(placed.where(*here), f"{placed.key(*here)}: {what}")
    elif name not in PUBLIC and path.stat().st_mode & OPEN_TO_OTHERS and path.is_file():
        found.warn(placed.where(*here), f"{placed.key(*here)}: {shown(path)} can be read by others; chmod 600 it")
    return path


def _credential(name: str) -> Path | None:
    """Return the file systemd handed over under this name (`LoadCredential` of a folder puts `FOLDER_` in front)."""
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    if not handed:
        return None
    exact, others = Path(handed) / name, sorted(Path(handed).glob(f"*_{glob.escape(name)}"))
    return exact if os.access(exact, os.R_OK) else next(iter(others), None)


def _trouble(path: Path) -> str:
    try:
        if not path.exists():
            return f"there is no file {shown(path)}{nearest(path.name, _beside(path))}"
    except PermissionError:  # of a folder above it
        return f"{shown(path)} cannot be read by this user"
    if path.is_dir():
        return f"{shown(path)} is a folder"
    return "" if os.access(path, os.R_OK) else f"{shown(path)} cannot be read by this user"


def _beside(path: Path) -> list[str]:
    """Return the names a person may have meant: files in the same folder, and what systemd handed over."""
    folders = [path.parent, *(Path(handed) for handed in [os.environ.get("CREDENTIALS_DIRECTORY")] if handed)]
    return [file.name for folder in folders if _listable(folder) for file in folder.iterdir()]


def _listable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.R_OK)


def _says_something(path: Path) -> bool:
    """Say whether a secret is more than the end of a line."""
    return not path.is_file() or bool(path.read_bytes().strip())
