"""The outbox's way out: one lane a receiver, each delivery claimed by lease, its result stored at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import structlog

from monitor import operating
from monitor.config import Config
from monitor.errors import DeliveryError
from monitor.metrics import Metrics
from monitor.notify.backoff import next_attempt
from monitor.notify.send import Courier
from monitor.store import Store
from monitor.types import Attempt, Delivery, GiveUp, Outcome

LEASE = timedelta(minutes=5)  # a delivery claimed by somebody who died is free again after this
LANES = 16  # receivers served at once

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DeliverReport:
    """How deliveries ended."""

    sent: int = 0
    retried: int = 0
    dead: int = 0


class Lanes:
    """The ways to the receivers. Thread-safe; close it, or use it as a context manager."""

    def __init__(
        self, config: Config, store: Store, clock: Callable[[], datetime], at: Callable[[str], None], metrics: Metrics
    ) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self.at = at
        self.metrics = metrics
        self.courier = Courier(config.receivers, at=at)
        self.pool = ThreadPoolExecutor(LANES, thread_name_prefix="deliver")
        self._stop = threading.Event()
        self._open: dict[str, Future[DeliverReport]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.courier.__exit__(None, None, None)

    def stop(self) -> None:
        """Ask every lane to end after the delivery in hand."""
        self._stop.set()

    def run(self) -> DeliverReport:
        """Send what is due and wait for the end."""
        total = DeliverReport()
        self.start()
        for lane in list(self._open.values()):
            part = lane.result()
            total.sent += part.sent
            total.retried += part.retried
            total.dead += part.dead
        self.courier.rest()
        return total

    def start(self) -> None:
        """Open a lane for every receiver with something due that has none open."""
        with self.store.read() as tx:
            receivers = tx.outbox.waiting_receivers(self.clock())
        self._open = {name: lane for name, lane in self._open.items() if not lane.done()}
        for receiver in receivers:
            if receiver not in self._open:
                self._open[receiver] = self.pool.submit(self._drain, receiver)

    def _drain(self, receiver: str) -> DeliverReport:
        report = DeliverReport()
        while not self._stop.is_set() and (delivery := self._claim(receiver)):
            self._attempt(delivery, report)
        return report

    def _claim(self, receiver: str) -> Delivery | None:
        now = self.clock()
        with self.store.begin() as tx:
            wait = self.courier.not_before(receiver, tx.outbox.sent_lately(receiver, now - timedelta(days=1)), now)
            if wait is not None:
                tx.outbox.postpone(receiver, wait, "rate limit")
                return None
            delivery = tx.outbox.claim(receiver, now, LEASE)
        if delivery is not None:
            self.at("claimed")
        return delivery

    def _attempt(self, delivery: Delivery, report: DeliverReport) -> None:
        started = self.clock()
        try:
            receipt = self.courier.send(delivery, started)
        except DeliveryError as error:
            self._failed(delivery, error, started, report)
            return
        with self.store.begin() as tx:
            tx.outbox.sent(_attempt_of(delivery, started, self.clock(), Outcome.SENT, receipt))
        report.sent += 1
        self.metrics.deliveries.labels(delivery.receiver, Outcome.SENT.value).inc()
        self.at("marked")
        log.info(
            "delivered",
            digest=delivery.digest_id,
            receiver=delivery.receiver,
            attempt=delivery.attempts,
            receipt=receipt,
        )

    def _failed(self, delivery: Delivery, error: DeliveryError, started: datetime, report: DeliverReport) -> None:
        now = self.clock()
        verdict = next_attempt(delivery, error, now)
        gave_up = isinstance(verdict, GiveUp)
        outcome = Outcome.DEAD if gave_up else Outcome.RETRY
        with self.store.begin() as tx:
            tx.outbox.failed(_attempt_of(delivery, started, now, outcome, error.reason), verdict)
            if error.disable:
                tx.desk.note(f"disabled:{delivery.receiver}", {"at": now.isoformat(), "reason": error.reason})
                report.dead += tx.outbox.kill(delivery.receiver, f"receiver switched off: {error.reason}")
            if gave_up:
                operating.dead_letters(tx, self.config, delivery, error.reason, now)
        self.metrics.deliveries.labels(delivery.receiver, outcome.value).inc()
        report.dead += gave_up
        report.retried += not gave_up
        log.warning(
            "delivery-failed",
            digest=delivery.digest_id,
            receiver=delivery.receiver,
            outcome=outcome.value,
            reason=error.reason,
        )


def _attempt_of(delivery: Delivery, started: datetime, ended: datetime, outcome: Outcome, detail: str) -> Attempt:
    return Attempt(
        delivery_id=delivery.id,
        number=delivery.attempts,
        started_at=started,
        ended_at=ended,
        outcome=outcome,
        detail=detail,
    )
