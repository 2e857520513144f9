"""Adding feeds to a configuration file without touching anything else in it: comments, order, spacing stay."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from monitor.config import document
from monitor.config.load import load
from monitor.errors import ConfigError, MonitorError
from monitor.types import Feed

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]*")
RESERVED = re.compile(r"true|false|null|[-+.\d]*", re.IGNORECASE)


def add_feeds(path: Path, feeds: Sequence[Feed]) -> None:
    """Append feeds to the list in `path`; the file is replaced as a whole, and only if it is sound afterwards.

    Errors: `ConfigError` when the result would be faulty (an address that is there already), or the list is one
    that cannot be added to line by line.
    """
    before = path.read_text(encoding="utf-8-sig")
    replace_file(path, _with_lines(path, before, [line_of(feed) for feed in feeds]))
    try:
        load(path)
    except MonitorError:
        replace_file(path, before)
        raise


def line_of(feed: Feed) -> str:
    """Return a feed as one item of the list: the bare address, or a mapping in braces."""
    if not feed.name and not feed.tags:
        return _scalar(feed.url)
    pieces = [f"url: {_scalar(feed.url)}"]
    pieces += [f"name: {_scalar(feed.name)}"] if feed.name else []
    pieces += [f"tags: [{', '.join(_scalar(tag) for tag in feed.tags)}]"] if feed.tags else []
    return "{" + ", ".join(pieces) + "}"


def _scalar(text: str) -> str:
    """Return text as YAML reads it back: bare where nothing could be misread, else in JSON's quotes."""
    if PLAIN.fullmatch(text) and text == text.strip() and not RESERVED.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _with_lines(path: Path, text: str, items: Sequence[str]) -> str:
    read = document.read(path)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    held = read.root.value.get("feeds") if isinstance(read.root.value, dict) else None
    if held is None:
        return "".join([*lines, "\n" if lines else "", "feeds:\n", *(f"  - {item}\n" for item in items)])
    key_line = read.root.keys["feeds"][0]
    if not held.value:
        lines[key_line - 1] = re.sub(r"^(feeds[ \t]*:)[ \t]*(\[[ \t]*\]|~|null)?", r"\1", lines[key_line - 1])
        return "".join([*lines[:key_line], *(f"  - {item}\n" for item in items), *lines[key_line:]])
    first = held.value[0]
    dash = re.match(r"\s*-\s", lines[first.line - 1])
    if dash is None:
        raise ConfigError(
            read.where("feeds"), "feeds: is written in brackets; write one feed a line, with a dash, to add to it"
        )
    end = _end_of_list(read, lines)
    indent = dash.group()
    return "".join([*lines[:end], *(f"{indent}{item}\n" for item in items), *lines[end:]])


def _end_of_list(read: document.Document, lines: Sequence[str]) -> int:
    """Return the number of lines up to the last one that belongs to the list of feeds."""
    start = read.root.keys["feeds"][0]
    following = [line for line, _ in read.root.keys.values() if line > start]
    end = min(following, default=len(lines) + 1) - 1
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def replace_file(path: Path, text: str) -> None:
    """Write a file as a whole or not at all; its mode stays."""
    target = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(target.stat().st_mode & 0o7777)
        Path(temporary).replace(target)
    except OSError as error:
        with suppress(OSError):
            Path(temporary).unlink()
        raise MonitorError(f"{path}: cannot be written ({error.strerror})") from error
