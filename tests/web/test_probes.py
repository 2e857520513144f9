"""The probes: who may ask, what they answer, and that no label tells an address."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from waitress.trigger import trigger

from monitor.feeds.health import health_of
from monitor.metrics import Metrics
from monitor.store import Store
from monitor.types import Alert, AlertState, Feed, Health, Novelty
from monitor.web.probes import Probes

NOW = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def late() -> list[str]:
    return []


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as store:
        yield store


@pytest.fixture
def probes(store: Store, late: list[str]) -> Iterator[Probes]:
    with Probes("127.0.0.1:0", store, Metrics(), lambda: NOW, lambda: late) as probes:
        yield probes


def alert(state: AlertState, reason: str, number: int) -> Alert:
    return Alert(
        route="desk",
        receiver="desk",
        storyline="harbour",
        event_id="e1",
        entry_uid=f"u{number}",
        novelty=Novelty.NEW_EVENT,
        score=0.9,
        created_at=NOW,
        state=state,
        reason=reason,
    )


def get(probes: Probes, path: str, **headers: str) -> requests.Response:
    return requests.get(f"http://127.0.0.1:{probes.port}{path}", headers=headers, timeout=60)


def test_healthy_and_ready(probes: Probes) -> None:
    assert get(probes, "/-/healthy").status_code == 200
    assert get(probes, "/-/ready").status_code == 200


def test_a_late_verb_is_not_healthy_and_is_named(probes: Probes, late: list[str]) -> None:
    late.append("poll")
    answer = get(probes, "/-/healthy")
    assert (answer.status_code, answer.text) == (503, "late: poll\n")


def test_metrics_parse_and_count_feeds_by_health(probes: Probes, store: Store) -> None:
    with store.begin() as tx:
        tx.feeds.sync([Feed(url="http://user:hunter2@127.0.0.1/feed?token=hunter2")])
    text = get(probes, "/metrics").text
    found = {f"{s.name}{s.labels}": s.value for family in text_string_to_metric_families(text) for s in family.samples}
    assert found["monitor_feeds{'health': 'new'}"] == 1
    assert found["monitor_database_bytes{}"] > 0
    assert "hunter2" not in text
    assert "127.0.0.1" not in text


def test_feeds_are_counted_as_status_counts_them(probes: Probes, store: Store) -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    with store.begin() as tx:
        tx.feeds.sync([Feed(url=f"https://{n}.example/feed", disabled=n == 4) for n in range(5)])
        stored = {feed.url[8]: feed for feed in tx.feeds.all()}
        newest = {"0": NOW - hour, "1": NOW - 3 * day, "2": NOW - 3 * day, "3": NOW - 30 * day, "4": NOW - 30 * day}
        rhythm = {"0": hour, "1": hour, "2": day, "3": None, "4": hour}
        feeds = [
            replace(feed, health=Health.OK, newest=newest[n], rhythm=rhythm[n], polled_at=NOW)
            for n, feed in stored.items()
        ]
        tx.feeds.learn(feeds)
        told = Counter(health_of(feed, NOW).value for feed in tx.feeds.all())
    text = get(probes, "/metrics").text
    found = {
        s.labels["health"]: s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
        if s.name == "monitor_feeds"
    }
    assert found == told == {"ok": 3, "late": 1, "disabled": 1}


def test_the_rules_in_the_readme_name_metrics_there_are(probes: Probes) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"monitor_[a-z_]+", readme))
    told = {s.name for family in text_string_to_metric_families(get(probes, "/metrics").text) for s in family.samples}
    families = set(re.findall(r"^# TYPE (\S+)", get(probes, "/metrics").text, re.MULTILINE))
    assert named
    assert named <= told | families


def test_the_end_comes_while_somebody_still_rings(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = Probes("127.0.0.1:0", store, Metrics(), lambda: NOW, list)
    once = trigger._physical_pull

    def ring_until_after_the_end(self: trigger) -> None:
        once(self)
        if threading.current_thread() is threading.main_thread():
            for loop in [each for each in threading.enumerate() if each.name == "probes"]:
                loop.join(10)
            once(self)

    with probes:
        assert get(probes, "/-/healthy").status_code == 200
        monkeypatch.setattr(trigger, "_physical_pull", ring_until_after_the_end)


def test_what_the_process_takes_is_told_too(probes: Probes) -> None:
    assert "process_resident_memory_bytes" in get(probes, "/metrics").text


def test_alerts_are_counted_by_state_and_reason(probes: Probes, store: Store) -> None:
    with store.begin() as tx:
        alerts = [alert(AlertState.MUTED, f"silence {n}", n) for n in (1, 2)] + [alert(AlertState.PENDING, "", 3)]
        tx.events.raise_alerts(alerts)
    text = get(probes, "/metrics").text
    found = {
        (s.labels["state"], s.labels["reason"]): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
        if s.name == "monitor_alerts_stored"
    }
    assert found == {("muted", "silence"): 2, ("pending", ""): 1}


def test_a_strange_host_is_turned_away(probes: Probes) -> None:
    assert get(probes, "/metrics", Host="evil.example").status_code == 421


@pytest.mark.parametrize("path", ["/", "/../etc/passwd", "/-/reload", "/metricsx"])
def test_there_is_nothing_else(probes: Probes, path: str) -> None:
    assert get(probes, path).status_code == 404


def test_nothing_can_be_changed(probes: Probes) -> None:
    answer = requests.post(f"http://127.0.0.1:{probes.port}/-/healthy", data=b"x", timeout=60)
    assert answer.status_code == 405


def test_answers_may_not_be_framed_or_sniffed(probes: Probes) -> None:
    headers = get(probes, "/-/healthy").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Server" not in headers
