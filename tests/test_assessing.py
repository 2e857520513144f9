"""From decisions to alerts: what only the whole of an event can say."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from monitor.assessing import Judged
from monitor.pipeline import Pipeline
from monitor.types import Assignment, Event, Novelty
from tests.notify.samples import decision
from tests.scene import Newsroom


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
