"""A reader's word on an entry: kept, and shown as the difference it makes to its storyline alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.config import Config
from monitor.detect.reading import Reading
from monitor.detect.teaching import Lesson, lesson
from monitor.detect.track import Tracker
from monitor.following import Following
from monitor.store import Store, Tx
from monitor.types import Entry, Feedback

LOOK = 60  # entries on either side of the line that may turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody says of an entry: it belongs (True), it does not (False), or forget what was said (None)."""

    entry: Entry
    storyline: str
    yes: bool | None
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What became of a word."""

    changed: bool  # False: nothing to forget, or said before
    version: int  # of what the storyline learnt: how many words it heard
    lesson: Lesson | None = None  # None where nothing changed
    note: str = ""  # why nothing was learnt from it


def teach(store: Store, config: Config, word: Word) -> Taught:
    """Keep a word and return the difference it makes. Errors: `StoreError`."""
    if standing(store, word.storyline, word.entry.uid) is word.yes:
        return Taught(changed=False, version=version(store, word.storyline))
    following = Following({word.storyline: config.storylines[word.storyline]})
    with store.read() as tx:
        before = _fitted(following, tx, word.storyline)
    with store.begin() as tx:
        _keep(tx, word)
    with store.read() as tx:
        after = _fitted(following, tx, word.storyline)
        others = _near(following, tx, word)
    number = version(store, word.storyline)
    if before is None or after is None:
        return Taught(changed=True, version=number, note="the storyline is paused: it learns when it is followed again")
    if note := _unteachable(config, word):
        return Taught(changed=True, version=number, note=note)
    about = following.lens.read([word.entry])
    return Taught(changed=True, version=number, lesson=lesson(before, after, about, others))


def _unteachable(config: Config, word: Word) -> str:
    """Return why nothing can be learnt from a word, "" when it can."""
    if not config.storylines[word.storyline].seeds.articles:
        return "no seeds: the watch terms decide alone, and nothing is learnt until there is a seed"
    return "" if word.entry.text else "the text of this entry is no longer held: there is nothing to learn from"


def standing(store: Store, storyline: str, uid: str) -> bool | None:
    """Return what was said of an entry; None when nothing stands."""
    with store.read() as tx:
        return next((given.yes for given in tx.desk.feedback(storyline) if given.entry_uid == uid), None)


def version(store: Store, storyline: str) -> int:
    """Return how many words a storyline heard."""
    with store.read() as tx:
        return len(tx.desk.sayings(storyline))


def _keep(tx: Tx, word: Word) -> None:
    if word.yes is None:
        tx.desk.unsay(word.entry.uid, word.storyline, word.at, word.by)
        return
    tx.desk.say(
        Feedback(
            entry_uid=word.entry.uid,
            storyline=word.storyline,
            yes=word.yes,
            at=word.at,
            text=word.entry.text,
            by=word.by,
        )
    )


def _fitted(following: Following, tx: Tx, storyline: str) -> Tracker | None:
    following.catch_up(tx)
    mind = following.minds.get(storyline)
    return mind.tracker if mind else None


def _near(following: Following, tx: Tx, word: Word) -> Sequence[Reading]:
    """Read the latest entries on either side of the line."""
    held = [
        row.entry
        for kind in ("matched", "near")
        for row in tx.stories.listing(word.storyline, kind, LOOK)
        if row.entry.text and row.entry.uid != word.entry.uid
    ]
    return following.lens.read(held)
