"""A route in words, as `check` and `explain` print it."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.notify.describing import describe
from monitor.notify.settings import RouteSettings, routes_of

CRON = {"cron": "0 7 * * *", "timezone": "Europe/London"}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"immediate": {}}, "2m after the first"),
        ({"immediate": {"group_wait": "0s"}}, "at once"),
        ({"digest": CRON}, "at 0 7 * * * Europe/London"),
        ({"digest": CRON, "when_empty": "send"}, "at 0 7 * * * Europe/London; also when nothing is new"),
        (
            {"immediate": {"group_interval": "1h", "repeat_interval": "1d"}},
            "2m after the first; messages 1h apart; an event again after 1d",
        ),
        (
            {"immediate": {"verdicts": ["new_event", "correction"], "min_score": 0.7, "second_source": True}},
            "2m after the first; only new_event or correction; score from 0.7; second sources too",
        ),
        (
            {"digest": CRON, "tags": "asia", "terms": ["crane", "fire*"], "min_sources": 2},
            "at 0 7 * * * Europe/London; from 2 independent sources; feeds tagged asia; with crane or fire*",
        ),
        (
            {"digest": CRON, "max_per_day": 5, "quiet_hours": {"windows": ["sat", "sun"], "bypass": ["correction"]}},
            "at 0 7 * * * Europe/London; at most 5 events a day; "
            "quiet sat and sun Europe/London but for correction",
        ),
    ],
)  # fmt: skip
def test_everything_a_route_says_is_told(written: dict[str, Any], words: str) -> None:
    (route,) = routes_of([RouteSettings.model_validate({"receiver": "desk", **written})])
    assert describe(route) == words
