"""What a user may write about a storyline, and what is refused in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.detect.settings import StorylineSettings, sensitivity_of
from monitor.types import Seed, Seeds, Sensitivity


def test_readers_are_quoted_the_first_language_asked_for_else_that_of_most_seeds() -> None:
    def story(written: dict[str, object], *spoken: str) -> str:
        seeds = Seeds(articles=tuple(Seed(file="a", title="A", paragraphs=("B.",), lang=lang) for lang in spoken))
        settings = StorylineSettings.model_validate({"seeds": "s", **written})
        return settings.storyline("s", seeds).readers_language

    assert story({"languages": ["ko", "en"]}, "en", "en") == "ko"
    assert story({}, "en", "fr", "fr") == "fr"
    assert story({}) == ""


def test_everything_of_the_design_can_be_written() -> None:
    settings = StorylineSettings.model_validate(
        {
            "title": "Seoul weighs arming Ukraine",
            "seeds": "seeds",
            "watch": {
                "any": ["South Korea", 155],
                "all": ["arms", ["Seoul", "Yoon"]],
                "none": ["K-pop"],
                "boost": {"155mm": 2.0},
            },
            "sensitivity": {"budget": "5/day"},
            "languages": ["en"],
            "start": "2024-06-01",
        }
    )
    story = settings.storyline("seoul", Seeds())
    assert settings.seeds == Path("seeds")
    assert story.watch.any == ("South Korea", "155")
    assert story.watch.all == (("arms",), ("Seoul", "Yoon"))
    assert story.watch.boost == (("155mm", 2.0),)
    assert story.sensitivity == Sensitivity(budget=5.0)
    assert story.start is not None
    assert story.start.utcoffset() is not None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("strict", Sensitivity(level="strict")),
        (0.7, Sensitivity(threshold=0.7)),
        ({"budget": "14/week"}, Sensitivity(budget=2.0)),
    ],
)
def test_sensitivity(written: object, read: Sensitivity) -> None:
    assert sensitivity_of(written) == read


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"seeds": "a", "sensitivity": "loud"}, "strict, balanced, broad"),
        ({"seeds": "a", "sensitivity": 2}, "between 0 and 1"),
        ({"seeds": "a", "sensitivity": {"budget": "many"}}, "5/day"),
        ({"watch": {"any": ["/(/"]}}, "cannot be read"),
        ({"watch": {"boost": {"x": 0}}}, "above 0"),
        ({"watch": {"all": [[]]}}, "empty list"),
        ({"seeds": "a", "languages": ["English"]}, "ISO 639-1"),
        ({}, "needs seeds or watch terms"),
        ({"seeds": "a", "sensitivty": "broad"}, "Extra inputs"),
    ],
)
def test_what_is_refused(written: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        StorylineSettings.model_validate(written)
