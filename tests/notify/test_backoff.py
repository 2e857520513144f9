"""When a failed delivery is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import DeliveryError
from monitor.notify.backoff import AGE, next_attempt, not_before
from monitor.types import Delivery, GiveUp, Retry
from tests.notify.samples import NOW, delivery

FAILED = DeliveryError("desk", "451 try later", retryable=True)


def waits(one: Delivery, tries: int) -> list[float]:
    """Return the minutes between attempts that all fail."""
    found, now = [], NOW
    for attempt in range(1, tries + 1):
        answer = next_attempt(replace(one, attempts=attempt), FAILED, now)
        assert isinstance(answer, Retry)
        found.append((answer.at - now).total_seconds() / 60)
        now = answer.at
    return found


def test_mail_is_patient_with_greylisting() -> None:
    for wait, least in zip(waits(delivery(), 8), (1, 5, 15, 60, 60, 60, 60, 60), strict=True):
        assert least <= wait <= least * 1.2


def test_a_server_back_at_noon_has_its_mail_within_the_hour() -> None:
    for number in range(20):
        tried, now = [], 0.0
        for wait in waits(delivery(number), 12):
            now += wait
            tried.append(now)
        assert min(at for at in tried if at >= 4 * 60) < 4 * 60 + 75
    assert waits(delivery(), 12)[-1] >= 6 * 60


def test_where_the_receiver_as_a_whole_is_down_no_delivery_pays_for_its_own_tries() -> None:
    down = DeliveryError("desk", "refused", retryable=True, retry_after=timedelta(minutes=2), down=True)
    answers = [next_attempt(replace(delivery(number), attempts=number), down, NOW) for number in (1, 7, 30)]
    assert answers == [Retry(at=NOW + timedelta(minutes=2), reason="refused")] * 3


def test_a_webhook_is_tried_again_within_seconds() -> None:
    for wait, least in zip(waits(delivery(recipient="hooks.example.org"), 4), (5, 60, 300, 1800), strict=True):
        assert least <= wait * 60 <= least * 1.2


def test_the_jitter_is_its_own_and_the_same_in_a_replay() -> None:
    assert waits(delivery(1), 4) == waits(delivery(1), 4)
    assert waits(delivery(1), 4) != waits(delivery(2), 4)


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=3650), timedelta(hours=24)),
        (None, timedelta(minutes=1)),
    ],
)
def test_what_a_server_asks_for_is_the_least_wait_up_to_a_day(asked: timedelta | None, least: timedelta) -> None:
    error = DeliveryError("desk", "429", retryable=True, retry_after=asked)
    answer = next_attempt(replace(delivery(), attempts=1), error, NOW)
    assert isinstance(answer, Retry)
    assert least <= answer.at - NOW <= least * 1.2


def test_what_time_does_not_mend_is_dead_at_once() -> None:
    error = DeliveryError("desk", "550 no such user", retryable=False)
    assert next_attempt(replace(delivery(), attempts=1), error, NOW) == GiveUp(reason="550 no such user")


def test_a_digest_grows_old_and_dies_with_its_last_error() -> None:
    answer = next_attempt(replace(delivery(), attempts=30), FAILED, NOW + AGE - timedelta(hours=1))
    assert isinstance(answer, GiveUp)
    assert "451 try later" in answer.reason


def test_no_delivery_dies_young_of_retries() -> None:
    assert sum(waits(delivery(), 30)) > 5 * 24 * 60


def test_a_rate_counts_the_span_before_now() -> None:
    limit = (2, timedelta(hours=1))
    sent = [NOW - timedelta(minutes=minutes) for minutes in (10, 30, 61)]
    assert not_before(limit, sent, NOW) == NOW + timedelta(minutes=30)
    assert not_before(limit, sent[:1], NOW) is None
    assert not_before(None, sent * 100, NOW) is None
