"""Neighbours of a storyline: what near misses share with it weighs less."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from monitor.detect.lex import Sparse
from monitor.detect.near import neighbours_of
from monitor.detect.reading import Lens
from monitor.detect.track import Tracker, follow
from monitor.types import Entry, Seed, Seeds, Storyline

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SIBLING = "Drones from Orsk strike a depot in {}, the government of Orsk says"
ORDINARY = (
    "Central bank keeps interest rates where they are", "Champions held to a draw in the rain",
    "New album tops the charts for a third week", "Drought forces farmers to sell cattle early",
)  # fmt: skip
TOWNS = ("Lubek", "Tarn", "Wessen", "Pirka", "Domat", "Ulsk", "Vanta", "Greven", "Sorla", "Mittau")


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens.shipped()


def rows(*ids: tuple[int, ...]) -> list[Sparse]:
    return [Sparse(np.array(i, dtype=np.int32), np.full(len(i), 1 / len(i) ** 0.5, dtype=np.float32)) for i in ids]


def test_what_neighbours_hold_too_loses_weight_and_what_they_lack_gains() -> None:
    near = neighbours_of(rows(*[(1, 2)] * 30), np.linspace(0, 1, 30), np.zeros(30))
    assert near is not None
    [words] = rows((1, 5))
    before, after = words.dense(), near.contrast(words)
    assert after[1] < before[1]
    assert after[5] > before[5]
    assert after[2] < 0  # theirs alone


def test_the_closest_that_are_off_topic_are_the_neighbours() -> None:
    lexical = rows(*[(1,)] * 150, *[(2,)] * 100, *[(3,)] * 10)
    on_topic = np.array([0.0] * 250 + [0.99] * 10)
    near = neighbours_of(lexical, np.arange(260.0), on_topic)
    assert near is not None
    assert (near.share[1], near.share[3]) == (0, 0)
    assert near.share[2] == pytest.approx(1)


@pytest.mark.parametrize("on_topic", [np.full(100, 0.9), np.array([0.9] * 96 + [0.1] * 4), np.empty(0)])
def test_without_neighbours_nothing_is_said(on_topic: np.ndarray) -> None:
    assert neighbours_of(rows(*[(1,)] * len(on_topic)), on_topic, on_topic) is None


def test_few_neighbours_and_a_stream_about_the_story_are_trusted_less() -> None:
    def trust(count: int, on: int = 0) -> float:
        near = neighbours_of(rows(*[(1,)] * (count + on)), np.ones(count + on), np.array([0.0] * count + [1.0] * on))
        assert near is not None
        return near.trust

    assert trust(10) < trust(100) < 1
    assert trust(100, on=100) < 0.1 < trust(100, on=5)


def tracker(lens: Lens) -> Tracker:
    said = (
        "Drones from Orsk strike the port of Kallin, the government of Orsk says",
        "Port of Kallin burns after drones",
    )
    seeds = tuple(Seed(file=f"{n}.md", title=title, paragraphs=()) for n, title in enumerate(said))
    return follow(Storyline(name="kallin", seeds=Seeds(articles=seeds)), lens)


def test_a_stream_of_siblings_teaches_what_the_story_is_about(lens: Lens) -> None:
    def gap(chosen: Lens) -> float:
        entries = [Entry(uid=t, key=t, title=t, seen_at=NOW, date=NOW) for t in ("Kallin port reopens", "Orsk drones")]
        own, sibling = tracker(chosen).evidence(chosen.read(entries))[:, 0]
        return float(own - sibling)

    siblings = [SIBLING.format(town) for town in TOWNS] * 3 + list(ORDINARY) * 10
    assert gap(lens.with_stream(siblings)) > gap(lens.with_stream(list(ORDINARY) * 20))
