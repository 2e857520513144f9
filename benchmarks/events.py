"""Events, copies and newness on labelled streams, beside the baselines, in one run.

    python benchmarks/events.py FOLDER [--speed | --again]

FOLDER holds `seoul-arms.jsonl`, `uci-headlines.jsonl`, `wcep-headlines.jsonl` and `wcep-bullets.jsonl`. Baselines are
single-pass clusterings by cosine to the centroid, each at the threshold that is best for the set (which nobody knows
beforehand); the chronicle runs at the threshold it ships with. Scores are B-cubed F1 / pairwise F1. `firsts told` is
the share of first reports given NEW_EVENT or DEVELOPMENT, `further told` that of later ones, whether or not they add
something. `--again` measures both ends of newness by themselves: made rewordings that add nothing, and the same with
one planted fact.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import fmean

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from monitor.detect.chronicle import Chronicle
from monitor.detect.mastheads import own_words
from monitor.detect.reading import Lens, Reading
from monitor.types import Storyline
from tests.eval.labelled import (
    MATCH,
    TELLING,
    Item,
    bcubed,
    clusters,
    decide,
    firsts,
    further,
    mixed,
    pairwise,
    seoul,
    told_day_by_day,
)
from tests.eval.reword import planted, reworded

BACKGROUND = ("Seoul and Kyiv have kept diplomatic relations for more than thirty years.",)
THRESHOLDS = np.arange(0.1, 0.75, 0.1)
STORIES = (
    "Economic impact of the 2026 Iran war",
    "2026 FIFA World Cup",
    "Red Sea crisis",
    "Insurgency in Khyber Pakhtunkhwa",
)


def streams(folder: Path) -> Iterator[tuple[str, list[list[Item]]]]:
    yield "example story, on topic", [seoul(folder)]
    yield "example story, everything", [seoul(folder, lowest_grade=0)]
    yield "mixed headlines (12 events)", [mixed(folder, number) for number in range(4)]
    yield "mixed headlines (60 events)", [mixed(folder, 9, events=60)]
    yield "long stories, day by day", [told_day_by_day(folder, story) for story in STORIES]


def lexical_rows(readings: Sequence[Reading]) -> np.ndarray:
    used = np.unique(np.concatenate([r.lex.ids for r in readings]))
    rows = np.zeros((len(readings), len(used)), dtype=np.float32)
    for row, reading in zip(rows, readings, strict=True):
        row[np.searchsorted(used, reading.lex.ids)] = reading.lex.weights
    return rows


def both(readings: Sequence[Reading]) -> np.ndarray:
    static = np.stack([r.vector for r in readings])
    return np.hstack([lexical_rows(readings), static]) * np.float32(0.5**0.5)


def single_pass(rows: np.ndarray, days: Sequence[float], threshold: float) -> list[int]:
    """Join the nearest centroid of the last four days, or begin a new cluster."""
    sums: list[np.ndarray] = []
    last: list[float] = []
    found: list[int] = []
    for row, day in zip(rows, days, strict=True):
        near = [
            (float(row @ sums[c]) / float(np.linalg.norm(sums[c])), c) for c in range(len(sums)) if day - last[c] <= 4
        ]
        score, cluster = max(near, default=(-1.0, -1))
        if score < threshold:
            cluster = len(sums)
            sums.append(np.zeros_like(row))
            last.append(day)
        sums[cluster] = sums[cluster] + row
        last[cluster] = day
        found.append(cluster)
    return found


def baseline(
    items: Sequence[Item], lens: Lens, feature: Callable[[Sequence[Reading]], np.ndarray]
) -> tuple[float, float]:
    ordered = sorted(items, key=lambda item: (item.entry.date, item.entry.uid))
    rows = feature(lens.read([i.entry for i in ordered]))
    days = [i.entry.date.timestamp() / 86_400 for i in ordered]
    gold = [i.event for i in ordered]
    found = [single_pass(rows, days, threshold) for threshold in THRESHOLDS]
    return max((bcubed(gold, f), pairwise(gold, f)) for f in found)


def quality(folder: Path, lens: Lens) -> None:
    print(
        f"{'stream':30}{'each alone':>14}{'lexical':>14}{'lexical+static':>16}{'chronicle':>14}"
        f"{'firsts told':>13}{'further told':>14}"
    )
    for name, sets in streams(folder):
        decided = [decide(items, lens) for items in sets]
        alone = [bcubed([i.event for i in items], list(range(len(items)))) for items in sets]
        lexical = [baseline(items, lens, lexical_rows) for items in sets]
        mean = [baseline(items, lens, both) for items in sets]
        ours = [clusters(d) for d in decided]
        told = fmean(first for d in decided for first in firsts(d))
        again = fmean(later for d in decided for later in further(d))
        cells = [
            f"{fmean(s[0] for s in scores):.3f} / {fmean(s[1] for s in scores):.3f}" for scores in (lexical, mean, ours)
        ]
        print(
            f"{name:30}{fmean(alone):>14.3f}{cells[0]:>14}{cells[1]:>16}{cells[2]:>14}{told:>13.3f}{again:>14.3f}",
            flush=True,
        )


def speed(folder: Path, lens: Lens) -> None:
    """Entries of a storyline that already has hundreds of open events."""
    items = mixed(folder, 3, events=80, days=1)
    start = items[0].entry.date
    entries = [replace(i.entry, date=start + timedelta(minutes=6 * n)) for n, i in enumerate(items)]
    readings = lens.read(entries)
    chronicle = Chronicle(Storyline(name="story"), lens)
    begun = time.process_time()
    for entry, reading in zip(entries, readings, strict=True):
        chronicle.add(entry, reading, MATCH)
    spent = 1000 * (time.process_time() - begun) / len(entries)
    print(f"{len(entries)} entries, {len(chronicle.events)} events: {spent:.1f} ms CPU an entry")


def again(folder: Path, lens: Lens) -> None:
    """The share told of made reports of the example story, kind by kind."""
    items = seoul(folder)
    whole = [i for i in items if i.entry.lang == "en" and own_words(i.entry.summary).endswith(".")]
    chosen = list({i.event: i.entry for i in whole}.values())
    for name, made in (("reworded", reworded(chosen, BACKGROUND)), ("planted", planted(chosen))):
        for kind in dict.fromkeys(m.kind for m in made):
            mine = {m.entry.uid: Item(m.entry, "") for m in made if m.kind == kind}
            decided = [d for d in decide([*items, *mine.values()], lens) if d.item.entry.uid in mine]
            print(f"{name:12}{kind:14}{fmean(d.verdict.novelty in TELLING for d in decided):>8.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--speed", action="store_true", help="measure the cost of an entry instead")
    parser.add_argument("--again", action="store_true", help="measure newness on made rewordings instead")
    options = parser.parse_args()
    lens = Lens.shipped()
    (speed if options.speed else again if options.again else quality)(options.folder, lens)


if __name__ == "__main__":
    main()
