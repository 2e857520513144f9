"""The drawer of what people say: silences and feedback; and of small facts by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.schema import feedback, meta, silences
from monitor.types import Feedback, Silence


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
        """Store a yes or no; a later one about the same entry and storyline replaces it."""
        row = {"yes": given.yes, "at": given.at, "text": given.text}
        statement = upsert(feedback).values(entry_uid=given.entry_uid, storyline=given.storyline, **row)
        self._c.execute(statement.on_conflict_do_update(index_elements=["entry_uid", "storyline"], set_=row))

    def unsay(self, entry_uid: str, storyline: str) -> bool:
        """Take feedback back."""
        mine = (feedback.c.entry_uid == entry_uid) & (feedback.c.storyline == storyline)
        return self._c.execute(feedback.delete().where(mine)).rowcount > 0

    def feedback(self, storyline: str) -> list[Feedback]:
        """Return what readers said about a storyline, in order."""
        rows = self._c.execute(
            select(feedback).where(feedback.c.storyline == storyline).order_by(feedback.c.at, feedback.c.id)
        ).mappings()
        return [
            Feedback(**{name: row[name] for name in ("entry_uid", "storyline", "yes", "at", "text")}) for row in rows
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
