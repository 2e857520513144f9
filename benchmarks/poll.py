"""What a poll cycle costs: ours beside `reader`, rss2email and bare loops, over the same feeds in the same run.

    python benchmarks/poll.py --farm http://127.0.0.1:8800 [--feeds 1000] [--rounds 3] [--peers PYTHON] [--newest 20]
    python benchmarks/poll.py --start FEEDFARM.PY ...     a farm that is started for this, with that script

The farm is any server with `GET /ctl/urls?n=` (one feed address a line) and `POST /ctl/publish {"fraction", "of"}`;
PYTHON is an interpreter with reader, sgmllib3k, rss2email, aiohttp, lxml, requests, feedparser and psutil. Each
contestant runs in a process of its own and is asked for four cycles: cold (empty store), warm (nothing changed),
new (5 % of the feeds have one entry more), warm again. Its processor time, children included, is counted around each
cycle, so start-up is not. Prints medians in milliseconds a feed, the ratios that have a bar, and the physical limits.
The exit code is 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from monitor.feeds.parse import Reader

Cycle = Callable[[], int]
CASES = ("cold", "warm", "new", "warm2")
BARS = (
    ("ours", "cold", "reader", 0.67),
    ("newest", "cold", "reader", 0.25),
    ("ours", "warm", "reader", 0.35),
    ("ours", "warm", "session_loop", 1.0),
    ("ours", "new", "reader", 0.3),
)


# ---------------------------------------------------------------------------- the contestants, each in its own process


def ours(urls: list[str], folder: Path, newest: int | None = None) -> Cycle:
    from monitor.config.load import load
    from monitor.polling import Poller, sync
    from monitor.store.store import Store

    polling = "allow_private_networks: true" + (f", first_poll_newest: {newest}" if newest else "")
    listed = "\n".join(f"  - {url}" for url in urls)
    (folder / "monitor.yaml").write_text(
        f"state: .\npolling: {{{polling}}}\nfeeds:\n{listed}\nstorylines: {{}}\nreceivers: {{}}\nroutes: []\n"
    )
    config = load(folder / "monitor.yaml")
    line = Poller(config, Store(config.state))
    sync(config, line.store)
    start_children(line.reader)

    def cycle() -> int:
        with line.store.read() as tx:
            feeds = tx.feeds.all()
        report = line.poll(feeds)
        if report.failed:
            raise SystemExit(f"{report.failed} feeds failed: {report.errors[:3]}")
        return report.new

    return cycle


def start_children(children: Reader) -> None:
    """Have every parse process started: start-up is not counted for anybody."""
    from datetime import UTC, datetime

    from monitor.types import Feed, Fetched

    address = "http://127.0.0.1/"
    empty = Fetched(url=address, headers={}, body=b"<rss version='2.0'><channel><title>t</title></channel></rss>")

    def start(_: int) -> None:
        children.read(Feed(url=address), empty, {}, datetime.now(UTC))

    count = children.settings.parsers
    with ThreadPoolExecutor(count) as threads:
        list(threads.map(start, range(count)))


def newest(urls: list[str], folder: Path) -> Cycle:
    return ours(urls, folder, int(os.environ.get("NEWEST", "20")))


def reader(urls: list[str], folder: Path) -> Cycle:
    from reader import make_reader

    books = make_reader(str(folder / "reader.db"))
    for url in urls:
        books.add_feed(url)

    def cycle() -> int:
        results = books.update_feeds_iter(workers=1, scheduled=False)
        return sum(result.value.new for result in results if hasattr(result.value, "new"))

    return cycle


def rss2email(urls: list[str], folder: Path) -> Cycle:
    base = [str(Path(sys.executable).parent / "r2e"), "-c", str(folder / "r2e.cfg"), "-d", str(folder / "r2e.json")]
    outlines = "".join(f'<outline type="rss" xmlUrl="{url}"/>' for url in urls)
    (folder / "list.opml").write_text(f'<opml version="1.0"><body>{outlines}</body></opml>')
    quiet = {"env": {**os.environ, "HOME": str(folder)}, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for command in (["new", "a@localhost"], ["opmlimport", str(folder / "list.opml")]):
        subprocess.run(base + command, check=True, **quiet)  # type: ignore[call-overload]

    def cycle() -> int:
        subprocess.run([*base, "run", "--no-send"], check=False, **quiet)  # type: ignore[call-overload]
        return 0

    return cycle


class Shelf:
    """The store of the bare loops: entries by (feed, id), validators beside them, one transaction a feed."""

    def __init__(self, folder: Path) -> None:
        self.db = sqlite3.connect(folder / "loop.db", isolation_level=None)
        self.db.executescript(
            "pragma journal_mode=wal; pragma synchronous=normal;"
            "create table feed(url text primary key, etag text, modified text) without rowid;"
            "create table item(feed, id, link, title, summary, published, unique(feed, id));"
        )

    def conditions(self, url: str) -> dict[str, str]:
        """Return the validators to send."""
        row = self.db.execute("select etag, modified from feed where url = ?", (url,)).fetchone() or (None, None)
        found = {"If-None-Match": row[0], "If-Modified-Since": row[1]}
        return {name: value for name, value in found.items() if value}

    def keep(self, url: str, headers: Any, rows: list[tuple[Any, ...]]) -> int:
        """Store what is new of a feed; return how much."""
        self.db.execute("begin")
        new = self.db.executemany(
            "insert or ignore into item values (?,?,?,?,?,?)", [(url, *row) for row in rows]
        ).rowcount
        validators = (url, headers.get("ETag"), headers.get("Last-Modified"))
        self.db.execute("insert or replace into feed values (?,?,?)", validators)
        self.db.execute("commit")
        return new


def session_loop(urls: list[str], folder: Path) -> Cycle:
    import feedparser
    import requests

    shelf, session = Shelf(folder), requests.Session()

    def cycle() -> int:
        new = 0
        for url in urls:
            answer = session.get(url, headers=shelf.conditions(url), timeout=(5, 30))
            if answer.status_code == 200:
                found = feedparser.parse(answer.content).entries
                rows = [
                    (e.get("id"), e.get("link"), e.get("title"), e.get("summary"), str(e.get("published_parsed")))
                    for e in found
                ]
                new += shelf.keep(url, answer.headers, rows)
        return new

    return cycle


def aio_lxml(urls: list[str], folder: Path) -> Cycle:
    import asyncio

    import aiohttp
    from lxml import etree

    shelf = Shelf(folder)

    def rows(body: bytes) -> list[tuple[Any, ...]]:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, recover=True))
        found = []
        for element in root.iter():
            if str(element.tag).rpartition("}")[2] in ("item", "entry"):
                said = {str(child.tag).rpartition("}")[2]: (child.text or child.get("href")) for child in element}
                key = said.get("guid") or said.get("id") or said.get("link")
                found.append((key, said.get("link"), said.get("title"), said.get("description"), said.get("pubDate")))
        return found

    async def all_of() -> int:
        waiting, new = iter(urls), 0
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=20)) as session:

            async def one() -> None:
                nonlocal new
                for url in waiting:
                    async with session.get(url, headers=shelf.conditions(url)) as answer:
                        body = await answer.read()
                    if answer.status == 200:
                        new += shelf.keep(url, answer.headers, rows(body))

            await asyncio.gather(*(one() for _ in range(20)))
        return new

    return lambda: asyncio.run(all_of())


CONTESTANTS = {one.__name__: one for one in (ours, newest, reader, rss2email, session_loop, aio_lxml)}


def contest(name: str) -> NoReturn:
    """Answer `cycle` lines on standard input with what each cycle cost."""
    import psutil

    me = psutil.Process()

    def spent() -> float:
        own = os.times()
        living = sum(sum(child.cpu_times()[:2]) for child in me.children(recursive=True))
        return own.user + own.system + own.children_user + own.children_system + living

    def memory() -> float:
        tree = [me, *me.children(recursive=True)]
        return sum(one.memory_info().rss for one in tree) / 2**20

    with tempfile.TemporaryDirectory() as folder:
        cycle = CONTESTANTS[name](json.loads(sys.stdin.readline()), Path(folder))
        print(json.dumps("ready"), flush=True)
        for _ in sys.stdin:
            before, started = spent(), time.monotonic()
            new = cycle()
            row = {"cpu": spent() - before, "wall": time.monotonic() - started, "new": new, "memory": memory()}
            print(json.dumps(row), flush=True)
        os._exit(0)


# ---------------------------------------------------------------------------- the run


def ask(farm: str, path: str, data: dict[str, Any] | None = None) -> bytes:
    body = None if data is None else json.dumps(data).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{farm}/ctl/{path}", body), timeout=120) as answer:
        return bytes(answer.read())


def run(name: str, python: str, farm: str, urls: list[str]) -> dict[str, dict[str, float]]:
    """Return what each case cost one contestant."""
    command = [python, __file__, "--contestant", name]
    rows = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(urls) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        for case in CASES:
            if case == "new":
                ask(farm, "publish", {"fraction": 0.05, "of": len(urls)})
            ask(farm, "reset", {})
            process.stdin.write("cycle\n")
            process.stdin.flush()
            row = json.loads(process.stdout.readline())
            row["requests"] = json.loads(ask(farm, "stats"))["requests"]
            rows[case] = row
        process.stdin.close()
    return rows


def limits(urls: list[str]) -> dict[str, float]:
    """Return the cost of the bare machine in ms: a raw 304, hashing and expat of a document, a row of SQLite."""
    from xml.parsers import expat

    split = urlsplit(urls[0])
    with socket.create_connection((split.hostname or "", split.port or 80)) as sock:
        request = f"GET {split.path} HTTP/1.1\r\nHost: {split.netloc}\r\nIf-None-Match: "
        sock.sendall(f"{request}x\r\n\r\n".encode())
        head = sock.recv(1_000_000).decode("latin-1").lower()
        etag = head.partition("etag: ")[2].partition("\r")[0]
    with socket.create_connection((split.hostname or "", split.port or 80)) as sock:
        started = time.process_time()
        for _ in range(1000):
            sock.sendall(f"{request}{etag}\r\n\r\n".encode())
            sock.recv(65_536)
        raw = time.process_time() - started
    bodies = []
    for url in urls[:100]:
        with urllib.request.urlopen(url) as answer:
            bodies.append(answer.read())
    started = time.process_time()
    for body in bodies:
        hashlib.blake2b(body).digest()
    hashing = time.process_time() - started
    started = time.process_time()
    for body in bodies:
        expat.ParserCreate().Parse(body, True)
    parsing = time.process_time() - started
    db = sqlite3.connect(":memory:")
    db.execute("create table item(feed, id, title, unique(feed, id))")
    started = time.process_time()
    db.executemany("insert into item values (?,?,?)", ((1, n, "t" * 1000) for n in range(20_000)))
    rows = time.process_time() - started
    return {
        "a raw 304": raw,
        "hash a document": hashing * 10,
        "expat a document": parsing * 10,
        "insert a row": rows / 20,
    }


Medians = dict[tuple[str, str], dict[str, float]]


@contextmanager
def started(script: str, feeds: int) -> Iterator[str]:
    """Run a farm of its own; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, script, "--feeds", str(feeds), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "listening" not in (line := process.stdout.readline()):
            if not line:
                raise SystemExit(f"{script} ended")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def measured(chosen: argparse.Namespace, urls: list[str]) -> Medians:
    """Return what each contestant took in each case."""
    found: dict[str, list[dict[str, dict[str, float]]]] = {}
    for _ in range(chosen.rounds):
        for name in chosen.only.split(","):
            python = sys.executable if name in ("ours", "newest") else chosen.peers
            found.setdefault(name, []).append(run(name, python, chosen.farm, urls))
    return {
        (name, case): {key: statistics.median(row[case][key] for row in rows) for key in rows[0][case]}
        for name, rows in found.items()
        for case in CASES
    }


def show(median: Medians, count: int) -> None:
    """Print the medians."""
    print(f"{'':14}{'case':6}{'CPU ms/feed':>12}{'x reader':>10}{'wall s':>8}{'MB':>6}{'new':>8}{'requests':>10}")
    for (name, case), row in median.items():
        base = median.get(("reader", case))
        ratio = f"{row['cpu'] / base['cpu']:.2f}" if base and base["cpu"] else ""
        print(
            f"{name:14}{case:6}{1000 * row['cpu'] / count:12.2f}{ratio:>10}{row['wall']:8.1f}{row['memory']:6.0f}"
            f"{row['new']:8.0f}{row['requests']:10.0f}"
        )


def missed(median: Medians) -> int:
    """Print the ratios that have a bar, where both sides ran; return how many miss it."""
    count = 0
    for name, case, peer, bar in BARS:
        if (name, case) in median and (peer, case) in median:
            ratio = median[name, case]["cpu"] / median[peer, case]["cpu"]
            count += ratio > bar
            print(f"{name} {case}: {ratio:.2f} x {peer}, bar {bar:g}{'' if ratio <= bar else '   MISSED'}")
    return count


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--farm", default="http://127.0.0.1:8800")
    options.add_argument("--start", help="script that runs a farm, instead of --farm")
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--peers", default=sys.executable, help="interpreter that has the peers")
    options.add_argument("--only", default=",".join(CONTESTANTS))
    options.add_argument("--newest", default="20")
    options.add_argument("--contestant", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.contestant:
        contest(chosen.contestant)
    os.environ["NEWEST"] = chosen.newest
    with started(chosen.start, chosen.feeds) if chosen.start else nullcontext(chosen.farm) as chosen.farm:
        urls = ask(chosen.farm, f"urls?n={chosen.feeds}").decode().split()
        median = measured(chosen, urls)
        show(median, len(urls))
        failed = missed(median)
        for what, cost in limits(urls).items():
            print(f"limit: {what:20}{cost:10.4f} ms")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
