"""`/-/healthy`, `/-/ready` and `/metrics` on a loopback address; reads the store, writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from monitor.errors import StoreError
from monitor.feeds.health import LATE_AT_LEAST, LATE_TIMES
from monitor.metrics import NAMESPACE, Metrics
from monitor.store import Store
from monitor.web.server import SAFE, Server

LOCAL = {"127.0.0.1", "localhost", "[::1]"}
if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

HEADERS = [("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"), *SAFE]

Answer = tuple[str, str, bytes]


class StoreCollector(Collector):
    """What the database says at the moment of a scrape."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.clock = clock

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges that stand in the store."""
        now = self.clock()
        with self.store.read() as tx:
            health = tx.feeds.health_counts(now, LATE_TIMES, LATE_AT_LEAST)
            waiting, outbox = tx.entries.count_waiting(), tx.outbox.counts()
            stored = tx.events.counts()
            oldest, size = tx.outbox.oldest_waiting(), tx.housekeeping.bytes()
        yield _family("feeds", "Feeds by health", ["health"], {(name,): count for name, count in health.items()})
        yield _family("outbox_deliveries", "Deliveries by state", ["state"], {(s,): n for s, n in outbox.items()})
        yield _family("alerts_stored", "Alerts by state and reason", ["state", "reason"], _by_reason(stored))
        yield _plain("entries_waiting", "Entries not yet assessed", waiting)
        yield _plain(
            "outbox_oldest_seconds",
            "Age of the oldest delivery not yet made",
            (now - oldest).total_seconds() if oldest else 0,
        )
        yield _plain("database_bytes", "Size of the database", size)


def _by_reason(counts: dict[tuple[str, str], int]) -> dict[tuple[str, ...], int]:
    """Fold reasons into the few words a label may hold: a silence has a number that grows for ever."""
    folded: Counter[tuple[str, ...]] = Counter()
    for (state, reason), number in counts.items():
        folded[state, "silence" if reason.startswith("silence ") else reason] += number
    return folded


def _family(name: str, what: str, labels: list[str], values: dict[tuple[str, ...], int]) -> Metric:
    family = GaugeMetricFamily(f"{NAMESPACE}_{name}", what, labels=labels)
    for value, number in sorted(values.items()):
        family.add_metric(value, number)
    return family


def _plain(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{NAMESPACE}_{name}", what, value=value)


class Probes:
    """The probes of one daemon, served by a thread of their own."""

    def __init__(
        self, bind: str, store: Store, metrics: Metrics, clock: Callable[[], datetime], late: Callable[[], list[str]]
    ) -> None:
        self.store = store
        self.metrics = metrics
        self.late = late
        metrics.registry.register(StoreCollector(store, clock))
        self._server = Server("probes", bind, self.answer, body=1024)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def port(self) -> int:
        """The port that is listened on (useful with port 0)."""
        return self._server.port

    def answer(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        status, kind, body = self._route(environ)
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *HEADERS])
        return [body]

    def _route(self, environ: dict[str, Any]) -> Answer:
        host = environ.get("HTTP_HOST", "").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name not in LOCAL:
            return "421 Misdirected Request", "text/plain", b"unknown host\n"
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", "text/plain", b"only GET\n"
        routes = {"/-/healthy": self._healthy, "/-/ready": self._ready, "/metrics": self._metrics}
        found = routes.get(environ.get("PATH_INFO", ""))
        return found() if found else ("404 Not Found", "text/plain", b"try /-/healthy, /-/ready or /metrics\n")

    def _healthy(self) -> Answer:
        late = self.late()
        if late:
            return "503 Service Unavailable", "text/plain", f"late: {', '.join(late)}\n".encode()
        return "200 OK", "text/plain", b"healthy\n"

    def _ready(self) -> Answer:
        try:
            self.store.ping()
        except StoreError:
            return "503 Service Unavailable", "text/plain", b"the database does not answer\n"
        return "200 OK", "text/plain", b"ready\n"

    def _metrics(self) -> Answer:
        return "200 OK", CONTENT_TYPE_LATEST, generate_latest(self.metrics.registry)
