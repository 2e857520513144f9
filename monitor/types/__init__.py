"""Frozen values that cross rooms: one type per stop of the line, no behaviour beyond reading them.

A part is loaded when one of its names is first asked for: to make a frozen class takes two milliseconds, and a verb
that only looks has no use for most of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.types.desk import Feedback, Silence
    from monitor.types.detection import (
        Assignment,
        Claim,
        Decision,
        Event,
        EventState,
        Hit,
        Match,
        Reason,
        Verdict,
    )
    from monitor.types.entries import Entry, Fetched, NotModified, ParsedFeed
    from monitor.types.feeds import Feed, FullText, Health
    from monitor.types.novelty import Novelty
    from monitor.types.storylines import Seed, Seeds, Sensitivity, Storyline, Watch
    from monitor.types.telling import (
        Alert,
        AlertState,
        Attempt,
        Coverage,
        Delivery,
        DeliveryState,
        Digest,
        DigestEntry,
        DigestEvent,
        DigestReason,
        GiveUp,
        Line,
        NearMiss,
        Outcome,
        Rendered,
        Retry,
        Summary,
    )

__all__ = [
    "Alert",
    "AlertState",
    "Assignment",
    "Attempt",
    "Claim",
    "Coverage",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Digest",
    "DigestEntry",
    "DigestEvent",
    "DigestReason",
    "Entry",
    "Event",
    "EventState",
    "Feed",
    "Feedback",
    "Fetched",
    "FullText",
    "GiveUp",
    "Health",
    "Hit",
    "Line",
    "Match",
    "NearMiss",
    "NotModified",
    "Novelty",
    "Outcome",
    "ParsedFeed",
    "Reason",
    "Rendered",
    "Retry",
    "Seed",
    "Seeds",
    "Sensitivity",
    "Silence",
    "Storyline",
    "Summary",
    "Verdict",
    "Watch",
]

PARTS = ("feeds", "storylines", "novelty", "desk", "entries", "detection", "telling")  # what most verbs need first


def __getattr__(name: str) -> Any:
    """Return a type from the part that defines it."""
    for part in PARTS if name in __all__ else ():
        found = vars(import_module(f"{__name__}.{part}")).get(name)
        if found is not None:
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
