"""`backtest`: a replay as a table, and the threshold it proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import logs, show
from monitor.cli.session import Session

if TYPE_CHECKING:
    from monitor.backtest import Replay, Row
    from monitor.config import Config


@dataclass(frozen=True, slots=True)
class Wish:
    """What a backtest was asked for."""

    entries: Path
    out: Path | None
    budget: str | None
    seeds: Path | None


def run(session: Session, name: str, wish: Wish) -> dict[str, Any]:
    """Replay and return the figures; writes `--out`."""
    from monitor import backtest, seeds

    logs.set_up(session.verbose)
    config = session.config
    if wish.seeds is not None:
        config = backtest.with_seeds(config, name, seeds.load(wish.seeds))
    items = backtest.read_items(wish.entries)
    with show.progress("replaying", len(items)) as moved:
        done = 0

        def count(step: int) -> None:
            nonlocal done
            done += step
            moved(done)

        made = backtest.replay(config, name, items, count)
    if wish.out is not None:
        wish.out.write_text("".join(row.json() + "\n" for row in made.rows), encoding="utf-8")
    found = figures(made)
    if wish.budget is not None:
        found["proposal"] = _proposal(config, name, wish.budget, items)
    return found


def _proposal(config: Config, name: str, budget: str, items: Sequence[Any]) -> dict[str, Any]:
    from monitor import backtest
    from monitor.detect.settings import sensitivity_of

    try:
        wanted = sensitivity_of({"budget": budget}).budget
    except ValueError as error:
        raise click.BadParameter(
            f"write so many alerts a day or week, like 5/day ({error})", param_hint="--budget"
        ) from None
    assert wanted is not None
    with show.progress("searching", None) as moved:
        best = backtest.within_budget(config, name, items, wanted, moved)
    return {
        "budget": budget,
        "threshold": best.threshold,
        **{key: figures(best)[key] for key in ("alerts_a_day", "told", "on_topic")},
    }


def figures(made: Replay) -> dict[str, Any]:
    """Return the counts of a replay, and where there are labels the misses and false alarms."""
    rows = made.rows
    found: dict[str, Any] = {
        "storyline": made.storyline.name,
        "entries": len(rows),
        "days": round(made.days, 1),
        "threshold": made.threshold,
        "on_topic": sum(row.on_topic for row in rows),
        "events": len({row.event for row in rows if row.event}),
        "told": sum(row.told for row in rows),
        "alerts_a_day": round(made.alerts_a_day, 2),
        "verdicts": {
            v: n for v in VERDICTS if (n := sum(row.verdict is not None and row.verdict.value == v for row in rows))
        },
    }
    graded = [row for row in rows if row.item.grade is not None]
    if graded:
        found["labels"] = _against_labels(graded)
    return found


VERDICTS = ("new_event", "development", "correction", "repeat", "copy")


def _against_labels(rows: Sequence[Row]) -> dict[str, Any]:
    from monitor.detect.metrics import det_text, evaluate

    wanted = [(row.item.grade or 0) >= 1 for row in rows]
    missed = [row for row, on in zip(rows, wanted, strict=True) if on and not row.on_topic]
    alarms = [row for row, on in zip(rows, wanted, strict=True) if row.on_topic and not on]
    found = {
        "on_topic": sum(wanted),
        "missed": len(missed),
        "false_alarms": len(alarms),
        "worst_misses": [_short(row) for row in sorted(missed, key=lambda row: -row.score)[:5]],
        "worst_alarms": [_short(row) for row in sorted(alarms, key=lambda row: -row.score)[:5]],
    }
    measured = evaluate(wanted, [row.score for row in rows], [row.on_topic for row in rows])
    if measured is None:
        return found
    return found | {
        "recall": round(measured.decided.recall, 4),
        "precision": round(measured.decided.precision, 4),
        "f1": round(measured.decided.f1, 4),
        "cost": round(measured.decided.cost, 4),
        "average_precision": round(measured.average_precision, 4),
        "recall_at_precision_90": round(measured.recall_at_90, 4),
        "best": {"threshold": round(measured.best.threshold, 4), "f1": round(measured.best.f1, 4)},
        "det": det_text(measured.curve),
    }


def _short(row: Row) -> dict[str, Any]:
    return {"id": row.item.id, "score": round(row.score, 3), "title": row.item.title}


def tell(found: dict[str, Any]) -> None:
    """Print the figures for a person."""
    rows = [
        ("entries", f"{found['entries']} over {found['days']:g} days"),
        ("threshold", f"{found['threshold']:.3f}"),
        ("on the story", found["on_topic"]),
        ("events", found["events"]),
        ("verdicts", ", ".join(f"{count} {name}" for name, count in found["verdicts"].items()) or "none"),
        ("alerts", f"{found['told']}, {found['alerts_a_day']:g} a day"),
    ]
    labels = found.get("labels")
    if labels:
        rows += [("labelled on the story", labels["on_topic"]), ("missed", labels["missed"])]
        rows += [("false alarms", labels["false_alarms"])]
    if labels and "f1" in labels:
        rows += [
            ("recall, precision, F1", f"{labels['recall']:.1%}, {labels['precision']:.1%}, {labels['f1']:.3f}"),
            ("best F1 of one threshold", f"{labels['best']['f1']:.3f} at {labels['best']['threshold']:.3f}"),
            ("average precision", f"{labels['average_precision']:.3f}"),
            ("detection cost", f"{labels['cost']:.3f} (1 = as good as saying nothing)"),
        ]
    show.table(("figure", found["storyline"]), rows)
    for what, title in (("worst_misses", "closest misses"), ("worst_alarms", "worst false alarms")):
        if labels and labels[what]:
            show.say()
            show.say(title, "strong")
            show.table(("score", "id", "title"), [(r["score"], r["id"], r["title"]) for r in labels[what]])
    if labels and "det" in labels:
        show.say()
        show.say("misses against false alarms, by threshold", "strong")
        for line in labels["det"].splitlines():
            show.say(line)
    if "proposal" in found:
        best = found["proposal"]
        show.say()
        show.say(
            f"For {best['budget']}: sensitivity: {best['threshold']:.3f} gives {best['alerts_a_day']:g} alerts a day.",
            "good",
        )
