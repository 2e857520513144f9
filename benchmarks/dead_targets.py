"""What dead receivers cost the living one: its delays beside a dead mail server and a dead webhook, and without them.

    python -m benchmarks.dead_targets [--queued 1000] [--seconds 20]

Every digest goes to three receivers, of which two are dead: `silent` servers take the connection and say nothing,
`shut` ones refuse it. `flow` is the news of a day in fast motion: with so many digests waiting for the dead, twenty a
second are queued for all three, and lanes open once a second as in the service. `burst` is all of them queued at once.
Prints the 95th percentile of the time from queuing to the living receiver's answer, in seconds, and its ratio to the
same without the dead; fails above the ceiling.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.deliver import deliveries, serve
from monitor import config
from monitor.cli import logs
from monitor.crash import nothing
from monitor.delivering import Lanes
from monitor.metrics import Metrics
from monitor.store import Store
from monitor.types import Delivery, DeliveryState

CEILING = 1.2
RATE = 20  # digests a second
TICK = 1.0  # seconds, as in the service
DEAD = ("dead-mail", "dead-hook")


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def dead_port(death: str) -> Iterator[int]:
    """Give a port where nobody answers: `silent` takes connections, `shut` refuses them."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        port = server.getsockname()[1]
        if death == "silent":
            yield port
    if death == "shut":
        yield port


def doors(living: int, dead: int) -> dict[str, Any]:
    """Return three receivers, of which two are dead."""
    return {
        "living": {"webhook": {"url": f"http://127.0.0.1:{living}/", "allow_private_networks": True}},
        "dead-mail": {"email": {"to": ["reader@example.org"], "smtp": {"host": "127.0.0.1", "port": dead}}},
        "dead-hook": {"webhook": {"url": f"http://127.0.0.1:{dead}/", "allow_private_networks": True}},
    }


def queue(store: Store, waiting: list[Delivery]) -> None:
    """Queue these now, each in a transaction of its own as digests are."""
    for one in waiting:
        key = f"{one.receiver}{one.id}"
        with store.begin() as tx:
            tx.outbox.post(key, one.receiver, one.rendered, [(key, one.recipient)], utc_now())


def delays(store: Store) -> list[float]:
    """Return how many seconds each delivery to the living took."""
    with store.read() as tx:
        sent = tx.outbox.all(DeliveryState.SENT, limit=100_000)
    assert all(each.receiver == "living" for each in sent)
    return [(each.sent_at - each.created_at).total_seconds() for each in sent if each.sent_at]


def flow(lanes: Lanes, others: tuple[str, ...], count: int, seconds: float) -> None:
    """Queue digests one by one while lanes open at every tick."""
    total = int(seconds * RATE)
    waiting = [deliveries(count + total, receiver) for receiver in others]
    for these in waiting:
        queue(lanes.store, these[:count])
    news = [deliveries(total, "living"), *(these[count:] for these in waiting)]
    began, ticks = time.monotonic(), 0
    for number in range(total):
        while time.monotonic() < began + number / RATE:
            time.sleep(0.005)
        if time.monotonic() >= began + ticks * TICK:
            lanes.start()
            ticks += 1
        queue(lanes.store, [these[number] for these in news])
    _finish(lanes, total)


def burst(lanes: Lanes, others: tuple[str, ...], count: int, _: float) -> None:
    """Queue everything before the first lane opens."""
    for receiver in (*others, "living"):
        queue(lanes.store, deliveries(count, receiver))
    _finish(lanes, count)


def _finish(lanes: Lanes, expected: int) -> None:
    while len(delays(lanes.store)) < expected:
        lanes.start()
        time.sleep(TICK)


def p95(work: Any, others: tuple[str, ...], ports: tuple[int, int], options: argparse.Namespace) -> float:
    with TemporaryDirectory() as name:
        folder = Path(name)
        written = json.dumps({"state": name, "receivers": doors(*ports)})
        (folder / "monitor.yaml").write_text(written)
        with (
            Store(name) as store,
            Lanes(config.load(folder / "monitor.yaml"), store, utc_now, nothing, Metrics()) as lanes,
        ):
            work(lanes, others, options.queued, options.seconds)
            return quantiles(delays(store), n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queued", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    logs.set_up(-1)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    living = ours.recv()[1]
    failed = False
    for work in (flow, burst):
        alone, beside = [p95(work, (), (living, living), options)], {}
        for death in ("silent", "shut"):
            with dead_port(death) as dead:
                beside[death] = p95(work, DEAD, (living, dead), options)
        alone.append(p95(work, (), (living, living), options))  # the first one warmed things up
        for death, took in beside.items():
            ratio = took / min(alone)
            failed = failed or ratio > CEILING
            print(
                f"{work.__name__:6} {death:7} p95 {took:6.2f} s, alone {min(alone):6.2f} s, {ratio:.2f} of it",
                flush=True,
            )
    server.terminate()
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
