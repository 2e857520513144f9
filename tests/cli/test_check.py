"""check and storyline show: what a storyline lacks."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.conftest import Monitor
from tests.scene import SEEDS

FOOTBALL = """---
title: Striker signs for Turin club
---
The forward moved from Lisbon to Turin for a fee of forty million euros, the club said, and will wear the number nine.

The coach praised his pace and his left foot, and fans queued for tickets at the stadium on Monday evening in the rain.
"""
SWEDISH = """---
title: Hamnarbetare strejkar
---
Hamnarbetarna i Valmora lade ner arbetet på måndagen efter att förhandlingarna om löner och skift hade brutit samman.

Facket sade att strejken fortsätter tills hamnens ledning lägger fram ett nytt bud, och ledningen svarade inte.
"""
EMPTY = "feeds: []\nreceivers: {}\nroutes: []\n"


def warnings(monitor: Monitor, storylines: str) -> str:
    Path("monitor.yaml").write_text(f"storylines: {storylines}\n{EMPTY}")
    return "\n".join(monitor("check --json").json["warnings"])


def test_an_odd_seed_is_named(monitor: Monitor, tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "odd")
    (tmp_path / "odd/football.md").write_text(FOOTBALL)
    said = warnings(monitor, "{odd: {seeds: odd}}")
    assert "storyline odd: football.md has little in common with the other seeds" in said


def test_seeds_that_say_the_same_count_once(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "same").mkdir()
    for number in range(5):
        (tmp_path / f"same/{number}.md").write_text(FOOTBALL)
    said = warnings(monitor, "{same: {seeds: same}}")
    assert said.count("the same article as 0.md; left out") == 4
    assert "storyline same: one seed only" in said


def test_languages_no_model_covers_are_named(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "swedish").mkdir()
    (tmp_path / "swedish/1.md").write_text(SWEDISH, encoding="utf-8")
    said = warnings(monitor, "{hamn: {seeds: swedish, languages: [sv, is, en]}}")
    assert "storyline hamn: seeds in sv" in said
    assert "storyline hamn: watches is, which the multilingual vectors do not cover" in said
    assert "watches en" not in said


def test_one_short_seed_or_none_says_what_it_lacks(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one/1.md").write_text(FOOTBALL)
    warnings(monitor, "{one: {seeds: one}, terms: {watch: {any: [heat]}}}")
    one, terms = monitor("storyline show one").out, monitor("storyline show terms").out
    assert "note: one seed only" in one
    assert "note: no seed carries a date" in one
    assert "note: no seeds: the watch terms decide alone" in terms


def test_a_secret_that_could_be_guessed_is_a_fault(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("1234")
    (tmp_path / "secret").chmod(0o600)
    web = "web: {bind: '127.0.0.1:0', url: 'https://desk.example.org', secret_file: secret}\n"
    Path("monitor.yaml").write_text(f"storylines: {{terms: {{watch: {{any: [heat]}}}}}}\n{EMPTY}{web}")
    answer = monitor("check")
    assert answer.code == 78
    assert "fewer than 16 characters" in answer.err
    assert not Path("var").exists()
