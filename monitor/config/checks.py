"""What only shows when the pieces are laid side by side: routes to nowhere, storylines nobody hears of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from monitor.config.document import shown
from monitor.config.parts import Parts, Placed, Problems
from monitor.config.problems import choice, nearest
from monitor.types import Feed

__all__ = ["across", "nearest", "shown"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def across(parts: Parts, feeds: Mapping[str, Feed], found: Problems) -> None:
    """Note everything in `parts` that is wrong only in view of the rest."""
    for name, story in parts.storylines.items():
        _check_name(name, story, "storyline", found)
        if story.value.formerly in parts.written["storylines"]:
            what = f"{story.value.formerly} is another storyline here; its history stays with it"
            found.error(story.where("formerly"), f"{story.key('formerly')}: {what}")
    for name, receiver in parts.receivers.items():
        _check_name(name, receiver, "receiver", found)
    tags = {tag for feed in feeds.values() for tag in feed.tags}
    for placed in parts.routes:
        _check_route(placed, parts, tags, found)
    if parts.main.operator and parts.main.operator not in parts.written["receivers"]:
        hint = choice(parts.main.operator, parts.written["receivers"], "receiver")
        found.error(parts.document.where("operator"), f"operator: unknown receiver {parts.main.operator}{hint}")
    _check_heard(parts, found)


def _check_name(name: str, placed: Placed[Any], what: str, found: Problems) -> None:
    if not NAME.fullmatch(name):
        rule = "letters, digits, dot, dash and underscore, at most 64 of them"
        found.error(placed.where(), f"{placed.key()}: a {what}'s name is made of {rule}; its title may be anything")


def _check_route(placed: Placed[Any], parts: Parts, tags: set[str], found: Problems) -> None:
    route = placed.value
    receivers, storylines = parts.written["receivers"], parts.written["storylines"]
    if route.receiver not in receivers:
        hint = choice(route.receiver, receivers, "receiver")
        found.error(placed.where("receiver"), f"{placed.key('receiver')}: unknown receiver {route.receiver}{hint}")
    if not any(fnmatchcase(name, route.storyline) for name in storylines) and route.storyline != "*":
        hint = choice(route.storyline, storylines, "storyline")
        found.error(placed.where("storyline"), f"{placed.key('storyline')}: unknown storyline {route.storyline}{hint}")
    for tag in route.tags:
        if tag not in tags:
            found.warn(placed.where("tags"), f"{placed.key('tags')}: no feed carries the tag {tag}{nearest(tag, tags)}")


def _check_heard(parts: Parts, found: Problems) -> None:
    """Warn of storylines and receivers no route touches; a file without any route is for backtests and fine."""
    if not parts.written["storylines"] and not parts.main.include:
        found.warn(parts.document.where(), "no storyline here: nothing is watched; `monitor init` writes an example")
    if not parts.routes:
        return
    routes = [placed.value for placed in parts.routes]
    for name, story in parts.storylines.items():
        if not story.value.archived and not any(fnmatchcase(name, route.storyline) for route in routes):
            found.warn(story.where(), f"{story.key()}: no route tells anybody of it")
    for name, receiver in parts.receivers.items():
        if name != parts.main.operator and not any(route.receiver == name for route in routes):
            found.warn(receiver.where(), f"{receiver.key()}: no route leads here")
