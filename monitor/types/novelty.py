"""What an entry adds: the word everybody uses, those too who need nothing else of the science."""

from __future__ import annotations

from enum import StrEnum


class Novelty(StrEnum):
    """What an entry adds."""

    NEW_EVENT = "new_event"
    DEVELOPMENT = "development"
    REPEAT = "repeat"
    COPY = "copy"
    CORRECTION = "correction"


NEWS = (Novelty.NEW_EVENT, Novelty.DEVELOPMENT, Novelty.CORRECTION)  # what readers are told, unless a route says else
