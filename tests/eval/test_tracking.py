"""Floors under the tracking of a story, on labelled streams, the way the pipeline streams them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from monitor import seeds as seed_files
from monitor.detect.metrics import Tracking, evaluate
from monitor.detect.reading import Lens
from monitor.detect.track import follow
from monitor.text import clean
from monitor.types import Entry, Match, Seed, Seeds, Storyline

ROOT = Path(__file__).resolve().parents[2]
NEWS_STORIES = ("2026 FIFA World Cup", "Insurgency in Khyber Pakhtunkhwa")


def entry_of(row: dict[str, Any]) -> Entry:
    date = datetime.fromisoformat(row["date"])
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return Entry(
        uid=row["id"], key=row["id"], title=clean(row["title"]), summary=clean(row["summary"]), lang=row["lang"],
        source=row["source"], seen_at=date, date=date,
    )  # fmt: skip


def stretches(count: int) -> Iterator[tuple[int, int]]:
    """From one fit to the next: 64, 128, .. 1024, then every 1024 entries."""
    start, size = 0, 64
    while start < count:
        yield start, min(size, count)
        start, size = size, size * 2 if size < 1024 else size + 1024


def replay(story: Storyline, entries: Sequence[Entry]) -> list[Match]:
    fresh = lens = Lens.shipped()
    threshold, matches = None, []
    for start, end in stretches(len(entries)):
        if start:
            lens = fresh.with_stream([e.text for e in entries[max(0, start - 2000) : start]])
        tracker = follow(story, lens, (), threshold)
        threshold = tracker.threshold
        matches += tracker.match(lens.read(entries[start:end]))
    return matches


def measured(matches: Sequence[Match], wanted: Sequence[bool]) -> Tracking:
    found = evaluate(wanted, [m.score for m in matches], [m.on_topic for m in matches])
    assert found is not None
    return found


def rows_of(path: Any) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return sorted(rows, key=lambda row: datetime.fromisoformat(row["date"])) if "date" in rows[0] else rows


def recall_of(matches: Sequence[Match], chosen: Sequence[bool]) -> float:
    return sum(m.on_topic for m, c in zip(matches, chosen, strict=True) if c) / sum(chosen)


def test_the_shipped_story_from_its_own_seeds() -> None:
    grades = {row["id"]: row["grade"] for row in rows_of(ROOT / "tests/eval/data/labels.jsonl")}
    rows = rows_of(files("monitor.demo.data").joinpath("entries.jsonl"))
    story = Storyline(name="seoul", seeds=seed_files.load(ROOT / "seeds/seoul-arms-ukraine"))
    matches = replay(story, [entry_of(row) for row in rows])
    found = measured(matches, [grades[row["id"]] >= 1 for row in rows])
    assert found.average_precision >= 0.90, found.average_precision
    assert found.decided.f1 >= 0.82, found.decided
    assert recall_of(matches, [grades[row["id"]] == 2 for row in rows]) >= 0.88


@pytest.mark.shared
def test_the_example_from_its_five_raw_seeds_over_all_languages(shared: Path) -> None:
    rows = rows_of(shared / "data" / "seoul-arms.jsonl")
    story = Storyline(name="seoul", seeds=seed_files.load(shared / "seeds"))
    matches = replay(story, [entry_of(row) for row in rows])
    found = measured(matches, [row["grade"] >= 1 for row in rows])
    assert found.average_precision >= 0.92, found.average_precision
    assert found.decided.f1 >= 0.84, found.decided
    assert recall_of(matches, [row["grade"] == 2 for row in rows]) >= 0.92


@pytest.mark.shared
@pytest.mark.parametrize("name", NEWS_STORIES)
def test_a_story_in_the_news_of_the_world(shared: Path, name: str) -> None:
    rows = rows_of(shared / "data" / "wcep-bullets.jsonl")
    own = [row for row in rows if name in row["path"]]
    seeds = tuple(
        Seed(file=row["id"], title=row["title"], paragraphs=(row["summary"],) if row["summary"] else ())
        for row in own[:5]
    )
    later = [row for row in rows if row["date"] > own[4]["date"]][:1200]
    found = measured(
        replay(Storyline(name=name, seeds=Seeds(articles=seeds)), [entry_of(row) for row in later]),
        [name in row["path"] for row in later],
    )
    assert found.average_precision >= 0.5, found.average_precision
    assert found.decided.f1 >= 0.5, found.decided
