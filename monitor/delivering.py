"""The outbox's way out: one lane a receiver, each delivery claimed by lease, its result stored at once."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

import structlog

from monitor import operating
from monitor.config import Config
from monitor.errors import DeliveryError, StoreError, StoreGone
from monitor.metrics import Metrics
from monitor.notify.backoff import next_attempt
from monitor.notify.send import Courier
from monitor.store import Store, Tx
from monitor.store.locks import Couriers
from monitor.text import fingerprint
from monitor.types import Attempt, Delivery, GiveUp, Outcome, Retry

LEASE = timedelta(minutes=5)  # a delivery claimed by somebody who died is free again after this
AHEAD = 16  # deliveries read at once, each taken when its turn comes
LANES = 16  # receivers served at once
GRACE = 5.0  # seconds from the wish to end until a message under way is broken off
AGAIN = 2.0  # seconds between two tries to store a result
SAID = 30  # tries from one line of the log to the next
OFF = "off:"  # a receiver's name follows: it answered that it is gone
CUT_OFF = "cut off: the process that sent it ended"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class End:
    """How one attempt ended; `detail` is the receipt or the reason."""

    delivery: Delivery
    started: datetime
    at: datetime
    detail: str
    error: DeliveryError | None = None
    verdict: Retry | GiveUp | None = None

    @property
    def outcome(self) -> Outcome:
        """Sent, to be tried again, or dead."""
        if self.verdict is None:
            return Outcome.SENT
        return Outcome.RETRY if isinstance(self.verdict, Retry) else Outcome.DEAD

    @property
    def attempt(self) -> Attempt:
        """The attempt as it is kept."""
        return _attempt_of(self.delivery, self.started, self.at, self.outcome, self.detail)


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
        self._ends = 0.0  # when a message under way is broken off, once asked to stop
        self._open: dict[str, Future[DeliverReport]] = {}
        self._lock: Couriers | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if wait(self._open.values(), max(0.0, self._ends - time.monotonic())).not_done:
            self.courier.abandon()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.courier.__exit__(None, None, None)
        if self._lock is not None:
            self._lock.leave()

    def stop(self) -> None:
        """Ask every lane to end after the delivery in hand, which has so long for that as the first to ask gave it."""
        if not self._stop.is_set():
            self._ends = time.monotonic() + GRACE
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
        self._arrive()
        failure = self._reap()
        now = self.clock()
        with self.store.read() as tx:
            stuck = bool(self._lost(tx, now)) or tx.outbox.is_ahead(now)
            waiting = _waiting(tx, now)
        if stuck:
            self._take_back(now)
            with self.store.read() as tx:
                waiting = _waiting(tx, now)
        for receiver, off in waiting.items():
            if self._is_off(receiver, off):
                self._give_up(receiver, off["reason"])
            elif receiver not in self._open:
                self._open[receiver] = self.pool.submit(self._drain, receiver)
        if failure is not None:
            raise failure

    # ------------------------------------------------------------------ receivers that want nothing any more

    def _is_off(self, receiver: str, noted: Any) -> bool:
        """Say whether a receiver switched itself off and is written as it was then."""
        return bool(noted) and noted["settings"] == self._settings(receiver)

    def _settings(self, receiver: str) -> str:
        held = self.config.receivers.get(receiver)
        return fingerprint(held.model_dump_json()) if held else ""

    def _switch_off(self, tx: Tx, receiver: str, reason: str, now: datetime) -> None:
        tx.desk.note(f"{OFF}{receiver}", {"reason": reason, "settings": self._settings(receiver)})
        self._bury(tx, receiver, reason, now)

    def _give_up(self, receiver: str, reason: str) -> None:
        """Make what was queued for it since dead letters, without asking it again."""
        with self.store.begin() as tx:
            count = self._bury(tx, receiver, reason, self.clock())
        log.warning("switched-off", receiver=receiver, dead=count, reason=reason)

    def _bury(self, tx: Tx, receiver: str, reason: str, now: datetime) -> int:
        operating.switched_off(tx, self.config, receiver, reason, now)
        return tx.outbox.kill(receiver, f"receiver switched off: {reason}")

    def _reap(self) -> StoreError | None:
        """Forget the lanes that ended, say so where one broke off; return what the store had against it."""
        trouble: StoreError | None = None
        for name, lane in list(self._open.items()):
            if lane.done():
                del self._open[name]
                failure = lane.exception()
                if isinstance(failure, StoreError):
                    trouble = failure  # the store's, not the receiver's
                elif failure is not None:
                    log.error("lane-failed", receiver=name, error=f"{type(failure).__name__}: {failure}")
        return trouble

    # ------------------------------------------------------------------ what others left behind

    def _arrive(self) -> None:
        """Take back at once what a process in hand had when it was killed, unless another delivers beside us."""
        if self._lock is None and (lock := self.store.couriers()) is not None:
            lock.join(lambda: self._take_back(None))
            self._lock = lock

    def _take_back(self, over: datetime | None) -> None:
        """Make deliveries wait again that were taken and never ended; hold those that may not be repeated."""
        now = self.clock()
        with self.store.begin() as tx:
            lost = self._lost(tx, over)
            for each in lost:
                self._cut_off(tx, each, now)
            tx.outbox.overtake(now)
        for each in lost:
            log.warning("taken-back", **_trace(each), attempt=each.attempts)

    def _lost(self, tx: Tx, over: datetime | None) -> list[Delivery]:
        """Return what was left behind; what a lane of ours has in hand is not, whatever the clock says."""
        return [each for each in tx.outbox.left_behind(over) if each.receiver not in self._open]

    def _cut_off(self, tx: Tx, delivery: Delivery, now: datetime) -> None:
        verdict: Retry | GiveUp = Retry(at=now, reason=CUT_OFF)
        if self.courier.is_held(delivery.receiver):
            verdict = GiveUp(reason=f"ambiguous: {CUT_OFF}")
            operating.dead_letters(tx, self.config, delivery, verdict.reason, now)
        outcome = Outcome.RETRY if isinstance(verdict, Retry) else Outcome.DEAD
        tx.outbox.failed(_attempt_of(delivery, now, now, outcome, CUT_OFF), verdict)

    # ------------------------------------------------------------------ one receiver's lane

    def _drain(self, receiver: str) -> DeliverReport:
        report = DeliverReport()
        ahead: deque[Delivery] = deque()
        with self.store.begin() as tx:
            delivery = self._claim(tx, receiver, ahead)
        while delivery is not None:
            self.at("claimed")
            end = self._send(delivery)
            delivery = self._settle(end, ahead)
            self.at("marked")
            self._tell(end, report)
        return report

    def _claim(self, tx: Tx, receiver: str, ahead: deque[Delivery]) -> Delivery | None:
        """Take the next delivery of a receiver, None when it has to wait; `ahead` are those read and not yet taken."""
        if self._stop.is_set():
            return None
        now, limit = self.clock(), self.courier.limit(receiver)
        sent = tx.outbox.sent_lately(receiver, now - limit[1]) if limit else []
        pause = self.courier.not_before(receiver, sent, now)
        if pause is not None:
            tx.outbox.postpone(receiver, *pause, now)
            return None
        taken: Delivery | None = None
        while taken is None:
            if not ahead:
                ahead.extend(tx.outbox.ready(receiver, now, AHEAD))
            if not ahead:
                return None
            taken = tx.outbox.take(ahead.popleft(), now, LEASE)
        return taken

    def _send(self, delivery: Delivery) -> End:
        started = self.clock()
        try:
            receipt = self.courier.send(delivery, started)
        except DeliveryError as error:
            now = self.clock()
            return End(delivery, started, now, error.reason, error, next_attempt(delivery, error, now))
        return End(delivery, started, self.clock(), receipt)

    def _settle(self, end: End, ahead: deque[Delivery]) -> Delivery | None:
        """Store how an attempt ended and claim the next delivery, all or nothing; a store in trouble is asked again.

        It is asked until it answers or the lane is to end: what was sent and not stored would be sent again.
        """
        asked = 0
        while not (asked and self._stop.wait(AGAIN)):
            try:
                with self.store.begin() as tx:
                    self._record(tx, end)
                    return self._claim(tx, end.delivery.receiver, ahead)
            except StoreGone:
                raise
            except StoreError as error:
                if asked % SAID == 0:
                    log.error("result-not-stored", **_trace(end.delivery), outcome=end.outcome.value, error=str(error))  # noqa: TRY400  no traceback
                asked += 1
        with self.store.begin() as tx:
            self._record(tx, end)
        return None

    def _record(self, tx: Tx, end: End) -> None:
        delivery, error = end.delivery, end.error
        if error is None or end.verdict is None:
            tx.outbox.sent(end.attempt)
            return
        tx.outbox.failed(end.attempt, end.verdict)
        if error.disable:
            self._switch_off(tx, delivery.receiver, error.reason, end.at)
        elif isinstance(end.verdict, GiveUp):
            operating.dead_letters(tx, self.config, delivery, error.reason, end.at)

    def _tell(self, end: End, report: DeliverReport) -> None:
        report.sent += end.outcome is Outcome.SENT
        report.retried += end.outcome is Outcome.RETRY
        report.dead += end.outcome is Outcome.DEAD
        self.metrics.deliveries.labels(end.delivery.receiver, end.outcome.value).inc()
        trace = {**_trace(end.delivery), "attempt": end.delivery.attempts}
        if end.outcome is Outcome.SENT:
            log.info("delivered", **trace, receipt=end.detail)
        else:
            log.warning("delivery-failed", **trace, outcome=end.outcome.value, reason=end.detail)


def _waiting(tx: Tx, now: datetime) -> dict[str, Any]:
    """Return the receivers with something due, each with the note that it is off, if it is."""
    return {receiver: tx.desk.noted(f"{OFF}{receiver}") for receiver in tx.outbox.waiting_receivers(now)}


def _trace(delivery: Delivery) -> dict[str, object]:
    """Return what a log line of this delivery can be found by, from composing to the receiver's own log."""
    return {
        "digest": delivery.digest_id,
        "delivery": delivery.id,
        "receiver": delivery.receiver,
        "key": delivery.key,
    }


def _attempt_of(delivery: Delivery, started: datetime, ended: datetime, outcome: Outcome, detail: str) -> Attempt:
    return Attempt(
        delivery_id=delivery.id,
        number=delivery.attempts,
        started_at=started,
        ended_at=ended,
        outcome=outcome,
        detail=detail,
    )
