"""Seed files: which there are, whether they may be opened, and what characters they hold."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import SeedError, Where
from monitor.text import printable

MAX_BYTES = 1_000_000  # of one seed
MAX_FILES = 1_000  # of one folder
SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".txt": "text", ".text": "text"} | dict.fromkeys(
    (".html", ".htm", ".xhtml"), "html"
)
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTAINERS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip or office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
)
TWICE_ENCODED = ("â€™", "â€œ", "â€\x9d", "â€“", "â€”", "Ã©", "Ã¼", "Ã¶", "Ã¨")
UNUSUAL = frozenset(bytes(range(32))) - frozenset(b"\t\n\r\f\x0b\x1a\x1b")


@dataclass(frozen=True, slots=True)
class Source:
    """One seed file: `name` is shown to the user, `kind` is markdown, text or html."""

    path: Path
    name: str
    kind: str

    def error(self, what: str, line: int = 0) -> SeedError:
        """Return the error that names this file."""
        return SeedError(Where(str(self.path), line), what)


def find(path: Path, warnings: list[str]) -> list[Source]:
    """Return the seed files at a path in the order of their names; what is passed over goes to the warnings.

    Raises:
        SeedError: there is nothing at the path, or something that is neither folder nor file.

    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = "no such file or folder" if isinstance(error, FileNotFoundError) else _reason(error)
        raise SeedError(Where(str(path)), reason) from error
    if stat.S_ISREG(mode):
        return [Source(path, path.name, SUFFIXES.get(path.suffix.lower(), "text"))]
    if not stat.S_ISDIR(mode):
        raise SeedError(Where(str(path)), "is neither a folder nor a regular file")
    return _in_folder(path, warnings)


def _in_folder(folder: Path, warnings: list[str]) -> list[Source]:
    """Return the seed files of a folder; hidden files, a README and the `_files` of saved pages are no seeds."""
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise SeedError(Where(str(folder)), _reason(error)) from error
    found: list[Source] = []
    for entry in entries:
        if entry.name.startswith(".") or entry.stem.upper() == "README" or entry.name.endswith(("~", "_files")):
            continue
        trouble = _unfit(entry, folder)
        if trouble:
            warnings.append(f"{printable(entry.name)}: {trouble}")
        else:
            found.append(Source(entry, printable(entry.name), SUFFIXES[entry.suffix.lower()]))
    if len(found) > MAX_FILES:
        warnings.append(f"{found[MAX_FILES].name}: this and {len(found) - MAX_FILES - 1} more files are not read; ")
        warnings[-1] += f"a storyline takes {MAX_FILES} seeds, and a handful serves it best"
    return found[:MAX_FILES]


def _unfit(entry: Path, folder: Path) -> str:
    """Return why something in a seeds folder is not read, or ""."""
    try:
        mode = entry.stat().st_mode
        inside = entry.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:
        return "a link to nowhere" if entry.is_symlink() else _reason(error)
    if not inside:
        return "a link that leaves the seeds folder; copy the article here"
    if stat.S_ISDIR(mode):
        return "a folder; seeds are the files right in the seeds folder"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    if entry.suffix.lower() not in SUFFIXES:
        return f"not read: seeds are {', '.join(sorted(SUFFIXES))}; save the article as one of these"
    return ""


def open_source(source: Source) -> tuple[str, list[str]]:
    """Return a file's text with clean characters, and notes about its encoding.

    Raises:
        SeedError: it cannot be opened, is no regular file, too big, empty or no text.

    """
    data = _bytes_of(source)
    for magic, what in CONTAINERS:
        if data.startswith(magic):
            raise source.error(f"{what}, not text; save the article as text, Markdown or HTML")
    text, notes = _decode(source, data)
    if not text.strip():
        raise source.error("empty")
    return printable(text), notes


def _bytes_of(source: Source) -> bytes:
    """Return what is in a file; devices and pipes are never read, and not more than one byte over the limit is."""
    try:
        handle = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise source.error(_reason(error)) from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise source.error("not a regular file")
        try:
            data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise source.error(_reason(error)) from error
    if len(data) > MAX_BYTES:
        size = max(status.st_size, len(data)) / 1e6
        raise source.error(f"{size:.1f} MB; a seed is one article of at most {MAX_BYTES // 1_000_000} MB")
    return data


def _decode(source: Source, data: bytes) -> tuple[str, list[str]]:
    """Return the text of the bytes: as marked, else UTF-8, else the likeliest encoding (which is noted)."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _marked(source, data, encoding)
    if source.kind != "html" and (wide := _wide(data)):
        return data.decode(wide, "replace"), [f"read as {wide.upper()}; better save it as UTF-8"]
    if b"\x00" in data or sum(data.count(byte) for byte in UNUSUAL) > len(data) / 100:
        raise source.error("binary, not text; save the article as text, Markdown or HTML")
    try:
        return _mended(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _guessed(source, data)


def _marked(source: Source, data: bytes, encoding: str) -> tuple[str, list[str]]:
    """Return the text of bytes that begin with a byte order mark."""
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError as error:
        raise source.error(f"begins like {encoding.upper()} but is not; save it as UTF-8") from error


def _wide(data: bytes) -> str:
    """Return the name of an unmarked two-byte encoding, by the zero bytes of its spaces and Latin letters."""
    head = data[:4000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for zeros, other, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.1 * len(head) / 2 and other == 0:
            text = data.decode(name, "replace")
            return name if "\ufffd" not in text and "\x00" not in text else ""
    return ""


def _mended(text: str) -> tuple[str, list[str]]:
    """Return the text, undoing UTF-8 that somebody read as Windows-1252 and saved again."""
    if not any(mark in text for mark in TWICE_ENCODED):
        return text, []
    try:
        return text.encode("cp1252").decode("utf-8"), ["was encoded twice (’ had become â€™); mended"]
    except UnicodeError:
        return text, ["seems to be encoded twice in places (â€™ for ’); better save it again as UTF-8"]


def _guessed(source: Source, data: bytes) -> tuple[str, list[str]]:
    """Return the text in the likeliest old encoding; a page may declare it, else the letters tell."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for files that are not UTF-8

    declared = _declared(data) if source.kind == "html" else ""
    if declared:
        return data.decode(declared, "replace"), []
    best = from_bytes(data).best()
    encoding = best.encoding if best is not None else "cp1252"
    if encoding.startswith(("cp125", "latin", "iso8859", "mac_", "cp4", "cp5", "cp8")) and _mostly_ascii(data):
        encoding = "cp1252"  # Western: the guesses differ in a few quotation marks only
    return data.decode(encoding, "replace"), [f"not UTF-8; read as {encoding}, better save it as UTF-8"]


def _mostly_ascii(data: bytes) -> bool:
    """Say whether few of the bytes are beyond ASCII, as in Western languages."""
    return sum(byte > 127 for byte in data) < 0.15 * len(data)


def _declared(data: bytes) -> str:
    """Return the encoding a page declares, if it is known and true."""
    from lxml import etree  # noqa: PLC0415 - with the function

    root = etree.fromstring(data[:4096], parser=etree.HTMLParser())
    name = "" if root is None else root.getroottree().docinfo.encoding or ""
    try:
        data.decode(name)
    except (LookupError, UnicodeDecodeError):
        return ""
    return name


def _reason(error: Exception) -> str:
    """Return an operating system error in a few words."""
    return f"cannot be read: {(getattr(error, 'strerror', None) or str(error)).lower()}"
