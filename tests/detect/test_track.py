"""Following one storyline: from seeds, from terms alone, from verdicts; explained, steady, the same every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.detect.reading import Lens
from monitor.detect.track import Tracker, follow
from monitor.types import Entry, Feedback, Match, Reason, Seed, Seeds, Sensitivity, Storyline, Watch

NOW = datetime(2026, 3, 1, tzinfo=UTC)

BRIDGE = (
    ("Harbour bridge at Valmora closed after cracks found", "Engineers shut the Valmora harbour bridge on Monday when "
     "cracks were seen in two pylons. Mayor Ines Talbot said traffic would go by ferry for weeks."),
    ("Valmora mayor orders inquiry into cracked bridge", "Ines Talbot asked for an independent inquiry into how the "
     "pylons of the harbour bridge could crack only nine years after it opened. The builder, Corvane, promised help."),
    ("Ferries replace closed Valmora bridge", "Six ferries will carry commuters across Valmora harbour while engineers "
     "look at the cracked pylons. Corvane shares fell by a tenth."),
)  # fmt: skip
ON = (
    "Corvane knew of cracks in Valmora bridge pylons, inquiry hears",
    "Valmora bridge to stay closed until autumn, says mayor Talbot",
    "Engineers start repairs on cracked pylons of Valmora harbour bridge",
)
OFF = (
    "Central bank keeps interest rates where they are",
    "Champions held to a draw in the rain",
    "Bridge player wins national title at the age of ninety",
    "New album tops the charts for a third week",
    "Drought forces farmers to sell cattle early",
)


def seeds(count: int = 3) -> Seeds:
    articles = tuple(
        Seed(file=f"{n}.md", title=title, paragraphs=(body,), published=NOW + timedelta(days=n))
        for n, (title, body) in enumerate(BRIDGE[:count])
    )
    return Seeds(articles=articles)


def entry(title: str, **more: str) -> Entry:
    return Entry(uid=title, key=title, title=title, seen_at=NOW, date=NOW, **more)


def match(tracker: Tracker, *titles: str) -> list[Match]:
    return tracker.match(tracker.lens.read([entry(title) for title in titles]))


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens.shipped()


@pytest.fixture(scope="module")
def bridge(lens: Lens) -> Tracker:
    return follow(Storyline(name="bridge", seeds=seeds()), lens)


def test_entries_of_the_story_match_and_others_do_not(bridge: Tracker) -> None:
    assert all(m.on_topic and m.reason is Reason.MATCHED for m in match(bridge, *ON))
    assert not any(m.on_topic for m in match(bridge, *OFF))


def test_scores_lie_between_0_and_1_and_follow_from_their_parts(bridge: Tracker) -> None:
    for found in match(bridge, *ON, *OFF):
        assert 0 <= found.score <= 1
        assert sum(value for _, value in found.parts) == pytest.approx(0, abs=40)
        assert found.on_topic == (found.score >= found.threshold)


def test_the_answer_does_not_depend_on_the_batch(bridge: Tracker) -> None:
    together = match(bridge, *ON, *OFF)
    assert together == [match(bridge, title)[0] for title in (*ON, *OFF)]


def test_same_input_same_output(bridge: Tracker) -> None:
    again = follow(Storyline(name="bridge", seeds=seeds()), Lens.shipped())
    assert match(again, *ON, *OFF) == match(bridge, *ON, *OFF)


def test_a_match_is_explained_by_seed_sentences(bridge: Tracker) -> None:
    found = match(bridge, ON[0])[0]
    sentences = {s.text for s in bridge.baseline.sentences}
    assert found.hits
    assert all(hit.origin in sentences for hit in found.hits)
    assert found.nearest_seed in sentences


def test_a_near_miss_says_what_it_lacks(lens: Lens) -> None:
    tracker = follow(Storyline(name="b", seeds=seeds(), sensitivity=Sensitivity(threshold=0.99)), lens)
    found = match(tracker, ON[1])[0]
    assert found.reason is Reason.BELOW_THRESHOLD
    assert "under the threshold" in found.note or found.note == ""


def test_one_short_seed_is_enough_to_start_and_says_what_it_lacks(lens: Lens) -> None:
    one = Seeds(articles=(Seed(file="a.md", title=BRIDGE[0][0], paragraphs=()),))
    tracker = follow(Storyline(name="b", seeds=one), lens)
    assert match(tracker, ON[2])[0].on_topic
    assert not any(m.on_topic for m in match(tracker, *OFF))
    assert any("one seed" in w for w in tracker.baseline.warnings)


def test_terms_decide_alone_without_seeds(lens: Lens) -> None:
    tracker = follow(Storyline(name="t", watch=Watch(any=("Valmora", "Corvane"))), lens)
    assert [m.on_topic for m in match(tracker, ON[0], OFF[0])] == [True, False]
    assert "no seeds" in tracker.baseline.warnings[0]


@pytest.mark.parametrize("level", ["strict", "balanced", "broad"])
def test_one_seed_or_terms_alone_still_find_the_story_after_months_without_it(lens: Lens, level: str) -> None:
    months = lens.with_stream([f"{title} {n}" for n in range(100) for title in OFF], 90, NOW + timedelta(days=90))
    one = Seeds(articles=(Seed(file="a.md", title=BRIDGE[0][0], paragraphs=(), published=NOW),))
    for start in ({"seeds": one}, {"watch": Watch(any=("Valmora", "Corvane"))}):
        tracker = follow(Storyline(name="b", sensitivity=Sensitivity(level=level), **start), months)
        assert all(m.on_topic for m in match(tracker, *ON)), start
        assert not any(m.on_topic for m in match(tracker, *OFF)), start


def test_all_and_none_are_hard_conditions(lens: Lens) -> None:
    watch = Watch(all=(("inquiry", "repairs"),), none=("Talbot",))
    tracker = follow(Storyline(name="b", seeds=seeds(), watch=watch), lens)
    reasons = [m.reason for m in match(tracker, *ON)]
    assert reasons == [Reason.MATCHED, Reason.EXCLUDED, Reason.MATCHED]
    assert match(tracker, "Valmora bridge closed")[0].reason is Reason.MISSING_REQUIRED


def test_any_and_boost_lift_the_score_visibly(lens: Lens, bridge: Tracker) -> None:
    watch = Watch(any=("autumn",), boost=(("mayor", 3.0),))
    lifted = match(follow(Storyline(name="b", seeds=seeds(), watch=watch), lens), ON[1])[0]
    assert lifted.score > match(bridge, ON[1])[0].score
    assert {"any", "boost"} <= {name for name, _ in lifted.parts}


def test_languages_filter_but_never_what_is_not_known(lens: Lens) -> None:
    tracker = follow(Storyline(name="b", seeds=seeds(), languages=("de",)), lens)
    english, unsure = tracker.match(lens.read([entry(ON[0], lang="en"), entry("Valmora")]))
    assert english.reason is Reason.LANGUAGE
    assert unsure.reason is not Reason.LANGUAGE


def test_an_entry_without_text_is_said_to_be_empty(bridge: Tracker) -> None:
    assert match(bridge, "")[0].reason is Reason.EMPTY


def test_levels_are_ordered(lens: Lens) -> None:
    strict, balanced, broad = (
        follow(Storyline(name="b", seeds=seeds(), sensitivity=Sensitivity(level=level)), lens).threshold.value
        for level in ("strict", "balanced", "broad")
    )
    assert strict > balanced > broad


def test_verdicts_move_the_score_of_what_is_like_them(lens: Lens, bridge: Tracker) -> None:
    title = "Toll of Valmora ferry passengers doubles in a month"
    before = match(bridge, title)[0].score
    yes = Feedback(entry_uid="1", storyline="b", yes=True, at=NOW, text="Valmora ferry passengers complain of tolls")
    no = Feedback(entry_uid="1", storyline="b", yes=False, at=NOW, text="Valmora ferry passengers complain of tolls")
    story = Storyline(name="b", seeds=seeds())
    assert match(follow(story, lens, [yes]), title)[0].score > before
    assert match(follow(story, lens, [no]), title)[0].score < before


def test_a_story_that_fills_the_stream_needs_less_evidence(lens: Lens) -> None:
    story = Storyline(name="b", seeds=seeds())
    rare = lens.with_stream([f"{title} {n}" for n in range(20) for title in OFF])
    common = lens.with_stream([f"{title} {n}" for n in range(20) for title in (*ON, *OFF)])
    assert follow(story, common).threshold.value < follow(story, rare).threshold.value


def test_a_storyline_added_to_a_running_stream_is_met_as_a_fresh_one(lens: Lens) -> None:
    texts = [f"{title} {n}" for n in range(60) for title in OFF]
    last = max(seed.published for seed in seeds().articles if seed.published)
    just_added, long_followed, undated = (
        follow(Storyline(name="b", seeds=seeds()), lens.with_stream(texts, 30, newest)).threshold.value
        for newest in (last + timedelta(hours=1), last + timedelta(days=40), None)
    )
    assert just_added < long_followed == undated


def test_a_budget_holds_back_what_exceeds_it(lens: Lens) -> None:
    stream = lens.with_stream([f"{title} {n}" for n in range(30) for title in (*ON, *OFF)], days=2)
    story = Storyline(name="b", seeds=seeds(), sensitivity=Sensitivity(budget=5))
    tracker = follow(story, stream)
    alerted = tracker.match(stream.read([entry(text) for text in stream.background.stream.texts]))
    assert sum(m.on_topic for m in alerted) <= 10
    assert "budget 5/day" in tracker.threshold.origin


def test_small_changes_leave_the_threshold_where_it_is(lens: Lens, bridge: Tracker) -> None:
    story = Storyline(name="b", seeds=seeds())
    near = replace(bridge.threshold, value=bridge.threshold.value + 0.01)
    far = replace(bridge.threshold, value=bridge.threshold.value + 0.1)
    assert follow(story, lens, (), near).threshold.value == near.value
    assert follow(story, lens, (), far).threshold.value == bridge.threshold.value


def test_seeds_that_say_the_same_share_one_voice(lens: Lens) -> None:
    first = seeds().articles[0]
    doubled = Seeds(articles=(*seeds().articles, first, first))
    baseline = follow(Storyline(name="b", seeds=doubled), lens).baseline
    assert baseline.weights[0] == pytest.approx(baseline.weights[1] / 3, rel=0.01)
    assert any("another seed" in w for w in baseline.warnings)
