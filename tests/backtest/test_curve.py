"""The DET curve as a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from monitor.backtest import curve
from monitor.detect.metrics import Tracking, evaluate

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def measured() -> Tracking:
    truth = [True, True, False, True, False, False, True, False, False, False]
    scores = [0.9, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    found = evaluate(truth, scores, [score >= 0.65 for score in scores])
    assert found is not None
    return found


def test_the_curve_falls_and_the_configured_point_lies_on_it(measured: Tracking) -> None:
    made = curve.chart("story", measured)
    assert [x for x, _ in made.curve] == sorted(x for x, _ in made.curve)
    assert [y for _, y in made.curve] == sorted(y for _, y in made.curve)
    assert made.marks[-1].at in made.curve
    assert "cost" in made.marks[-1].text


def test_everything_lies_inside_the_square(measured: Tracking) -> None:
    made = curve.chart("story", measured)
    spots = [*made.curve, *(mark.at for mark in made.marks)]
    assert all(curve.LEFT <= x <= curve.LEFT + curve.SIDE for x, _ in spots)
    assert all(curve.TOP <= y <= curve.TOP + curve.SIDE for _, y in spots)


def test_svg_is_well_formed_and_says_its_figures(measured: Tracking, tmp_path: Path) -> None:
    curve.draw(tmp_path / "det.svg", "a <b> & c", measured)
    root = etree.fromstring((tmp_path / "det.svg").read_bytes())
    assert root.find(f"{SVG}text").text == "Misses against false alarms: a <b> & c"
    assert "F1 0.750" in root.get("aria-label")
    assert len(root.findall(f"{SVG}polyline")) == 1


@pytest.mark.parametrize("suffix", ["svg", "PNG"])
def test_the_same_curve_gives_the_same_bytes(measured: Tracking, tmp_path: Path, suffix: str) -> None:
    for name in ("one", "two"):
        curve.draw(tmp_path / f"{name}.{suffix}", "story", measured)
    assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_png_shows_curve_and_marks(measured: Tracking, tmp_path: Path) -> None:
    curve.draw(tmp_path / "det.png", "story", measured)
    with Image.open(tmp_path / "det.png") as image:
        assert image.size == (curve.WIDTH * curve.SCALE, curve.HEIGHT * curve.SCALE)
        colours = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in image.convert("RGB").getcolors(1 << 20) or ()}
    assert {curve.CURVE, curve.AUTO, curve.BEST} <= colours
