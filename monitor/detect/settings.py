"""What a user writes about a storyline."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from monitor.detect.watch import compile_term
from monitor.types import FullText, Seeds, Sensitivity, Storyline, Watch

LEVELS = ("strict", "balanced", "broad")

_BUDGET = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(d|day|w|week|h|hour)", re.IGNORECASE)
_PER_DAY = {"d": 1.0, "w": 1 / 7, "h": 24.0}
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _term(written: object) -> object:
    """A number in the file is a term too (155); anything else must be text."""
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError(f"write a term as text, not {written!r:.40}")  # noqa: TRY004 - pydantic turns it into a message
    return str(written)


Term = Annotated[str, BeforeValidator(_term)]
Group = Annotated[tuple[Term, ...], BeforeValidator(lambda v: v if isinstance(v, list | tuple) else (v,))]


class WatchSettings(_Strict):
    """Terms of the user's own: word, "exact phrase", word*, /regex/; `title:` in front looks there only."""

    any: tuple[Term, ...] = Field(
        default=(),
        description="Evidence beside the derived terms: one hit lifts the score; decides alone without seeds.",
    )
    all: tuple[Group, ...] = Field(default=(), description="Every one must appear; a list inside means: one of these.")
    none: tuple[Term, ...] = Field(default=(), description="An entry with one of these is never on topic.")
    boost: dict[Term, float] = Field(
        default_factory=dict, description="How much a term weighs: above 1 more, below 1 less."
    )
    case: bool = Field(default=False, description="Whether upper and lower case differ.")

    def __bool__(self) -> bool:
        return bool(self.any or self.all or self.none or self.boost)

    @field_validator("any", "none")
    @classmethod
    def _readable(cls, terms: tuple[str, ...]) -> tuple[str, ...]:
        for term in terms:
            compile_term(term)
        return terms

    @field_validator("all")
    @classmethod
    def _readable_groups(cls, groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        for group in groups:
            if not group:
                raise ValueError("an empty list among `all` can never be met; remove it")
            cls._readable(group)
        return groups

    @field_validator("boost")
    @classmethod
    def _sensible(cls, boost: dict[str, float]) -> dict[str, float]:
        for term, weight in boost.items():
            compile_term(term)
            if not 0 < weight <= 100:
                raise ValueError(
                    f"the weight of {term} must lie above 0 and not above 100 (1 = no change), not {weight:g}"
                )
        return boost

    def watch(self) -> Watch:
        """The frozen value the science works with."""
        return Watch(any=self.any, all=self.all, none=self.none, boost=tuple(self.boost.items()), case=self.case)


class BudgetSettings(_Strict):
    """A noise budget instead of a level."""

    budget: float = Field(description="Alerts allowed, such as 5/day or 20/week.")

    @field_validator("budget", mode="before")
    @classmethod
    def _per_day(cls, written: object) -> float:
        found = _BUDGET.fullmatch(written.strip()) if isinstance(written, str) else None
        if found is None or float(found.group(1)) <= 0:
            raise ValueError(f"write a budget as a positive number a day or week, like 5/day, not {written!r:.40}")
        return float(found.group(1)) * _PER_DAY[found.group(2)[0].lower()]


def sensitivity_of(written: object) -> Sensitivity:
    """Read `strict`, `balanced`, `broad`, a number from 0 to 1, or {budget: 5/day}; raises ValueError."""
    if isinstance(written, Sensitivity):
        return written
    if isinstance(written, dict):
        return Sensitivity(budget=BudgetSettings.model_validate(written).budget)
    if isinstance(written, int | float) and not isinstance(written, bool):
        if not 0 <= written <= 1:
            raise ValueError(f"a threshold lies between 0 and 1, not at {written:g}")
        return Sensitivity(threshold=float(written))
    if written not in LEVELS:
        raise ValueError(
            f"write strict, balanced, broad, a number from 0 to 1 or {{budget: 5/day}}, not {written!r:.40}"
        )
    return Sensitivity(level=str(written))


class StorylineSettings(_Strict):
    """One storyline: seeds, terms and how eager it is."""

    title: str = Field(default="", description="What readers see; the name stays the identity.")
    seeds: Path | None = Field(default=None, description="Folder (or file) of the articles that define the story.")
    watch: WatchSettings = Field(default_factory=WatchSettings, description="Your own terms beside the derived ones.")
    sensitivity: Any = Field(
        default="balanced",
        validate_default=True,
        description="strict, balanced, broad, a threshold from 0 to 1, or {budget: 5/day}.",
    )
    languages: tuple[str, ...] = Field(
        default=(),
        description="ISO 639-1 codes to watch; none = every language. Digests quote the first (else the seeds' own) "
        "where several report the same.",
    )
    start: datetime | None = Field(
        default=None, description="Older entries are known, not told; default: seven days before the first poll."
    )
    full_text: FullText = Field(
        default=FullText.NEVER, description="Fetch the linked page of an entry: never, matched or always."
    )
    paused: bool = Field(default=False, description="Read nothing for this storyline until further notice.")
    archived: bool = Field(
        default=False, description="The story is over: neither followed nor listed; what is known of it is kept."
    )
    formerly: str = Field(
        default="", description="The name it had before: its history moves along to the new name once."
    )

    @field_validator("sensitivity", mode="after")
    @classmethod
    def _known_sensitivity(cls, written: object) -> Sensitivity:
        return sensitivity_of(written)

    @field_validator("languages")
    @classmethod
    def _codes(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        for code in languages:
            if not _LANGUAGE.fullmatch(code):
                raise ValueError(f"write a language as its ISO 639-1 code, like en or ko, not {code!r}")
        return languages

    @field_validator("start", mode="before")
    @classmethod
    def _whole_day(cls, written: object) -> object:
        if isinstance(written, date) and not isinstance(written, datetime):
            return datetime.combine(written, time(), UTC)
        return written

    @field_validator("start", mode="after")
    @classmethod
    def _aware(cls, start: datetime | None) -> datetime | None:
        return start.replace(tzinfo=UTC) if start is not None and start.tzinfo is None else start

    @model_validator(mode="after")
    def _defined(self) -> StorylineSettings:
        watch = self.watch
        if self.seeds is None and not (watch.any or watch.all or watch.boost):
            raise ValueError(
                "a storyline needs seeds or watch terms (any, all or boost): nothing says what it is about"
            )
        return self

    def storyline(self, name: str, seeds: Seeds) -> Storyline:
        """The frozen value the science works with; `version` is left to the caller."""
        return Storyline(
            name=name,
            title=self.title,
            seeds=seeds,
            watch=self.watch.watch(),
            sensitivity=self.sensitivity,
            languages=self.languages,
            start=self.start,
            full_text=self.full_text,
            paused=self.paused,
            formerly=self.formerly,
        )
