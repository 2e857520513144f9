"""What was changed between two versions of one text: only figures, names and negations matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from monitor.detect.facts import Name, facts_of, is_negation
from monitor.detect.figures import Figure
from monitor.detect.likeness import sound
from monitor.detect.mastheads import own_words
from monitor.text import normalise, words

MAX_WORDS = 400
_Span = tuple[int, int, int, int]  # from, to (old), from, to (new)

SAME_PLACE = 60.0  # ratio (0..100) from which two headlines, or two bodies, are versions of one


def edits(old: tuple[str, str], new: tuple[str, str], lang: str = "en") -> tuple[str, ...]:
    """What differs between two versions (title, body), in words (`12 → 19 dead`); () = nothing that matters.

    Text that only one version has says nothing: it may have been cut or added.
    """
    found: list[str] = []
    for before, after in zip(old, new, strict=True):
        one, other = own_words(before), own_words(after)
        if not one or not other or one == other:
            continue
        if fuzz.partial_ratio(normalise(one), normalise(other)) >= SAME_PLACE:
            found += _changes(one, other, lang)
        else:
            found += _figures(facts_of(one, lang).figures, facts_of(other, lang).figures)
    return tuple(f for n, f in enumerate(found) if not any(other.startswith(f) for other in found[:n]))


def _changes(one: str, other: str, lang: str) -> Iterable[str]:
    """Compare word by word; what stands before or behind the shared part is no change."""
    old, new = words(one)[:MAX_WORDS], words(other)[:MAX_WORDS]
    steps = Levenshtein.opcodes([normalise(w) for w in old], [normalise(w) for w in new])
    negated = 0
    for span in _joined(steps):
        start, end, new_start, new_end = _inner(span, len(old), len(new))
        gone, came = old[start:end], new[new_start:new_end]
        negated += sum(map(is_negation, came)) - sum(map(is_negation, gone))
        if gone and came:
            yield from _numbers(old, new, (start, end, new_start, new_end), lang)
            yield from _renamed(_names_of(one, gone, lang), _names_of(other, came, lang), (one, other))
    if negated:
        yield "a negation was added" if negated > 0 else "a negation was taken out"


def _joined(steps: Iterable[Any]) -> list[_Span]:
    """Where the versions differ, neighbouring changes taken as one."""
    spans: list[_Span] = []
    for step in steps:
        if step.tag == "equal":
            continue
        span = (step.src_start, step.src_end, step.dest_start, step.dest_end)
        if spans and spans[-1][1] == span[0] and spans[-1][3] == span[2]:
            span = (spans[-1][0], span[1], spans[-1][2], span[3])
            spans.pop()
        spans.append(span)
    return spans


def _inner(span: _Span, old: int, new: int) -> _Span:
    """The part of a change that both versions have: at either end, what is only cut off or added is left out."""
    start, end, new_start, new_end = span
    both = min(end - start, new_end - new_start)
    if start == 0 == new_start and end - start != new_end - new_start:
        return end - both, end, new_end - both, new_end
    if end == old and new_end == new and abs((end - start) - (new_end - new_start)) > 1:
        return start, start + both, new_start, new_start + both
    return span


def _numbers(old: Sequence[str], new: Sequence[str], span: _Span, lang: str) -> Iterable[str]:
    """Numbers in the place of others, with what they count where the words behind tell."""
    start, end, new_start, new_end = span
    gone, came = _digits(old[start:end]), _digits(new[new_start:new_end])
    before = facts_of(" ".join(old[max(start - 1, 0) : end + 4]), lang).figures
    after = facts_of(" ".join(new[max(new_start - 1, 0) : new_end + 4]), lang).figures
    found = list(_figures(before, after))
    yield from found
    same = {figure.value for figure in before} & {figure.value for figure in after}
    if not found and not same and gone and came and not set(gone) & set(came):
        yield f"{gone[0]} → {came[0]}"


def _digits(part: Sequence[str]) -> list[str]:
    return [word for word in part if word[0].isdigit()]


def _figures(old: Sequence[Figure], new: Sequence[Figure]) -> Iterable[str]:
    """Figures that took the place of another of the same kind."""
    gone = [f for f in old if f.value not in {x.value for x in new}]
    came = [f for f in new if f.value not in {x.value for x in old}]
    for figure in came:
        before = next((f for f in gone if f.unit == figure.unit), gone[0] if len(gone) == len(came) == 1 else None)
        if before is not None:
            yield f"{before.number} → {figure.written}"


def _renamed(gone: Sequence[Name], came: Sequence[Name], texts: tuple[str, str]) -> Iterable[str]:
    """A name in the place of another, which the other text does not have at all."""
    old = [name.written for name in gone if not _stands_in(name, texts[1])]
    new = [name.written for name in came if not _stands_in(name, texts[0])]
    if old and new:
        yield f"{old[0]} → {new[0]}"


def _names_of(text: str, part: Sequence[str], lang: str) -> list[Name]:
    """The sure names of a text that stand in a part of it."""
    there = set(part)
    return [name for name in facts_of(text, lang).names if name.sure and set(words(name.written)) <= there]


def _stands_in(name: Name, text: str) -> bool:
    there = {normalise(word) for word in words(text)}
    atoms = {sound(atom) for other in facts_of(text).names for atom in other.atoms}
    same = any(sound(atom) in atoms for atom in name.atoms)
    return same or any(normalise(word) in there for word in words(name.written))
