"""Floors under newness: what is said again stays silent, what is new is told, and the reader sees why."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest

from monitor.detect.chronicle import Chronicle
from monitor.detect.mastheads import own_words
from monitor.detect.reading import Lens
from monitor.types import Entry, Seeds, Storyline
from tests.eval.labelled import MATCH, TELLING, Decided, Item, decide, item_of, seoul
from tests.eval.perturb import Made
from tests.eval.reword import planted, reworded

STORIES = Path(__file__).with_name("data") / "rewordings.jsonl"
START = datetime(2025, 3, 4, 8, tzinfo=UTC)
FACTS = ("figure", "name", "denial")


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens.shipped()


def test_stories_reported_again_and_again(lens: Lens) -> None:
    """Ten happenings in several outlets' words: `same` adds nothing, `more` holds something new."""
    told: dict[str, list[bool]] = defaultdict(list)
    stories: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in STORIES.read_text("utf-8").splitlines():
        row = json.loads(line)
        stories[row["story"]].append(row)
    for story, rows in stories.items():
        chronicle = Chronicle(Storyline(name=story), lens)
        for number, row in enumerate(rows):
            url = f"https://{row['source']}.example/{story}/{number}"
            made = {"id": url, "url": url, "lang": "en", "event": story}
            entry = item_of(row | made, START + timedelta(hours=float(row["hours"]))).entry
            _, verdict = chronicle.add(entry, lens.read([entry])[0], MATCH)
            told[row["kind"]].append(verdict.novelty in TELLING)
    assert all(told["first"])
    assert fmean(told["same"]) <= 0.1
    assert fmean(told["more"]) >= 0.95


@pytest.mark.shared
def test_rewordings_are_no_news_and_planted_facts_are(shared: Path, lens: Lens) -> None:
    items = seoul(shared / "data")
    chosen = _one_an_event(items)
    background = ["Seoul and Kyiv have kept diplomatic relations for more than thirty years."]
    again = _verdicts(items, reworded(chosen, background), lens)
    assert fmean(v.verdict.novelty in TELLING for found in again.values() for v in found) <= 0.03
    new = _verdicts(items, planted(chosen), lens)
    recall = {kind: fmean(v.verdict.novelty in TELLING for v in new[kind]) for kind in FACTS}
    assert recall["figure"] >= 0.92, recall
    assert recall["name"] >= 0.92, recall
    assert recall["denial"] >= 0.9, recall
    assert fmean(any("denied" in why for why in v.verdict.why) for v in new["denial"] if v.verdict.new) >= 0.9


def _one_an_event(items: Sequence[Item]) -> list[Entry]:
    """English reports with a whole sentence under the headline, one an event."""
    whole = [i for i in items if i.entry.lang == "en" and own_words(i.entry.summary).endswith(".")]
    random.Random(5).shuffle(whole)
    return list({item.event: item.entry for item in whole if not item.entry.source.startswith("mt-")}.values())


def _verdicts(items: Sequence[Item], made: Sequence[Made], lens: Lens) -> dict[str, list[Decided]]:
    """Each kind of made report put into the stream by itself."""
    found = {}
    for kind in dict.fromkeys(m.kind for m in made):
        mine = [m.entry for m in made if m.kind == kind]
        decided = decide([*items, *(Item(entry, "") for entry in mine)], lens, Seeds())
        uids = {entry.uid for entry in mine}
        found[kind] = [d for d in decided if d.item.entry.uid in uids]
    return found
