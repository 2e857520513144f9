"""One YAML file with the place of every key and value: the only reader of YAML in the configuration.

libyaml's events, not its objects: 2,000 feeds take 0.1 s (ruamel: 1.5 s), nothing recurses, and size, depth and
aliases are bounded while reading. Scalars mean what YAML 1.2 says: `no` is a word, not false.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from monitor.config import syntax
from monitor.errors import ConfigError, ConfigErrors, Where

BYTES_MOST = 4_000_000
NODES_MOST = 100_000
DEPTH_MOST = 30
ALIASES_MOST = 1_000

INTEGER = re.compile(r"[-+]?\d{1,30}")
NUMERIC = frozenset("0123456789+-.")  # what a number starts with
FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d{1,3})?")
WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | dict.fromkeys(("true", "True", "TRUE"), True)
WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)

PARSER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
EVENT = yaml.events
QUOTES = ('"', "'")


@dataclass(slots=True)
class Node:
    """A value and where it stands; `keys` are the places of a mapping's keys."""

    value: Any  # scalar, list[Node] or dict[str, Node]
    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    size: int = 1  # nodes in it, with aliases written out
    height: int = 0  # levels below it

    def close(self) -> None:
        """Sum up what it holds."""
        children = list(self.value.values()) if isinstance(self.value, dict) else self.value
        self.size = 1 + sum(child.size for child in children)
        self.height = 1 + max((child.height for child in children), default=0)

    def plain(self) -> Any:
        """Return the value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read."""

    path: Path
    root: Node
    data: Any

    def where(self, *path: str | int) -> Where:
        """Return the place of the value at `path`, or of the last thing on the way that is there."""
        node, place = self.root, (self.root.line, self.root.column)
        for step in path:
            if isinstance(node.value, dict) and step in node.value:
                place = node.keys[str(step)]
                node = node.value[step]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                place = (node.line, node.column)
        return Where(shown(self.path), *place)


def shown(path: Path) -> str:
    """Return the path as a person would type it: relative when it lies under the working directory."""
    try:
        here = Path.cwd()
        return str(path if here == Path(here.root) else path.resolve().relative_to(here))
    except (ValueError, OSError):
        return str(path)


def read(path: Path) -> Document:
    """Return the document in `path`. Errors: `ConfigErrors` with every duplicate key, or the first fault of syntax."""
    text = _text(path)
    builder = _Builder(shown(path))
    try:
        root = builder.build(yaml.parse(text, Loader=PARSER))
    except yaml.YAMLError as error:
        raise ConfigErrors((syntax.fault(error, shown(path), text, builder.quoted),)) from None
    if builder.errors:
        raise ConfigErrors(tuple(builder.errors))
    return Document(path, root, root.plain())


def _text(path: Path) -> str:
    where = Where(shown(path))
    try:
        if not path.is_file():
            raise ConfigErrors(
                (ConfigError(where, "there is no such file" if not path.exists() else "not a regular file"),)
            )
        with path.open("rb") as file:
            raw = file.read(BYTES_MOST + 1)
    except OSError as error:
        raise ConfigErrors((ConfigError(where, f"cannot be read ({os.strerror(error.errno or 0)})"),)) from None
    if len(raw) > BYTES_MOST:
        raise ConfigErrors(
            (ConfigError(where, f"larger than {BYTES_MOST // 1_000_000} MB: keep long feed lists in OPML"),)
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        kind = "it is UTF-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "a character of another encoding"
        what = f"not UTF-8 text ({kind}): save the file as UTF-8"
        raise ConfigErrors((ConfigError(Where(shown(path), line, column), what),)) from None


class _Builder:
    """Turns events into nodes without recursion, and stops what only looks small."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[ConfigError] = []
        self.anchors: dict[str, Node] = {}
        self.count = 0
        self.aliases = 0
        self.open: list[Node] = []
        self.pending: list[str | None] = []  # the key waiting for its value, per open mapping
        self.root: Node | None = None
        self.quoted: Any = None  # the last quoted text that ends in another line than it began

    def build(self, events: Any) -> Node:
        """Return the root of the first document; a second one is refused."""
        documents = 0
        for event in events:
            if isinstance(event, EVENT.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.stop(event, "a second document starts here; one file holds one document")
            elif isinstance(event, EVENT.NodeEvent):
                self.node(event)
            elif isinstance(event, EVENT.CollectionEndEvent):
                self.open.pop().close()
                self.pending.pop()
        return self.root or Node({}, 1, 1)

    def stop(self, event: Any, what: str) -> ConfigErrors:
        """Return the error that ends the reading at this event."""
        mark = event.start_mark
        return ConfigErrors((*self.errors, ConfigError(Where(self.file, mark.line + 1, mark.column + 1), what)))

    def node(self, event: Any) -> None:
        """Place one node; open it when it holds others."""
        if isinstance(event, EVENT.AliasEvent):
            self.place(event, self.alias(event))
            return
        self.count += 1
        if self.count > NODES_MOST:
            raise self.stop(event, f"more than {NODES_MOST:,} values: keep long feed lists in OPML")
        if event.tag and not event.tag.startswith("tag:yaml.org,2002:") and event.tag != "!":
            raise self.stop(event, f"the tag {event.tag} is not allowed here")
        if event.tag and "python" in event.tag:
            raise self.stop(event, "Python tags are not allowed here")
        mark = event.start_mark
        node = Node(None, mark.line + 1, mark.column + 1)
        if isinstance(event, EVENT.ScalarEvent):
            if event.style in QUOTES and event.end_mark and event.end_mark.line > mark.line:
                self.quoted = event
            node.value = _scalar(event.value) if event.implicit[0] and not event.style else event.value
        else:
            node.value = {} if isinstance(event, EVENT.MappingStartEvent) else []
        self.place(event, node)
        if event.anchor:
            self.anchors[event.anchor] = node
        if not isinstance(event, EVENT.ScalarEvent):
            if len(self.open) >= DEPTH_MOST:
                raise self.stop(event, f"nested deeper than {DEPTH_MOST} levels")
            self.open.append(node)
            self.pending.append(None)

    def alias(self, event: Any) -> Node:
        """Return what an alias stands for, charged with all it drags along."""
        target = self.anchors.get(event.anchor)
        if target is None:
            raise self.stop(event, f"the alias *{event.anchor} stands for nothing")
        if any(target is node for node in self.open):
            raise self.stop(event, f"the alias *{event.anchor} contains itself")
        self.aliases += 1
        self.count += target.size
        deep = len(self.open) + target.height > DEPTH_MOST
        if deep or self.aliases > ALIASES_MOST or self.count > NODES_MOST:
            raise self.stop(event, "too many aliases: written out, this file would be enormous")
        return target

    def place(self, event: Any, node: Node) -> None:
        """Put a node where the event stands: root, list item, key or value."""
        if not self.open:
            self.root = node
            return
        parent, key = self.open[-1], self.pending[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif key is None:
            self.pending[-1] = self.key(event, parent)
        else:
            parent.value[key] = node
            self.pending[-1] = None

    def key(self, event: Any, parent: Node) -> str:
        """Return a mapping's key as text; remember where it stands; refuse it the second time."""
        mark = event.start_mark
        if not isinstance(event, EVENT.ScalarEvent):
            raise self.stop(event, "a key must be plain text")
        name = str(event.value)
        if not event.style and name != name.strip():  # YAML's own indentation is of spaces only
            raise self.stop(event, f"{name!r}: a special space, such as a non-breaking one; indent with plain spaces")
        if name in parent.keys:
            first = parent.keys[name][0]
            what = f"{name}: written twice; the first one stands in line {first}"
            self.errors.append(ConfigError(Where(self.file, mark.line + 1, mark.column + 1), what))
        else:
            parent.keys[name] = (mark.line + 1, mark.column + 1)
        return name


def _scalar(text: str) -> Any:
    """Return what a plain scalar means in the core schema of YAML 1.2."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in NUMERIC:
        return text
    if INTEGER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    return text
