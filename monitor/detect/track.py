"""Following one storyline: which entries belong to it, how surely, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import exp, log

import numpy as np

from monitor.detect.baseline import Baseline, baseline_of, nearest
from monitor.detect.calibrate import Span, Threshold, threshold_of
from monitor.detect.learn import Knowledge, learn
from monitor.detect.lex import stem, stem_id
from monitor.detect.match import PARTS, Evidence, evidence_of
from monitor.detect.reading import Lens, Reading
from monitor.detect.terms import Term
from monitor.detect.vectors import Vectors
from monitor.detect.watch import Found, Terms, compile_term, plain
from monitor.types import Feedback, Hit, Match, Reason, Storyline

__all__ = ["Threshold", "Tracker", "follow"]

_FIRST_ANY = 0.5  # log-odds of the score the first `any` term adds
_MORE_ANY = 0.2  # and each further one, up to three
_KNOWN_ANY = 0.8  # how much of that is lost for a term all seeds hold: the other parts count it already
_BOOST = 0.5  # log-odds of the score for a boost by e (2.72)
_ALONE_HIT = 1.1  # log-odds of one term where there are no seeds: a score of 0.75
_ALONE_MISS = -4.0
_MOST_HITS = 8
_TELL_FROM = 0.6  # share of the threshold from which an entry gets its reasons spelt out


@dataclass(frozen=True, eq=False)
class Tracker:
    """Scores entries read with the lens it was made with; pure and deterministic."""

    storyline: Storyline
    lens: Lens
    baseline: Baseline
    threshold: Threshold
    _known: Knowledge | None
    _terms: Terms = field(repr=False)

    def match(self, readings: Sequence[Reading]) -> list[Match]:
        """One answer an entry, in order."""
        if not readings:
            return []
        return [self._answer(reading, parts) for reading, parts in zip(readings, self._parts(readings), strict=True)]

    def reasons(self, reading: Reading) -> Match:
        """The answer to one entry with its reasons spelt out, however far below the threshold it lies."""
        match = self.match([reading])[0]
        return self._explained(match, reading, self._terms.look(reading) if self._terms else Found())

    def evidence(self, readings: Sequence[Reading]) -> Evidence:
        """The weighted closeness of each entry to the seeds, by part; empty rows without seeds."""
        if self._known is None or not readings:
            return np.empty((len(readings), 0))
        return evidence_of(readings, self._known.profile, self._known.scale, self.lens)

    def weights(self, stems: Sequence[str]) -> list[float]:
        """How much each stem weighs in what the seeds and the verdicts taught; 0 without seeds."""
        if self._known is None:
            return [0.0] * len(stems)
        return [float(self._known.profile.words[stem_id(each)]) for each in stems]

    def _parts(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        if self._known is None:
            return [{} for _ in readings]
        calibration = self._known.calibration
        rows = np.round(self.evidence(readings) * calibration.slope, 6).tolist()
        names, base = (*PARTS, "base"), round(calibration.base, 6)
        return [dict(zip(names, (*row, base), strict=True)) for row in rows]

    def _answer(self, reading: Reading, parts: dict[str, float]) -> Match:
        found = self._terms.look(reading) if self._terms else Found()
        named = parts | self._user_parts(found) if self._terms else parts
        score = round(_score(sum(named.values())), 6)
        reason = self._reason(reading, found, score)
        match = Match(
            score=score,
            threshold=self.threshold.value,
            on_topic=reason is Reason.MATCHED,
            reason=reason,
            parts=tuple(named.items()),
        )
        return self._explained(match, reading, found) if score >= _TELL_FROM * self.threshold.value else match

    def _user_parts(self, found: Found) -> dict[str, float]:
        """What the user's own terms add to the log-odds; without seeds they are all there is."""
        parts: dict[str, float] = {}
        if self._known is None:
            parts["any"] = self._alone(found)
        elif found.any:
            lift = _FIRST_ANY + _MORE_ANY * min(len(found.any) - 1, 3)
            parts["any"] = round(lift * max(self._news_of[term] for term in found.any), 6)
        if found.boost:
            parts["boost"] = round(sum(_BOOST * log(weight) for _, weight in found.boost), 6)
        return parts

    def _alone(self, found: Found) -> float:
        if self._terms.any:
            hits = len(found.any)
        elif self._terms.all:
            hits = int(not found.missing)
        else:
            hits = len(found.boost)
        return _ALONE_HIT + _MORE_ANY * min(hits - 1, 3) if hits else _ALONE_MISS

    @cached_property
    def _news_of(self) -> dict[str, float]:
        """How much each `any` term says beyond the seeds: 1 = none of them holds it."""
        case = self.storyline.watch.case
        texts = [" ".join((view.entry, *view.passages)) for view in self.baseline.views]
        news = {}
        for written in self.storyline.watch.any:
            term = compile_term(written, case=case)
            held = sum(term.find(text if term.raw else plain(text, case=case)) for text in texts)
            news[written] = 1.0 - _KNOWN_ANY * held / max(len(texts), 1)
        return news

    def _reason(self, reading: Reading, found: Found, score: float) -> Reason:
        if not reading.text.strip():
            return Reason.EMPTY
        if self.storyline.languages and reading.lang and reading.lang not in self.storyline.languages:
            return Reason.LANGUAGE
        if found.excluded:
            return Reason.EXCLUDED
        if found.missing:
            return Reason.MISSING_REQUIRED
        return Reason.MATCHED if score >= self.threshold.value else Reason.BELOW_THRESHOLD

    def _explained(self, match: Match, reading: Reading, found: Found) -> Match:
        """The same with its reasons spelt out: terms hit, nearest seed sentence, what would have tipped it."""
        hits = [Hit(term=t, weight=1.0) for t in found.any] + [Hit(term=t, weight=w) for t, w in found.boost]
        held = f" {' '.join(reading.stems)} "
        derived = [term for term, needle in self._needles if needle in held]
        hits += [Hit(term=t.text, weight=t.weight, origin=t.origin) for t in derived[:_MOST_HITS]]
        sentence, _ = nearest(self.baseline, self._sentences, reading.vector)
        return replace(match, hits=tuple(hits), nearest_seed=sentence, note=self._tip(match, reading, found, derived))

    def _tip(self, match: Match, reading: Reading, found: Found, derived: Sequence[Term]) -> str:
        if match.reason is Reason.EXCLUDED:
            return f"without {found.excluded!r} it would be judged by its score"
        if match.reason is Reason.MISSING_REQUIRED:
            return f"missing: {', '.join(found.missing)}"
        if match.reason is Reason.LANGUAGE:
            return f"in {reading.lang}; watched are {', '.join(self.storyline.languages)}"
        if match.reason is not Reason.BELOW_THRESHOLD:
            return ""
        absent = [t.text for t in self.baseline.terms[:12] if t not in derived][:3]
        more = f"; it names none of {', '.join(absent)}" if absent else ""
        return f"{match.threshold - match.score:.2f} under the threshold{more}"

    @cached_property
    def _needles(self) -> list[tuple[Term, str]]:
        """Each derived term as it stands among the stems of an entry."""
        return [(t, f" {' '.join(stem(s) or s for s in t.stems)} ") for t in self.baseline.terms if t.stems]

    @cached_property
    def _sentences(self) -> Vectors:
        return self.lens.vectors([s.text for s in self.baseline.sentences])


def follow(
    storyline: Storyline, lens: Lens, feedback: Sequence[Feedback] = (), previous: Threshold | None = None
) -> Tracker:
    """Learn a storyline from its seeds, its terms, the reader's verdicts and the background of `lens`.

    `previous` is the threshold of the fit before this one; small changes leave it where it is.
    """
    baseline = baseline_of(storyline, lens)
    terms = Terms.of(storyline.watch)
    known = learn(baseline, lens, [verdict for verdict in feedback if verdict.text.strip()])
    if known is None:
        threshold = threshold_of(storyline.sensitivity, np.empty(0), Span(), previous)
        return Tracker(storyline, lens, baseline, threshold, None, terms)
    stream = lens.background.stream
    span = Span(days=stream.days, followed=stream.share_after(baseline.last))
    threshold = threshold_of(storyline.sensitivity, known.ratios(lens), span, previous)
    return Tracker(storyline, lens, baseline, threshold, known, terms)


def _score(log_odds: float) -> float:
    return 1 / (1 + exp(-min(max(log_odds, -30.0), 30.0)))
