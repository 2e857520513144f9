"""The child process that reads documents, and the handle by which its parent holds it.

feedparser needs quadratic time for some inputs, and no size limit helps: so it runs where it can be killed. The child
talks over its standard streams, limits its own processor time and memory, and ends when its parent does.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any

MEMORY = 1_500 * 2**20  # address space of a child
SWOLLEN = 64 * 2**20  # bytes: a child that grew beyond this ends after its document, a fresh one is cheaper
BUSY = 30.0  # seconds of wall time beside that
WALL = 6.0  # seconds of wall time per second of processor time, on a busy machine
LENGTH = struct.Struct(">I")
START = "import sys; sys.path[:] = {path!r}; from monitor.feeds.worker import serve; serve({craft!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One document to read."""

    body: bytes
    headers: Mapping[str, str]
    url: str
    known: Mapping[str, str] = field(default_factory=dict)  # key -> print
    max_items: int = 1_000
    newest: int | None = None
    seconds: int = 10  # of processor time


class Died(Exception):
    """The child ended in the middle of a document."""


def serve(craft: str) -> None:
    """Answer jobs from standard input on standard output until it closes; `craft` is the module that can."""
    answer = import_module(craft).answer  # here only: feedparser and its like stay out of the parent

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    gc.collect()
    gc.freeze()
    gc.disable()  # each document leaves one large cycle: collected when it is done, memory stays flat
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that prints may break the stream
    while (head := stdin.read(LENGTH.size)) and len(head) == LENGTH.size:
        job: Job = pickle.loads(stdin.read(LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent
        _allow(job.seconds)
        reply = pickle.dumps(answer(job), protocol=5)
        gc.collect()
        swollen = _resident() > SWOLLEN
        stdout.write(LENGTH.pack(len(reply)) + bytes([swollen]) + reply)
        stdout.flush()
        if swollen:
            return


def _resident() -> int:
    """Return the memory this process holds; its getrusage would count what its parent held when it was started."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _allow(seconds: int) -> None:
    """Let this process use so many more seconds of processor time; the kernel kills it after that."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))


class Worker:
    """A child process from its parent's side; used by one thread at a time."""

    def __init__(self, craft: str = "monitor.feeds.job") -> None:
        """Prepare; the child is started by its first job and imports the module `craft`."""
        self._craft = craft
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, job: Job) -> Any:
        """Return the child's answer. Errors: `Died`, and the next call starts a new child."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        message = pickle.dumps(job, protocol=5)
        deadline = time.monotonic() + WALL * job.seconds + BUSY
        try:
            process.stdin.write(LENGTH.pack(len(message)))
            process.stdin.write(message)
            process.stdin.flush()
            head = _receive(process.stdout, LENGTH.size + 1, deadline)
            reply = _receive(process.stdout, LENGTH.unpack(head[: LENGTH.size])[0], deadline)
        except (OSError, EOFError) as error:  # TimeoutError is an OSError
            raise Died(self._buried(job, late=isinstance(error, TimeoutError))) from None
        if head[-1]:
            self.stop()
        return pickle.loads(reply)  # noqa: S301 - from our own child

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", START.format(path=sys.path, craft=self._craft)]
        environment = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ") if name in os.environ
        }
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**environment, "MALLOC_ARENA_MAX": "1"}
        )
        return self._process

    def _buried(self, job: Job, *, late: bool) -> str:
        """Kill the child if it still lives; return why it was lost."""
        process = self._process
        assert process is not None
        process.kill()
        self.stop()
        if late or process.returncode == -signal.SIGXCPU:
            return f"reading it takes more than {job.seconds} s of processor time"
        return "the process that read it died"

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):  # what it never read is lost with it
            process.stdin.close()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _receive(stream: IO[bytes], size: int, deadline: float) -> bytes:
    """Return exactly so many bytes. Errors: EOFError, TimeoutError."""
    pieces: list[bytes] = []
    while size:
        ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(stream.fileno(), min(size, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
