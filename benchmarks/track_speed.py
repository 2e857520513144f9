"""Entries a second through text, vectors and storylines, beside a tf-idf centroid in the same run.

    python benchmarks/track_speed.py ENTRIES.jsonl [--storylines 50] [--count 4096]

The entries are read as a feed gives them (title, summary, date, source; newest of the file), in batches of 256 as the
pipeline does. Five entries that share a label (`story`) are the seeds of a storyline. The multilingual vectors are made
beforehand and thus not counted; everything else is: cleaning, counting, static vectors, language, matching, reasons.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from track import entry_of, seed_of

from monitor.detect.reading import Lens
from monitor.detect.track import Tracker, follow
from monitor.types import Entry, Seeds, Storyline

BATCH = 256
STREAM = 2_000
SEEDS = 5


def timed(name: str, count: int, work: Callable[[], Any]) -> tuple[Any, float]:
    """Do the work once and say how many of `count` a second it did."""
    started = time.process_time()
    made = work()
    seconds = time.process_time() - started
    print(f"{name:52} {count / seconds:10.0f} a second  {seconds:7.3f} s", flush=True)
    return made, count / seconds


def storylines_of(rows: Sequence[dict[str, Any]], count: int) -> list[Storyline]:
    """Storylines of the first entries of the most told stories."""
    told = defaultdict(list)
    for row in rows:
        told[row.get("story") or ""].append(row)
    told.pop("", None)
    chosen = sorted(told.items(), key=lambda item: (-len(item[1]), item[0]))[:count]
    seeds = [Seeds(articles=tuple(seed_of(row) for row in mine[:SEEDS])) for _, mine in chosen]
    return [Storyline(name=str(number), seeds=each) for number, each in enumerate(seeds)]


def through(lens: Lens, trackers: Sequence[Tracker], rows: Sequence[dict[str, Any]]) -> int:
    """Read and match; returns how many were on topic somewhere."""
    found = 0
    for start in range(0, len(rows), BATCH):
        readings = lens.read([entry_of(row) for row in rows[start : start + BATCH]])
        found += sum(match.on_topic for tracker in trackers for match in tracker.match(readings))
    return found


def fresh(lens: Lens) -> Lens:
    """The lens without the texts it remembers, but with their multilingual vectors."""
    return Lens(lens.background, _multilingual=lens._multilingual)


def centroid(stream: Sequence[Entry], rows: Sequence[dict[str, Any]]) -> int:
    """What it is measured against: cosine of tf-idf words to the centroid of the seeds, nothing else."""
    vectoriser = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit([entry.text for entry in stream])
    middle = vectoriser.transform([entry.text for entry in stream[:SEEDS]]).mean(axis=0).A1
    found = 0
    for start in range(0, len(rows), BATCH):
        texts = [entry_of(row).text for row in rows[start : start + BATCH]]
        found += int((vectoriser.transform(texts) @ middle > 0.2).sum())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", type=Path)
    parser.add_argument("--storylines", type=int, default=50)
    parser.add_argument("--count", type=int, default=4096)
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.entries.read_text("utf-8").splitlines()]
    stream, rows = [entry_of(row) for row in rows[:STREAM]], rows[-args.count :]
    lens = Lens.shipped()
    lens.multilingual([entry.text for entry in stream] + [entry_of(row).text for row in rows])
    lens.features(["load the static model"])
    lens, _ = timed(
        "lens fitted, cold (texts of the stream)", STREAM, lambda: lens.with_stream([e.text for e in stream])
    )
    lens, _ = timed("lens fitted again (texts known)", STREAM, lambda: lens.with_stream([e.text for e in stream]))
    stories = storylines_of(rows, args.storylines)
    for story in stories:  # their passages, once
        follow(story, lens)
    trackers, _ = timed("storylines fitted", len(stories), lambda: [follow(story, lens) for story in stories])
    _, plain = timed("tf-idf centroid, one storyline", len(rows), lambda: centroid(stream, rows))
    timed("read only", len(rows), lambda: through(fresh(lens), [], rows))
    _, one = timed("one storyline", len(rows), lambda: through(fresh(lens), trackers[:1], rows))
    _, many = timed(f"{len(trackers)} storylines", len(rows), lambda: through(fresh(lens), trackers, rows))
    print(f"beside the centroid: {one / plain:.2f} with one, {many / plain:.2f} with {len(trackers)}")


if __name__ == "__main__":
    main()
