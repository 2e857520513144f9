"""From decisions to alerts: what only the whole of an event can say."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from monitor.assessing import Judged, _judge_match
from monitor.pipeline import Pipeline
from monitor.types import Assignment, Entry, Event, Match, Novelty, Verdict
from tests.notify.samples import decision
from tests.scene import START, Newsroom


def judged(line: Pipeline, link: str, novelty: Novelty, assignment: Assignment) -> int:
    """Write down one decision about the entry behind a link; return the number of alerts it raises."""
    now = line.clock()
    with line.store.begin() as tx:
        entry = tx.entries.find(link)
        assert entry is not None
        made = decision(novelty, entry_uid=entry.uid, storyline="seoul", assignment=assignment, decided_at=now)
        event = Event(id=assignment.event_id, storyline="seoul", title=entry.title, first_seen=now, last_seen=now)
        batch = Judged((), now, matched=[(entry, made)], events={event.id: event})
        return batch.write(tx, line.routes)


def test_two_events_that_turn_out_to_be_one_reach_the_sources_a_route_waits_for(tmp_path: Path) -> None:
    routes = "  - {storyline: '*', receiver: desk, min_sources: 2, immediate: {}}\n"
    with Newsroom(tmp_path, routes=routes) as room:
        links = [room.feeds[feed].publish(f"Report {feed}{place}") for place in "ab" for feed in (0, 1)]
        room.clock.advance(minutes=1)
        with closing(room.monitor()) as line, closing(line.store):
            line.poll()
            assert judged(line, links[0], Novelty.NEW_EVENT, Assignment(event_id="one", is_first=True)) == 0
            assert judged(line, links[1], Novelty.NEW_EVENT, Assignment(event_id="two", is_first=True)) == 0
            joined = Assignment(event_id="one", is_first=False, merged=("two",))
            assert judged(line, links[2], Novelty.REPEAT, joined) == 1
            room.clock.now += timedelta(minutes=1)
            assert judged(line, links[3], Novelty.REPEAT, Assignment(event_id="one", is_first=False)) == 0


class Joining:
    """A chronicle whose first two entries are an event each, which the third shows to be one."""

    def __init__(self) -> None:
        self.answers = iter(
            [
                Assignment(event_id="one", is_first=True),
                Assignment(event_id="two", is_first=True),
                Assignment(event_id="one", is_first=False, merged=("two",)),
            ]
        )

    def add(self, entry: Entry, reading: object, match: Match) -> tuple[Assignment, Verdict]:
        return next(self.answers), Verdict(novelty=Novelty.NEW_EVENT)

    def event(self, event_id: str) -> Event:
        return Event(id=event_id, storyline="seoul", title=event_id, first_seen=START, last_seen=START)


def test_an_event_that_comes_and_goes_within_one_batch_leaves_no_trace(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        links = [room.feeds[0].publish(f"Report {number}") for number in range(3)]
        mind: Any = SimpleNamespace(chronicle=Joining())
        with closing(room.monitor()) as line, closing(line.store):
            line.poll()
            batch = Judged((), START)
            with line.store.begin() as tx:
                for entry in map(tx.entries.find, links):
                    assert entry is not None
                    base = decision(Novelty.NEW_EVENT, entry_uid=entry.uid, storyline="seoul", decided_at=START)
                    _judge_match(batch, mind, entry, None, base)  # type: ignore[arg-type]
                batch.write(tx, line.routes)
            with line.store.read() as tx:
                assert [(event.id, len(event.entries)) for event in tx.events.all("seoul")] == [("one", 3)]


def test_only_what_is_news_counts_as_what_would_have_been_told() -> None:
    def found(title: str, novelty: Novelty) -> tuple[Entry, Any]:
        return Entry(uid=title, key=title, title=title, seen_at=START, date=START), decision(novelty)

    batch = Judged((), START, matched=[found(each.value, each) for each in Novelty])
    assert batch.titles == ["new_event", "development"]
