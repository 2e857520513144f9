"""Digests as files in a folder: HTML, text and JSON each, and an index that lists them."""

from __future__ import annotations

import os
import re
from datetime import datetime
from html import escape
from pathlib import Path

from monitor.errors import DeliveryError
from monitor.notify import leftover
from monitor.notify.receivers import FileSettings
from monitor.ownership import make_folder, settled
from monitor.text import fingerprint
from monitor.types import Delivery

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
TITLE = re.compile(r"<title>(.*?)</title>", re.S)
LISTED = 500  # digests in the index
HEAD = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
    'content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
    "<title>Digests</title><style>body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;"
    "padding:0 1rem}li{margin:.35rem 0}small{opacity:.65}</style></head><body><h1>Digests</h1><ul>"
)


class Folder:
    """The way into a folder of digests."""

    def __init__(self, name: str, settings: FileSettings) -> None:
        self._name = name
        self._path = settings.path

    def send(self, delivery: Delivery, now: datetime) -> str:  # noqa: ARG002 - every door has it
        """Write the digest and the index, each whole or not at all, and return the page's path.

        The name comes from the delivery, so that a repeat replaces its first try. Errors: DeliveryError, retryable.
        """
        stem = f"{delivery.created_at:%Y-%m-%dT%H%M%SZ}-{fingerprint(delivery.key)[:8]}"
        folder = self._path / safe_name(delivery.storyline or "notices")
        rendered = delivery.rendered
        try:
            make_folder(folder)
            for suffix, content in (("json", rendered.json), ("txt", rendered.text), ("html", rendered.html)):
                put(folder / f"{stem}.{suffix}", content)
            if further := leftover.listing(rendered.text, rendered.json):
                put(folder / f"{stem}.{leftover.NAME}", further)
            put(self._path / "index.html", _index(self._path))
        except OSError as error:
            raise DeliveryError(self._name, f"cannot write: {error.strerror or error}", retryable=True) from None
        return str(folder / f"{stem}.html")

    def knock(self) -> None:
        """Make the folder and see that it can be written. Errors: DeliveryError, retryable."""
        open_folder(self._name, self._path)

    def rest(self) -> None:
        """Keep nothing open."""


def open_folder(name: str, path: Path) -> None:
    """Make a receiver's folder and see that it can be written. Errors: DeliveryError, retryable."""
    try:
        make_folder(path)
        put(path / ".writable", "")
        (path / ".writable").unlink()
    except OSError as error:
        raise DeliveryError(name, f"cannot write: {error.strerror or error}", retryable=True) from None


def safe_name(name: str) -> str:
    """Return a file name that stays in its folder; two names never share one."""
    safe = UNSAFE.sub("-", name).strip(".-")[:80]
    return safe if safe == name and name else f"{safe}-{fingerprint(name)[:8]}".strip("-")


def put(path: Path, content: str) -> None:
    """Write a file so that readers see the old one or the new one, also after a power cut."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    settled(part).replace(path)


def _index(folder: Path) -> str:
    pages = sorted(folder.glob("*/*.html"), key=lambda page: (page.name, page.parent.name), reverse=True)[:LISTED]
    items = (
        f'<li><a href="{escape(page.parent.name)}/{escape(page.name)}">{_title(page)}</a><br>'
        f"<small>{escape(page.stem[:10])} · {escape(page.parent.name)}</small></li>"
        for page in pages
    )
    return HEAD + "\n".join(items) + "</ul></body></html>\n"


def _title(page: Path) -> str:
    """Return the title of a page of ours, which stands there escaped."""
    with page.open(encoding="utf-8", errors="replace") as file:
        match = TITLE.search(file.read(4000))
    return match[1] if match else escape(page.stem)
