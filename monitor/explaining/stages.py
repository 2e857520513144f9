"""The stages of the line for one entry, from the feed to the verdict, as sentences with their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from monitor.detect.cluster import JOIN
from monitor.store import Tx
from monitor.types import Decision, Entry, Match, Reason

TERMS = 8  # terms named
JOINED = 1 / (1 + exp(-JOIN))  # probability from which an entry joins an event


class Passed(StrEnum):
    """How an entry fared at a stage."""

    YES = "passed"
    NO = "stopped"
    WAITS = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the line for one entry."""

    name: str  # the stage's name on the line
    passed: Passed
    what: str  # one sentence
    evidence: tuple[str, ...] = ()


def poll_stage(entry: Entry) -> Stage:
    """How the entry came in."""
    dated = f"dated {entry.date:%Y-%m-%d %H:%M} UTC"
    dated += " (the feed gave no date: first seen then)" if entry.undated else ""
    dated += " (its zone was guessed, or the date lay ahead)" if entry.date_guessed else ""
    evidence = [dated, f"feed: {entry.feed_url}", f"link: {entry.link or 'none'}"]
    if entry.revision:
        evidence.append(f"edited since: {entry.revision} times; judged as it reads now")
    if not entry.text:
        evidence.append(
            "its text is no longer held (retention.off_topic); what was decided then is kept where it was close"
        )
    return Stage(
        name="poll",
        passed=Passed.YES,
        what=f"offered by {entry.source or entry.feed_url}, first seen {entry.seen_at:%Y-%m-%d %H:%M:%S} UTC",
        evidence=tuple(evidence),
    )


def assess_stage(state: str, error: str) -> Stage | None:
    """What keeps it from being assessed; None when nothing does."""
    if state == "assessed":
        return None
    if state == "quarantined":
        return Stage(name="assess", passed=Passed.NO, what=f"set aside after three failures: {error}")
    what = "not assessed yet; run `monitor assess`, or wait for the daemon"
    return Stage(name="assess", passed=Passed.WAITS, what=what)


def match_stage(tx: Tx, decision: Decision) -> Stage:
    """Whether it belongs to the story: score, threshold and where each came from."""
    match = decision.match
    told = "on topic" if match.on_topic else match.reason.value
    evidence = [*_score(match), *_threshold(tx, decision), *_tipping(match)]
    evidence += [f"judged {decision.decided_at:%Y-%m-%d %H:%M:%S} UTC"]
    evidence += [f"term {hit.term} ({hit.weight:.2f}): {_origin(hit.origin)}" for hit in match.hits[:TERMS]]
    evidence += [f"nearest seed sentence: {match.nearest_seed}"] if match.nearest_seed else []
    evidence += _said(tx, decision)
    return Stage(
        name="match",
        passed=Passed.YES if match.on_topic else Passed.NO,
        what=f"score {match.score:.3f}, threshold {match.threshold:.3f}: {told}",
        evidence=tuple(evidence),
    )


def _origin(sentence: str) -> str:
    return f"from the seeds: {sentence}" if sentence else "your own term"


def _score(match: Match) -> list[str]:
    """The parts of the score in one line: they add up in log-odds."""
    if not match.parts:
        return []
    base = sum(value for name, value in match.parts if name == "base")
    added = ", ".join(f"{name} {value:+.2f}" for name, value in match.parts if name != "base")
    total = sum(value for _, value in match.parts)
    return [f"score: {added or 'nothing'}, from a base of {base:+.2f}: log-odds {total:+.2f} = {match.score:.3f}"]


def _threshold(tx: Tx, decision: Decision) -> list[str]:
    """Where the threshold of that moment came from."""
    value = decision.match.threshold
    held = tx.stories.get(decision.storyline)
    if held is not None and held.threshold == value:
        return [f"threshold: {held.threshold_origin}"]
    past = next((origin for _, was, origin in tx.stories.threshold_log(decision.storyline) if was == value), "")
    now = f"; now {held.threshold:.3f} ({held.threshold_origin})" if held and held.threshold is not None else ""
    return [f"threshold: {past or 'as it stood then'}{now}"] if past or now else []


def _tipping(match: Match) -> list[str]:
    """What would have tipped it."""
    notes = [match.note] if match.note else []
    if match.reason not in {Reason.MATCHED, Reason.BELOW_THRESHOLD} or not 0 < match.score < 1:
        return notes
    odds = [log(p / (1 - p)) for p in (match.score, min(max(match.threshold, 1e-6), 1 - 1e-6))]
    if not match.on_topic:
        enough = int(match.score * 1000) / 1000
        cut = f"`sensitivity: {enough:.3f}` would have let it in; it lacks {odds[1] - odds[0]:.2f} of log-odds"
        return [*notes, cut]
    needed = [name for name, value in match.parts if name != "base" and odds[0] - value < odds[1]]
    without = f"without {' or '.join(needed)} it would have stayed out" if needed else "no single part decides it"
    return [*notes, f"{match.score - match.threshold:.3f} over the threshold; {without}"]


def _said(tx: Tx, decision: Decision) -> list[str]:
    said = [given for given in tx.desk.feedback(decision.storyline) if given.entry_uid == decision.entry_uid]
    return [
        f"feedback: {'yes' if given.yes else 'no'}, {given.at:%Y-%m-%d %H:%M} UTC {given.by}".rstrip() for given in said
    ]


def event_stages(tx: Tx, decision: Decision) -> list[Stage]:
    """Which happening it reports, and what it adds."""
    assignment, verdict = decision.assignment, decision.verdict
    if assignment is None or verdict is None:
        return []
    event = tx.events.get(assignment.event_id)
    sure = f"{assignment.similarity:.0%}"
    joined = "opened event" if assignment.is_first else f"joined ({sure} sure) event"
    evidence = [*_copied(tx, assignment.copy_of), *(f"merged with event {merged}" for merged in assignment.merged)]
    title = ""
    if event is not None:
        title = f": {event.title}"
        sources = len(tx.events.sources_of(event.id))
        count = f"entries by now: {len(event.entries)}, independent sources: {sources}"
        evidence.append(f"{count}; monitor events show {event.id}")
    if assignment.is_first and assignment.similarity > 0:
        evidence.append(f"the nearest other event: {sure} sure, an entry joins from {JOINED:.0%} on")
    told = verdict.novelty.value in ("new_event", "development", "correction")
    nearest = (f"nearest known: {verdict.nearest}",) if verdict.nearest else ()
    return [
        Stage(
            name="cluster",
            passed=Passed.YES,
            what=f"{joined} {assignment.event_id}{title}",
            evidence=tuple(evidence),
        ),
        Stage(
            name="judge",
            passed=Passed.YES if told else Passed.NO,
            what=f"{verdict.novelty.value}, newness {verdict.score:.2f}",
            evidence=(*verdict.why, *(f"new: {claim.text}" for claim in verdict.new), *nearest),
        ),
    ]


def _copied(tx: Tx, uid: str | None) -> Sequence[str]:
    if uid is None:
        return ()
    first = tx.entries.by_uids([uid]).get(uid)
    return (f"copy of {uid[:8]}: {first.source}, {first.title}" if first else f"copy of {uid}",)
