"""Countries under all their names: land, people and capital are one actor of the news."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

_LONGEST = 3  # words of a name


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    lines = files("monitor.detect.data").joinpath("places.txt").read_text("utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            names = shlex.split(line)
            found.update({_plain(name): names[0] for name in names})
    return found


def _plain(name: str) -> str:
    return name.lower().replace(".", "").replace("'", "").replace("’", "").replace("-", " ").strip()


@lru_cache(maxsize=1 << 14)
def place_of(name: str) -> str:
    """The usual name of the country a name stands for (`Seoul`, `South Koreans`), lower case, or ""."""
    plain = _plain(name)
    return _table().get(plain) or _table().get(plain.removesuffix("s"), "")


def split(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Cut a run of capitalised words where a country stands in it: `South Korea Yoon` is two names."""
    parts: list[tuple[str, ...]] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        length = next((n for n in range(_LONGEST, 0, -1) if place_of(" ".join(words[at : at + n]))), 0)
        if length:
            parts += [tuple(rest)] * bool(rest) + [tuple(words[at : at + length])]
            rest = []
        else:
            rest.append(words[at])
        at += length or 1
    return parts + [tuple(rest)] * bool(rest)
