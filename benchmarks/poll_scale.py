"""How polling scales: `monitor poll` itself, as a process, against feeds that are many, far away, or broken.

    python -m benchmarks.poll_scale [--few 100] [--many 5000]

    many     processor time of an unchanged feed among many beside that among few; memory of all processes
    far      answers that take 100 ms from 30 hosts: wall beside the ideal with 20 in flight, most at one host at once
    broken   every tenth of 1,000 feeds hangs, drips, resets or lies: when the healthy ones are asked, beside a run
             without faults

Figures stand beside their bars; the exit code is 1 when one is missed. Memory counts shared pages once.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.poll import ours

FAULTS = ("hang", "drip", "reset", "500", "garbage")
FAULTY_EACH = 10
IN_FLIGHT = 20  # the default of `polling.workers`
PATIENCE = 5  # seconds a fetch may take here
STEP = 0.05


class Web:
    """How a server behaves, and what it has seen."""

    def __init__(self, latency: float, *, faulty: bool) -> None:
        self.latency, self.faulty = latency, faulty
        self.lock = threading.Lock()
        self.at: Counter[str] = Counter()
        self.most = 0
        self.asked: dict[int, float] = {}

    @contextmanager
    def visit(self, host: str, feed: int) -> Iterator[None]:
        """Count a request while it lasts."""
        with self.lock:
            self.asked[feed] = time.time()
            self.at[host] += 1
            self.most = max(self.most, self.at[host])
        try:
            yield
        finally:
            with self.lock:
                self.at[host] -= 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    web: Web

    def do_GET(self) -> None:
        feed = int(self.path.strip("/").split(".")[0])
        with self.web.visit(self.headers["Host"], feed):
            time.sleep(self.web.latency)
            fault = FAULTS[feed // FAULTY_EACH % len(FAULTS)] if self.web.faulty and feed % FAULTY_EACH == 0 else ""
            getattr(self, f"_{fault}")(feed)

    def _(self, feed: int) -> None:
        etag = f'"{feed}"'
        if self.headers.get("If-None-Match") == etag:
            self._reply(304, b"", ETag=etag)
            return
        items = "".join(f"<item><guid>{feed}-{n}</guid><title>Item {n} of {feed}</title></item>" for n in range(3))
        self._reply(
            200, f"<rss version='2.0'><channel><title>{feed}</title>{items}</channel></rss>".encode(), ETag=etag
        )

    def _hang(self, _: int) -> None:
        time.sleep(2 * PATIENCE)
        self.close_connection = True

    def _drip(self, _: int) -> None:
        self.send_response(200)
        self.end_headers()
        for _second in range(2 * PATIENCE):
            self.wfile.write(b" ")
            time.sleep(1)
        self.close_connection = True

    def _reset(self, _: int) -> None:
        self.close_connection = True

    def _500(self, _: int) -> None:
        self._reply(500, b"sorry")

    def _garbage(self, _: int) -> None:
        self._reply(200, bytes(range(256)) * 4)

    def _reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Clients whose patience ends hang up."""


def _serve(latency: float, faulty: bool, answer: Connection) -> None:
    _Handler.web = web = Web(latency, faulty=faulty)
    server = _Server(("0.0.0.0", 0), _Handler)  # every 127.x.y.z is a host of its own
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answer.send(server.server_address[1])
    while answer.recv():
        answer.send((web.most, web.asked))
        web.most, web.asked = 0, {}


class Running:
    """A server in a process of its own."""

    def __init__(self, latency: float = 0.0, *, faulty: bool = False) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_serve, args=(latency, faulty, theirs), daemon=True)
        self._process.start()
        self.port = self._pipe.recv()

    def urls(self, count: int, hosts: int) -> list[str]:
        """Return addresses of feeds, spread over so many hosts."""
        return [f"http://127.0.{1 + n % hosts // 250}.{1 + n % hosts % 250}:{self.port}/{n}.xml" for n in range(count)]

    def seen(self) -> tuple[int, dict[int, float]]:
        """Return the most requests at one host at once, and when each feed was asked; forget both."""
        self._pipe.send(True)
        most, asked = self._pipe.recv()
        return most, asked

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()


class Desk:
    """A folder with a configuration; `poll` runs the command over all its feeds."""

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        folder.mkdir()
        self.file = folder / "monitor.yaml"
        feeds = "".join(f"\n  - {url}" for url in urls) or " []"
        self.file.write_text(
            f"state: .\npolling: {{allow_private_networks: true, timeout: {PATIENCE}s}}\nfeeds:{feeds}\n"
            "storylines: {}\nreceivers: {}\nroutes: []\n"
        )

    def poll(self) -> float:
        """Poll every feed in a process of its own; return the most memory its processes held together, in MB."""
        command = [sys.executable, "-m", "monitor", "-c", str(self.file), "poll", "--all"]
        memory = 0.0
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                memory = max(memory, _memory(process.pid))
                time.sleep(STEP)
        if process.returncode:
            raise SystemExit(f"`monitor poll` ended with {process.returncode}")
        return memory


def _memory(pid: int) -> float:
    """Return the proportional set size of a process and its children in MB; 0 when it is gone."""
    try:
        pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        rolled = (Path(f"/proc/{one}/smaps_rollup").read_text() for one in pids)
        return sum(int(text.partition("\nPss:")[2].split()[0]) for text in rolled) / 1024
    except (OSError, IndexError):
        return 0.0


class Bars:
    """The figures beside what they should be."""

    def __init__(self) -> None:
        self.missed = 0

    def show(self, what: str, figure: float, bar: float) -> None:
        """Print a figure beside its bar."""
        self.missed += figure > bar
        print(f"{what:62}{figure:9.2f}   bar {bar:g}{'' if figure <= bar else '   MISSED'}", flush=True)


def _cycles(urls: list[str], answer: Connection) -> None:
    """Send the processor seconds of the cheapest of three unchanged polls, start-up left out."""
    with tempfile.TemporaryDirectory() as folder:
        cycle = ours(urls, Path(folder))
        cycle()
        costs = []
        for _ in range(3):
            before = time.process_time()
            cycle()
            costs.append(time.process_time() - before)
        answer.send(min(costs))


def unchanged(urls: list[str]) -> float:
    """Return the processor milliseconds of an unchanged feed among these."""
    pipe, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_cycles, args=(urls, theirs))
    process.start()
    cost: float = pipe.recv()
    process.join()
    return 1000 * cost / len(urls)


def many(folder: Path, bars: Bars, few: int, most: int) -> None:
    """Measure few and many unchanged feeds."""
    web = Running()
    desk = Desk(folder / "many", web.urls(most, 1000))
    memory = max(desk.poll(), desk.poll())
    bars.show(f"memory of `monitor poll` at {most} feeds, MB", memory, 110)
    each = {count: unchanged(web.urls(count, 1000)) for count in (few, most)}
    web.stop()
    print(f"processor time of an unchanged feed: {each[few]:.2f} ms among {few}, {each[most]:.2f} ms among {most}")
    bars.show("an unchanged feed among many beside one among few", each[most] / each[few], 1.2)


def far(folder: Path, bars: Bars) -> None:
    """Measure 600 feeds on 30 hosts that answer after 100 ms."""
    hosts, each, latency = 30, 20, 0.1
    web = Running(latency)
    desk = Desk(folder / "far", web.urls(hosts * each, hosts))
    desk.poll()
    web.seen()
    desk.poll()
    most, asked = web.seen()
    web.stop()
    ideal = hosts * each * latency / IN_FLIGHT
    wall = max(asked.values()) - min(asked.values()) + latency
    bars.show("wall of far feeds beside the ideal", wall / ideal, 1.5)
    bars.show("most requests at one host at once", most, 1)


def broken(folder: Path, bars: Bars) -> None:
    """Measure when healthy feeds are asked, with and without faulty ones among them."""
    late = {}
    for faulty in (False, True):
        web = Running(0.01, faulty=faulty)
        Desk(folder / f"broken-{faulty}", web.urls(1000, 1000)).poll()
        _, asked = web.seen()
        web.stop()
        first = min(asked.values())
        delays = sorted(at - first for feed, at in asked.items() if feed % FAULTY_EACH)
        late[faulty] = delays[int(0.99 * len(delays))]
    print(f"99 of 100 healthy feeds were asked within {late[False]:.1f} s, among broken ones within {late[True]:.1f} s")
    # Each hanging feed holds one of the requests in flight for as long as it may.
    held = 2 * 1000 / FAULTY_EACH / len(FAULTS) * PATIENCE / IN_FLIGHT
    bars.show("delay of healthy feeds among broken ones beside what those hold", late[True] / (late[False] + held), 1.2)


def main() -> int:
    """Run all three; return 1 when a bar was missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--few", type=int, default=100)
    options.add_argument("--many", type=int, default=5000)
    chosen = options.parse_args()
    bars = Bars()
    with tempfile.TemporaryDirectory() as folder:
        far(Path(folder), bars)
        broken(Path(folder), bars)
        many(Path(folder), bars, chosen.few, chosen.many)
    return int(bars.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
