"""Labelled streams as entries, and the measures of the field over them."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.detect.chronicle import Chronicle
from monitor.detect.reading import Lens
from monitor.text import canonical_url, clean, fingerprint
from monitor.types import Assignment, Entry, Match, Novelty, Reason, Seed, Seeds, Storyline, Verdict

MATCH = Match(score=0.8, threshold=0.5, on_topic=True, reason=Reason.MATCHED)
TELLING = frozenset((Novelty.NEW_EVENT, Novelty.DEVELOPMENT))


@dataclass(frozen=True)
class Item:
    """An entry and the event a person put it in."""

    entry: Entry
    event: str


@dataclass(frozen=True)
class Decided:
    """An item with what the chronicle made of it; `cluster` after every later merge."""

    item: Item
    assignment: Assignment
    verdict: Verdict
    cluster: str


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of a labelled file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def item_of(row: dict[str, str], date: datetime | None = None) -> Item:
    """A line as an item."""
    date = date or when(row["date"])
    entry = Entry(
        uid=fingerprint(row["id"]), key=row["id"], id=row["id"], source=row["source"], link=row["url"],
        canonical=canonical_url(row["url"]), title=clean(row["title"]), summary=clean(row["summary"]), lang=row["lang"],
        seen_at=date, date=date, published=date,
    )  # fmt: skip
    return Item(entry, row["event"])


def when(text: str) -> datetime:
    """A date with or without time and zone."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def seoul(folder: Path, lowest_grade: int = 1) -> list[Item]:
    """The example story: its on-topic entries, or with grade 0 everything."""
    return [item_of(r) for r in rows(folder / "seoul-arms.jsonl") if int(r["grade"]) >= lowest_grade]


def mixed(folder: Path, number: int, events: int = 12, days: float = 6) -> list[Item]:
    """Headlines of several happenings in one stream; times are made up (the file's are those of a crawl)."""
    dice = random.Random(number)
    by_event: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(folder / "uci-headlines.jsonl"):
        by_event[row["event"]].append(row)
    found = []
    for event in dice.sample(sorted(by_event), events):
        start = datetime(2014, 3, 10, tzinfo=UTC) + timedelta(days=dice.random() * days)
        reports = dice.sample(by_event[event], min(len(by_event[event]), dice.randint(1, 7)))
        found += [item_of(r, start + timedelta(hours=min(36.0, abs(dice.gauss(0, 9))))) for r in reports]
    return found


def told_day_by_day(folder: Path, story: str) -> list[Item]:
    """A long story's happenings in lower-case headlines and one sentence each; times within the day are made up."""
    found = []
    for name in ("wcep-headlines", "wcep-bullets"):
        for row in rows(folder / f"{name}.jsonl"):
            if story not in row.get("path", ()):
                continue
            bullet = name == "wcep-bullets"
            if bullet and not row["summary"]:
                continue
            start = when(row["date"]) + timedelta(hours=6 + 12 * random.Random(row["event"]).random())
            late = abs(random.Random(row["id"] + row["title"]).gauss(0, 7))
            changed = {"title": row["summary"], "id": row["id"] + "-b", "source": "portal"} if bullet else {}
            found.append(item_of(row | changed | {"summary": ""}, start + timedelta(hours=min(30.0, late))))
    return found


def mornings(items: Sequence[Item], count: int, dice: random.Random) -> Iterator[tuple[Seeds, list[Item]]]:
    """First polls of a story: a batch of one moment with all reports of six events, and four earlier ones as seeds."""
    by_event: dict[str, list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (item.entry.date, item.entry.uid)):
        by_event[item.event].append(item)
    events = list(by_event.values())
    for _ in range(count):
        cut = dice.randrange(4, len(events) - 6)
        seeds = [reports[0].entry for reports in dice.sample(events[max(0, cut - 20) : cut], 4)]
        moment = events[cut][0].entry.date
        batch = [
            i for reports in events[cut : cut + 6] for i in reports if i.entry.title not in {s.title for s in seeds}
        ]
        yield _as_seeds(seeds), [Item(replace(i.entry, date=moment), i.event) for i in batch]


def _as_seeds(entries: Sequence[Entry]) -> Seeds:
    paragraphs = [(e.summary,) if e.summary else () for e in entries]
    pairs = enumerate(zip(entries, paragraphs, strict=True))
    return Seeds(articles=tuple(Seed(file=f"{n}.md", title=e.title, paragraphs=text) for n, (e, text) in pairs))


def decide(items: Sequence[Item], lens: Lens, seeds: Seeds | None = None) -> list[Decided]:
    """Feed a stream to a fresh chronicle, as the pipeline does."""
    ordered = sorted(items, key=lambda item: (item.entry.date, item.entry.uid))
    chronicle = Chronicle(Storyline(name="story", seeds=seeds or Seeds()), lens)
    merged: dict[str, str] = {}
    found = []
    for item, reading in zip(ordered, lens.read([i.entry for i in ordered]), strict=True):
        assignment, verdict = chronicle.add(item.entry, reading, MATCH)
        merged.update(dict.fromkeys(assignment.merged, assignment.event_id))
        found.append((item, assignment, verdict))
    return [Decided(item, a, v, _resolved(a.event_id, merged)) for item, a, v in found]


def _resolved(event_id: str, merged: dict[str, str]) -> str:
    while event_id in merged:
        event_id = merged[event_id]
    return event_id


def bcubed(gold: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """B-cubed F1 (Bagga & Baldwin 1998)."""
    both, g, f = Counter(zip(gold, found, strict=True)), Counter(gold), Counter(found)
    precision = sum(n * n / f[b] for (_, b), n in both.items()) / len(gold)
    recall = sum(n * n / g[a] for (a, _), n in both.items()) / len(gold)
    return 2 * precision * recall / (precision + recall)


def pairwise(gold: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """F1 over all pairs put together."""

    def pairs(groups: Counter[Hashable]) -> int:
        return sum(n * (n - 1) // 2 for n in groups.values())

    right = pairs(Counter(zip(gold, found, strict=True)))
    return 2 * right / max(pairs(Counter(gold)) + pairs(Counter(found)), 1)


def clusters(decided: Sequence[Decided]) -> tuple[float, float]:
    """B-cubed and pairwise F1 of a decided stream."""
    gold, found = [d.item.event for d in decided], [d.cluster for d in decided]
    return bcubed(gold, found), pairwise(gold, found)


def firsts(decided: Sequence[Decided]) -> Iterator[bool]:
    """For the first report of every event: whether it was told."""
    first = _first(decided)
    return (d.verdict.novelty in TELLING for d in decided if d.item.entry.uid in first)


def further(decided: Sequence[Decided]) -> Iterator[bool]:
    """For every further report of an event: whether it was told (as it should be where it adds something)."""
    first = _first(decided)
    return (d.verdict.novelty in TELLING for d in decided if d.item.entry.uid not in first)


def _first(decided: Sequence[Decided]) -> frozenset[str]:
    by_event = {d.item.event: d.item.entry.uid for d in reversed(decided)}
    return frozenset(by_event.values())
