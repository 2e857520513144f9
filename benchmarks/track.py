"""Tracking on labelled streams, through the product's own code and its way of streaming.

    python benchmarks/track.py --data DIR --experiments DIR [--every N] [--seeds N] [--fit] [--baselines]

`DIR`s are the shared data and the folder that holds tracking_eval.py, which makes the tasks: the first items of a story
are its seeds, later ones must be found. Causal: a storyline starts with the shipped background only, and is fitted
again with the stream's own latest 2,000 entries at 64, 128, .. 1024 and then every 1024 entries. Prints, a set: AP,
recall at precision 0.9, F1 at the automatic threshold and at the oracle's, cost at both, the worst decile of stories.
With --fit the calibration's three numbers are learnt anew from these sets (nothing is written).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from monitor import text
from monitor.detect.reading import Lens
from monitor.detect.track import follow
from monitor.detect.vectors import unit
from monitor.types import Entry, Feedback, Seed, Seeds, Sensitivity, Storyline

STREAM = 2_000
FIXED = {"(a)": 1.0, "(d)": 0.70}  # thresholds of baselines that have one: any of ten terms; a cosine of 0.70
SETS = "wcep-bullets:strict,wcep-bullets:hard,wcep-headlines:strict,wcep-headlines:hard,uci-headlines:strict"


@dataclass
class Run:
    """One story tracked."""

    labels: np.ndarray
    scores: np.ndarray
    decided: np.ndarray
    closeness: np.ndarray
    own: np.ndarray
    seconds: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


def entry_of(row: dict[str, Any]) -> Entry:
    date = datetime.fromisoformat(row["date"])
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    title, summary = text.clean(row.get("title") or ""), text.clean(row.get("summary") or "")
    return Entry(
        uid=row["id"], key=row["id"], title=title, summary=summary, lang=row.get("lang") or "",
        source=row.get("source") or "", seen_at=date, date=date,
    )  # fmt: skip


def seed_of(row: dict[str, Any]) -> Seed:
    entry = entry_of(row)
    return Seed(
        file=entry.uid, title=entry.title, paragraphs=(entry.summary,) if entry.summary else (), published=entry.date
    )


def stretches(count: int) -> Iterator[tuple[int, int]]:
    """From one fit to the next."""
    start, size = 0, 64
    while start < count:
        yield start, min(size, count)
        start, size = size, size * 2 if size < 1024 else size + 1024


def track(
    storyline: Storyline, entries: Sequence[Entry], labels: np.ndarray, fresh: Lens, verdicts: bool = False
) -> Run:
    """Follow one storyline through a stream of entries, oldest first; with `verdicts` a reader answers every alert."""
    started, lens, threshold = time.perf_counter(), fresh, None
    matches, closeness, own, feedback = [], [], [], []
    for start, end in stretches(len(entries)):
        if start:
            known = entries[max(0, start - STREAM) : start]
            days = (known[-1].date - known[0].date).total_seconds() / 86_400
            lens = fresh.with_stream([e.text for e in known], days, known[-1].date)
        tracker = follow(storyline, lens, feedback, threshold)
        threshold = tracker.threshold
        readings = lens.read(entries[start:end])
        fresh_matches = tracker.match(readings)
        matches += fresh_matches
        if verdicts:
            feedback += [
                Feedback(entry_uid=e.uid, storyline=storyline.name, yes=bool(label), at=e.date, text=e.text)
                for e, label, m in zip(entries[start:end], labels[start:end], fresh_matches, strict=True)
                if m.on_topic
            ]
        closeness.append(tracker.evidence(readings).sum(axis=1))
        own.append(np.full(end - start, tracker._known.scale.closeness))
    scores = np.array([m.score for m in matches])
    decided = np.array([m.on_topic for m in matches])
    seconds = time.perf_counter() - started
    return Run(labels, scores, decided, np.concatenate(closeness), np.concatenate(own), seconds)


def tasks_of(te: Any, path: Path, mode: str, seeds: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return te.build_tasks(te.load(str(path)), mode=mode, seeds=seeds)


def decided_metrics(labels: np.ndarray, decided: np.ndarray) -> dict[str, float]:
    hit, false = int((decided & (labels == 1)).sum()), int((decided & (labels == 0)).sum())
    positives, negatives = int(labels.sum()), int((labels == 0).sum())
    return {
        "P": hit / max(hit + false, 1), "R": hit / positives, "F1": 2 * hit / max(hit + false + positives, 1),
        "cost": min(1.0, 1 - hit / positives + 4.9 * false / max(negatives, 1)),
    }  # fmt: skip


def report(name: str, te: Any, runs: Sequence[Run]) -> None:
    ranked = [te.metrics(r.labels, r.scores) for r in runs]
    auto = [decided_metrics(r.labels, r.decided) for r in runs]
    best = {k: float(np.mean([m[k] for m in ranked])) for k in ("AP", "R@P90", "F1", "cost")}
    mine = {k: float(np.mean([m[k] for m in auto])) for k in ("P", "R", "F1", "cost")}
    worst = np.quantile([m["F1"] for m in auto], 0.1)
    speed = sum(len(r.labels) for r in runs) / sum(r.seconds for r in runs)
    print(
        f"{name:24} AP {best['AP']:.3f}  R@P.9 {best['R@P90']:.3f}  F1 auto {mine['F1']:.3f} oracle {best['F1']:.3f}"
        f" ({mine['F1'] / best['F1']:.2f})  P {mine['P']:.3f} R {mine['R']:.3f}  cost auto {mine['cost']:.3f}"
        f" oracle {best['cost']:.3f}  worst decile {worst:.3f}  {speed:.0f} entries/s",
        flush=True,
    )


def baselines(te: Any, rows: Sequence[Any], tasks: Sequence[Any], every: int, vectors: np.ndarray) -> None:
    """What else one could do: how it ranks, and what it comes to where its threshold is fixed."""
    scorers = te.baselines(rows, tasks)
    scorers["(d) cosine of sentence vectors"] = lambda t: vectors[t["cand"]] @ unit(vectors[t["seeds"]].mean(0))
    for label, scorer in scorers.items():
        found = [(task["label"].astype(int), scorer(task)) for task in tasks[::every]]
        fixed = FIXED.get(label[:3])
        decided = [decided_metrics(labels, scores >= fixed) for labels, scores in found] if fixed else []
        told = "  ".join(f"{k} {np.mean([m[k] for m in decided]):.3f}" for k in ("F1", "cost", "P", "R") if decided)
        ranked = te.fmt(label, te.macro([te.metrics(labels, scores) for labels, scores in found]))
        print("   ", ranked, f"at {fixed}: {told}" if decided else "")


def fit(runs: Sequence[Run]) -> None:
    """Learn the log-likelihood ratio: logistic regression on the two views of closeness, every story alike."""
    from sklearn.linear_model import LogisticRegression

    rows = np.concatenate([np.column_stack([r.closeness / r.own, r.closeness]) for r in runs])
    truth = np.concatenate([r.labels for r in runs])
    weights = np.concatenate([np.where(r.labels == 1, 5 / r.labels.sum(), 5 / (r.labels == 0).sum()) for r in runs])
    mean, spread = rows.mean(0), rows.std(0)
    model = LogisticRegression(C=100, max_iter=1000).fit((rows - mean) / spread, truth, sample_weight=weights)
    slopes = model.coef_[0] / spread
    print("relative, absolute, bias =", np.round([*slopes, model.intercept_[0] - slopes @ mean], 2))
    print("mean closeness of the seeds to each other", round(float(np.mean([r.own.mean() for r in runs])), 3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--experiments", type=Path, required=True)
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--every", type=int, default=1, help="only every n-th story")
    parser.add_argument("--level", default="balanced")
    parser.add_argument("--verdicts", action="store_true", help="a reader answers yes or no to every alert")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--baselines", action="store_true")
    parser.add_argument("--dump", type=Path)
    args = parser.parse_args()
    sys.path.insert(0, str(args.experiments))
    import tracking_eval as te

    fresh, everything = Lens.shipped(), {}
    for name, mode in (item.split(":") for item in args.sets.split(",")):
        rows, tasks = tasks_of(te, args.data / f"{name}.jsonl", mode, args.seeds)
        entries = [entry_of(row) for row in rows]
        runs = []
        for task in tasks[:: args.every]:
            seeds = Seeds(articles=tuple(seed_of(rows[i]) for i in task["seeds"]))
            story = Storyline(name=task["task"], seeds=seeds, sensitivity=Sensitivity(level=args.level))
            runs.append(
                track(story, [entries[i] for i in task["cand"]], task["label"].astype(int), fresh, args.verdicts)
            )
        report(f"{name} {mode}", te, runs)
        if args.baselines:
            baselines(te, rows, tasks, args.every, fresh.vectors([entry.text for entry in entries]))
        everything[f"{name}:{mode}"] = runs
    if args.fit:
        fit([run for runs in everything.values() for run in runs])
    if args.dump:
        import pickle

        args.dump.write_bytes(pickle.dumps(everything))


if __name__ == "__main__":
    main()
