"""Whatever feeds and seeds say: answers within their range, one event an entry, a cost that grows with the input."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.chronicle import Remembered
from monitor.detect.track import Tracker, follow
from monitor.types import Entry, Seed, Seeds, Storyline
from tests.detect.stream import LENS, MATCH, chronicle, entry, feed, work

ODD = (
    "", " ", "a", "!", "...", "12", "3,000", "1e999 people", "9" * 400 + " soldiers", "١٢٣ ٤٥٦", "½ of 0/0 people",
    "NaN inf -inf", "the of and", "not never denied no", "A" * 5_000, "́" * 300, "\u200b\u202eabc", "\x00\x01",
    "Seoul Сеул 首尔 서울 Σεούλ", "서울은 무기를 보낼 수 있다", "首尔考虑向乌克兰提供武器", "Σεισμός στην Κρήτη",
    "🙂" * 50, "Storm closes the harbour of Dunmore", "Harbour of Dunmore closed by storm",
)  # fmt: skip
SEEDS = {
    "one sentence": [("en", "Storm closes the harbour of Dunmore", ())],
    "one word": [("en", "Dunmore", ())],
    "figures": [("en", "12", ("3,000 and 4,000.",))],
    "one sentence again and again": [("en", "Storm closes the harbour of Dunmore", ())] * 4,
    "another language": [
        ("ko", "지하철 노조 파업 예고", ("노조는 임금 인상을 요구한다.",)),
        ("ko", "지하철 파업 임박", ()),
    ],
}
texts = st.sampled_from(ODD) | st.text(max_size=60)
hours = st.sampled_from((0.0, 0.0, 1.0, 30.0, -500.0)) | st.floats(-20_000, 20_000)
entries = st.builds(
    entry, texts, texts, source=st.sampled_from("ab"), hours=hours, lang=st.sampled_from(("", "en", "el"))
)
streams = st.lists(entries, min_size=1, max_size=8, unique_by=lambda e: e.uid)


@cache
def tracker(seeds: str) -> Tracker:
    articles = [
        Seed(file=f"{n}.md", title=title, paragraphs=text, lang=lang)
        for n, (lang, title, text) in enumerate(SEEDS[seeds])
    ]
    return follow(Storyline(name="story", seeds=Seeds(articles=tuple(articles))), LENS)


@settings(max_examples=40)
@given(stream=streams)
def test_every_entry_gets_one_event_and_a_verdict_within_range(stream: list[Entry]) -> None:
    keeper = chronicle()
    for assignment, verdict in feed(keeper, *stream):
        assert 0 <= assignment.similarity <= 1
        assert 0 <= verdict.score <= 1
    placed = [uid for event in keeper.events for uid in event.entries]
    newest = max(e.date for e in stream)
    assert len(placed) == len(set(placed))
    assert {e.uid for e in stream if e.date == newest} <= set(placed)


@settings(max_examples=15)
@given(stream=streams, cut=st.integers(0, 8))
def test_a_restart_changes_nothing(stream: list[Entry], cut: int) -> None:
    decided = feed(chronicle(), *stream)
    past = [
        Remembered(entry=e, reading=LENS.read([e])[0], assignment=assignment, verdict=verdict)
        for e, (assignment, verdict) in zip(stream, decided, strict=True)
    ]
    again = chronicle()
    again.recall(past[:cut])
    assert feed(again, *stream[cut:]) == decided[cut:]


@pytest.mark.parametrize("seeds", SEEDS)
@settings(max_examples=10)
@given(stream=streams)
def test_every_entry_gets_a_score_whatever_the_seeds(seeds: str, stream: list[Entry]) -> None:
    alone = [tracker(seeds).match(LENS.read([e]))[0] for e in stream]
    assert all(isfinite(m.score) and 0 <= m.score <= 1 for m in alone)
    assert tracker(seeds).match(LENS.read(stream)) == alone


@pytest.mark.parametrize("word", ["storm ", "9,999 ", "x", "(“", "。", "A. ", "not "])
def test_a_long_text_costs_no_more_than_its_length(word: str) -> None:
    def cost(size: int) -> int:
        long = entry(word * (size // len(word)), word * (size // len(word)), hours=size)
        return work(lambda: feed(chronicle(), long))

    cost(1_000)
    assert cost(80_000) < 6 * cost(20_000)


def test_what_copies_cost_grows_with_their_number() -> None:
    first = entry("Storm closes the harbour of Dunmore", "Ferries stay in port until Friday, the harbour master said.")

    def cost(copies: int) -> int:
        printed = [replace(first, uid=f"{n}", source=f"s{n}") for n in range(copies)]
        readings = LENS.read(printed)
        keeper = chronicle()
        return work(lambda: [keeper.add(e, r, MATCH) for e, r in zip(printed, readings, strict=True)])

    cost(5)
    assert cost(160) < 10 * cost(40)
