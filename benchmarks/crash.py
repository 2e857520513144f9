"""Kills the monitor with SIGKILL again and again, under faults if wanted, and counts what its readers got.

    python -m benchmarks.crash                                every crash point 20 times, each target alone, in minutes
    python -m benchmarks.crash --points queued,accepted --times 5
    python -m benchmarks.crash --random 200                   at random moments, mail and webhook together
    python -m benchmarks.crash --random 60 --faults           the same while servers and disk misbehave

A real `monitor run` reads feeds over loopback, which get new items before every life of the process, and tells real
mail and webhook servers. In the end it may run undisturbed, what waits for a later attempt is retried at once, and:

- every item was taken by every target, or lies in a dead letter (`lost` is empty);
- no item is listed in a second digest of a target that quotes nothing new of it (`twice` is empty), and no key has two
  bodies (`changed` is empty);
- a key came again at most once a kill and target, or where a server took a message and lost its answer;
- of the crash points only `data-sent` and `accepted` repeat anything; at random moments less than 2 % of messages are.

Prints a JSON line a trial; fails when one of these does not hold.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess as Life
from pathlib import Path
from typing import Self

from monitor.cli import main as main_of_monitor
from monitor.crash import POINTS
from monitor.store import Store
from monitor.types import DeliveryState
from tests.scene import Newsroom

PROCESSES = multiprocessing.get_context("forkserver")  # each life is forked from a process that has imported everything
PROCESSES.set_forkserver_preload(["monitor.cli.line", "monitor.cli.logs", "monitor.daemon", "tests.scene"])
REPEATING = frozenset(("data-sent", "accepted"))
SHARE = 0.02  # of messages, at random moments
PATIENCE = 120.0  # seconds for what must happen
TOKEN = re.compile(r"\[(\d{6})\]")
AWAKE = 0.9  # of the lives last until the first feed is asked, however slow the machine, and then
LIFE = (0.0, 4.0)  # so many seconds
SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
MAIL_FAULTS = (
    "greylist",
    "tempfail",
    "busy",
    "drop_mid_data",
    "hang_data",
    "reject",
    "drop_after_data",
    "garbage_reply",
)
HOOK_FAULTS = ("status 500", "status 429;1", "status 404", "reset", "hang", "bad_http", "drop_response")
DISK_FAULTS = ("locked", "full")
AMBIGUOUS = frozenset(("drop_after_data", "garbage_reply", "drop_response"))
RECEIVERS = {
    "mail": "{{email: {{to: [desk@x.example], timeout: {wait}, smtp: {{host: 127.0.0.1, port: {smtp}, tls: none}}}}}}",
    "hook": "{{webhook: {{url: '{hook}', allow_private_networks: true, timeout: {wait}}}}}",
}
VERDICTS = "[new_event, development, correction, repeat, copy]"
ROUTE = f"{{{{storyline: all, receiver: {{0}}, immediate: {{{{verdicts: {VERDICTS}, group_wait: 0s}}}}}}}}"


@dataclass
class Outcome:
    """What a trial showed."""

    name: str
    kills: int = 0
    published: int = 0
    messages: int = 0
    repeats: int = 0
    most_repeats: int = 0  # of one key
    allowed: int = 0  # repeats: one a kill and target, and one for every answer that was lost
    dead: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # what else went wrong
    seconds: float = 0.0

    @property
    def failures(self) -> list[str]:
        """Say what does not hold."""
        found = [name for name in ("lost", "twice", "changed", "broken") if getattr(self, name)]
        too_many = self.repeats > self.allowed or self.most_repeats > self.kills + 1
        return [*found, *(["repeats"] if too_many else [])]


def run(config: str, crash_at: str, file_limit: int) -> None:
    """Be `monitor run`: what a life of the process does."""
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    if crash_at:
        os.environ["MONITOR_CRASH_AT"] = crash_at
    if file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    main_of_monitor(["-c", config, "run"])


class Trial:
    """A newsroom around one database, and the monitor as a process that is started and killed."""

    def __init__(self, folder: Path, name: str, targets: tuple[str, ...], seed: int, *, patience: str = "60s") -> None:
        """Prepare; `patience`: how long an answer is waited for, a repeat follows. Little where servers hang."""
        self.outcome = Outcome(name)
        self.targets = targets
        self.chance = random.Random(seed)
        self.room = Newsroom(folder, feeds=3)
        self._began = time.monotonic()
        self._items = 0
        self._life: Life | None = None
        self._patience = patience

    def __enter__(self) -> Self:
        self.room.__enter__()
        doors = {
            name: RECEIVERS[name].format(smtp=self.room.smtp.port, hook=self.room.hook.url, wait=self._patience)
            for name in self.targets
        }
        self.room.write(
            polling="{every: 1s, min_interval: 1s, spacing: 0s, allow_private_networks: true}",
            storylines="\n  all: {watch: {any: ['/./']}}",
            receivers="".join(f"\n  {name}: {door}" for name, door in doors.items()),
            routes="".join(f"\n  - {ROUTE.format(name)}" for name in self.targets),
        )
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self.room.__exit__(*error)

    # ------------------------------------------------------------------ what happens

    def publish(self, count: int = 2) -> None:
        """Put new items into the feeds, each about something else, with a number that names it for ever."""
        for _ in range(count):
            self._items += 1
            words = ["".join(self.chance.choices(SYLLABLES, k=3)) for _ in range(14)]
            title = f"{' '.join(words[:7]).capitalize()} [{self._items:06d}]"
            feed = self.chance.choice(self.room.feeds)
            feed.publish(title, f"{' '.join(words[7:]).capitalize()}.", at=datetime.now(UTC))

    def start(self, *, crash_at: str = "", file_limit: int = 0) -> Life:
        """Start the monitor; `file_limit`: bytes beyond which no file of it can grow."""
        self._life = PROCESSES.Process(target=run, args=(str(self.room.config), crash_at, file_limit))
        self._life.start()
        return self._life

    def kill(self) -> None:
        """Kill the monitor, if it still lives."""
        if self._life is not None:
            if self._life.exitcode is None:
                self._life.kill()
                self.outcome.kills += 1
            self._life.join()
            self._life.close()
            self._life = None

    def die_at(self, point: str, passes: int = 1) -> None:
        """Let the monitor live until it kills itself at a named moment, at the n-th pass."""
        self.publish()
        life = self.start(crash_at=f"{point}:{passes}")
        end = time.monotonic() + PATIENCE
        while not _pause(4.0, lambda: life.exitcode is not None) and time.monotonic() < end:
            self.publish(1)  # whatever the point, there is something to do for it
        if life.exitcode == -signal.SIGKILL:
            self.outcome.kills += 1
        else:
            self.outcome.broken.append(f"{point} was not reached")
        self.kill()

    def die_at_random(self, *, faults: bool) -> None:
        """Let the monitor live for a moment, in trouble or not."""
        self.publish()
        asked = self._asked()
        life = self.start(file_limit=self._trouble() if faults else 0)
        if self.chance.random() < AWAKE:
            _pause(PATIENCE / 4, lambda: self._asked() > asked or life.exitcode is not None)
        _pause(self.chance.uniform(*LIFE), lambda: life.exitcode is not None)
        self.kill()

    def _asked(self) -> int:
        return sum(feed.asked for feed in self.room.feeds)

    def _trouble(self) -> int:
        """Arm one or two faults; return how large files may grow, 0 for any size."""
        for name, known, armed in (
            ("mail", MAIL_FAULTS, self.room.smtp.faults),
            ("hook", HOOK_FAULTS, self.room.hook.faults),
        ):
            armed.clear()
            if name in self.targets and self.chance.random() < 0.6:
                fault = self.chance.choice(known)
                armed.arm(*fault.split(), times=self.chance.randint(1, 3))
                self._count(fault)
        disk = self.chance.choice((*DISK_FAULTS, "", "", ""))
        if disk:
            self._count(disk)
        if disk == "locked":
            self._lock()
        return self._size() + self.chance.randint(0, 200_000) if disk == "full" else 0

    def _count(self, fault: str) -> None:
        self.outcome.faults[fault] = self.outcome.faults.get(fault, 0) + 1

    @property
    def _database(self) -> Path:
        return self.room.folder / "var" / "monitor.db"

    def _size(self) -> int:
        return max((path.stat().st_size for path in self._database.parent.glob("monitor.db*")), default=1_000_000)

    def _lock(self) -> None:
        """Hold the database as a backup tool might while the monitor starts."""
        if not self._database.exists():
            return
        held = sqlite3.connect(self._database, timeout=10, isolation_level=None, check_same_thread=False)
        held.execute("begin immediate")
        threading.Timer(self.chance.uniform(0.5, 2.5), held.close).start()

    # ------------------------------------------------------------------ the reckoning

    def settle(self) -> Outcome:
        """Let the monitor run undisturbed until everything is told or dead, and reckon."""
        self.room.smtp.faults.clear()
        self.room.hook.faults.clear()
        self.start()
        if not _pause(PATIENCE, self._is_complete):
            self.outcome.broken.append("not complete in time")
        self.kill()
        self.outcome.kills -= 1  # after the end, when nothing was under way
        return self._reckon()

    def _is_complete(self) -> bool:
        time.sleep(0.5)
        with Store(str(self._database)) as store, store.begin() as tx:
            waiting = [each for each in tx.outbox.all(limit=10_000) if each.state is not DeliveryState.SENT]
            open_ = [each for each in waiting if each.state is not DeliveryState.DEAD]
            later = [each.id for each in open_ if each.next_attempt_at and each.next_attempt_at > datetime.now(UTC)]
            tx.outbox.retry(later, datetime.now(UTC))
        return not open_ and not self._missing()

    def _taken(self) -> dict[str, list[tuple[str, bytes, set[str]]]]:
        """Return what each target took: key, body, items."""
        mails = [(mail.key, mail.raw, _items(_text(mail.parsed))) for mail in self.room.smtp.mails]
        posts = [(post.key, post.body, _items(post.body.decode())) for post in self.room.hook.posts]
        return {name: {"mail": mails, "hook": posts}[name] for name in self.targets}

    def _dead(self) -> dict[str, set[str]]:
        with Store(str(self._database)) as store, store.read() as tx:
            dead = tx.outbox.all(DeliveryState.DEAD, limit=10_000)
        self.outcome.dead = len(dead)
        return {
            name: set().union(*(_items(d.rendered.json) for d in dead if d.receiver == name)) for name in self.targets
        }

    def _bodies(self, name: str) -> list[str]:
        """Return each digest to a target once, as JSON, oldest first."""
        with Store(str(self._database)) as store, store.read() as tx:
            return [each.rendered.json for each in reversed(tx.outbox.all(limit=10_000)) if each.receiver == name]

    def repeats(self, name: str) -> int:
        """Return how many messages a target took more than once so far."""
        keys = [key for key, _, _ in self._taken()[name]]
        return len(keys) - len(set(keys))

    def _missing(self) -> list[str]:
        published = {f"{number:06d}" for number in range(1, self._items + 1)}
        dead = self._dead()
        return sorted(
            f"{item} at {name}"
            for name, taken in self._taken().items()
            for item in published - dead[name] - set().union(*(items for _, _, items in taken))
        )

    def _reckon(self) -> Outcome:
        made = self.outcome
        made.published, made.lost = self._items, self._missing()
        ambiguous = sum(3 * count for fault, count in made.faults.items() if fault in AMBIGUOUS)
        made.allowed = made.kills * len(self.targets) + ambiguous
        for name, taken in self._taken().items():
            keys = Counter(key for key, _, _ in taken)
            made.messages += len(taken)
            made.repeats += self.repeats(name)
            made.most_repeats = max([made.most_repeats, *keys.values()])
            made.changed += [key for key in keys if len({body for k, body, _ in taken if k == key}) > 1]
            made.twice += [f"{item} at {name}" for item in _listed_again(self._bodies(name))]
        with sqlite3.connect(self._database) as database:
            sound = database.execute("pragma integrity_check").fetchone()[0]
        database.close()
        made.broken += [] if sound == "ok" else [f"database: {sound}"]
        made.seconds = round(time.monotonic() - self._began, 1)
        return made


def _pause(seconds: float, over: Callable[[], bool]) -> bool:
    """Wait so long, or until it is over; return whether it is."""
    end = time.monotonic() + seconds
    while not over():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _items(text: str) -> set[str]:
    return set(TOKEN.findall(text))


def _listed_again(bodies: list[str]) -> list[str]:
    """Return the items that a later digest lists again, though it quotes nothing new of them."""
    seen: set[str] = set()
    again = []
    for body in bodies:
        listed: set[str] = set()
        for event in json.loads(body)["data"].get("events", []):
            quoted = {line["link"] for line in event["new"]}
            for entry in event["entries"]:
                items = _items(entry["title"])
                again += [] if entry["link"] in quoted else sorted(items & seen)
                listed |= items
        seen |= listed
    return again


def _text(mail: object) -> str:
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]  # type: ignore[attr-defined]
    return "\n".join(part.get_content() for part in parts)


def at_point(point: str, times: int, targets: tuple[str, ...], seed: int) -> Outcome:
    """Kill the monitor so many times at one crash point."""
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        with Trial(Path(folder), f"{point}, {' and '.join(targets)}", targets, seed) as trial:
            for number in range(times):
                trial.die_at(point, passes=1 + number % 2)
            made = trial.settle()
        if made.repeats and point not in REPEATING and len(targets) == 1:
            made.broken.append(f"repeats at {point}")
        return made


def at_random(times: int, seed: int, *, faults: bool) -> Outcome:
    """Kill the monitor so many times at random moments."""
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        name, patience = f"random{' under faults' * faults}", "2s" if faults else "60s"
        with Trial(Path(folder), name, ("mail", "hook"), seed, patience=patience) as trial:
            for _ in range(times):
                trial.die_at_random(faults=faults)
            made = trial.settle()
        if not faults and made.repeats > SHARE * made.messages:
            made.broken.append(f"{made.repeats / made.messages:.1%} of messages are repeats")
        return made


def main() -> int:
    """Run the trials; return 1 when one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", default=",".join(POINTS))
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--random", type=int, default=0, metavar="KILLS")
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.random:
        trials = [lambda: at_random(given.random, given.seed, faults=given.faults)]
    else:
        trials = [
            lambda point=point, name=name: at_point(point, max(1, given.times // 2), (name,), given.seed)
            for point in given.points.split(",")
            for name in RECEIVERS
        ]
    failed = False
    for trial in trials:
        made = trial()
        failed = failed or bool(made.failures)
        print(json.dumps({**asdict(made), "failures": made.failures}), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
