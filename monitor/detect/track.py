"""Following one storyline: which entries belong to it, how surely, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.detect.baseline import Baseline, baseline_of, nearest
from monitor.detect.calibrate import Calibration, Threshold, score_of, threshold_of
from monitor.detect.lex import stem
from monitor.detect.match import PARTS, Document, Evidence, Profile, passages, profile_of
from monitor.detect.reading import Lens, Reading
from monitor.detect.terms import Term
from monitor.detect.vectors import Vectors
from monitor.detect.watch import Found, Terms
from monitor.types import Feedback, Hit, Match, Reason, Storyline

__all__ = ["Threshold", "Tracker", "follow"]

_FIRST_ANY = 1.0  # log-odds the first `any` term adds
_MORE_ANY = 0.4  # and each further one, up to three
_BOOST = 0.8  # log-odds of a boost by e (2.72)
_ALONE_HIT = 1.1  # log-odds of one term where there are no seeds: 0.75
_ALONE_MISS = -4.0
_YES, _NO = 0.5, 0.35  # weight of one verdict beside the seeds' sum of one
_MOST_HITS = 8
_TELL_FROM = 0.6  # share of the threshold from which an entry gets its reasons spelt out


@dataclass(frozen=True, eq=False)
class Tracker:
    """Scores entries read with the lens it was made with; pure and deterministic."""

    storyline: Storyline
    lens: Lens
    baseline: Baseline
    threshold: Threshold
    _profile: Profile | None
    _calibration: Calibration | None
    _terms: Terms = field(repr=False)

    def match(self, readings: Sequence[Reading]) -> list[Match]:
        """One answer an entry, in order."""
        if not readings:
            return []
        parts = self._parts(readings)
        return [self._answer(reading, row) for reading, row in zip(readings, parts, strict=True)]

    def _parts(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        if self._profile is None or self._calibration is None:
            return np.empty((len(readings), 0))
        return self._calibration.parts(self._profile.of(readings))

    def _answer(self, reading: Reading, row: NDArray[np.float64]) -> Match:
        found = self._terms.look(reading) if self._terms else Found()
        named = dict(zip(PARTS, (round(float(v), 4) for v in row), strict=False)) | self._user_parts(found)
        score = round(float(score_of(np.array(sum(named.values())))), 4)
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
        """What the user's own terms add, in log-odds; without seeds they are all there is."""
        parts: dict[str, float] = {}
        boost = sum(_BOOST * float(np.log(weight)) for _, weight in found.boost)
        hits = len(found.any)
        if self._profile is None:
            asked = self._terms.any or (() if self._terms.all else self._terms.boost)
            hits = len(found.any) if self._terms.any else len(found.boost) if asked else int(not found.missing)
            parts["any"] = _ALONE_HIT + _MORE_ANY * min(hits - 1, 3) if hits else _ALONE_MISS
        elif hits:
            parts["any"] = _FIRST_ANY + _MORE_ANY * min(hits - 1, 3)
        if found.boost:
            parts["boost"] = round(boost, 4)
        return parts

    def _reason(self, reading: Reading, found: Found, score: float) -> Reason:
        if not reading.stems and not reading.text.strip():
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
        held = _held(reading)
        derived = [t for t in self.baseline.terms if t.stems and _stands_in(t.stems, held)]
        hits += [Hit(term=t.text, weight=t.weight, origin=t.origin) for t in derived[:_MOST_HITS]]
        sentence, _ = nearest(self.baseline, self._sentences, reading.vector)
        note = self._tip(match, found, derived)
        return replace(match, hits=tuple(hits), nearest_seed=sentence, note=note)

    def _tip(self, match: Match, found: Found, derived: Sequence[Term]) -> str:
        if match.reason is Reason.EXCLUDED:
            return f"without {found.excluded!r} it would be judged by its score"
        if match.reason is Reason.MISSING_REQUIRED:
            return f"missing: {', '.join(found.missing)}"
        if match.reason is not Reason.BELOW_THRESHOLD:
            return ""
        absent = [t.text for t in self.baseline.terms[:12] if t not in derived][:3]
        more = f"; it names none of {', '.join(absent)}" if absent else ""
        return f"{match.threshold - match.score:.2f} under the threshold{more}"

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
    seeds = _seed_documents(baseline, lens)
    if not seeds:
        return Tracker(
            storyline, lens, baseline, threshold_of(storyline.sensitivity, previous, (), 0), None, None, terms
        )
    verdicts = _verdicts(feedback, lens)
    profile = profile_of([*seeds, *verdicts], lens.background)
    ordinary = profile.evidence(lens.background.lexical, lens.background.vectors)
    calibration = Calibration.of(ordinary, _left_out(baseline, seeds, verdicts, lens))
    replay = score_of(calibration.parts(ordinary).sum(axis=1)).tolist()
    threshold = threshold_of(storyline.sensitivity, previous, replay, max(1.0, len(replay) / 200))
    return Tracker(storyline, lens, baseline, threshold, profile, calibration, terms)


def _seed_documents(baseline: Baseline, lens: Lens) -> list[Document]:
    documents = []
    for view, weight in zip(baseline.views, baseline.weights, strict=True):
        texts = [t for t in (view.entry, *view.passages[1:]) if t.strip()]
        shares = [1.0, *[1.0 / max(len(texts) - 1, 1)] * (len(texts) - 1)]
        if texts:
            documents.append(passages(texts, shares, lens, weight))
    return documents


def _verdicts(feedback: Sequence[Feedback], lens: Lens) -> list[Document]:
    yes = sum(f.yes for f in feedback)
    no = len(feedback) - yes
    features = lens.features([f.text for f in feedback])
    return [
        Document(lens.background.weigh(f.counted), f.vector, _YES / max(yes, 1) if v.yes else -_NO / max(no, 1))
        for v, f in zip(feedback, features, strict=True)
        if v.text.strip()
    ]


def _left_out(baseline: Baseline, seeds: Sequence[Document], verdicts: Sequence[Document], lens: Lens) -> Evidence:
    """How each seed, seen as a feed entry, scores against a profile of the others."""
    rows = []
    features = lens.features([view.entry for view in baseline.views])
    for i, feature in enumerate(features):
        others = [d for j, d in enumerate(seeds) if j != i]
        if others:
            profile = profile_of([*others, *verdicts], lens.background)
            rows.append(profile.evidence([lens.background.weigh(feature.counted)], feature.vector[None])[0])
    return np.array(rows).reshape(len(rows), len(PARTS))


def _held(reading: Reading) -> str:
    return f" {' '.join(reading.stems)} "


def _stands_in(stems: Sequence[str], held: str) -> bool:
    return f" {' '.join(stem(s) or s for s in stems)} " in held or f" {' '.join(stems)} " in held
