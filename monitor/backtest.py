"""Replay: the same line over a file of entries, with a store in memory. There is no second code path.

In a replay `seen_at` is the entry's own date, nothing is backlog and nothing is fetched.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.config import Config
from monitor.errors import ConfigError, Where
from monitor.pipeline import Pipeline
from monitor.store import Store
from monitor.store.stories import Decided
from monitor.text import canonical_url, clean
from monitor.types import Entry, Feed, FullText, Novelty, Seeds, Sensitivity, Storyline

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TELLING = (Novelty.NEW_EVENT, Novelty.DEVELOPMENT, Novelty.CORRECTION)
STEPS = 7  # halvings in the search for the threshold of a budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a backtest file."""

    id: str
    date: datetime
    undated: bool = False
    title: str = ""
    summary: str = ""
    url: str = ""
    source: str = ""
    lang: str = ""
    grade: int | None = None  # 2 a development, 1 related, 0 not
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the line decided about one item."""

    item: Item
    score: float
    threshold: float
    on_topic: bool
    event: str | None = None
    verdict: Novelty | None = None
    copy_of: str | None = None
    why: tuple[str, ...] = ()

    @property
    def told(self) -> bool:
        """Whether a reader would have been alerted."""
        return self.verdict in TELLING

    def json(self) -> str:
        """Return the line of `--out`."""
        out = {
            "id": self.item.id,
            "score": round(self.score, 6),
            "threshold": round(self.threshold, 6),
            "on_topic": self.on_topic,
            "event": self.event,
            "verdict": self.verdict.value if self.verdict else None,
            "copy_of": self.copy_of,
            "why": list(self.why),
        }
        return json.dumps(out, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A replay's rows, in the order of the input."""

    storyline: Storyline
    rows: tuple[Row, ...]

    @property
    def days(self) -> float:
        """The span of the file in days, at least one."""
        dates = [row.item.date for row in self.rows if not row.item.undated]
        return max(1.0, (max(dates) - min(dates)).total_seconds() / 86_400) if dates else 1.0

    @property
    def alerts_a_day(self) -> float:
        """How many entries a day a reader would have been told of."""
        return sum(row.told for row in self.rows) / self.days

    @property
    def threshold(self) -> float:
        """The threshold at the end of the file."""
        return max(self.rows, key=lambda row: row.item.date).threshold if self.rows else 0.0


def read_items(path: Path) -> list[Item]:
    """Return the items of a JSON-lines file. Errors: `ConfigError` with the line."""
    items: list[Item] = []
    last = EPOCH
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    items.append(_item(line, Where(str(path), number), last))
                    last = max(last, items[-1].date) if items[-1].undated is False else last
    except OSError as error:
        raise ConfigError(Where(str(path)), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(Where(str(path)), f"is not UTF-8 text: {error.reason} at byte {error.start}") from error
    return items


def _item(line: str, where: Where, last: datetime) -> Item:
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise ConfigError(Where(where.file, where.line, error.colno), f"is not JSON: {error.msg}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str | int):
        raise ConfigError(where, 'every line is an object with at least "id" and "title"')
    when = _date(raw.get("date"), where)
    words = {name: str(raw.get(name) or "") for name in ("title", "summary", "url", "source", "lang")}
    return Item(
        id=str(raw["id"]),
        date=when or last,
        undated=when is None,
        grade=raw.get("grade"),
        event=raw.get("event"),
        **words,
    )


def _date(value: Any, where: Where) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigError(where, f'"date" {value!r:.40} is not ISO 8601, such as 2024-06-21T08:00:00+09:00') from error
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def replay(config: Config, name: str, items: Sequence[Item], progress: Callable[[int], None] | None = None) -> Replay:
    """Run the line over `items` for one storyline of `config` and return one row an item, in their order."""
    storyline = replace(config.storylines[name], start=None, paused=False, full_text=FullText.NEVER)
    alone = replace(config, storylines={name: storyline}, feeds=(), receivers={}, routes=(), operator=None)
    uids = _uids(items)
    with Store() as store, Pipeline(alone, store, clock=lambda: EPOCH) as line:
        line.keep = 0.0  # every decision is asked for
        line.sync()
        _store_items(store, items, uids)
        line.assess(progress)
        with store.read() as tx:
            decided = {row.entry.uid: row for row in tx.stories.listing(name, "all", len(items))}
    names = dict(zip(uids, (item.id for item in items), strict=True))
    rows = [_row(item, decided[uid], names) for uid, item in zip(uids, items, strict=True)]
    return Replay(storyline=storyline, rows=tuple(rows))


def _uids(items: Iterable[Item]) -> list[str]:
    """Return a unique id an item: its own, with `#2`, `#3` .. behind where the file repeats one."""
    seen: Counter[str] = Counter()
    uids = []
    for item in items:
        seen[item.id] += 1
        uids.append(item.id if seen[item.id] == 1 else f"{item.id}#{seen[item.id]}")
    return uids


def _store_items(store: Store, items: Sequence[Item], uids: Sequence[str]) -> None:
    outlets = sorted({item.source for item in items})
    with store.begin() as tx:
        tx.feeds.sync([Feed(url=f"replay:{outlet}", name=outlet) for outlet in outlets])
        tx.stories.begin_at(EPOCH)
        feeds = {feed.name: feed for feed in tx.feeds.all()}
        tx.entries.insert_as_given(
            [_entry(item, uid, feeds[item.source]) for item, uid in zip(items, uids, strict=True)]
        )


def _entry(item: Item, uid: str, feed: Feed) -> Entry:
    return Entry(
        uid=uid,
        key=uid,
        feed_id=feed.id,
        feed_url=feed.url,
        source=item.source,
        id=item.id,
        link=item.url,
        canonical=canonical_url(item.url) if item.url else "",
        title=clean(item.title),
        summary=clean(item.summary),
        lang=item.lang,
        published=None if item.undated else item.date,
        seen_at=item.date,
        date=item.date,
        undated=item.undated,
    )


def _row(item: Item, decided: Decided, names: Mapping[str, str]) -> Row:
    decision = decided.decision
    match, assignment, verdict = decision.match, decision.assignment, decision.verdict
    copy_of = assignment.copy_of if assignment else None
    return Row(
        item=item,
        score=match.score,
        threshold=match.threshold,
        on_topic=match.on_topic,
        event=assignment.event_id if assignment else None,
        verdict=verdict.novelty if verdict else None,
        copy_of=names.get(copy_of, copy_of) if copy_of else None,
        why=verdict.why if verdict else (match.reason.value, *((match.note,) if match.note else ())),
    )


def within_budget(
    config: Config, name: str, items: Sequence[Item], budget: float, progress: Callable[[int], None] | None = None
) -> Replay:
    """Return the replay at the lowest threshold that stays within `budget` alerts a day (found by halving)."""
    low, high = 0.0, 1.0
    best: Replay | None = None
    for step in range(STEPS):
        middle = (low + high) / 2
        if progress is not None:
            progress(step)
        tried = replay(with_sensitivity(config, name, Sensitivity(threshold=middle)), name, items)
        if tried.alerts_a_day <= budget:
            best, high = tried, middle
        else:
            low = middle
    return best or replay(with_sensitivity(config, name, Sensitivity(threshold=1.0)), name, items)


def with_sensitivity(config: Config, name: str, sensitivity: Sensitivity) -> Config:
    """Return the configuration with another sensitivity for one storyline."""
    return with_storyline(config, replace(config.storylines[name], sensitivity=sensitivity))


def with_seeds(config: Config, name: str, seeds: Seeds) -> Config:
    """Return the configuration with other seeds for one storyline."""
    return with_storyline(config, replace(config.storylines[name], seeds=seeds))


def with_storyline(config: Config, storyline: Storyline) -> Config:
    """Return the configuration with one storyline replaced."""
    return replace(config, storylines={**config.storylines, storyline.name: storyline})
