"""Derived statistics and word lists that ship with the package; see ATTRIBUTION.md."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=8)
def words(name: str) -> frozenset[str]:
    """The words of a list, separated by white space."""
    return frozenset(files(__name__).joinpath(f"{name}.txt").read_text("utf-8").split())
