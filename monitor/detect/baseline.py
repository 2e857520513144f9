"""What is known of a storyline: its seeds as weighted terms, sentences and views a feed entry can be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from monitor import text
from monitor.detect.language import COVERED, language_of
from monitor.detect.reading import Lens
from monitor.detect.terms import Sentence, Term, derive
from monitor.detect.vectors import Vectors
from monitor.types import Seed, Storyline

VIEW = 400  # characters of a seed that look like a feed entry: title and first sentences
_ODD = 0.5  # a seed this far below the others' agreement is said to be odd
_SAME = 0.9  # cosine from which two seeds say the same


@dataclass(frozen=True, slots=True)
class View:
    """One seed as it is compared: like a feed entry (title and lead), and in passages."""

    file: str
    entry: str
    passages: tuple[str, ...]  # title first, then the paragraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a storyline stands for at this moment; every term keeps its seed sentence."""

    terms: tuple[Term, ...] = ()
    agreements: tuple[str, ...] = ()  # terms that every seed (or all but one) holds
    sentences: tuple[Sentence, ...] = ()
    first: datetime | None = None  # dates of the seeds
    last: datetime | None = None
    languages: tuple[str, ...] = ()  # of the seeds
    warnings: tuple[str, ...] = ()  # what it lacks, for `check` and `storyline show`
    weights: tuple[float, ...] = ()  # of the seeds, sum 1: repeats share one voice, odd ones speak lower
    views: tuple[View, ...] = ()


def baseline_of(storyline: Storyline, lens: Lens) -> Baseline:
    """Read the seeds of a storyline."""
    articles = storyline.seeds.articles
    if not articles:
        return Baseline(warnings=_without_seeds(storyline))
    views = tuple(_view(article) for article in articles)
    sentences = _sentences(articles)
    terms = derive(sentences, lens.background)
    weights, warnings = _voices(views, lens)
    dates = sorted(article.published for article in articles if article.published)
    languages = tuple(sorted({a.lang or language_of(a.title) or "en" for a in articles}))
    return Baseline(
        terms=terms,
        agreements=tuple(t.text for t in terms if t.seeds > 1 and t.seeds >= len(articles) - 1),
        sentences=sentences,
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        languages=languages,
        warnings=(*warnings, *_lacks(articles, languages), *_beyond(storyline.languages)),
        weights=weights,
        views=views,
    )


def _view(seed: Seed) -> View:
    lead = ""
    for sentence in (s for p in seed.paragraphs for s in text.sentences(p, seed.lang)):
        if lead and len(seed.title) + len(lead) + len(sentence) > VIEW:
            break
        lead = f"{lead} {sentence}".strip()
    entry = ". ".join(part for part in (seed.title.rstrip(". "), lead) if part)
    return View(seed.file, entry[: 2 * VIEW], (seed.title, *seed.paragraphs) if seed.title else seed.paragraphs)


def _sentences(articles: Sequence[Seed]) -> tuple[Sentence, ...]:
    found = []
    for number, seed in enumerate(articles):
        if seed.title:
            found.append(Sentence(seed.title, number, seed.file, is_title=True, outlet=seed.outlet))
        for paragraph in seed.paragraphs:
            found.extend(
                Sentence(s, number, seed.file, outlet=seed.outlet) for s in text.sentences(paragraph, seed.lang)
            )
    return tuple(found)


def _voices(views: Sequence[View], lens: Lens) -> tuple[tuple[float, ...], list[str]]:
    """How much each seed counts: near-copies share one voice, a seed unlike all others speaks at half."""
    vectors = lens.vectors([view.entry for view in views])
    alike = vectors @ vectors.T
    copies = (alike > _SAME).sum(axis=1)
    weights = 1.0 / np.maximum(copies, 1)
    warnings = []
    if len(views) > 2:
        others = (alike.sum(axis=1) - 1) / (len(views) - 1)
        for number in np.nonzero(others < _ODD * np.median(others))[0].tolist():
            weights[number] *= 0.5
            warnings.append(f"{views[number].file} has little in common with the other seeds; it counts half")
    warnings += [
        f"{view.file} says what another seed says; together they count once"
        for view, count in zip(views, copies, strict=True)
        if count > 1
    ]
    return tuple((weights / weights.sum()).tolist()), warnings


def _without_seeds(storyline: Storyline) -> tuple[str, ...]:
    watch = storyline.watch
    if watch.any or watch.all or watch.boost:
        return ("no seeds: the watch terms decide alone, other wordings are missed; add an article or two",)
    return ("neither seeds nor watch terms: nothing can match",)


def _lacks(articles: Sequence[Seed], languages: Sequence[str]) -> list[str]:
    lacks = []
    size = sum(len(p) for a in articles for p in (a.title, *a.paragraphs))
    if len(articles) == 1:
        lacks.append("one seed only: the threshold is a guess from other stories; three seeds make it sure")
    if size < 200 * len(articles):
        lacks.append("the seeds are very short: few terms can be derived")
    if not any(a.published for a in articles):
        lacks.append("no seed carries a date")
    lacks += [
        f"seeds in {code}: names and figures only, no sentence vectors" for code in languages if code not in COVERED
    ]
    return lacks


def _beyond(watched: Sequence[str]) -> list[str]:
    return [
        f"watches {code}, which the multilingual vectors do not cover: names and figures only"
        for code in watched
        if code not in COVERED
    ]


def nearest(baseline: Baseline, vectors: Vectors, vector: Vectors) -> tuple[str, float]:
    """The seed sentence closest to `vector` and its cosine; ("", 0) without sentences."""
    if not len(vectors):
        return "", 0.0
    closeness = vectors @ vector
    best = int(np.argmax(closeness))
    return baseline.sentences[best].text, float(closeness[best])
