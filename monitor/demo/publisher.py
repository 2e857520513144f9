"""The six feeds of the demo over HTTP: RSS 2.0, Atom and RDF, with validators and, now and then, faults."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from xml.etree import ElementTree as ET

from monitor.demo.story import Fault, Format, Item, Source, Story
from monitor.text import fingerprint

ATOM = "http://www.w3.org/2005/Atom"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1 = "http://purl.org/rss/1.0/"
DC = "http://purl.org/dc/elements/1.1/"
XML = "http://www.w3.org/XML/1998/namespace"
for prefix, uri in (("rdf", RDF), ("dc", DC)):
    ET.register_namespace(prefix, uri)
TYPES = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml",
    Format.RDF: "application/rdf+xml",
}
MAINTENANCE = b"<!doctype html><title>Back soon</title><h1>We are updating our site</h1>"


class Publisher:
    """The web of the demo; use it as a context manager. `faults` counts what it did wrong."""

    def __init__(self, story: Story, clock: Callable[[], datetime]) -> None:
        self.story = story
        self.clock = clock
        self.requests: Counter[str] = Counter()
        self.faults: Counter[Fault] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="publisher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, source: Source) -> str:
        """Return a feed's address."""
        return f"http://localhost:{self._server.server_address[1]}/{source.name}.xml"

    def answer(self, path: str, validator: str) -> tuple[int, str, str, bytes]:
        """Return status, type, ETag and body for a request."""
        source = next((s for s in self.story.sources if path == f"/{s.name}.xml"), None)
        if source is None:
            return 404, "text/plain", "", b"no such feed"
        now = self.clock()
        self.requests[source.name] += 1
        fault = self.story.fault(source, now)
        body = render(source, self.story.listed(source, now))
        if fault is not None:
            self.faults[fault] += 1
            return _broken(fault, source, body)
        etag = f'"{fingerprint(body.decode())}"'
        if validator == etag:
            return 304, TYPES[source.format], etag, b""
        return 200, TYPES[source.format], etag, body


def _broken(fault: Fault, source: Source, body: bytes) -> tuple[int, str, str, bytes]:
    if fault is Fault.UNAVAILABLE:
        return 503, "text/plain", "", b"the server is overloaded"
    if fault is Fault.MAINTENANCE:
        return 200, "text/html", "", MAINTENANCE
    return 200, TYPES[source.format], "", body[: len(body) * 2 // 3]


def _handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, etag, body = publisher.answer(self.path, self.headers.get("If-None-Match", ""))
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if etag:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Keep quiet: the terminal belongs to the demo."""

    return Handler


def render(source: Source, items: list[Item]) -> bytes:
    """Return a feed's document."""
    write = {Format.RSS: _rss, Format.ATOM: _atom, Format.RDF: _rdf}[source.format]
    return bytes(ET.tostring(write(source, items), encoding="utf-8", xml_declaration=True))


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def _rss(source: Source, items: list[Item]) -> ET.Element:
    root = ET.Element("rss", {"version": "2.0"})
    channel = _add(root, "channel")
    _add(channel, "title", source.title)
    _add(channel, "link", "https://feeds.example/")
    _add(channel, "description", f"{source.title}: what several outlets write")
    for item in items:
        node = _add(channel, "item")
        _add(node, "title", item.title)
        _add(node, "link", item.url)
        _add(node, "guid", item.id, isPermaLink="false")
        _add(node, "pubDate", format_datetime(item.date))
        _add(node, "description", item.summary)
        _add(node, "source", item.outlet, url="https://feeds.example/")
        _add(node, f"{{{DC}}}language", item.lang)
    return root


def _atom(source: Source, items: list[Item]) -> ET.Element:
    root = ET.Element("feed", {"xmlns": ATOM})
    _add(root, "title", source.title)
    _add(root, "id", f"urn:demo:{source.name}")
    _add(root, "updated", items[0].date.isoformat() if items else "2024-01-01T00:00:00Z")
    for item in items:
        node = _add(root, "entry")
        node.set(f"{{{XML}}}lang", item.lang)
        _add(node, "title", item.title)
        _add(node, "link", href=item.url)
        _add(node, "id", f"urn:demo:{item.id}")
        _add(node, "published", item.date.isoformat())
        _add(node, "updated", item.date.isoformat())
        _add(node, "summary", item.summary, type="html")
        _add(_add(node, "source"), "title", item.outlet)
    return root


def _rdf(source: Source, items: list[Item]) -> ET.Element:
    root = ET.Element(f"{{{RDF}}}RDF", {"xmlns": RSS1})
    channel = _add(root, "channel", **{f"{{{RDF}}}about": "https://feeds.example/"})
    _add(channel, "title", source.title)
    _add(channel, "link", "https://feeds.example/")
    _add(channel, "description", source.title)
    for item in items:
        node = _add(root, "item", **{f"{{{RDF}}}about": item.url})
        _add(node, "title", item.title)
        _add(node, "link", item.url)
        _add(node, "description", item.summary)
        _add(node, f"{{{DC}}}date", item.date.isoformat())
        _add(node, f"{{{DC}}}language", item.lang)
    return root
