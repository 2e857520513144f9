"""What the service costs its machine: start, memory, idle processor, `status` and `/metrics` on a large database.

    python -m benchmarks.service [--feeds 1000] [--storylines 20] [--entries 1000000] [--idle 20]

A real `monitor run` over a farm of feeds on loopback; every figure stands beside the bar it has to keep. Memory is that
of the daemon's process, with its parser processes named beside it. Times are of whatever machine this is: on a busy one
look at the processor time instead.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil

from benchmarks.farm import Farm, World, configuration, running

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds/seoul-arms-ukraine"
DAY = 86_400.0
MB = 2**20
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as installed


@dataclass
class Size:
    """How large a desk is measured."""

    feeds: int
    storylines: int
    entries: int
    idle: float


def told(what: str, value: float, unit: str, bar: float) -> bool:
    """Print one figure beside its bar; return whether it keeps it."""
    good = value <= bar
    print(f"{what:58}{value:10.2f} {unit:4}{bar:8g}  {'ok' if good else 'MISSED'}", flush=True)
    return good


class Daemon:
    """A `monitor run` and what it costs."""

    def __init__(self, folder: Path) -> None:
        address = folder / "notify"
        address.unlink(missing_ok=True)
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(address))
        self.ear.settimeout(120)
        self.began = time.time()
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "monitor", "-c", str(folder / "monitor.yaml"), "run"],
            env={**COMPILED, "NOTIFY_SOCKET": str(address)}, stderr=(folder / "log").open("wb"),
        )  # fmt: skip
        self.process = psutil.Process(self.popen.pid)

    def ready(self) -> float:
        """Return the seconds from start to READY=1."""
        while b"READY=1" not in self.ear.recv(200):
            pass
        return time.time() - self.began

    def memory(self) -> tuple[float, float]:
        """Return resident MB of the process, and of its children together."""
        children = sum(child.memory_info().rss for child in self.process.children(recursive=True))
        return self.process.memory_info().rss / MB, children / MB

    def spent(self) -> float:
        """Return the processor seconds used so far, children included."""
        mine = self.process.cpu_times()
        return mine.user + mine.system + mine.children_user + mine.children_system

    def end(self) -> None:
        """End it as systemd would."""
        self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(60)
        self.ear.close()


@contextmanager
def daemon(farm: Farm, world: World, folder: Path) -> Iterator[Daemon]:
    """Run a daemon over a farm, with its probes on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = configuration(farm, world, every="15m", seeds=str(SEEDS), more=[f"probes: {{bind: '127.0.0.1:{port}'}}"])
    (folder / "monitor.yaml").write_text(text)
    (folder / "port").write_text(str(port))
    run = Daemon(folder)
    try:
        yield run
    finally:
        run.end()


def until(seen: Callable[[], bool], seconds: float = 600.0) -> None:
    """Wait until something is seen."""
    end = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > end:
            raise SystemExit("it did not happen in time")
        time.sleep(0.2)


def monitor(folder: Path, *words: str) -> tuple[float, float, str]:
    """Return (wall seconds, processor seconds, output) of one verb."""
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "-c", str(folder / "monitor.yaml"), *words],
        env=COMPILED, capture_output=True, check=True,
    )  # fmt: skip
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, spent, done.stdout.decode()


def scrape(folder: Path) -> float:
    """Return the milliseconds of the median scrape."""
    address = f"http://127.0.0.1:{(folder / 'port').read_text()}/metrics"
    times = []
    for _ in range(15):
        began = time.perf_counter()
        with urlopen(address, timeout=60) as answer:
            answer.read()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def measure_empty(size: Size, folder: Path) -> list[bool]:
    """Start over feeds that hold nothing: no model is needed."""
    world = World(size.feeds, size.storylines, DAY, time.time() + 10 * DAY)
    with running(world) as farm, daemon(farm, world, folder) as run:
        kept = [told("start to READY", run.ready(), "s", 2)]
        told("  of that processor time", run.spent(), "s", 2)
        until(lambda: farm.taken()["first"] is not None)
        kept.append(told("start to the first feed asked", farm.taken()["first"] - run.began, "s", 2))
        until(lambda: _settled(folder))
        time.sleep(2)
        own, children = run.memory()
        kept.append(told(f"memory before any model (+{children:.0f} MB parsers)", own, "MB", 150))
        before = run.spent()
        time.sleep(size.idle)
        return [*kept, told("idle processor", (run.spent() - before) / size.idle * 100, "%", 1)]


def measure_full(size: Size, folder: Path) -> list[bool]:
    """Start over feeds with a fortnight of news: every model is needed."""
    world = World(size.feeds, size.storylines, DAY / 2, time.time() - 14 * DAY)
    with running(world) as farm, daemon(farm, world, folder) as run:
        run.ready()
        until(lambda: _settled(folder), 1200)
        own, children = run.memory()
        kept = [told(f"memory with models (+{children:.0f} MB parsers)", own, "MB", 350)]
        before = run.spent()
        time.sleep(size.idle)
        kept.append(told("idle processor with models", (run.spent() - before) / size.idle * 100, "%", 1))
        return [*kept, told("scrape of /metrics", scrape(folder), "ms", 50)]


def _settled(folder: Path) -> bool:
    """Say whether every feed was read and nothing waits: to be assessed, to be told, to be sent."""
    found: dict[str, Any] = json.loads(monitor(folder, "status", "--json")[2])
    pending = any(story["pending"] for story in found["storylines"])
    under_way = found["outbox"]["states"].keys() & {"pending", "leased"}
    return not (found["feeds"]["states"].get("new") or found["database"]["waiting"] or pending or under_way)


def measure_large(size: Size, folder: Path) -> list[bool]:
    """Look at a database with many entries, with and without a daemon on it."""
    world = World(size.feeds, size.storylines, DAY, time.time() + 10 * DAY)
    with running(world) as farm:
        with daemon(farm, world, folder) as run:
            run.ready()
            until(lambda: _settled(folder))
        fill(folder / "var/monitor.db", size)
        with daemon(farm, world, folder) as run:
            kept = [told(f"start to READY, {size.entries} entries", run.ready(), "s", 2)]
            calls = [monitor(folder, "status")[:2] for _ in range(5)]
            kept.append(told(f"status, {size.entries} entries", min(wall for wall, _ in calls), "s", 0.5))
            told("  of that processor time", min(spent for _, spent in calls), "s", 0.5)
            kept.append(told(f"scrape of /metrics, {size.entries} entries", scrape(folder), "ms", 50))
    return kept


def fill(file: Path, size: Size) -> None:
    """Put entries, keys, decisions, alerts and deliveries of two years into a database."""
    now = int(time.time() * 1000)
    given = {"n": size.entries, "feeds": size.feeds, "stories": max(size.storylines, 1), "now": now}
    given["step"] = 63_072_000_000 // size.entries
    count = "with recursive c(n) as (select 1 union all select n + 1 from c where n < :n) "
    with sqlite3.connect(file) as db:
        for statement in FILL:
            db.execute(count + statement, given)
    db.close()


FILL = (
    "insert into entries (uid, feed_id, key, source, id, link, canonical, title, summary, seen_at, date, fingerprint,"
    " state, assessed_no) select printf('u%015d', n), 1 + n % :feeds, 'k' || n, 'News', 'k' || n,"
    " 'https://n.example/' || n, 'n.example/' || n, 'The title of entry ' || n,"
    " 'A summary of some length, as feeds have them, about entry ' || n || hex(randomblob(60)),"
    " :now - (:n - n) * :step, :now - (:n - n) * :step, 'p' || n, 'assessed', n from c",
    "insert into entry_keys (feed_id, key, seq, fingerprint, listed_at)"
    " select feed_id, key, seq, fingerprint, seen_at from entries, (select count(*) from c where n < 0)",
    "insert into decisions (seq, storyline, score, threshold, on_topic, reason, event_id, novelty, decided_at)"
    " select seq, 'story-' || (assessed_no / 50 % :stories), 0.4, 0.5, assessed_no % 50 = 0, 'below the threshold',"
    " case when assessed_no % 50 = 0 then 'e' || (assessed_no / 200) end, 'development', seen_at"
    " from entries, (select count(*) from c where n < 0) where assessed_no % 5 = 0",
    "insert or ignore into events (id, storyline, title, first_seen, last_seen)"
    " select distinct event_id, storyline, 'Event ' || event_id, decided_at, decided_at from decisions,"
    " (select count(*) from c where n < 0) where event_id is not null",
    "insert into alerts (route, receiver, storyline, event_id, entry_uid, novelty, score, created_at, state,"
    " digest_id) select 'desk', 'desk', storyline, event_id, 'u' || seq, 'development', 0.6, decided_at, 'told',"
    " 'd' || (seq / 200) from decisions, (select count(*) from c where n < 0) where on_topic",
    "insert into bodies (digest_id, text, html, json)"
    " select 'd' || n, hex(randomblob(2000)), hex(randomblob(4000)), '{}' from c where n <= 5000",
    "insert into deliveries"
    " (key, digest_id, storyline, receiver, recipient, subject, state, created_at, planned_at, sent_at)"
    " select 'key' || n, 'd' || n, 'story-0', 'desk', 'desk', 'A digest', 'sent', :now, :now, :now"
    " from c where n <= 5000",
)  # fmt: skip


def main() -> int:
    """Measure everything; return 1 when a bar is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--storylines", type=int, default=20)
    options.add_argument("--entries", type=int, default=1_000_000)
    options.add_argument("--idle", type=float, default=20.0)
    options.add_argument("--only", default="empty,full,large")
    chosen = options.parse_args()
    size = Size(chosen.feeds, chosen.storylines, chosen.entries, chosen.idle)
    print(f"{size.feeds} feeds, {size.storylines} storylines{'':31}measured{'':8}bar")
    parts = {"empty": measure_empty, "full": measure_full, "large": measure_large}
    kept: list[bool] = []
    for name in chosen.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            kept += parts[name](size, Path(folder))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
