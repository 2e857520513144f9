"""What reading costs: megabytes a processor second, and the price of a changed feed with one new entry.

    python benchmarks/parse.py FILE_OR_FOLDER...

Reads the documents as the product does (whole, then with all entries but the first known), and with feedparser alone,
in the same run. Prints the agreement of the two on ids, links, titles and dates as well.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

import feedparser

from monitor.feeds.document import Document, Limits, read
from monitor.feeds.job import answer
from monitor.feeds.worker import Job

WHOLE = Limits(max_items=1_000_000)
HEADERS = {"content-type": "application/xml"}


def timed(work: Callable[[bytes], Any], bodies: list[bytes]) -> tuple[float, list[Any]]:
    """Return processor seconds and results."""
    started = time.process_time()
    results = [work(body) for body in bodies]
    return time.process_time() - started, results


def same(ours: Document | None, theirs: Any) -> bool:
    """Whether both read the same entries."""

    def rows(entries: Any) -> list[tuple[Any, ...]]:
        return [tuple(dict.get(e, name) for name in ("id", "link", "title", "published_parsed")) for e in entries]

    return ours is not None and rows(ours.entries) == rows(theirs.entries)


def ours(body: bytes) -> Document | None:
    """Return the product's reading of a document, None where it refuses."""
    try:
        return read(body, HEADERS, "", (), WHOLE)
    except ValueError:
        return None


def main() -> None:
    files = [
        file for given in map(Path, sys.argv[1:]) for file in (sorted(given.iterdir()) if given.is_dir() else [given])
    ]
    bodies = [body for file in files if len(body := file.read_bytes()) < 3_000_000]
    size = sum(map(len, bodies)) / 1e6

    def job(body: bytes, known: dict[str, str]) -> Any:
        return answer(Job(body=body, headers=HEADERS, url="http://news.test/", known=known, max_items=100_000))

    def raw(body: bytes) -> Any:
        return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)

    sound = [
        body
        for body in bodies
        if (found := ours(body)) and found.prints and not found.degraded and len(found.entries) > 1
    ]
    known = {}
    for body in sound:
        keys = dict(job(body, {}).keys)
        known[body] = dict(list(keys.items())[1:])
    results = {
        "expat alone": timed(lambda body: expat.ParserCreate().Parse(body, True), sound)[0],
        "feedparser": timed(lambda body: feedparser.parse(io.BytesIO(body)), sound)[0],
        "feedparser, sanitiser off": timed(raw, sound)[0],
        "ours, whole, to clean entries": timed(lambda body: job(body, {}), sound)[0],
        "ours, one entry new": timed(lambda body: job(body, known[body]), sound)[0],
    }
    base = results["feedparser"]
    print(f"{len(sound)} well-formed of {len(bodies)} documents, {size:.1f} MB in all")
    for name, seconds in results.items():
        each = 1000 * seconds / len(sound)
        rate = sum(map(len, sound)) / 1e6 / seconds
        print(f"{name:32}{each:10.2f} ms each{rate:10.1f} MB/s   1/{base / seconds:.1f} of feedparser")
    agree = sum(same(ours(body), raw(body)) for body in bodies if raw(body).entries)
    print(f"entries agree with feedparser's in {agree} of {sum(bool(raw(body).entries) for body in bodies)} documents")


if __name__ == "__main__":
    main()
