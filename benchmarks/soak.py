"""A service that runs for years, in minutes: growth over ninety days on a replay clock, and kill -9 in real time.

    python -m benchmarks.soak [--days 90] [--feeds 500] [--storylines 20]     the real line, four polls a day
    python -m benchmarks.soak --minutes 30 [--feeds 100] [--storylines 20]    a real daemon, killed every 20 to 40 s

Every tenth feed is faulty (benchmarks/farm.py). Both check that nothing was lost or doubled: every item of a feed that
is well is stored once, every alert is settled, every digest arrived, nothing is told twice. The first also checks
that memory, handles and threads stay flat and that the database grows no faster at the end than earlier.
"""

from __future__ import annotations

import argparse
import gc
import logging
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import structlog

from benchmarks.farm import FAULTY, FAULTY_EACH, Farm, World, configuration, running
from monitor import config
from monitor.daemon import give_back
from monitor.pipeline import Pipeline
from monitor.store import Store
from monitor.upkeep import tidy

SEEDS = Path(__file__).parent.parent / "seeds/seoul-arms-ukraine"
START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = 86_400.0
MB = 2**20
HEAD = f"{'day':>4}{'MB':>10}{'parsers':>10}{'handles':>9}{'threads':>9}{'database':>10}{'entries':>9}{'told':>7}"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the process held at the end of a day; memory and database in MB."""

    day: int
    memory: float
    parsers: float
    handles: int
    threads: int
    database: float
    entries: int
    told: int

    def row(self) -> str:
        """Return a line of the table."""
        sizes = f"{self.day:4}{self.memory:10.1f}{self.parsers:10.1f}{self.handles:9}{self.threads:9}"
        return f"{sizes}{self.database:10.1f}{self.entries:9}{self.told:7}"


@dataclass
class Findings:
    """What was checked, and what did not hold."""

    broken: list[str] = field(default_factory=list)

    def check(self, what: str, found: float, most: float = 0.0) -> None:
        """Note and print one comparison."""
        good = found <= most
        print(f"{what:70}{found:10.2f}  (at most {most:g}) {'ok' if good else 'BROKEN'}", flush=True)
        self.broken += [] if good else [what]

    def flat(self, samples: Sequence[Sample]) -> None:
        """Compare the last part of a run with the one before; the first third is for filling up."""
        third = len(samples) // 3
        middle, last = samples[third : 2 * third], samples[2 * third :]
        settled, now = (statistics.median(one.memory for one in part) for part in (middle, last))
        self.check("memory, growth from the middle third to the last, %", (now / settled - 1) * 100, 5)
        for name in ("handles", "threads"):
            before, after = (max(getattr(one, name) for one in part) for part in (middle, last))
            self.check(f"{name}, more in the last third than in the middle", after - before, 2)
        before, after = ((part[-1].database - part[0].database) / (len(part) - 1) for part in (middle, last))
        self.check("database, MB a day in the last third / the middle", after / max(before, 0.01), 1.15)

    def account(self, world: World, farm: Farm, file: Path, until: datetime) -> None:
        """Compare what was published up to `until` with what is stored, and what is stored with what arrived."""
        taken = farm.taken()
        with sqlite3.connect(file) as db:
            stored = db.execute("select url, entries.id from entries join feeds on feeds.id = feed_id").fetchall()
            pending = db.execute("select count(*) from alerts where state = 'pending'").fetchone()[0]
            states = dict(db.execute("select state, count(*) from deliveries group by state").fetchall())
            sound = db.execute("pragma integrity_check").fetchone()[0]
        db.close()
        lost, doubled = _compared(world, stored, until)
        print(f"{len(stored)} entries, {sum(states.values())} deliveries {states}, {taken}")
        self.check("items of feeds that are well, lost", lost)
        self.check("items of feeds that are well, stored twice", doubled)
        self.check("alerts not settled", pending)
        self.check("deliveries not sent", sum(states.values()) - states.get("sent", 0))
        self.check("deliveries sent that did not arrive", max(0, states.get("sent", 0) - taken["ids"]))
        self.check("sentences told twice as new in one storyline", taken["doubled"])
        self.check("faults the database finds in itself", sound != "ok")


def _compared(world: World, stored: Sequence[tuple[str, str]], until: datetime) -> tuple[int, int]:
    """Return how many items of well feeds are not stored, and how many are stored twice."""
    held: dict[int, list[int]] = defaultdict(list)
    for url, name in stored:
        feed = int(url.rpartition("/")[2].split(".")[0])
        if feed % FAULTY_EACH != FAULTY:
            held[feed].append(int(name.split("-")[1]))
    lost = doubled = 0
    for feed in range(world.feeds):
        if feed % FAULTY_EACH != FAULTY:
            numbers = held[feed]
            lost += len(set(range(world.newest(feed, until.timestamp()) + 1)) - set(numbers))
            doubled += len(numbers) - len(set(numbers))
    return lost, doubled


# ---------------------------------------------------------------------------- ninety days


class Clock:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def replay(world: World, folder: Path, days: int) -> Findings:
    """Run the real line for so many days at four polls a day."""
    findings = Findings()
    with running(world) as farm:
        more = ["retention: {off_topic: 20d}", "operator: desk"]
        (folder / "monitor.yaml").write_text(configuration(farm, world, every="5h", seeds=str(SEEDS), more=more))
        loaded, clock = config.load(folder / "monitor.yaml"), Clock(START)
        with Store(loaded.state) as store, Pipeline(loaded, store, clock) as line:
            line.sync()
            samples = [_day(line, clock, farm, day) for day in range(days)]
            polled = clock.now - timedelta(minutes=1)
            clock.now += timedelta(hours=1)
            line.compose(at_once=True)
            line.deliver()
        if days >= 9:
            findings.flat(samples)
        findings.account(world, farm, folder / "var/monitor.db", polled)
    return findings


def _day(line: Pipeline, clock: Clock, farm: Farm, day: int) -> Sample:
    for hour in (0, 6, 12, 18):
        clock.now = START + timedelta(days=day, hours=hour)
        farm.set_time(clock.now)
        line.poll()
        line.assess()
        clock.now += timedelta(seconds=5)  # group_wait is over
        line.compose()
        line.deliver()
    tidy(line)
    give_back()  # as the daemon does twice a minute
    found = _sample(line.store, day)
    print(found.row() if day else f"{HEAD}\n{found.row()}", flush=True)
    return found


def _sample(store: Store, day: int) -> Sample:
    """Return what this process holds now."""
    gc.collect()
    me = psutil.Process()
    parsers = [child for child in me.children() if any("monitor.feeds" in word for word in child.cmdline())]
    with store.read() as tx:
        size = tx.housekeeping.sizes()
    return Sample(
        day=day,
        memory=me.memory_info().rss / MB,
        parsers=sum(child.memory_info().rss for child in parsers) / MB,
        handles=me.num_fds(),
        threads=threading.active_count(),
        database=size["bytes"] / MB,
        entries=size["entries"],
        told=size["told"],
    )


# ---------------------------------------------------------------------------- kill -9


def killing(world: World, folder: Path, minutes: float) -> Findings:
    """Run a daemon, kill it every 20 to 40 seconds, then let it finish in peace."""
    findings, chance, kills = Findings(), random.Random(7), 0
    with running(world) as farm:
        (folder / "monitor.yaml").write_text(configuration(farm, world, every="15s", seeds=str(SEEDS)))
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            process = _daemon(folder)
            time.sleep(chance.uniform(20, 40))
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        print(f"killed {kills} times", flush=True)
        process = _daemon(folder)
        until = datetime.now(UTC)
        _settle(folder)
        process.send_signal(signal.SIGTERM)
        findings.check("exit code after SIGTERM", abs(process.wait(60)))
        findings.account(world, farm, folder / "var/monitor.db", until)
        taken = farm.taken()
        findings.check("digests that came again under the same id", taken["posts"] - taken["ids"], kills)
    return findings


def _daemon(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "monitor", "-c", str(folder / "monitor.yaml"), "run"]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def _settle(folder: Path) -> None:
    """Wait until what was published by now is polled, told and sent."""
    time.sleep(60)  # three polls of every feed
    for _ in range(600):
        with sqlite3.connect(folder / "var/monitor.db", timeout=30) as db:
            waiting = sum(db.execute(question).fetchone()[0] for question in WAITING)
        db.close()
        if not waiting:
            return
        time.sleep(0.5)


WAITING = (
    "select count(*) from entries where state = 'new'",
    "select count(*) from alerts where state = 'pending'",
    "select count(*) from deliveries where state in ('pending', 'leased')",
)


def main() -> int:
    """Run one of the two; return 1 when something did not hold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--minutes", type=float, default=0)
    options.add_argument("--feeds", type=int)
    options.add_argument("--storylines", type=int, default=20)
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        if chosen.minutes:
            world = World(chosen.feeds or 100, chosen.storylines, 60.0, time.time(), rare=4)
            findings = killing(world, Path(folder), chosen.minutes)
        else:
            world = World(chosen.feeds or 500, chosen.storylines, DAY, START.timestamp())
            findings = replay(world, Path(folder), chosen.days)
    print(f"broken: {', '.join(findings.broken)}" if findings.broken else "everything held")
    return bool(findings.broken)


if __name__ == "__main__":
    sys.exit(main())
