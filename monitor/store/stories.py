"""The drawer of storylines: what is watched, its thresholds, and every decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.renaming import rename
from monitor.store.rows import decision_of, detail_of, entry_of
from monitor.store.schema import decisions, entries, feeds, storylines, thresholds
from monitor.types import Decision, Entry, Storyline

NEAR = 0.6  # of the threshold: decisions from here on keep their evidence and count as near misses below it

_NEW = upsert(decisions)  # put together once: a batch runs it for each entry, and nobody else may write meanwhile
_AGAIN = {each.name: _NEW.excluded[each.name] for each in decisions.c if each.name not in ("no", "seq", "storyline")}
DECIDE = _NEW.on_conflict_do_update(index_elements=["seq", "storyline"], set_=_AGAIN)


@dataclass(frozen=True, slots=True)
class Story:
    """What the store holds of one storyline."""

    name: str
    title: str = ""
    listed: bool = True
    paused: bool = False
    version: str = ""
    start_at: datetime | None = None
    threshold: float | None = None
    threshold_origin: str = ""
    threshold_before: float | None = None
    epoch: int = 0
    looked_back: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """An entry with what was decided about it."""

    entry: Entry
    decision: Decision


class Stories:
    """Storylines, thresholds, decisions."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def sync(self, wanted: Sequence[Storyline]) -> bool:
        """Make the listed storylines those of the configuration; the others keep their history, paused.

        Returns whether one took over the history of another name.
        """
        self._c.execute(update(storylines).values(listed=False))
        renamed = False
        for story in wanted:
            if story.formerly and rename(self._c, story.formerly, story.name):
                renamed = True
                self._c.execute(update(storylines).where(storylines.c.name == story.name).values(version=story.version))
            self._forget_threshold(story)
            row = {"title": story.label, "listed": True, "paused": story.paused, "version": story.version}
            statement = upsert(storylines).values(name=story.name, start_at=story.start, **row)
            fixed = {"start_at": story.start} if story.start else {}
            self._c.execute(statement.on_conflict_do_update(index_elements=["name"], set_={**row, **fixed}))
        return renamed

    def _forget_threshold(self, story: Storyline) -> None:
        """A storyline with other seeds, terms or sensitivity starts from a threshold of its own."""
        other = and_(storylines.c.name == story.name, storylines.c.version != story.version)
        self._c.execute(update(storylines).where(other).values(threshold=None, threshold_before=None, epoch=0))

    def all(self) -> list[Story]:
        """Return every storyline ever followed, by name."""
        return [Story(**row) for row in self._c.execute(select(storylines).order_by(storylines.c.name)).mappings()]

    def get(self, name: str) -> Story | None:
        """Return what is held of one storyline."""
        row = self._c.execute(select(storylines).where(storylines.c.name == name)).mappings().first()
        return Story(**row) if row else None

    def begin_at(self, start: datetime, names: Collection[str]) -> None:
        """Set the start of these storylines where they have none yet, or one from a clock that has been set back."""
        unset = or_(storylines.c.start_at.is_(None), storylines.c.start_at > start)
        self._c.execute(update(storylines).where(unset, storylines.c.name.in_(names)).values(start_at=start))

    def unlooked(self) -> list[str]:
        """Return the listed storylines that have not looked back over the entries held when they came."""
        wanted = select(storylines.c.name).where(storylines.c.listed, storylines.c.looked_back.is_(False))
        return list(self._c.execute(wanted.order_by(storylines.c.name)).scalars())

    def has_looked_back(self, name: str) -> None:
        """Remember that a storyline knows what was read before it came."""
        self._c.execute(update(storylines).where(storylines.c.name == name).values(looked_back=True))

    def set_threshold(self, name: str, value: float, origin: str, epoch: int, at: datetime) -> None:
        """Keep a threshold and, when it changed, log it."""
        held = self.get(name)
        if held is None or (held.threshold == value and held.epoch == epoch and held.threshold_origin == origin):
            return
        new = {"threshold": value, "threshold_origin": origin, "epoch": epoch}
        if held.epoch != epoch:
            new["threshold_before"] = held.threshold
        self._c.execute(update(storylines).where(storylines.c.name == name).values(new))
        if held.threshold != value:
            self._c.execute(insert(thresholds).values(storyline=name, at=at, value=value, origin=origin))

    def threshold_log(self, name: str, limit: int = 20) -> list[tuple[datetime, float, str]]:
        """Return the latest threshold changes, newest first."""
        wanted = select(thresholds.c.at, thresholds.c.value, thresholds.c.origin).where(thresholds.c.storyline == name)
        return [
            (row.at, row.value, row.origin)
            for row in self._c.execute(wanted.order_by(thresholds.c.id.desc()).limit(limit))
        ]

    def decide(self, made: Sequence[tuple[int, Decision]]) -> None:
        """Store decisions as (entry seq, decision); a later one about the same pair replaces the earlier."""
        rows = [_decision_row(seq, decision) for seq, decision in made]
        if rows:
            self._c.execute(DECIDE, rows)

    def of_entry(self, uid: str) -> list[Decision]:
        """Return every decision about an entry, by storyline."""
        wanted = _decided().where(entries.c.uid == uid).order_by(decisions.c.storyline)
        return [decision_of(row) for row in self._c.execute(wanted).mappings()]

    def of_pair(self, uid: str, storyline: str) -> Decision | None:
        """Return the decision about an entry for a storyline."""
        row = (
            self._c.execute(_decided().where(entries.c.uid == uid, decisions.c.storyline == storyline))
            .mappings()
            .first()
        )
        return decision_of(row) if row else None

    def on_topic(self, storyline: str, since: datetime | None = None, limit: int | None = None) -> list[Decided]:
        """Return the entries on topic with their decisions, in the order of deciding."""
        wanted = and_(decisions.c.storyline == storyline, decisions.c.on_topic)
        if since is not None:
            wanted = and_(wanted, entries.c.date >= since)
        return self._both(select_both().where(wanted).order_by(decisions.c.no).limit(limit))

    def newest_on_topic(self, storyline: str) -> datetime | None:
        """Return the date of the newest entry on topic."""
        wanted = select(func.max(entries.c.date)).join(decisions, decisions.c.seq == entries.c.seq)
        return self._c.execute(wanted.where(decisions.c.storyline == storyline, decisions.c.on_topic)).scalar()

    def of_events(self, event_ids: Sequence[str]) -> list[Decided]:
        """Return the entries of these events with their decisions, in the order of deciding."""
        return self._both(select_both().where(decisions.c.event_id.in_(list(event_ids))).order_by(decisions.c.no))

    def listing(self, storyline: str | None, kind: str, limit: int) -> list[Decided]:
        """Return decided entries, newest first; kind: `matched`, `near` (just under the threshold) or `all`."""
        kinds = {
            "matched": decisions.c.on_topic,
            "near": and_(decisions.c.on_topic.is_(False), decisions.c.score >= NEAR * decisions.c.threshold),
        }
        wanted = [kinds[kind]] if kind in kinds else []
        if storyline:
            wanted.append(decisions.c.storyline == storyline)
        return self._both(select_both().where(*wanted).order_by(decisions.c.no.desc()).limit(limit))

    def near_misses(self, storyline: str, start: datetime, end: datetime, limit: int) -> tuple[int, list[Decided]]:
        """Return (how many, the closest) entries decided in (start, end] that stayed just under the threshold."""
        near = and_(
            decisions.c.storyline == storyline,
            decisions.c.on_topic.is_(False),
            decisions.c.backlog.is_(False),
            decisions.c.score >= NEAR * decisions.c.threshold,
            decisions.c.decided_at > start,
            decisions.c.decided_at <= end,
        )
        count = self._c.execute(select(func.count()).select_from(decisions).where(near)).scalar_one()
        return count, self._both(
            select_both().where(near).order_by(decisions.c.score.desc(), decisions.c.no).limit(limit)
        )

    def per_day(self, storyline: str, since: datetime) -> list[tuple[datetime, str, bool]]:
        """Return (decided_at, event id, backlog) of each on-topic decision since then."""
        wanted = and_(decisions.c.storyline == storyline, decisions.c.on_topic, decisions.c.decided_at >= since)
        rows = self._c.execute(select(decisions.c.decided_at, decisions.c.event_id, decisions.c.backlog).where(wanted))
        return [(row.decided_at, row.event_id, row.backlog) for row in rows]

    def scores(self, storyline: str, since: datetime) -> list[tuple[datetime, float]]:
        """Return (decided_at, score) of each decision since then."""
        wanted = and_(decisions.c.storyline == storyline, decisions.c.decided_at >= since)
        return [
            (row.decided_at, row.score)
            for row in self._c.execute(select(decisions.c.decided_at, decisions.c.score).where(wanted))
        ]

    def summary(self) -> dict[str, tuple[int, int, datetime | None]]:
        """Return storyline -> (entries on topic, events, last on-topic decision)."""
        wanted = select(
            decisions.c.storyline,
            func.count(),
            func.count(decisions.c.event_id.distinct()),
            func.max(decisions.c.decided_at),
        ).where(decisions.c.on_topic)
        return {
            name: (n, events, last) for name, n, events, last in self._c.execute(wanted.group_by(decisions.c.storyline))
        }

    def _both(self, statement: Select[tuple[Any, ...]]) -> list[Decided]:
        found = []
        for row in self._c.execute(statement).mappings():
            entry = entry_of({column.name: row[column] for column in (*entries.c, feeds.c.url, feeds.c.tags)})
            decided = {column.name: row[column] for column in decisions.c}
            found.append(Decided(entry, decision_of({**decided, "uid": entry.uid})))
        return found


def _decision_row(seq: int, decision: Decision) -> dict[str, Any]:
    match, assignment, verdict = decision.match, decision.assignment, decision.verdict
    keep = match.on_topic or match.score >= NEAR * match.threshold
    return {
        "seq": seq,
        "storyline": decision.storyline,
        "score": match.score,
        "threshold": match.threshold,
        "on_topic": match.on_topic,
        "reason": match.reason.value,
        "backlog": decision.backlog,
        "event_id": assignment.event_id if assignment else None,
        "is_first": bool(assignment and assignment.is_first),
        "copy_of": assignment.copy_of if assignment else None,
        "novelty": verdict.novelty.value if verdict else None,
        "decided_at": decision.decided_at,
        "version": decision.storyline_version,
        "detail": detail_of(decision) if keep else None,
    }


def _decided() -> Select[tuple[Any, ...]]:
    return select(decisions, entries.c.uid).join(entries, entries.c.seq == decisions.c.seq)


def select_both() -> Select[tuple[Any, ...]]:
    """Return the join of decisions, their entries and those entries' feeds."""
    return (
        select(*entries.c, feeds.c.url, feeds.c.tags, *decisions.c)
        .select_from(decisions)
        .join(entries, entries.c.seq == decisions.c.seq)
        .join(feeds, feeds.c.id == entries.c.feed_id)
    )
