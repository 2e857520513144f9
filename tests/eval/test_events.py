"""Floors under the science of events and newness, on labelled streams and generated copies."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import pytest

from monitor.detect.chronicle import Chronicle, Remembered
from monitor.detect.reading import Lens
from monitor.types import Entry, Novelty, Storyline
from tests.eval.labelled import (
    MATCH,
    Item,
    clusters,
    decide,
    firsts,
    further,
    item_of,
    mixed,
    mornings,
    rows,
    seoul,
    told_day_by_day,
)
from tests.eval.perturb import copies, edited

pytestmark = pytest.mark.shared
STORIES = (
    "Economic impact of the 2026 Iran war",
    "2026 FIFA World Cup",
    "Red Sea crisis",
    "Insurgency in Khyber Pakhtunkhwa",
)


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens.shipped()


@pytest.fixture(scope="module")
def data(shared: Path) -> Path:
    return shared / "data"


def test_events_of_the_example_story(data: Path, lens: Lens) -> None:
    decided = decide(seoul(data), lens)
    score = clusters(decided)
    assert score[0] >= 0.87, score
    assert score[1] >= 0.75, score
    assert fmean(firsts(decided)) >= 0.95
    assert fmean(further(decided)) <= 0.55


def test_events_among_everything_around_the_example_story(data: Path, lens: Lens) -> None:
    decided = decide(seoul(data, lowest_grade=0), lens)
    score = clusters(decided)
    assert score[0] >= 0.9, score
    assert score[1] >= 0.74, score
    assert fmean(firsts(decided)) >= 0.97


@pytest.mark.parametrize(("events", "streams", "floors"), [(12, 4, (0.89, 0.86)), (60, 1, (0.86, 0.78))])
def test_events_in_mixed_headlines(
    data: Path, lens: Lens, events: int, streams: int, floors: tuple[float, float]
) -> None:
    decided = [decide(mixed(data, number, events), lens) for number in range(streams)]
    scores = [clusters(d) for d in decided]
    assert fmean(s[0] for s in scores) >= floors[0], scores
    assert fmean(s[1] for s in scores) >= floors[1], scores
    assert fmean(told for d in decided for told in further(d)) <= 0.4


def test_events_of_long_stories_told_day_by_day(data: Path, lens: Lens) -> None:
    decided = [decide(told_day_by_day(data, story), lens) for story in STORIES]
    assert fmean(first for d in decided for first in firsts(d)) >= 0.95
    scores = [clusters(d) for d in decided]
    assert fmean(s[0] for s in scores) >= 0.88, scores
    assert fmean(s[1] for s in scores) >= 0.68, scores


def test_a_first_poll_at_one_moment_keeps_its_events_apart(data: Path, lens: Lens) -> None:
    stories = [seoul(data), *(told_day_by_day(data, story) for story in STORIES)]
    polls = [poll for n, story in enumerate(stories) for poll in mornings(story, 6, random.Random(n))]
    score = fmean(clusters(decide(batch, lens, seeds))[0] for seeds, batch in polls)
    firsts_only = [(seeds, list({i.event: i for i in reversed(batch)}.values())) for seeds, batch in polls]
    found = fmean(len({d.cluster for d in decide(batch, lens, seeds)}) / len(batch) for seeds, batch in firsts_only)
    assert score >= 0.7
    assert found >= 0.68


@pytest.mark.parametrize(("name", "count"), [("seoul-arms", 213), ("wcep-bullets", 250)])
def test_copies_are_found_and_edits_are_not_folded(data: Path, lens: Lens, name: str, count: int) -> None:
    originals = _unlike([item_of(r) for r in rows(data / f"{name}.jsonl")[:count]])
    chosen = random.Random(5).sample([i.entry for i in originals], 40)
    made, changed = copies(chosen), edited(chosen)
    root = {m.entry.uid: m.of.uid for m in made}
    stream = [*originals, *(Item(m.entry, "") for m in (*made, *changed))]
    decided = {d.item.entry.uid: d for d in decide(stream, lens)}
    claimed = [(uid, d.assignment.copy_of) for uid, d in decided.items() if d.assignment.copy_of]
    right = [root.get(str(of), of) == root.get(uid, uid) for uid, of in claimed]
    found = [decided[m.entry.uid].assignment.copy_of is not None for m in made]
    silent = [m for m in changed if decided[m.entry.uid].verdict.novelty in {Novelty.COPY, Novelty.REPEAT}]
    assert fmean(right) >= 0.98
    assert fmean(found) >= 0.98
    assert not silent


def test_no_restart_changes_anything(data: Path, lens: Lens) -> None:
    decided = decide(seoul(data), lens)
    readings = lens.read([d.item.entry for d in decided])
    past = [
        Remembered(entry=d.item.entry, reading=r, assignment=d.assignment, verdict=d.verdict)
        for d, r in zip(decided, readings, strict=True)
    ]
    for cut in range(5, len(past), 17):
        again = Chronicle(Storyline(name="story"), lens)
        again.recall(past[:cut])
        for known in past[cut : cut + 6]:
            assert again.add(known.entry, known.reading, MATCH) == (known.assignment, known.verdict)


def _unlike(items: Sequence[Item]) -> list[Item]:
    """Items whose headline no earlier one shares: what is a copy by nature would blur the count."""
    seen: dict[frozenset[str], Entry] = {}
    kept = []
    for item in items:
        heading = frozenset(item.entry.title.lower().split())
        if len(heading) > 3 and all(len(heading & other) < 0.6 * min(len(heading), len(other)) for other in seen):
            seen[heading] = item.entry
            kept.append(item)
    return kept
