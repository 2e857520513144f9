"""The chronicle: events, copies, verdicts, and a memory that survives restarts."""

from __future__ import annotations

from monitor.detect.chronicle import Remembered
from monitor.types import Novelty
from tests.detect.stream import LENS, chronicle, entry, feed

UMEROV = entry(
    "Umerov in Seoul to ask for weapons", "Ukraine's defence minister Rustem Umerov met President Yoon on Wednesday."
)


def test_first_report_is_a_new_event() -> None:
    keeper = chronicle()
    [(assignment, verdict)] = feed(keeper, UMEROV)
    assert assignment.is_first
    assert verdict.novelty is Novelty.NEW_EVENT
    event = keeper.event(assignment.event_id)
    assert event is not None
    assert event.entries == (UMEROV.uid,)
    assert event.title == UMEROV.title


def test_wire_copy_with_dateline_is_folded() -> None:
    copy = entry(UMEROV.title, f"SEOUL (Reuters) - {UMEROV.summary}", source="daily-b", hours=1)
    first, (assignment, verdict) = feed(chronicle(), UMEROV, copy)
    assert verdict.novelty is Novelty.COPY
    assert assignment.copy_of == UMEROV.uid
    assert assignment.event_id == first[0].event_id


def test_recalled_equals_live() -> None:
    later = [
        entry("Yoon receives Ukrainian minister Umerov in Seoul", source="kr-daily", hours=2),
        entry("EU sanctions North Korean defence minister in new package", source="eu-brief", hours=500),
        entry("EU penalises North Korea's defence minister", source="wire-b", hours=501),
    ]
    stream = [UMEROV, *later]
    live = chronicle()
    decided = feed(live, *stream)
    for cut in range(len(stream) + 1):
        again = chronicle()
        readings = LENS.read(stream)
        again.recall(
            Remembered(entry=e, reading=r, assignment=a, verdict=v)
            for e, r, (a, v) in list(zip(stream, readings, decided, strict=True))[:cut]
        )
        assert feed(again, *stream[cut:]) == decided[cut:]
        assert again.events == live.events
