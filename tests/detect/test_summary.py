"""What one receiver is told: once, sourced, in their language, and nothing when nothing is new."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from monitor.detect import summary
from monitor.detect.chronicle import Chronicle
from monitor.detect.novelty import NOT_YET
from monitor.detect.summary import Member, Told
from monitor.types import DigestEvent, Entry, Event, Novelty, Seed, Seeds
from tests.detect.stream import LENS, MATCH, chronicle, entry, feed

UMEROV = entry(
    "Umerov in Seoul to ask for weapons",
    "Ukraine's defence minister Rustem Umerov met President Yoon on Wednesday. He spent two hours at the palace.",
    source="wire-a",
)
COPY = entry(UMEROV.title, f"SEOUL (Reuters) - {UMEROV.summary}", source="daily-b", hours=1)
WORDS = entry("Yoon receives Umerov in Seoul", "Nobody would say whether weapons came up.", source="kr-daily", hours=2)
MORE = entry(
    "Umerov leaves Seoul with promise of 300 generators",
    "Ukraine's defence minister got 300 generators and no weapons in Seoul, President Yoon's office said.",
    source="wire-c",
    hours=6,
)
RUSSIAN = entry(
    "Умеров в Сеуле просит оружие", "Министр обороны Украины встретился с президентом Юном.", hours=3, lang="ru"
)


def story(*entries: Entry, keeper: Chronicle | None = None) -> tuple[Event, list[Member]]:
    keeper = keeper or chronicle()
    decided = feed(keeper, *entries)
    event = keeper.event(decided[0][0].event_id)
    assert event is not None
    readings = LENS.read(entries)
    members = [
        Member(entry=e, match=MATCH, verdict=v, copy_of=a.copy_of, reading=r)
        for e, r, (a, v) in zip(entries, readings, decided, strict=True)
        if e.uid in event.entries
    ]
    return event, members


def knowing(event: DigestEvent) -> Told:
    """Return what somebody knows who was told of one event."""
    told = Told()
    told.learn(event)
    return told


def told_of(event: Event, members: Sequence[Member], told: Told, correcting: Collection[str] = ()) -> DigestEvent:
    found = summary.tell(event, members, told, correcting)
    assert found is not None
    return found


def test_first_telling() -> None:
    event, members = story(UMEROV, COPY, WORDS)
    found = told_of(event, members, Told())
    assert found.verdict is Novelty.NEW_EVENT
    assert not found.is_update
    assert (found.sources, found.independent_sources, found.copies) == (3, 2, 1)
    assert found.title in {UMEROV.title, WORDS.title}
    assert 1 <= len(found.new) <= 3
    links = {e.link: e.source for e in (UMEROV, WORDS)}
    assert all(links[line.link] == line.source for line in found.new)
    shown = [found.title, *(line.text for line in found.new)]
    assert len(set(shown)) == len(shown)
    assert [listed.copy_of for listed in found.entries] == [None, None, UMEROV.uid]


GIFTS = entry(
    "Umerov ends his stay in Seoul",
    "Minister Rustem Umerov took home 300 generators, 20 ambulances and a letter from Yoon, his staff told Ukrinform.",
    source="ua-portal",
    hours=4,
)


def test_a_headline_is_no_line_beside_a_sentence_that_stands_under_it() -> None:
    event, members = story(UMEROV, WORDS, GIFTS)
    lines = [line.text for line in told_of(event, members, Told()).new]
    assert GIFTS.summary in lines
    assert GIFTS.title not in lines


def test_a_reason_does_not_quote_what_stands_below_it() -> None:
    event, members = story(UMEROV, GIFTS)
    told = knowing(told_of(event, members[:1], Told()))
    unlike = f"{NOT_YET}: “{GIFTS.summary}”"
    why = (unlike, "now denied or disputed: “…a letter from Yoon”")
    members[1] = replace(members[1], verdict=replace(members[1].verdict, novelty=Novelty.DEVELOPMENT, why=why))
    assert unlike not in told_of(event, members, Told()).why
    found = told_of(event, members, told)
    assert GIFTS.summary in [line.text for line in found.new]
    assert found.why == ("now denied or disputed",)


@pytest.mark.parametrize(("lang", "title"), [("", UMEROV.title), ("en", UMEROV.title), ("ru", RUSSIAN.title)])
def test_a_reader_is_told_in_the_language_asked_for_where_somebody_reports_in_it(lang: str, title: str) -> None:
    event, members = story(UMEROV, COPY, RUSSIAN)
    found = told_of(event, members, Told(lang=lang))
    assert found.title == title
    assert {line.link for line in found.new} == {RUSSIAN.link if lang == "ru" else UMEROV.link}


def test_nothing_is_told_twice() -> None:
    event, members = story(UMEROV, COPY, WORDS)
    told = knowing(told_of(event, members, Told()))
    again = summary.tell(event, members, told)
    if again:
        told.learn(again)
    assert summary.tell(event, members, told) is None


def test_an_update_tells_only_what_is_new() -> None:
    keeper = chronicle()
    event, members = story(UMEROV, WORDS, keeper=keeper)
    told = knowing(told_of(event, members, Told()))
    [(assignment, verdict)] = feed(keeper, MORE)
    assert assignment.event_id == event.id
    assert verdict.novelty is Novelty.DEVELOPMENT
    grown = keeper.event(event.id)
    assert grown is not None
    new = Member(entry=MORE, match=MATCH, verdict=verdict, copy_of=None, reading=LENS.read([MORE])[0])
    found = told_of(grown, [*members, new], told)
    assert found.is_update
    assert found.verdict is Novelty.DEVELOPMENT
    assert {line.entry_uid for line in found.new} <= {MORE.uid}
    assert any("300 generators" in text for text in (found.title, *(line.text for line in found.new)))


def test_a_correction_is_called_one_whatever_else_is_quoted_with_it() -> None:
    keeper = chronicle()
    event, members = story(UMEROV, WORDS, MORE, keeper=keeper)
    told = knowing(told_of(event, members[:2], Told()))
    later = replace(MORE, title=MORE.title.replace("300", "500"), summary=MORE.summary.replace("300", "500"))
    verdict = keeper.revise(later, LENS.read([later])[0], MORE)
    assert verdict is not None
    corrected = replace(members[2], entry=later, verdict=verdict, reading=LENS.read([later])[0])
    found = told_of(event, [*members[:2], corrected], told, {later.uid})
    assert found.verdict is Novelty.CORRECTION
    assert found.is_update
    assert found.title == later.title
    assert "500 generators" in found.new[0].text


def test_what_the_seeds_say_is_no_news() -> None:
    seeds = Seeds(articles=(Seed(file="a.md", title=UMEROV.title, paragraphs=(UMEROV.summary,)),))
    event, members = story(UMEROV)
    assert summary.tell(event, members, Told(seeds=seeds)) is None


def test_the_receivers_language_comes_first() -> None:
    event, members = story(UMEROV, RUSSIAN)
    found = told_of(event, members, Told())
    assert found.title == UMEROV.title
    assert all(line.entry_uid == UMEROV.uid for line in found.new)


def test_of_one_entry_no_more_than_300_characters_are_shown() -> None:
    long = entry(
        "Seoul weighs what to send to Kyiv " * 3,
        " ".join(f"Clause {n} of the text speaks of item {n}." for n in range(90)),
    )
    found = told_of(*story(long), Told())
    assert len(long.title.strip()) + sum(len(line.text) for line in found.new) <= 300


def test_an_agency_credit_makes_one_source() -> None:
    one = entry("Umerov in Seoul", "Rustem Umerov came to ask for weapons. (Yonhap)", source="a")
    other = entry(
        "Defence minister of Ukraine visits Seoul",
        "Umerov will see Yoon, Yonhap said. Source: Yonhap",
        source="b",
        hours=1,
    )
    members = story(one)[1] + story(other)[1]
    assert summary.independent_sources(members) == 1


def test_rank_and_timeline() -> None:
    big, small = told_of(*story(UMEROV, WORDS), Told()), told_of(*story(MORE), Told())
    assert [e.id for e in summary.rank([small, big])] == [big.id, small.id]
    event = story(UMEROV)[0]
    days = summary.timeline([event], {event.id}, days=3)
    assert days == (("2024-11-25", 0, 0), ("2024-11-26", 0, 0), ("2024-11-27", 1, 1))
    assert summary.timeline([], set()) == ()


def test_no_members_is_nothing() -> None:
    event, _ = story(UMEROV)
    assert summary.tell(event, [], Told()) is None
