"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor import durations


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("2W", timedelta(days=14)),
        ("0s", timedelta(0)),
    ],
)
def test_reads_what_people_write(written: str, meant: timedelta) -> None:
    assert durations.parse(written) == meant


@pytest.mark.parametrize("written", ["", "15", 15, "m", "-5m", "1.5h", "1000000000d", "ten minutes", None, True])
def test_refuses_the_rest_in_words(written: object) -> None:
    with pytest.raises(ValueError, match=r"duration|ten years"):
        durations.parse(written)


@pytest.mark.parametrize("written", ["30s", "15m", "1h30m", "7d", "90d", "0s"])
def test_shows_what_it_reads(written: str) -> None:
    assert durations.show(durations.parse(written)) == written
