"""The line over items of the past, with a store in memory and a clock that follows them.

In a replay `seen_at` is the entry's own date, nothing is backlog and nothing is fetched.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from monitor.backtest.items import EPOCH, Item
from monitor.config import Config
from monitor.detect.reading import Lens
from monitor.pipeline import Pipeline
from monitor.store import Store
from monitor.store.stories import Decided
from monitor.text import canonical_url, clean
from monitor.types import Entry, Feed, FullText, Novelty, Reason, Seeds, Sensitivity, Storyline
from monitor.types.novelty import NEWS

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the line decided about one item."""

    item: Item
    score: float
    threshold: float
    on_topic: bool
    reason: Reason
    event: str | None = None
    verdict: Novelty | None = None
    copy_of: str | None = None
    why: tuple[str, ...] = ()

    @property
    def told(self) -> bool:
        """Whether a reader would have been alerted."""
        return self.verdict in NEWS

    @property
    def margin(self) -> float:
        """How far over the threshold the score lies; negative below it."""
        return self.score - self.threshold

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


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A replay's rows, in the order of the input."""

    storyline: Storyline
    rows: tuple[Row, ...]

    @property
    def days(self) -> float:
        """The span of the items in days, at least one."""
        dates = [row.item.date for row in self.rows if not row.item.undated]
        return max(1.0, (max(dates) - min(dates)).total_seconds() / 86_400) if dates else 1.0

    @property
    def told(self) -> int:
        """How many entries a reader would have been told of."""
        return sum(row.told for row in self.rows)

    @property
    def alerts_a_day(self) -> float:
        """The same, a day."""
        return self.told / self.days

    @property
    def threshold(self) -> float:
        """The threshold at the end."""
        return max(self.rows, key=lambda row: row.item.date).threshold if self.rows else 0.0

    @cached_property
    def line(self) -> tuple[list[Row], list[Row]]:
        """The rows over the threshold and those under it that the score alone keeps out, nearest first."""
        over = sorted((row for row in self.rows if row.on_topic), key=lambda row: row.margin)
        under = [row for row in self.rows if row.reason is Reason.BELOW_THRESHOLD]
        return over, sorted(under, key=lambda row: -row.margin)


class Backtest:
    """Replays of the same items under different settings; what was read once is not read again."""

    def __init__(self, config: Config, name: str, items: Sequence[Item]) -> None:
        self.config = config
        self.name = name
        self.items = items
        self._lens = Lens.shipped()

    def run(self, sensitivity: Sensitivity | None = None, progress: Progress | None = None) -> Replay:
        """Run the line over the items for one storyline and return one row an item, in their order."""
        kept = self.config.storylines[self.name]
        storyline = replace(
            kept, sensitivity=sensitivity or kept.sensitivity, start=None, paused=False, full_text=FullText.NEVER
        )
        alone = replace(
            self.config, storylines={self.name: storyline}, feeds=(), receivers={}, routes=(), operator=None
        )
        uids = _uids(self.items)
        with Store() as store, Pipeline(alone, store, clock=lambda: EPOCH) as line:
            line.following.lens = self._lens  # only its memory of texts is shared: a lens is what it has seen
            line.keep = 0.0  # every decision is asked for
            line.sync()
            _store_items(store, self.items, uids)
            line.assess(progress)
            with store.read() as tx:
                decided = {row.entry.uid: row for row in tx.stories.listing(self.name, "all", len(self.items))}
        names = dict(zip(uids, (item.id for item in self.items), strict=True))
        rows = [_row(item, decided.get(uid), names) for uid, item in zip(uids, self.items, strict=True)]
        return Replay(storyline=storyline, rows=tuple(rows))

    def within(self, budget: float, known: Replay, progress: Progress | None = None) -> Replay:
        """Return the replay at the lowest threshold, from that of `broad` on, that stays within `budget` alerts a day.

        Scores do not hang on the threshold, so those of `known` are the thresholds to choose from (found by halving).
        """
        broad = self.run(Sensitivity(level="broad")).threshold
        cuts = sorted({max(broad, _above(row.score)) for row in known.rows} | {broad, 1.0})
        low, high, best = 0, len(cuts) - 1, None
        steps = 0
        while low < high:
            middle = (low + high) // 2
            tried = self.run(Sensitivity(threshold=cuts[middle]))
            steps += 1
            if progress is not None:
                progress(steps)
            if tried.alerts_a_day <= budget:
                best, high = tried, middle
            else:
                low = middle + 1
        return best if best is not None and best.threshold == cuts[low] else self.run(Sensitivity(threshold=cuts[low]))


def _above(score: float) -> float:
    """Return a threshold a person can write that a score just fails to reach."""
    return min(1.0, (int(score * 10_000) + 1) / 10_000)


def replay(config: Config, name: str, items: Sequence[Item], progress: Progress | None = None) -> Replay:
    """Run the line over `items` for one storyline of `config` and return one row an item, in their order."""
    return Backtest(config, name, items).run(progress=progress)


def with_seeds(config: Config, name: str, seeds: Seeds) -> Config:
    """Return the configuration with other seeds for one storyline."""
    return replace(config, storylines={**config.storylines, name: replace(config.storylines[name], seeds=seeds)})


def _uids(items: Iterable[Item]) -> list[str]:
    """Return a unique id an item: its own, with `#2`, `#3` .. behind where the input repeats one."""
    seen: Counter[str] = Counter()
    uids = []
    taken = {item.id for item in items}
    for item in items:
        seen[item.id] += 1
        uid = item.id if seen[item.id] == 1 else f"{item.id}#{seen[item.id]}"
        while seen[item.id] > 1 and uid in taken:
            uid += "'"
        taken.add(uid)
        uids.append(uid)
    return uids


def _store_items(store: Store, items: Sequence[Item], uids: Sequence[str]) -> None:
    outlets = sorted({item.source for item in items})
    with store.begin() as tx:
        tx.feeds.sync([Feed(url=f"replay:{outlet}", name=outlet) for outlet in outlets])
        tx.stories.begin_at(EPOCH, [story.name for story in tx.stories.all() if story.start_at is None])
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


def _row(item: Item, decided: Decided | None, names: Mapping[str, str]) -> Row:
    if decided is None:  # set aside: the science failed on it
        why = (Reason.UNSCORABLE.value,)
        return Row(item=item, score=0.0, threshold=1.0, on_topic=False, reason=Reason.UNSCORABLE, why=why)
    decision = decided.decision
    match, assignment, verdict = decision.match, decision.assignment, decision.verdict
    copy_of = assignment.copy_of if assignment else None
    return Row(
        item=item,
        score=match.score,
        threshold=match.threshold,
        on_topic=match.on_topic,
        reason=match.reason,
        event=assignment.event_id if assignment else None,
        verdict=verdict.novelty if verdict else None,
        copy_of=names.get(copy_of, copy_of) if copy_of else None,
        why=verdict.why if verdict else (match.reason.value, *((match.note,) if match.note else ())),
    )
