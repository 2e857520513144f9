"""A replay in figures: what it found, how that compares with labels, and what other thresholds would have brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.backtest.replay import Backtest, Progress, Replay, Row
from monitor.detect.metrics import Tracking, det_text, evaluate
from monitor.types import Novelty, Sensitivity

LEVELS = ("strict", "balanced", "broad")
STEPS = (0.8, 0.6, 0.4, 0.2)
SIDES = 5  # entries shown on either side of the line
WORST = 5  # misses and false alarms shown

Json = dict[str, Any]


def figures(made: Replay) -> Json:
    """Return the counts of a replay, the entries next to its line, and where there are labels how it did."""
    rows, (over, under) = made.rows, made.line
    verdicts = Counter(row.verdict for row in rows)
    found: Json = {
        "storyline": made.storyline.name,
        "entries": len(rows),
        "days": round(made.days, 1),
        "threshold": made.threshold,
        "on_topic": len(over),
        "events": len({row.event for row in rows if row.event}),
        "told": made.told,
        "alerts_a_day": round(made.alerts_a_day, 2),
        "verdicts": {kind.value: verdicts[kind] for kind in Novelty if verdicts[kind]},
        "over_the_line": [short(row) for row in over[:SIDES]],
        "under_the_line": [short(row) for row in under[:SIDES]],
    }
    graded = [row for row in rows if row.item.grade is not None]
    return found | {"labels": _against_labels(graded)} if graded else found


def tracking(rows: Sequence[Row]) -> Tracking | None:
    """Measure the labelled rows; None when none of them is on the story."""
    graded = [row for row in rows if row.item.grade is not None]
    return evaluate([_wanted(row) for row in graded], [r.score for r in graded], [r.on_topic for r in graded])


def _wanted(row: Row) -> bool:
    return (row.item.grade or 0) >= 1


def _against_labels(rows: Sequence[Row]) -> Json:
    missed = sorted((row for row in rows if _wanted(row) and not row.on_topic), key=lambda row: -row.score)
    alarms = sorted((row for row in rows if row.on_topic and not _wanted(row)), key=lambda row: -row.score)
    found = {
        "entries": len(rows),
        "on_topic": sum(map(_wanted, rows)),
        "missed": len(missed),
        "false_alarms": len(alarms),
        "worst_misses": [short(row) for row in missed[:WORST]],
        "worst_alarms": [short(row) for row in alarms[:WORST]],
    }
    measured = tracking(rows)
    return found if measured is None else found | _measures(measured)


def _measures(measured: Tracking) -> Json:
    return {
        "recall": round(measured.decided.recall, 4),
        "precision": round(measured.decided.precision, 4),
        "f1": round(measured.decided.f1, 4),
        "cost": round(measured.decided.cost, 4),
        "average_precision": round(measured.average_precision, 4),
        "recall_at_precision_90": round(measured.recall_at_90, 4),
        "best": {"threshold": round(measured.best.threshold, 4), "f1": round(measured.best.f1, 4)},
        "det": det_text(measured.curve),
    }


def short(row: Row) -> Json:
    """Return a row in a line."""
    return {"id": row.item.id, "score": round(row.score, 3), "title": row.item.title or row.item.summary}


def choices(backtest: Backtest, progress: Progress) -> list[Json]:
    """Return what each level and several fixed thresholds would have brought, strictest first."""
    rows = []
    for done, (setting, sensitivity) in enumerate(_settings(), 1):
        rows.append({"setting": setting, **choice(backtest.run(sensitivity))})
        progress(done)
    return sorted(rows, key=lambda row: -float(row["threshold"]))


def _settings() -> Iterator[tuple[str, Sensitivity]]:
    for level in LEVELS:
        yield level, Sensitivity(level=level)
    for step in STEPS:
        yield f"{step:g}", Sensitivity(threshold=step)


def choice(made: Replay) -> Json:
    """Return what one setting brings: threshold at the end, counts a day, and the entry on either side."""
    over, under = made.line
    return {
        "threshold": made.threshold,
        "on_topic": len(over),
        "on_topic_a_day": round(len(over) / made.days, 2),
        "told": made.told,
        "alerts_a_day": round(made.alerts_a_day, 2),
        "over": short(over[0]) if over else None,
        "under": short(under[0]) if under else None,
    }
