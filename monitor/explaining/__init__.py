"""Why an entry was told, held or left out: the stages of the line, passed or not, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.explaining.stages import Passed, Stage, assess_stage, event_stages, match_stage, poll_stage
from monitor.explaining.told import Raised, told_stages
from monitor.explaining.way import Way, way
from monitor.following import Following
from monitor.pipeline import Pipeline
from monitor.store import Tx
from monitor.text import canonical_url
from monitor.types import Decision, Entry, Match

__all__ = ["Explanation", "Passed", "Stage", "Way", "explain", "meant", "way_of"]


SAME = 5e-4  # scores that differ by less are one score


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything the monitor can say about one entry."""

    entry: Entry
    read: tuple[Stage, ...]
    storylines: tuple[tuple[str, tuple[Stage, ...]], ...]
    decisions: tuple[Decision, ...] = ()


def meant(tx: Tx, which: str) -> Entry | None:
    """Return the entry with this id (or its start) or address, whatever trackers the address carries."""
    found = tx.entries.find(which)
    if found is None and "://" in which:
        found = tx.entries.find(canonical_url(which))
    return found


def explain(line: Pipeline, which: str, storyline: str | None = None) -> Explanation | None:
    """Explain an entry by uid or address, for one storyline or all; None when no feed ever offered it."""
    with line.store.read() as tx:
        entry = meant(tx, which)
        if entry is None:
            return None
        held = assess_stage(*tx.entries.status_of(entry.uid))
        if held is not None:
            return Explanation(entry=entry, read=(poll_stage(entry), held), storylines=())
        names = [name for name in line.config.storylines if storyline in (None, name)]
        decisions = _decisions(tx, line.following, entry, names)
        raised = tx.events.alerts_of(entry.uid)
        stories = tuple((name, tuple(_story_stages(tx, line, entry, decisions.get(name), raised))) for name in names)
    return Explanation(entry=entry, read=(poll_stage(entry),), storylines=stories, decisions=tuple(decisions.values()))


def way_of(line: Pipeline, which: str) -> Way | None:
    """Return the way of a digest by its id, Message-ID or webhook-id; None when nothing was sent under it."""
    with line.store.read() as tx:
        return way(tx, which)


def _decisions(tx: Tx, following: Following, entry: Entry, names: list[str]) -> dict[str, Decision]:
    """Return the stored decisions by storyline; what was too far below to be stored is found out again."""
    stored = {decision.storyline: decision for decision in tx.stories.of_entry(entry.uid)}
    bare = [name for name in names if name not in stored or not stored[name].match.parts]
    wanted = [name for name in bare if not following.storylines[name].paused]
    if wanted and entry.text:
        following.catch_up(tx)
        reading = following.lens.read([entry])[0]
        for name in wanted:
            match = following.minds[name].tracker.reasons(reading)
            stored[name] = _completed(stored.get(name), match, name, entry)
    return {name: stored[name] for name in names if name in stored}


def _completed(kept: Decision | None, now: Match, name: str, entry: Entry) -> Decision:
    """Return a decision with today's reasons; the score and threshold of then stand, where they were kept."""
    if kept is None:
        return Decision(entry_uid=entry.uid, storyline=name, match=now, decided_at=entry.seen_at)
    same = abs(kept.match.score - now.score) < SAME
    match = replace(
        kept.match, parts=now.parts if same else (), hits=now.hits, nearest_seed=now.nearest_seed, note=now.note
    )
    return replace(kept, match=match)


def _story_stages(tx: Tx, line: Pipeline, entry: Entry, decision: Decision | None, raised: Raised) -> list[Stage]:
    if decision is None:
        why = (
            "far below the threshold then, and its text is no longer held"
            if not entry.text
            else "the storyline is paused"
        )
        return [Stage(name="match", passed=Passed.NO, what=f"nothing is kept: {why}")]
    stages = [match_stage(tx, decision), *event_stages(tx, decision)]
    if decision.verdict is not None:
        stages += told_stages(tx, line, entry, decision, raised)
    return stages
