"""The chronicle: events, copies, verdicts, and a memory that survives restarts."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from monitor.detect.chronicle import Chronicle, Remembered
from monitor.types import Assignment, EventState, Novelty, Storyline, Watch
from tests.detect.stream import LENS, MATCH, chronicle, entry, feed

UMEROV = entry(
    "Umerov in Seoul to ask for weapons", "Ukraine's defence minister Rustem Umerov met President Yoon on Wednesday."
)


def test_first_report_is_a_new_event() -> None:
    keeper = chronicle()
    [(assignment, verdict)] = feed(keeper, UMEROV)
    assert assignment.is_first
    assert verdict.novelty is Novelty.NEW_EVENT
    event = keeper.event(assignment.event_id)
    assert event is not None
    assert event.entries == (UMEROV.uid,)
    assert event.title == UMEROV.title


def test_the_word_a_storyline_watches_for_joins_nothing() -> None:
    news = [
        entry("Harbour strike enters its second week", "Dockers at the harbour voted for another week on strike."),
        entry("Harbour museum opens with a painting by Turner", "It had been in a private collection in Lyon."),
        entry("Vote in the town hall takes three hours", "The harbour lighthouse, 140 years old, will be sold."),
        entry("Ferry runs aground outside the harbour", "All 212 passengers were brought ashore by fishing boats."),
    ]
    watched = Chronicle(Storyline(name="harbour", watch=Watch(any=("harbour",))), LENS)
    assert len({assignment.event_id for assignment, _ in feed(watched, *news)}) == len(news)


def test_wire_copy_with_dateline_is_folded() -> None:
    copy = entry(UMEROV.title, f"SEOUL (Reuters) - {UMEROV.summary}", source="daily-b", hours=1)
    first, (assignment, verdict) = feed(chronicle(), UMEROV, copy)
    assert verdict.novelty is Novelty.COPY
    assert assignment.copy_of == UMEROV.uid
    assert assignment.event_id == first[0].event_id


def test_recalled_equals_live() -> None:
    later = [
        entry("Yoon receives Ukrainian minister Umerov in Seoul", source="kr-daily", hours=2),
        entry("EU sanctions North Korean defence minister in new package", source="eu-brief", hours=500),
        entry("EU penalises North Korea's defence minister", source="wire-b", hours=501),
    ]
    stream = [UMEROV, *later]
    live = chronicle()
    decided = feed(live, *stream)
    for cut in range(len(stream) + 1):
        again = chronicle()
        readings = LENS.read(stream)
        again.recall(
            Remembered(entry=e, reading=r, assignment=a, verdict=v)
            for e, r, (a, v) in list(zip(stream, readings, decided, strict=True))[:cut]
        )
        assert feed(again, *stream[cut:]) == decided[cut:]
        assert again.events == live.events


def test_another_happening_is_another_event() -> None:
    other = entry(
        "Storm closes harbour of Busan", "Waves broke the pier; ferries stay in port.", source="kr-tv", hours=1
    )
    first, second = feed(chronicle(), UMEROV, other)
    assert second[0].is_first
    assert second[0].event_id != first[0].event_id


def test_an_edited_figure_in_a_copy_is_not_folded() -> None:
    fire = entry(
        "12 dead in Busan factory fire", "The fire broke out at dawn in a plant for batteries, officials said."
    )
    edited = entry("19 dead in Busan factory fire", fire.summary, source="daily-b", hours=3)
    corrected = entry("19 dead in Busan factory fire", fire.summary, link=fire.link, hours=4)
    _, (assignment, verdict), (_, correction) = feed(chronicle(), fire, edited, corrected)
    assert assignment.copy_of is None
    assert verdict.novelty is Novelty.DEVELOPMENT
    assert verdict.why == ("12 → 19 dead",)
    assert correction.novelty is Novelty.CORRECTION
    assert correction.new[0].text == corrected.title


def test_revise_knows_the_new_text_as_if_it_had_always_stood_there() -> None:
    fire = entry("12 dead in Busan factory fire", "The fire broke out at dawn.")
    later = replace(fire, title="19 dead in Busan factory fire", revision=1)
    live, again = chronicle(), chronicle()
    [decided] = feed(live, fire)
    verdict = live.revise(later, LENS.read([later])[0], fire)
    assert verdict is not None
    assert verdict.novelty is Novelty.CORRECTION
    assert live.revise(later, LENS.read([later])[0], later) is None
    again.recall([Remembered(entry=later, reading=LENS.read([later])[0], assignment=decided[0], verdict=verdict)])
    other = entry("Nineteen killed in factory fire in Busan", source="wire-b", hours=2)
    assert feed(live, other) == feed(again, other)
    assert live.events == again.events


def test_five_wordings_of_one_happening_are_one_event() -> None:
    wordings = [
        "Quake of magnitude 6.8 shakes northern Chile, no deaths reported",
        "Strong earthquake hits Chile's north; no victims so far",
        "Northern Chile rattled by powerful 6.8 tremor",
        "Chile: strong quake felt in Antofagasta, authorities see no casualties",
        "Magnitude 6.8 earthquake strikes off northern Chile",
    ]
    entries = [entry(title, source=f"outlet-{n}", hours=n / 4) for n, title in enumerate(wordings)]
    decided = feed(chronicle(), *entries)
    assert len({assignment.event_id for assignment, _ in decided}) == 1


def test_the_same_kind_of_happening_elsewhere_is_another_event() -> None:
    chile = entry("Magnitude 6.8 earthquake strikes off northern Chile", source="wire-a")
    japan = entry("Magnitude 5.1 earthquake shakes Hokkaido in Japan", source="wire-b", hours=20)
    first, second = feed(chronicle(), chile, japan)
    assert first[0].event_id != second[0].event_id


def test_two_events_found_to_be_one_keep_the_older_id() -> None:
    keeper = chronicle()
    one, two = feed(keeper, UMEROV, entry("Storm closes harbour of Busan", source="kr-tv", hours=1))
    third = entry("Umerov sees Yoon", source="wire-z", hours=2)
    reading = LENS.read([third])[0]
    joined = Assignment(event_id=one[0].event_id, is_first=False, merged=(two[0].event_id,))
    keeper.recall([Remembered(entry=third, reading=reading, assignment=joined, verdict=one[1])])
    event = keeper.event(two[0].event_id)
    assert event is not None
    assert event.id == one[0].event_id
    assert len(event.entries) == 3
    assert len(keeper.events) == 1


def test_a_copy_with_a_fact_of_its_own_is_a_development() -> None:
    more = f"SEOUL (Reuters) - {UMEROV.summary} His adviser Matti Lahtinen put the list at 4,250 rifles."
    same = f"SEOUL (AP) - {UMEROV.summary} He was met at the airport by officials."
    _, (longer, verdict), (copy, silent) = feed(
        chronicle(),
        UMEROV,
        entry(UMEROV.title, more, source="daily-b", hours=1),
        entry(UMEROV.title, same, source="daily-c", hours=2),
    )
    assert verdict.novelty is Novelty.DEVELOPMENT
    assert longer.copy_of is None
    assert set(verdict.why) == {"first mention: Matti Lahtinen", "new figure: 4,250 rifles"}
    assert [claim.text for claim in verdict.new] == ["His adviser Matti Lahtinen put the list at 4,250 rifles."]
    assert silent.novelty is Novelty.COPY
    assert copy.copy_of == UMEROV.uid


def test_an_event_goes_to_sleep_and_is_closed() -> None:
    keeper = chronicle()
    states = [EventState.OPEN]
    [(assignment, _)] = feed(keeper, UMEROV)
    for day in (3, 6, 20):
        feed(keeper, entry(f"Storm number {day} over Busan", source="kr-tv", hours=24 * day))
        event = keeper.event(assignment.event_id)
        assert event is not None
        states.append(event.state)
    assert states == [EventState.OPEN, EventState.OPEN, EventState.DORMANT, EventState.CLOSED]


def test_what_lies_far_back_is_forgotten_and_months_stay_bounded() -> None:
    keeper = chronicle()
    stream = [entry(f"Report number {n} on matter {n}", source=f"s{n}", hours=24.0 * n) for n in range(0, 400, 5)]
    feed(keeper, *stream)
    assert len(keeper.events) <= 8
    assert keeper.event(feed(chronicle(), stream[0])[0][0].event_id) is None


def test_a_batch_gives_the_same_partition_whatever_its_order() -> None:
    batch = [UMEROV, *(entry(f"Umerov visit to Seoul, view {n}", source=f"s{n}", hours=n / 10) for n in range(5))]
    one, other = (feed(chronicle(), *sorted(b, key=lambda e: (e.date, e.uid))) for b in (batch, batch[::-1]))
    assert one == other


@pytest.mark.parametrize(
    "text",
    ["", " ", "…", "a", "한국" * 20_000, "🙂" * 5_000, "z" + "\u0301" * 30_000, "word " * 13_000, "A" * 64_000,
     "1,2." * 9_000, "By " + "Ann " * 9_000, "(" * 20_000, "- " * 20_000, "THE POST " * 6_000],
)  # fmt: skip
def test_hostile_text_is_bounded(text: str) -> None:
    keeper = chronicle()
    feed(keeper, entry("warm up", "warm up"))
    strange = [entry(text[:300], text, source="x", hours=1), entry(text, "", source="y", hours=2)]
    readings = LENS.read(strange)
    start = time.process_time()
    for e, r in zip(strange, readings, strict=True):
        assignment, verdict = keeper.add(e, r, MATCH)
        assert assignment.event_id
        assert 0 <= verdict.score <= 1
    assert time.process_time() - start < 20  # a tenth on an idle machine


def test_a_broken_vector_is_no_accident() -> None:
    keeper = chronicle()
    feed(keeper, UMEROV)
    strange = entry("Umerov speaks in Seoul", source="x", hours=1)
    reading = replace(LENS.read([strange])[0], vector=np.full(256, np.nan, dtype=np.float32))
    _, verdict = keeper.add(strange, reading, MATCH)
    assert 0 <= verdict.score <= 1


def test_recall_takes_ids_as_first_given_or_as_folded() -> None:
    stream = [
        UMEROV,
        entry("Storm closes harbour of Busan", source="kr-tv", hours=1),
        entry("Umerov visits Seoul", source="b", hours=2),
    ]
    decided = feed(chronicle(), *stream)
    one, two = decided[0][0].event_id, decided[1][0].event_id
    last = entry("Umerov sees Yoon", source="wire-z", hours=3)
    joined = Assignment(event_id=one, is_first=False, merged=(two,))
    readings = LENS.read([*stream, last])
    rows = [
        Remembered(entry=e, reading=r, assignment=a, verdict=decided[0][1])
        for e, r, a in zip([*stream, last], readings, [a for a, _ in decided] + [joined], strict=True)
    ]
    given, folded = chronicle(), chronicle()
    given.recall(rows)
    folded.recall(replace(row, assignment=replace(row.assignment, event_id=one)) for row in rows)
    assert given.events == folded.events
    assert given.events[0].entries == tuple(e.uid for e in (*stream, last))
