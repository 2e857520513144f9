"""What a reload changes, in a line for each thing that came, went or is written otherwise now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import BaseModel

from monitor.config.load import Config

LIVE = ("routes", "polling", "operator", "retention", "summariser")  # parts of the configuration that a reload changes
FIXED = ("probes", "web")  # and those it does not


def changes(old: Config, new: Config) -> list[str]:
    """Return one line for each storyline, feed, receiver and route that came, went or changed."""
    renamed = {story.formerly: name for name, story in new.storylines.items() if story.formerly in old.storylines}
    lines = [f"storyline {before} is called {after} now; its history moves along" for before, after in renamed.items()]
    for kind in ("storylines", "receivers"):
        before: Any = getattr(old, kind)
        after: Any = getattr(new, kind)
        gone = {name: "archived" if name in new.archived else "removed" for name in before if name not in after}
        lines += [f"{kind[:-1]} {name} added" for name in after if name not in before and name not in renamed.values()]
        lines += [f"{kind[:-1]} {name} {how}; its history is kept" for name, how in gone.items() if name not in renamed]
        lines += _changed(kind[:-1], before, after)
    feeds_before, feeds_after = ({feed.url: feed for feed in one.feeds} for one in (old, new))
    lines += [f"feed {url} added" for url in sorted(feeds_after.keys() - feeds_before)]
    lines += [f"feed {url} removed" for url in sorted(feeds_before.keys() - feeds_after)]
    lines += _changed("feed", feeds_before, feeds_after)
    lines += [f"{part} changed" for part in LIVE if getattr(old, part) != getattr(new, part)]
    lines += [f"{part} changed: that takes a restart" for part in FIXED if getattr(old, part) != getattr(new, part)]
    return lines or ["nothing changed"]


def _changed(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a line for each that is in both and not the same, with the names of what differs and never the values."""
    lines = []
    for name, new in after.items():
        old = before.get(name)
        if old is not None and old != new:
            parts = type(new).model_fields if isinstance(new, BaseModel) else [part.name for part in fields(new)]
            differ = [part for part in parts if part != "version" and getattr(old, part) != getattr(new, part)]
            lines.append(f"{kind} {name} changed: {', '.join(differ)}")
    return lines
