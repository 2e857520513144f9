"""Where the items of a backtest come from: JSON lines, saved feeds, a list of feeds, the store's own history."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.backtest.items import Item, read_lines
from monitor.errors import ConfigError, FeedError, Where
from monitor.feeds import opml
from monitor.feeds.parse import Reader
from monitor.feeds.settings import PollingSettings
from monitor.store import Store
from monitor.text import fingerprint
from monitor.types import Entry, Feed, Fetched

HEAD = 4_096  # bytes a document is told by
ARCHIVED = frozenset(("", ".xml", ".rss", ".atom", ".rdf", ".rss2", ".feed", ".json"))
MOST_FILES = 100_000
MOST_ITEMS = 100_000  # entries of one document
PATIENCE = 60  # processor seconds one document may cost


@dataclass(frozen=True, slots=True)
class Span:
    """What is replayed, for which storyline: everything, or what is dated from a moment on."""

    storyline: str
    since: datetime | None = None

    def holds(self, item: Item) -> bool:
        """Whether an item lies in the span."""
        return self.since is None or item.date >= self.since


@dataclass(slots=True)
class Found:
    """The items of a source, and what of it could not be used."""

    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of an archive."""

    name: str
    body: bytes
    at: datetime  # when it was saved


def read(path: Path, span: Span, polling: PollingSettings, store: Store) -> Found:
    """Return the items of a JSON-lines file, a saved feed, a folder or zip of such files, or an OPML list.

    An OPML list stands for what `store` holds of its feeds. Errors: `ConfigError`, with file and line where it has any.
    """
    if path.is_dir() or zipfile.is_zipfile(path):
        found = _archive(path, polling)
    else:
        head = _head(path)
        if b"<opml" in head.lower():
            return _of_list(path, span, store)
        found = _archive(path, polling) if _is_feed(head) else Found(read_lines(path))
    found.items = [item for item in found.items if span.holds(item)]
    return found


def history(store: Store, span: Span, feeds: frozenset[str] | None = None) -> Found:
    """Return what the store holds (of some feeds only); what readers said of the storyline are its labels."""
    with store.read() as tx:
        entries = tx.entries.held(span.since)
        said = {verdict.entry_uid: int(verdict.yes) for verdict in tx.desk.feedback(span.storyline)}
    held = [entry for entry in entries if feeds is None or entry.feed_url in feeds]
    return Found([_item(entry, entry.uid, said.get(entry.uid)) for entry in held])


def _item(entry: Entry, name: str, grade: int | None = None) -> Item:
    return Item(
        id=name,
        date=entry.date,
        undated=entry.undated,
        title=entry.title,
        summary=entry.text.removeprefix(entry.title).removeprefix(". "),
        url=entry.link,
        source=entry.source,
        lang=entry.lang,
        grade=grade,
    )


def _of_list(path: Path, span: Span, store: Store) -> Found:
    try:
        listed = frozenset(feed.url for feed in opml.read(path.read_bytes()))
    except FeedError as error:
        raise ConfigError(Where(str(path)), error.what) from None
    found = history(store, span, listed)
    if not found.items:
        what = (
            f"the store holds nothing of its {len(listed)} feeds in that time: poll them first, or replay saved feeds"
        )
        raise ConfigError(Where(str(path)), what)
    return found


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise ConfigError(Where(str(path)), f"cannot be read: {error.strerror}") from error


def _is_feed(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"<") or b"jsonfeed.org/version" in start


def _archive(path: Path, polling: PollingSettings) -> Found:
    """Read saved feeds; one saved many times tells each entry once, and again when it was updated."""
    patient = polling.model_copy(update={"max_items": MOST_ITEMS, "parse_seconds": PATIENCE, "first_poll_newest": None})
    found, seen, documents = Found(), _Seen(), 0
    with Reader(patient) as reader:
        for document in _documents(path, polling.max_decoded, found):
            try:
                entries = _entries(reader, document)
            except FeedError as error:
                found.notes.append(f"{document.name}: skipped, {error.what}")
                continue
            documents += 1
            found.items += [_item(entry, name) for entry in entries if (name := seen.name(entry))]
    if not documents:
        why = found.notes[0] if len(found.notes) == 1 else f"no saved feed among {len(found.notes)} files"
        raise ConfigError(Where(str(path)), f"nothing to replay: {why.removeprefix(f'{path}: ')}")
    return found


def _documents(path: Path, most: int, found: Found) -> Iterator[Document]:
    """Yield the files that may be feeds, by name; those too large are noted."""
    if path.is_file() and zipfile.is_zipfile(path):
        yield from _zipped(path, most, found)
        return
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files[:MOST_FILES]:
        if file != path and file.suffix.lower() not in ARCHIVED:
            continue
        try:
            info = file.stat()
            body = file.read_bytes() if info.st_size <= most else b""
        except OSError as error:
            found.notes.append(f"{file}: skipped, {error.strerror}")
            continue
        if body:
            yield Document(str(file), body, datetime.fromtimestamp(info.st_mtime, UTC))
        else:
            found.notes.append(f"{file}: skipped, {'too large' if info.st_size else 'empty'}")


def _zipped(path: Path, most: int, found: Found) -> Iterator[Document]:
    with zipfile.ZipFile(path) as archive:
        members = sorted(archive.infolist(), key=lambda member: member.filename)
        for member in members[:MOST_FILES]:
            if member.is_dir() or Path(member.filename).suffix.lower() not in ARCHIVED:
                continue
            name = f"{path}/{member.filename}"
            if not 0 < member.file_size <= most:
                found.notes.append(f"{name}: skipped, {'too large' if member.file_size else 'empty'}")
                continue
            try:
                body = archive.read(member)
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                found.notes.append(f"{name}: skipped, {error}")
                continue
            yield Document(name, body, _saved_at(member))


def _saved_at(member: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*member.date_time, tzinfo=UTC)
    except ValueError:  # what packers write that know no time
        return datetime(1980, 1, 1, tzinfo=UTC)


def _entries(reader: Reader, document: Document) -> tuple[Entry, ...]:
    feed = Feed(url=f"file:{document.name}", name="", first_polled_at=document.at)
    fetched = Fetched(url=feed.url, body=document.body, headers={})
    read = reader.read(feed, fetched, {}, document.at)
    outlet = read.title or Path(document.name).stem
    return tuple(_dated(entry, outlet) for entry in read.entries)


def _dated(entry: Entry, outlet: str) -> Entry:
    """Return an entry dated by itself, whatever time its file carries."""
    source = outlet if entry.source == entry.feed_url else entry.source
    return replace(entry, source=source, date=entry.published or entry.seen_at)


class _Seen:
    """The entries told by now, over all documents of an archive."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, datetime | None]] = {}

    def name(self, entry: Entry) -> str:
        """Return the id of an entry to replay, "" when it was there before."""
        name = fingerprint(entry.source, entry.key)
        words, before = fingerprint(entry.title, entry.summary, entry.content), self._told.get(name)
        if before is not None and (words == before[0] or entry.updated in {None, before[1]}):
            return ""
        self._told[name] = (words, entry.updated)
        return name
