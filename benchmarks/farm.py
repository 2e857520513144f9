"""A world of feeds in a process of its own, for measurements: what it says is a pure function of feed and time.

Every feed publishes an item at a steady pace. One in `rare` items belongs to a storyline: it takes its words from the
shipped demo and names that storyline's own place, so that every storyline has a stream of its own. Every tenth feed is
faulty in one of `FAULTS`' ways, some for ever and some on every other day. Posts to `/hook` are taken down.

    GET /N.xml            feed N as it stands        POST /ctl/now {"now": SECONDS}   set the time (else: the real one)
    GET /ctl/taken        what was asked, posted     POST /hook                       take a webhook
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from multiprocessing.connection import Connection
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

FAULTY_EACH, FAULTY = 10, 7  # of every ten feeds the one whose number ends with 7 is faulty
LISTED = 12  # items a feed shows
RARE = 40  # one item in so many belongs to a storyline, unless said otherwise
FAULTS = ("503", "404", "html", "cut off", "reset", "empty", "bad gzip", "new guids", "429", "bomb")
PLACES = (
    "Arvenholm", "Belmora", "Casterby", "Dunvale", "Elmarsk", "Fennoak", "Gravesund", "Hollmark", "Istrova", "Jorvale",
    "Kestrelby", "Lindmoor", "Marrowick", "Norhaven", "Ostrafell", "Pellanore", "Quarrendon", "Ravensund", "Solvarra",
    "Tarnwick", "Ulverdal", "Varnholt", "Westmarch", "Yarrowfen",
)  # fmt: skip
THINGS = (
    "bridge", "harbour", "school", "hospital", "railway", "museum", "factory", "orchard", "stadium", "reservoir", "tax",
    "strike", "festival", "election", "merger", "storm", "drought", "budget", "verdict", "auction", "tunnel", "vaccine",
    "ferry", "library", "airport", "satellite", "vineyard", "glacier", "quarry", "subsidy", "playwright", "goalkeeper",
)  # fmt: skip
DEEDS = (
    "reopens", "divides the council", "costs twice as much", "draws thousands", "is sold", "waits for repairs",
    "wins a prize", "closes early", "runs out of money", "passes inspection", "loses its director", "breaks a record",
)  # fmt: skip


@lru_cache(maxsize=1)
def reports() -> tuple[tuple[str, str], ...]:
    """Return (title, summary) of the demo's entries in English."""
    lines = (files("monitor.demo") / "data/entries.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple((row["title"], row["summary"]) for row in rows if row["lang"] == "en" and len(row["summary"]) > 40)


def place_of(storyline: int) -> str:
    """Return the word that stands in every item of a storyline and in no other."""
    return PLACES[storyline % len(PLACES)] + "xvii"[: storyline // len(PLACES)]


class World:
    """What every feed says at every moment."""

    def __init__(self, feeds: int, storylines: int, pace: float, start: float, rare: int = RARE) -> None:
        """`pace`: seconds between two items of a feed; `start`: seconds of the epoch of the first."""
        self.feeds, self.storylines, self.pace, self.start, self.rare = feeds, storylines, pace, start, rare

    def newest(self, feed: int, now: float) -> int:
        """Return the number of the newest item of a feed, -1 before the first."""
        phase = random.Random(feed).random() * self.pace
        return int((now - self.start - phase) // self.pace)

    def published(self, feed: int, number: int) -> datetime:
        """Return when an item came out."""
        phase = random.Random(feed).random() * self.pace
        return datetime.fromtimestamp(self.start + phase + number * self.pace, UTC)

    def story_of(self, feed: int, number: int) -> int | None:
        """Return the storyline an item belongs to, None for ordinary news."""
        chance = random.Random(f"{feed}/{number}/story")
        return chance.randrange(self.storylines) if self.storylines and chance.randrange(self.rare) == 0 else None

    def words(self, feed: int, number: int) -> tuple[str, str]:
        """Return title and summary of an item."""
        chance = random.Random(f"{feed}/{number}")
        story = self.story_of(feed, number)
        if story is not None:
            title, summary = chance.choice(reports())
            return title, f"{summary} Notes from {place_of(story)}, {chance.randrange(10**6)}."
        thing, deed, place = chance.choice(THINGS), chance.choice(DEEDS), f"town {chance.randrange(10**5)}"
        other, figure = chance.choice(THINGS), chance.randrange(2, 90_000)
        title = f"The {thing} of {place} {deed}"
        return title, f"After {figure} days the {thing} {deed}; residents ask about the {other} next. Case {number}."

    def document(self, feed: int, now: float, salt: str = "") -> bytes:
        """Return a feed as RSS; `salt` changes its guids."""
        newest = self.newest(feed, now)
        items = "".join(self._item(feed, n, salt) for n in range(newest, max(-1, newest - LISTED), -1))
        head = f"<title>Feed {feed}</title><link>https://f{feed}.example/</link>"
        return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{items}</channel></rss>".encode()

    def _item(self, feed: int, number: int, salt: str) -> str:
        title, summary = self.words(feed, number)
        return (
            f"<item><title>{escape(title)}</title><description>{escape(summary)}</description>"
            f"<link>https://f{feed}.example/{number}</link><guid isPermaLink='false'>{feed}-{number}{salt}</guid>"
            f"<pubDate>{format_datetime(self.published(feed, number))}</pubDate></item>"
        )

    def fault(self, feed: int, now: float) -> str:
        """Return how a feed misbehaves now, "" when it is well."""
        if feed % FAULTY_EACH != FAULTY:
            return ""
        kind = FAULTS[feed // 10 % len(FAULTS)]
        for_ever = feed // 100 % 2 == 0
        return kind if for_ever or int(now // 86_400) % 2 else ""


class Farm:
    """A running farm, seen from the measuring process."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.open = build_opener(ProxyHandler({})).open

    def urls(self, count: int) -> list[str]:
        """Return the addresses of the feeds."""
        return [f"{self.base}/{number}.xml" for number in range(count)]

    def set_time(self, now: datetime) -> None:
        """Let the farm's time be this from now on."""
        self._ask("now", {"now": now.timestamp()})

    def taken(self) -> dict[str, Any]:
        """Return what arrived so far.

        `asked` (requests for feeds), `first` (time of the first), `posts`, `ids` (different ones), `sentences` told as
        new from feeds that are well (different ones), `doubled` (those told twice).
        """
        found: dict[str, Any] = json.loads(self._ask("taken"))
        return found

    def _ask(self, what: str, data: dict[str, Any] | None = None) -> bytes:
        body = None if data is None else json.dumps(data).encode()
        with self.open(Request(f"{self.base}/ctl/{what}", body), timeout=60) as answer:
            return bytes(answer.read())


@contextmanager
def running(world: World) -> Iterator[Farm]:
    """Run a farm in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(world, theirs), daemon=True)
    process.start()
    try:
        yield Farm(ours.recv())
    finally:
        process.kill()
        process.join()


def _serve(world: World, answer: Connection) -> None:
    _Handler.world = world
    server = _Server(("127.0.0.1", 0), _Handler)
    answer.send(server.server_address[1])
    server.serve_forever()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Clients that are killed hang up."""


class _Taken:
    """What arrived: requests for feeds, webhooks."""

    def __init__(self) -> None:
        self.asked = self.posts = 0
        self.first: float | None = None
        self.ids: set[str] = set()
        self.told: Counter[tuple[str, str]] = Counter()  # storyline, sentence told as new
        self.lock = threading.Lock()

    def ask(self) -> None:
        """Note one request for a feed."""
        with self.lock:
            self.first = self.first or time.time()
            self.asked += 1

    def take(self, key: str, body: dict[str, Any]) -> None:
        """Note one post; a repeat under the same id counts no entry again."""
        with self.lock:
            self.posts += 1
            if key in self.ids:
                return
            self.ids.add(key)
            story = body["data"].get("storyline", {}).get("name", "")
            lines = (line for event in body["data"].get("events", ()) for line in event["new"])
            self.told.update((story, line["text"]) for line in lines if _is_well(line["link"]))

    def sums(self) -> bytes:
        """Return the sums as JSON."""
        with self.lock:
            doubled = [key for key, count in self.told.items() if count > 1]
            sums = {
                "asked": self.asked,
                "first": self.first,
                "posts": self.posts,
                "ids": len(self.ids),
                "sentences": len(self.told),
                "doubled": len(doubled),
            }
        return json.dumps(sums).encode()


def _is_well(link: str) -> bool:
    """Say whether an item comes from a feed that is well: what a faulty one cut off is rightly corrected later."""
    return int(link.removeprefix("https://f").split(".")[0]) % FAULTY_EACH != FAULTY


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    world: World
    taken = _Taken()
    times: Sequence[float] = ()

    def do_GET(self) -> None:
        if self.path == "/ctl/taken":
            self._reply(200, self.taken.sums())
            return
        self.taken.ask()
        now = self.times[-1] if self.times else time.time()
        feed = int(self.path.strip("/").split(".")[0])
        getattr(self, "_" + self.world.fault(feed, now).replace(" ", "_"), self._well)(feed, now)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/ctl/now":
            type(self).times = (body["now"],)
        else:
            self.taken.take(self.headers["webhook-id"], body)
        self._reply(200, b"{}")

    def _well(self, feed: int, now: float) -> None:
        body = self.world.document(feed, now)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self._reply(304, b"", {"ETag": etag})
        else:
            self._reply(200, body, {"ETag": etag, "Content-Type": "application/rss+xml"})

    def _503(self, *_: Any) -> None:
        self._reply(503, b"later")

    def _404(self, *_: Any) -> None:
        self._reply(404, b"nothing here")

    def _429(self, *_: Any) -> None:
        self._reply(429, b"too many", {"Retry-After": "3600"})

    def _html(self, *_: Any) -> None:
        self._reply(200, b"<!doctype html><html><title>Under repair</title></html>", {"Content-Type": "text/html"})

    def _empty(self, *_: Any) -> None:
        self._reply(200, b"")

    def _cut_off(self, feed: int, now: float) -> None:
        body = self.world.document(feed, now)
        self._reply(200, body[: len(body) * 2 // 3])

    def _bad_gzip(self, feed: int, now: float) -> None:
        self._reply(200, self.world.document(feed, now), {"Content-Encoding": "gzip"})

    def _new_guids(self, feed: int, now: float) -> None:
        self._reply(200, self.world.document(feed, now, salt=f"-{now:.0f}"))

    def _bomb(self, *_: Any) -> None:
        entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
        self._reply(200, f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "ha">{entities}]><rss>&a11;</rss>'.encode())

    def _reset(self, *_: Any) -> None:
        self.close_connection = True

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            if status != 304 or name != "Content-Length":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def configuration(farm: Farm, world: World, *, every: str, seeds: str, more: Sequence[str] = ()) -> str:
    """Return a configuration for a farm: its feeds, storylines with those seeds, its webhook for all of them."""
    names = [f"story-{number}" for number in range(world.storylines)]
    lines = [
        "state: ./var",
        f"polling: {{every: {every}, allow_private_networks: true, timeout: 10s}}",
        "storylines:" if names else "storylines: {}",
        *(f"  {name}: {{seeds: '{seeds}', watch: {{all: [{place_of(number)}]}}}}" for number, name in enumerate(names)),
        "feeds:",
        *(f"  - {url}" for url in farm.urls(world.feeds)),
        f"receivers: {{desk: {{webhook: {{url: '{farm.base}/hook', allow_private_networks: true}}}}}}",
        "routes: [{storyline: '*', receiver: desk, immediate: {group_wait: 1s}}]",
        *more,
    ]
    return "\n".join(lines) + "\n"
