"""What the seeds and a reader's verdicts teach: where a storyline lies, on what scale, and against which neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.detect.baseline import Baseline
from monitor.detect.calibrate import Calibration, Floats, logistic, share_on_topic
from monitor.detect.lex import stacked
from monitor.detect.match import (
    WEIGHTS,
    Document,
    Evidence,
    Profile,
    Scale,
    document_of,
    profile_of,
    with_sense,
)
from monitor.detect.near import Neighbours, neighbours_of
from monitor.detect.reading import Lens
from monitor.types import Feedback

_YES, _NO = 0.5, 0.35  # weight of all verdicts beside the seeds' sum of one
_MOST_PASSAGES = 12
_ONE_SEED = Scale(closeness=0.45, sense=0.5)  # where there is no other seed to compare with
_USUAL, _TRUST = 0.6, 0.5  # usual closeness of seeds to each other, and how many pairs of seeds it weighs as


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What was learnt of one storyline."""

    profile: Profile
    scale: Scale
    calibration: Calibration

    def ratios(self, lens: Lens) -> Floats:
        """The log-likelihood ratios of the user's own latest entries."""
        stream = lens.background.stream
        rows = self.profile.first(lens.background.stacked, stream.vectors)
        closeness = with_sense(rows, stream.texts, stream.langs, self.profile, self.scale, lens).sum(axis=1)
        return self.calibration.ratio(closeness)


@dataclass(frozen=True, eq=False)
class Material:
    """What there is to learn from; made once, learnt twice: alone, then against the neighbours it finds."""

    passages: Sequence[Sequence[str]]  # of each seed
    seeds: Sequence[Document]
    verdicts: Sequence[Document]
    feedback: Sequence[Feedback]
    lens: Lens

    def learnt(self, near: Neighbours | None = None) -> Knowledge:
        """Take seeds, verdicts and neighbours together."""
        profile = profile_of([*self.seeds, *self.verdicts], near)
        scale = self._scale(near)
        calibration = Calibration(scale.closeness)
        if self.feedback:
            closeness = _closeness([f.text for f in self.feedback], profile, scale, self.lens).sum(axis=1)
            calibration = calibration.taught(closeness, [f.yes for f in self.feedback])
        return Knowledge(profile, scale, calibration)

    def _scale(self, near: Neighbours | None) -> Scale:
        """How close a passage of one seed is to all the other seeds, on average; few seeds lean on what is usual."""
        if len(self.seeds) < 2:
            return _ONE_SEED
        totals, senses = [], []
        for number, parts in enumerate(self.passages):
            profile = profile_of([d for i, d in enumerate(self.seeds) if i != number], near)
            rows = _closeness(parts[:_MOST_PASSAGES], profile, Scale(closeness=0.0, sense=1.0), self.lens)
            totals.append(float(rows.sum(axis=1).mean()))
            senses.append(float(rows[:, 2].mean() / WEIGHTS[2]))
        pairs = len(self.seeds) * (len(self.seeds) - 1) / 2
        closeness = (pairs * float(np.mean(totals)) + _TRUST * _USUAL) / (pairs + _TRUST)
        return Scale(closeness=max(closeness, 0.2), sense=max(float(np.mean(senses)), 0.1))


def learn(baseline: Baseline, lens: Lens, feedback: Sequence[Feedback]) -> Knowledge | None:
    """Learn a storyline against the user's own stream; None without a seed."""
    passages = [[p for p in view.passages if p.strip()] for view in baseline.views]
    seeds = [
        document_of(" ".join(parts), parts, lens, weight)
        for parts, weight in zip(passages, baseline.weights, strict=True)
        if parts
    ]
    if not seeds:
        return None
    material = Material([p for p in passages if p], seeds, _verdicts(feedback, lens), feedback, lens)
    alone = material.learnt()
    near = _neighbours(alone.ratios(lens), lens)
    known = alone if near is None else material.learnt(near)
    return replace(known, profile=known.profile.kept())


def _neighbours(ratios: Floats, lens: Lens) -> Neighbours | None:
    share = share_on_topic(ratios)
    return neighbours_of(lens.background.lexical, ratios, logistic(ratios + np.log(share / (1 - share))))


def _verdicts(feedback: Sequence[Feedback], lens: Lens) -> list[Document]:
    yes = sum(f.yes for f in feedback)
    shares = {True: _YES / max(yes, 1), False: -_NO / max(len(feedback) - yes, 1)}
    return [document_of(f.text, [f.text], lens, shares[f.yes]) for f in feedback]


def _closeness(texts: Sequence[str], profile: Profile, scale: Scale, lens: Lens) -> Evidence:
    features = lens.features(texts)
    vectors = np.array([f.vector for f in features])
    lexical = lens.background.weigh([f.counted for f in features])
    rows = profile.first(stacked(lexical), vectors)
    return with_sense(rows, texts, ["en"] * len(texts), profile, scale, lens)
