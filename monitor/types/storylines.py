"""What is watched: storylines, seeds, terms."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from monitor.types.feeds import FullText


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One cleaned seed article."""

    file: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime | None = None
    outlet: str = ""
    lang: str = "en"
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The seed pack of one storyline; `version` changes with its content."""

    articles: tuple[Seed, ...] = ()
    warnings: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The user's own terms, as written; `all` holds groups of which one member must appear."""

    any: tuple[str, ...] = ()
    all: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    boost: tuple[tuple[str, float], ...] = ()
    case: bool = False

    def __bool__(self) -> bool:
        return bool(self.any or self.all or self.none or self.boost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How eager a storyline is: a level, a fixed threshold (0..1), or a noise budget (alerts a day)."""

    level: str = "balanced"  # strict | balanced | broad
    threshold: float | None = None
    budget: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyline:
    """What is watched."""

    name: str
    title: str = ""
    seeds: Seeds = field(default_factory=Seeds)
    watch: Watch = field(default_factory=Watch)
    sensitivity: Sensitivity = field(default_factory=Sensitivity)
    languages: tuple[str, ...] = ()  # () = every language
    start: datetime | None = None  # None: seven days before the first poll
    full_text: FullText = FullText.NEVER
    paused: bool = False
    formerly: str = ""  # the name its history is kept under until now
    version: str = ""  # changes when seeds, terms or sensitivity do

    @property
    def label(self) -> str:
        """The name a person reads."""
        return self.title or self.name

    @property
    def readers_language(self) -> str:
        """The first language asked for, else that of most seeds; "" where nothing tells."""
        spoken = self.languages[:1] or [lang for lang, _ in Counter(s.lang for s in self.seeds.articles).most_common(1)]
        return next(iter(spoken), "")
