"""What the process counts of itself, in Prometheus' terms. No label ever holds an address."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

NAMESPACE = "monitor"


class Metrics:
    """The counters of one process; `registry` is what a scrape reads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, handles, start time
        shared: dict[str, Any] = {"namespace": NAMESPACE, "registry": self.registry}
        self.fetches = Counter("feed_fetches_total", "Feed fetches by outcome", ["outcome"], **shared)
        self.entries = Counter("entries_total", "Entries by the stage they reached", ["stage"], **shared)
        self.alerts = Counter("alerts_total", "Alerts by verdict and first state", ["verdict", "state"], **shared)
        self.digests = Counter("digests_total", "Digests composed", **shared)
        self.deliveries = Counter("deliveries_total", "Delivery attempts", ["receiver", "outcome"], **shared)
        self.batch_seconds = Histogram(
            "assess_batch_seconds", "Time to assess one batch", buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10), **shared
        )
        self.entry_seconds = Histogram(
            "assess_entry_seconds",
            "Time to assess an entry: its share of the batch",
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3),
            **shared,
        )
        self.tick = Gauge("verb_last_success_timestamp_seconds", "When a verb last came to an end", ["verb"], **shared)

    def assessed(self, entries: int, seconds: float) -> None:
        """Note that a batch of so many entries took so many seconds."""
        if entries > 0:
            self.batch_seconds.observe(seconds)
        for _ in range(entries):
            self.entry_seconds.observe(seconds / entries)
