"""The drawer of what people say: silences and feedback; and of small facts by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.schema import entries, feedback, meta, silences
from monitor.text import short
from monitor.types import Feedback, Silence


@dataclass(frozen=True, slots=True)
class Saying:
    """A word of a reader: yes, no, or taken back (None)."""

    version: int
    entry_uid: str
    yes: bool | None
    at: datetime
    by: str
    title: str


class Desk:
    """Silences, feedback, small facts."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def silence(self, new: Silence) -> Silence:
        """Store a silence and return it with its id."""
        row = {
            name: getattr(new, name) for name in ("storyline", "until", "created_at", "event_id", "author", "comment")
        }
        key = self._c.execute(insert(silences).values(**row, terms=list(new.terms))).inserted_primary_key
        return replace(new, id=int(key[0]))  # type: ignore[index]

    def silences(self, *, ended: bool = False) -> list[Silence]:
        """Return the silences that still stand, or those that ended."""
        rows = self._c.execute(select(silences).where(silences.c.ended.is_(ended)).order_by(silences.c.id)).mappings()
        return [Silence(**{**row, "terms": tuple(row["terms"])}) for row in rows]

    def count_swallowed(self, silence_id: int, count: int) -> None:
        """Count alerts that a silence swallowed."""
        self._c.execute(
            update(silences).where(silences.c.id == silence_id).values(swallowed=silences.c.swallowed + count)
        )

    def end_silences(self, now: datetime) -> list[Silence]:
        """Mark the silences whose time is over; return them."""
        over = [silence for silence in self.silences() if silence.until <= now]
        for silence in over:
            self.expire(silence.id, silence.until)
        return over

    def expire(self, silence_id: int, at: datetime) -> bool:
        """End a silence now; False when there is none of this id still standing."""
        standing = (silences.c.id == silence_id) & silences.c.ended.is_(False)
        return self._c.execute(update(silences).where(standing).values(ended=True, until=at)).rowcount > 0

    def say(self, given: Feedback) -> None:
        """Store a yes or no; it replaces what was said before about the same entry and storyline."""
        row = {name: getattr(given, name) for name in ("entry_uid", "storyline", "yes", "at", "text", "by")}
        self._c.execute(insert(feedback).values(row))

    def unsay(self, entry_uid: str, storyline: str, at: datetime, by: str = "") -> bool:
        """Take feedback back; False when none stands."""
        if not any(given.entry_uid == entry_uid for given in self.feedback(storyline)):
            return False
        row = {"entry_uid": entry_uid, "storyline": storyline, "yes": None, "at": at, "by": by}
        self._c.execute(insert(feedback).values(row))
        return True

    def feedback(self, storyline: str) -> list[Feedback]:
        """Return what readers said about a storyline and did not take back, in order."""
        last = select(func.max(feedback.c.id)).where(feedback.c.storyline == storyline).group_by(feedback.c.entry_uid)
        wanted = select(feedback).where(feedback.c.id.in_(last), feedback.c.yes.is_not(None)).order_by(feedback.c.id)
        rows = self._c.execute(wanted).mappings()
        return [Feedback(**{name: value for name, value in row.items() if name != "id"}) for row in rows]

    def sayings(self, storyline: str) -> list[Saying]:
        """Return every word said about a storyline, oldest first: the n-th made version n of what it learnt."""
        wanted = (
            select(feedback, entries.c.title)
            .join(entries, entries.c.uid == feedback.c.entry_uid, isouter=True)
            .where(feedback.c.storyline == storyline)
            .order_by(feedback.c.id)
        )
        rows = enumerate(self._c.execute(wanted).mappings(), 1)
        return [
            Saying(version, row["entry_uid"], row["yes"], row["at"], row["by"], row["title"] or short(row["text"], 200))
            for version, row in rows
        ]

    def note(self, key: str, value: Any) -> None:
        """Keep a small fact (a JSON value)."""
        self._c.execute(
            upsert(meta)
            .values(key=key, value=value)
            .on_conflict_do_update(index_elements=["key"], set_={"value": value})
        )

    def noted(self, key: str) -> Any:
        """Return a small fact, None when it was never kept."""
        return self._c.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
