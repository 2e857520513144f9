"""Each file of the configuration as validated pieces that still know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from monitor.config import document, problems
from monitor.config.document import Document
from monitor.config.model import FeedItem, FileSettings, MainSettings, PartSettings
from monitor.detect.settings import StorylineSettings
from monitor.errors import ConfigError, ConfigErrors, Where
from monitor.notify.settings import ReceiverSettings, RouteSettings

T = TypeVar("T")

SECTIONS: dict[str, Any] = {
    "storylines": StorylineSettings,
    "feeds": FeedItem,
    "receivers": ReceiverSettings,
    "routes": RouteSettings,
}
ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in SECTIONS.items()}
NAMED = ("storylines", "receivers")
GLOB = re.compile(r"[*?\[]")


@dataclass(slots=True)
class Problems:
    """Everything found so far."""

    errors: list[ConfigError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, where: Where, what: str) -> None:
        """Note a fault that stops the start."""
        self.errors.append(ConfigError(where, what))

    def warn(self, where: Where, what: str) -> None:
        """Note something to look at."""
        self.warnings.append(f"{where}: {what}")


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A validated piece and its place."""

    value: T
    document: Document
    path: tuple[str | int, ...]

    @property
    def base(self) -> Path:
        """The folder relative paths count from."""
        return self.document.path.parent

    def where(self, *more: str | int) -> Where:
        """Return the place of the piece, or of a key in it."""
        return self.document.where(*self.path, *more)

    def key(self, *more: str | int) -> str:
        """Return the dotted key a person looks for."""
        return problems.dotted((*self.path, *more))


@dataclass(slots=True)
class Parts:
    """All files together, before anything was looked at across pieces."""

    main: MainSettings
    document: Document
    files: list[Path] = field(default_factory=list)
    storylines: dict[str, Placed[StorylineSettings]] = field(default_factory=dict)
    feeds: list[Placed[Any]] = field(default_factory=list)
    receivers: dict[str, Placed[ReceiverSettings]] = field(default_factory=dict)
    routes: list[Placed[RouteSettings]] = field(default_factory=list)
    written: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in NAMED})  # faulty ones too


def gather(path: Path, found: Problems) -> Parts:
    """Return the pieces of a configuration file and of those it includes; faults go to `found`.

    Errors: `ConfigErrors` when the main file is not YAML at all.
    """
    main_document = document.read(path)
    main = _top(main_document, MainSettings, FileSettings, found)
    parts = Parts(main, main_document, files=[path])
    _sections(main_document, parts, found)
    for included in _included(parts, found):
        parts.files.append(included)
        try:
            part_document = document.read(included)
        except ConfigErrors as error:
            found.errors.extend(error.errors)
            continue
        _misplaced(part_document, path, found)
        _top(part_document, PartSettings, PartSettings, found)
        _sections(part_document, parts, found)
    return parts


def _misplaced(part: Document, main: Path, found: Problems) -> None:
    """Take keys that only the main file may hold out of an included one, and say so."""
    if isinstance(part.data, dict):
        for key in MainSettings.model_fields.keys() & part.data.keys():
            what = f"{key}: belongs into {document.shown(main)}; an included file holds {', '.join(SECTIONS)}"
            found.error(part.where(key), what)
            part.data.pop(key)


def _included(parts: Parts, found: Problems) -> Iterator[Path]:
    seen = {parts.document.path.resolve()}
    for index, pattern in enumerate(parts.main.include):
        where = parts.document.where("include", index)
        try:
            matching = sorted(parts.document.path.parent.glob(pattern)) if not Path(pattern).is_absolute() else None
        except ValueError as error:
            found.error(where, f"include: {error}")
            continue
        if matching is None:
            anchor = Path(pattern).anchor
            matching = sorted(Path(anchor).glob(str(Path(pattern).relative_to(anchor))))
        if not matching:
            _check_pattern(parts.document.path.parent / pattern, where, found)
        for path in matching:
            if path.resolve() not in seen and path.is_file():
                seen.add(path.resolve())
                yield path


def _check_pattern(pattern: Path, where: Where, found: Problems) -> None:
    """Note a file that is not there, and warn of a folder; a folder may be empty."""
    if not GLOB.search(str(pattern)):
        found.error(where, f"include: there is no file {document.shown(pattern)}")
    elif not GLOB.search(str(pattern.parent)) and not pattern.parent.is_dir():
        above = pattern.parent.parent
        beside = [other.name for other in above.iterdir() if other.is_dir()] if above.is_dir() else []
        hint = problems.nearest(pattern.parent.name, beside)
        found.warn(where, f"include: there is no folder {document.shown(pattern.parent)}{hint}")


def _top(doc: Document, model: Any, whole: Any, found: Problems) -> Any:
    """Return everything but the sections, validated; what is faulty is left out. `whole`: the model of the file."""
    if doc.data is None:
        return model()
    if not isinstance(doc.data, dict):
        found.error(
            Where(document.shown(doc.path), doc.root.line, doc.root.column), "must be a mapping of keys to values"
        )
        return model()
    written = {key: value for key, value in doc.data.items() if key not in SECTIONS}
    try:
        return model.model_validate(written)
    except ValidationError as error:
        found.errors.extend(_outdented(doc, fault) for fault in problems.told(error, doc, whole))
        faulty = {fault["loc"][0] for fault in error.errors(include_url=False)}
    return model.model_validate({key: value for key, value in written.items() if key not in faulty})


def _outdented(doc: Document, fault: ConfigError) -> ConfigError:
    """Return the fault of an unknown key, with a word where it follows a section that has nothing under it."""
    for section, key in pairwise(doc.data):
        if section in SECTIONS and doc.data[section] is None and f"{key}: unknown key" in fault.what:
            return ConfigError(fault.where, f"{key}: unknown key; what belongs to {section} is indented under it")
    return fault


def _sections(doc: Document, parts: Parts, found: Problems) -> None:
    if not isinstance(doc.data, dict):
        return
    for section in SECTIONS:
        held = doc.data.get(section)
        if held is None:
            continue
        wanted = dict if section in NAMED else list
        if not isinstance(held, wanted):
            shape = "names with something under each" if wanted is dict else 'a list of items that start with "- "'
            found.error(doc.where(section), f"{section}: must be {shape}")
            if section in NAMED and isinstance(held, list):  # named all the same: routes to them are no further fault
                parts.written[section].update(str(name) for item in held if isinstance(item, dict) for name in item)
            continue
        for key, item in held.items() if isinstance(held, dict) else enumerate(held):
            _piece(doc, (section, key), item, parts, found)


def _piece(doc: Document, path: tuple[str, str | int], item: Any, parts: Parts, found: Problems) -> None:
    section, key = path
    if section in NAMED:
        parts.written[section].add(str(key))
    try:
        value = ADAPTERS[section].validate_python(item)
    except ValidationError as error:
        found.errors.extend(problems.told(error, doc, SECTIONS[section], path))
        return
    placed = Placed(value, doc, path)
    if section not in NAMED:
        getattr(parts, section).append(placed)
        return
    pieces = getattr(parts, section)
    if key in pieces:
        found.error(placed.where(), f"{placed.key()}: this name is taken in {pieces[key].where()}")
    else:
        pieces[key] = placed
