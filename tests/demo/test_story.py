"""What the demo's feeds say, and how they fail."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
import requests

from monitor.demo import story
from monitor.demo.publisher import Publisher
from monitor.demo.story import DATA, Fault, Format, Story
from tests.fakes import Clock

LABELS = Path(__file__).resolve().parents[1] / "eval" / "data" / "labels.jsonl"


@pytest.fixture(scope="module")
def told() -> Story:
    """The shipped story."""
    return story.load()


def test_about_150_entries_in_six_feeds_of_three_formats(told: Story) -> None:
    assert told.size == 150
    assert len(told.sources) == 6
    assert {source.format for source in told.sources} == set(Format)
    assert {outage.fault for outage in told.outages} == set(Fault)
    assert len(told.corrections) == 1


def test_the_labels_stay_outside_the_package(told: Story) -> None:
    shipped = [json.loads(line) for line in (DATA / "entries.jsonl").read_text(encoding="utf-8").splitlines()]
    labels = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    assert not any({"grade", "event"} & set(row) for row in shipped)
    assert [row["id"] for row in shipped] == [row["id"] for row in labels]
    assert set(Counter(row["grade"] for row in labels)) == {0, 1, 2}


@pytest.mark.parametrize("name", ["wires", "asia", "europe"])
def test_each_format_reads_back(told: Story, name: str) -> None:
    clock = Clock(datetime(2024, 11, 28, tzinfo=UTC))
    source = next(source for source in told.sources if source.name == name)
    with Publisher(told, clock) as publisher:
        answer = requests.get(publisher.url(source), timeout=60)
        again = requests.get(publisher.url(source), headers={"If-None-Match": answer.headers["ETag"]}, timeout=60)
    found = feedparser.parse(answer.content)
    listed = told.listed(source, clock())
    assert not found.bozo
    assert [entry.link for entry in found.entries] == [item.url for item in listed]
    assert [entry.title for entry in found.entries] == [item.title for item in listed]
    assert again.status_code == 304
    assert publisher.requests[name] == 2


def test_nothing_is_published_before_its_time(told: Story) -> None:
    for source in told.sources:
        now = source.items[len(source.items) // 2].date
        listed = told.listed(source, now)
        assert listed
        assert all(item.date <= now for item in listed)
        assert len(listed) <= story.LISTED


def test_a_correction_changes_the_summary_once(told: Story) -> None:
    correction = told.corrections[0]
    source = next(s for s in told.sources if any(item.id == correction.item for item in s.items))

    def summary(now: datetime) -> str:
        return next(item.summary for item in told.listed(source, now) if item.id == correction.item)

    assert summary(correction.until - timedelta(seconds=1)) == correction.summary
    assert summary(correction.until) != correction.summary


@pytest.mark.parametrize("fault", list(Fault))
def test_faults_look_like_faults_and_end(told: Story, fault: Fault) -> None:
    outage = next(outage for outage in told.outages if outage.fault is fault)
    source = next(source for source in told.sources if source.name == outage.feed)
    clock = Clock(outage.start)
    with Publisher(told, clock) as publisher:
        broken = requests.get(publisher.url(source), timeout=60)
        clock.advance(seconds=(outage.end - outage.start).total_seconds())
        well = requests.get(publisher.url(source), timeout=60)
    assert publisher.faults == {fault: 1}
    assert (broken.status_code == 503) is (fault is Fault.UNAVAILABLE)
    assert feedparser.parse(broken.content).bozo or not feedparser.parse(broken.content).entries
    assert not feedparser.parse(well.content).bozo


def test_an_unknown_path_is_404(told: Story) -> None:
    with Publisher(told, Clock()) as publisher:
        answer = requests.get(publisher.url(told.sources[0]).replace(".xml", ".html"), timeout=60)
    assert answer.status_code == 404


def test_a_story_can_end_early(told: Story) -> None:
    end = datetime(2024, 7, 1, tzinfo=UTC)
    short = told.until(end)
    assert 0 < short.size < told.size
    assert max(short.dates) < end
