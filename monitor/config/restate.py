"""Changing what a configuration says of one storyline, key by key, without touching anything else in its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.config import document
from monitor.config.document import Document, Node
from monitor.config.edit import replace_file
from monitor.config.load import load
from monitor.errors import ConfigError, ConfigErrors, MonitorError, Where

WORD = re.compile(r"""[^\s,{}\[\]#:"']+|"[^"\n]*"|'[^'\n]*'""")


@dataclass(frozen=True)
class Edit:
    """Text to put in place of `width` characters at a line and column (both from 1)."""

    line: int
    column: int
    width: int
    text: str


def put(path: Path, files: tuple[Path, ...], name: str, **values: str) -> Where:
    """Write keys of a storyline (`paused="true"`) into the file that holds it; return where it stands.

    The file is replaced only if the whole configuration in `path` is sound afterwards. Errors: `ConfigError`.
    """
    read, story = _find(files, name)
    edits = [_put(read, story, key, value) for key, value in values.items()]
    _apply(path, {read.path: edits})
    return read.where("storylines", name)


def rename(path: Path, files: tuple[Path, ...], old: str, new: str) -> Where:
    """Give a storyline another name, here and in routes, and say what it was called; return where it stands."""
    read, story = _find(files, old)
    line, column = read.root.value["storylines"].keys[old]
    edits = {read.path: [_word(read, line, column, old, new), _put(read, story, "formerly", old)]}
    for other in _documents(files):
        routes = [route for route in _routes(other) if route.value == old]
        edits.setdefault(other.path, []).extend(_word(other, one.line, one.column, old, new) for one in routes)
    _apply(path, edits)
    return read.where("storylines", old)


def _find(files: tuple[Path, ...], name: str) -> tuple[Document, Node]:
    for read in _documents(files):
        sections = read.root.value if isinstance(read.root.value, dict) else {}
        held = sections.get("storylines")
        if held is not None and isinstance(held.value, dict) and name in held.value:
            return read, held.value[name]
    raise MonitorError(f"no file of the configuration holds a storyline {name}")


def _documents(files: tuple[Path, ...]) -> Iterator[Document]:
    for file in files:
        with suppress(ConfigErrors):  # a list of feeds in OPML
            yield document.read(file)


def _routes(read: Document) -> Iterator[Node]:
    """Yield what each route of a file says of its storyline."""
    held = read.root.value.get("routes") if isinstance(read.root.value, dict) else None
    for route in held.value if held is not None and isinstance(held.value, list) else ():
        if isinstance(route.value, dict) and "storyline" in route.value:
            yield route.value["storyline"]


def _put(read: Document, story: Node, key: str, value: str) -> Edit:
    """Return the edit that sets a key: in its place, or in front of the first one."""
    if key in story.value:
        node = story.value[key]
        return _word(read, node.line, node.column, None, value)
    lines = _lines(read.path)
    if lines[story.line - 1][story.column - 1] == "{":
        return Edit(story.line, story.column + 1, 0, f"{key}: {value}, ")
    line, column = min(story.keys.values())
    return Edit(line, column, 0, f"{key}: {value}\n{' ' * (column - 1)}")


def _word(read: Document, line: int, column: int, old: str | None, new: str) -> Edit:
    """Return the edit that replaces one plain or quoted word."""
    found = WORD.match(_lines(read.path)[line - 1], column - 1)
    if found is None or (old is not None and found.group().strip("\"'") != old):
        raise ConfigError(Where(document.shown(read.path), line, column), f"write {new} here; it is not one plain word")
    return Edit(line, column, len(found.group()), new)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)


def _apply(path: Path, edits: dict[Path, list[Edit]]) -> None:
    """Make the edits in every file, from the end to the front; take all of them back when the result is faulty."""
    before = {file: file.read_text(encoding="utf-8-sig") for file, wanted in edits.items() if wanted}
    try:
        for file in before:
            lines = _lines(file)
            for edit in sorted(edits[file], key=lambda one: (one.line, one.column), reverse=True):
                line, at = lines[edit.line - 1], edit.column - 1
                lines[edit.line - 1] = line[:at] + edit.text + line[at + edit.width :]
            replace_file(file, "".join(lines))
        load(path)
    except MonitorError:
        for file, text in before.items():
            replace_file(file, text)
        raise
