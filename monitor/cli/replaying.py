"""`backtest`: from what was asked to a table, the curve, and the threshold it proposes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import show
from monitor.cli.session import Session

if TYPE_CHECKING:
    from monitor.backtest import Backtest, Found, Replay

NOTES = 5  # skipped files named


@dataclass(frozen=True, slots=True)
class Budget:
    """So many alerts a day, and how that was written."""

    alerts: float
    written: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a backtest was asked for."""

    entries: Path | None
    since: datetime | None
    out: Path | None
    plot: Path | None
    budget: Budget | None
    seeds: Path | None


def moment(written: str) -> datetime:
    """Return the moment of `--since`: so long before now, or a date. Errors: ValueError."""
    from monitor import durations

    try:
        return datetime.now(UTC) - durations.parse(written)
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"write a time back or a date, like 30d or 2026-06-01, not {written!r:.40}") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def budget_of(written: str) -> Budget:
    """Return the budget of `--budget`. Errors: ValueError."""
    from monitor.detect.settings import sensitivity_of

    try:
        wanted = sensitivity_of({"budget": written}).budget
    except ValueError:
        raise ValueError(f"write so many alerts a day or week, like 5/day, not {written!r:.40}") from None
    assert wanted is not None
    return Budget(wanted, written)


def run(session: Session, name: str, wish: Wish) -> dict[str, Any]:
    """Replay and return the figures; writes `--out` and `--plot`."""
    from monitor import backtest, seeds
    from monitor.backtest.figures import figures

    config = session.config
    if wish.seeds is not None:
        config = backtest.with_seeds(config, name, seeds.load(wish.seeds))
    read = _read(session, name, wish)
    _tell_skipped(read)
    tried = backtest.Backtest(config, name, read.items)
    made = _replayed(tried)
    if wish.out is not None:
        wish.out.write_text("".join(row.json() + "\n" for row in made.rows), encoding="utf-8")
    if wish.plot is not None:
        _plot(wish.plot, name, made)
    found = figures(made)
    if any(item.grade is None for item in read.items):
        found["choices"] = _choices(tried)
    if wish.budget is not None:
        found["proposal"] = _proposal(tried, made, wish.budget)
    return found


def _read(session: Session, name: str, wish: Wish) -> Found:
    from monitor import backtest

    span = backtest.Span(name, wish.since)
    with session.store() as store:
        if wish.entries is None:
            found = backtest.history(store, span)
        else:
            found = backtest.read(wish.entries, span, session.config.polling, store)
    if not found.items:
        where = wish.entries or "the store"
        raise click.ClickException(f"{where} holds no entries" + (" in that time" if wish.since else ""))
    grades = {item.grade for item in found.items}
    if wish.plot is not None and not (grades & {0} and grades - {0, None}):
        raise click.UsageError("--plot draws misses against false alarms: that needs labels, some 0 and some 1 or 2")
    return found


def _tell_skipped(read: Found) -> None:
    for note in read.notes[:NOTES]:
        click.echo(show.clean(note), err=True)
    if len(read.notes) > NOTES:
        click.echo(f"... and {len(read.notes) - NOTES} more files skipped", err=True)


def _replayed(tried: Backtest) -> Replay:
    with show.progress("replaying", len(tried.items)) as moved:
        done = 0

        def count(step: int) -> None:
            nonlocal done
            done += step
            moved(done)

        return tried.run(progress=count)


def _choices(tried: Backtest) -> list[dict[str, Any]]:
    from monitor.backtest import figures

    with show.progress("trying thresholds", len(figures.LEVELS) + len(figures.STEPS)) as moved:
        return figures.choices(tried, moved)


def _plot(path: Path, name: str, made: Replay) -> None:
    from monitor.backtest import curve
    from monitor.backtest.figures import tracking

    measured = tracking(made.rows)
    assert measured is not None  # `_read` saw to it
    curve.draw(path, name, measured)


def _proposal(tried: Backtest, made: Replay, budget: Budget) -> dict[str, Any]:
    from monitor.backtest.figures import choice

    with show.progress("searching", None) as moved:
        best = tried.within(budget.alerts, made, moved)
    return {"budget": budget.written, **choice(best)}


def tell(found: dict[str, Any]) -> None:
    """Print the figures for a person."""
    labels = found.get("labels")
    show.table(("figure", found["storyline"]), [*_counts(found), *(_measures(found, labels) if labels else [])])
    if "choices" in found:
        _tell_choices(found)
    if labels:
        _tell_rows("closest misses", labels["worst_misses"])
        _tell_rows("worst false alarms", labels["worst_alarms"])
    if labels and "det" in labels:
        show.say()
        show.say("misses against false alarms, by threshold", "strong")
        for line in labels["det"].splitlines():
            show.say(line)
    if "proposal" in found:
        _tell_proposal(found["proposal"])


def _counts(found: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("entries", f"{found['entries']} over {found['days']:g} days"),
        ("threshold at the end", f"{found['threshold']:.3f}"),
        ("on the story", found["on_topic"]),
        ("events", found["events"]),
        ("verdicts", ", ".join(f"{count} {name}" for name, count in found["verdicts"].items()) or "none"),
        ("alerts", f"{found['told']}, {found['alerts_a_day']:g} a day"),
    ]


def _measures(found: dict[str, Any], labels: dict[str, Any]) -> list[tuple[str, Any]]:
    some = "" if labels["entries"] == found["entries"] else f" of {labels['entries']} labelled"
    rows = [
        ("labelled on the story", f"{labels['on_topic']}{some}"),
        ("missed", labels["missed"]),
        ("false alarms", labels["false_alarms"]),
    ]
    if "f1" not in labels:
        return rows
    return [
        *rows,
        ("recall, precision, F1", f"{labels['recall']:.1%}, {labels['precision']:.1%}, {labels['f1']:.3f}"),
        ("best F1 of one threshold", f"{labels['best']['f1']:.3f} at {labels['best']['threshold']:.3f}"),
        ("average precision", f"{labels['average_precision']:.3f}"),
        ("recall at precision 0.9", f"{labels['recall_at_precision_90']:.1%}"),
        ("detection cost", f"{labels['cost']:.3f} (0 = perfect, 1 = as good as saying nothing)"),
    ]


def _tell_choices(found: dict[str, Any]) -> None:
    show.say()
    show.say("what other settings of `sensitivity` would have brought", "strong")
    heads = ("sensitivity", "threshold", "on the story a day", "alerts a day", "last one in", "first one out")
    rows = [
        (
            row["setting"],
            f"{row['threshold']:.3f}",
            f"{row['on_topic_a_day']:g}",
            f"{row['alerts_a_day']:g}",
            *(f"{row[side]['score']:.3f} {row[side]['title']}" if row[side] else "-" for side in ("over", "under")),
        )
        for row in found["choices"]
    ]
    show.table(heads, rows)
    _tell_rows("just over the line", found["over_the_line"])
    _tell_rows("just under the line", found["under_the_line"])


def _tell_rows(title: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        show.say()
        show.say(title, "strong")
        show.table(("score", "id", "title"), [(f"{r['score']:.3f}", r["id"], r["title"]) for r in rows])


def _tell_proposal(best: dict[str, Any]) -> None:
    show.say()
    show.say(
        f"For {best['budget']}: sensitivity: {best['threshold']:.4f} gives {best['alerts_a_day']:g} alerts a day.",
        "good",
    )
    for side, what in (("over", "last one in"), ("under", "first one out")):
        if best[side]:
            show.say(f"  {what}: {best[side]['score']:.3f} {best[side]['title']}")
