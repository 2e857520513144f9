"""What entered a storyline since its seeds: names and phrases of recent entries on topic that no seed holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import text
from monitor.detect.background import Background
from monitor.detect.baseline import Baseline
from monitor.detect.lex import stems
from monitor.detect.terms import Kind, Sentence, Term, derive
from monitor.types import Entry

RECENT = timedelta(days=30)  # before the newest entry on topic
_LATEST = 2_000  # entries looked at
_FEWEST, _FEWEST_COMMON = 2, 3  # recent entries that must hold a term; a lone common word
_LEAST = 0.04  # share of the recent entries that must
_TERMS = 400  # derived, before those of the seeds are left out
_MOST = 20
_SHOWN = 5  # entries named for each
_STRONGEST = 20  # terms of the seeds that are missed when they are gone
_TELLING = 5  # recent entries that it takes to miss one
_ROOT = 5  # letters by which a term is known in any form: Ukraine, Ukrainian


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A term that entered a storyline after its seeds."""

    text: str
    kind: Kind
    share: float  # of the recent entries on topic
    entries: int  # recent ones that hold it
    first: datetime  # when the storyline first held it
    last: datetime
    uids: tuple[str, ...]  # the first entries that did
    title: str  # of the very first


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How recent entries on topic differ from the seeds in what they speak of."""

    since: datetime | None = None
    until: datetime | None = None
    entries: int = 0
    entered: tuple[Newcomer, ...] = ()  # strongest first
    gone: tuple[str, ...] = ()  # strong terms of the seeds that no recent entry holds


@dataclass(frozen=True, slots=True)
class Page:
    """An entry and its stems, a space before and behind each."""

    entry: Entry
    stems: str


def drift(baseline: Baseline, matched: Sequence[Entry], background: Background) -> Drift:
    """Compare a baseline with the entries on topic (any order; copies are best left out)."""
    if not matched or not baseline.terms:
        return Drift()
    entries = sorted(matched, key=lambda e: (e.date, e.uid))[-_LATEST:]
    pages = [Page(entry, f" {' '.join(stems(entry.text))} ") for entry in entries]
    recent = [page for page in pages if page.entry.date > entries[-1].date - RECENT]
    known = {stem for sentence in baseline.sentences for stem in stems(sentence.text)}
    terms = derive(_sentences([page.entry for page in recent]), background, _TERMS)
    made = [_newcomer(term, recent, pages) for term in terms if not known.issuperset(term.stems)]
    return Drift(
        since=recent[0].entry.date,
        until=entries[-1].date,
        entries=len(recent),
        entered=tuple(newcomer for newcomer in made if newcomer is not None)[:_MOST],
        gone=_gone(baseline, [page.stems for page in recent]),
    )


def _sentences(entries: Sequence[Entry]) -> list[Sentence]:
    """Each entry as a seed of one title and its summary."""
    found = []
    for number, entry in enumerate(entries):
        found.append(Sentence(entry.title, number, entry.uid, is_title=True, outlet=entry.source))
        found += [
            Sentence(s, number, entry.uid, outlet=entry.source) for s in text.sentences(entry.summary, entry.lang)
        ]
    return found


def _newcomer(term: Term, recent: Sequence[Page], pages: Sequence[Page]) -> Newcomer | None:
    needle = f" {' '.join(term.stems)} "
    now = sum(needle in page.stems for page in recent)
    common = term.kind is Kind.PHRASE and len(term.stems) == 1
    if now < max(_FEWEST_COMMON if common else _FEWEST, _LEAST * len(recent)):
        return None
    holders = [page.entry for page in pages if needle in page.stems]
    return Newcomer(
        text=term.text,
        kind=term.kind,
        share=round(now / len(recent), 4),
        entries=now,
        first=holders[0].date,
        last=holders[-1].date,
        uids=tuple(entry.uid for entry in holders[:_SHOWN]),
        title=holders[0].title,
    )


def _gone(baseline: Baseline, recent: Sequence[str]) -> tuple[str, ...]:
    """The strong terms of the seeds of which no recent entry holds any word."""
    if len(recent) < _TELLING:
        return ()
    everything = "".join(recent)
    strongest = [term for term in baseline.terms[:_STRONGEST] if term.stems]
    return tuple(t.text for t in strongest if not any(f" {stem[:_ROOT]}" in everything for stem in t.stems))
