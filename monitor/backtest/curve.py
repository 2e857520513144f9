"""The DET curve as a picture: misses against false alarms on normal deviate scales (Martin et al. 1997).

On these scales a tracker whose scores are two bell curves gives a straight line; nearer to the corner is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import NormalDist

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image, ImageDraw, ImageFont

from monitor.detect.metrics import Point, Tracking

WIDTH, HEIGHT = 600, 620
LEFT, TOP, SIDE = 70, 92, 480  # of the square the curve lies in
LEAST, MOST = 0.0005, 0.95  # rates shown; what lies beyond stands at the edge
TICKS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9)
SCALE = 2  # pixels of the PNG for one of the SVG
INK, FAINT, GRID, CURVE, AUTO, BEST = "#1c2733", "#5b6875", "#e3e8ed", "#2f6db5", "#c2410c", "#2e7d4f"
SUFFIXES = (".svg", ".png")
DEVIATE = NormalDist().inv_cdf

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of the curve with its name."""

    at: Spot
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn, in the coordinates of the picture."""

    title: str
    line: str  # the figures in one sentence
    ticks: tuple[tuple[float, str], ...]  # place along an axis, label
    curve: tuple[Spot, ...]
    marks: tuple[Mark, ...]


def draw(path: Path, name: str, measured: Tracking) -> None:
    """Write the curve of a storyline to an .svg or .png file, the automatic threshold marked on it."""
    made = chart(name, measured)
    path.write_bytes(_png(made) if path.suffix.lower() == ".png" else _svg(made).encode())


def chart(name: str, measured: Tracking) -> Chart:
    """Return where everything lies."""
    cheapest = min(measured.curve, key=lambda point: (point.cost, -point.threshold))
    marks = (
        Mark(_spot(cheapest), BEST, f"lowest cost {cheapest.cost:.2f} at {cheapest.threshold:.3f}"),
        Mark(_spot(measured.decided), AUTO, f"as configured: cost {measured.decided.cost:.2f}"),
    )
    decided = measured.decided
    line = (
        f"misses {decided.miss_rate:.1%}, false alarms {decided.alarm_rate:.2%}, F1 {decided.f1:.3f}, "
        f"average precision {measured.average_precision:.3f}"
    )
    ticks = tuple((_place(rate), f"{rate * 100:g}%") for rate in TICKS)
    return Chart(f"Misses against false alarms: {name}", line, ticks, tuple(_corners(measured.curve)), marks)


def _place(rate: float) -> float:
    """Return how far along an axis a rate lies, from 0 to SIDE."""
    low, high = DEVIATE(LEAST), DEVIATE(MOST)
    return round((DEVIATE(min(max(rate, LEAST), MOST)) - low) / (high - low) * SIDE, 2)


def _spot(point: Point) -> Spot:
    return LEFT + _place(point.alarm_rate), TOP + SIDE - _place(point.miss_rate)


def _corners(curve: Sequence[Point]) -> Iterator[Spot]:
    """Yield the curve as stairs: between two thresholds nothing happens."""
    before: Spot | None = None
    for point in curve:
        spot = _spot(point)
        if spot == before:
            continue
        if before is not None and spot[0] != before[0] and spot[1] != before[1]:
            yield spot[0], before[1]
        yield spot
        before = spot


def _svg(made: Chart) -> str:
    environment = Environment(
        loader=PackageLoader("monitor.backtest"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    sizes = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "top": TOP, "side": SIDE}
    inks = {"ink": INK, "faint": FAINT, "grid": GRID, "blue": CURVE}
    return environment.get_template("det.svg.j2").render(c=made, **sizes, **inks) + "\n"


def _png(made: Chart) -> bytes:
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), "white")
    pen = ImageDraw.Draw(image)
    _frame(pen, made)
    pen.line([_scaled(spot) for spot in made.curve], fill=CURVE, width=2 * SCALE, joint="curve")
    for number, mark in enumerate(made.marks):
        x, y = _scaled(mark.at)
        pen.ellipse((x - 10, y - 10, x + 10, y + 10), fill=mark.colour, outline="white", width=SCALE)
        key = (LEFT + SIDE - 250, TOP + 16 + 20 * number)
        x, y = _scaled(key)
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=mark.colour)
        _write(pen, (key[0] + 10, key[1]), mark.text, INK, "lm")
    target = BytesIO()
    image.save(target, "png", optimize=True)
    return target.getvalue()


def _frame(pen: ImageDraw.ImageDraw, made: Chart) -> None:
    bottom, right = TOP + SIDE, LEFT + SIDE
    for place, label in made.ticks:
        x, y = LEFT + place, bottom - place
        pen.line([*_scaled((x, TOP)), *_scaled((x, bottom))], fill=GRID, width=SCALE)
        pen.line([*_scaled((LEFT, y)), *_scaled((right, y))], fill=GRID, width=SCALE)
        _write(pen, (x, bottom + 14), label, FAINT, "mm", 11)
        _write(pen, (LEFT - 8, y), label, FAINT, "rm", 11)
    pen.rectangle([*_scaled((LEFT, TOP)), *_scaled((right, bottom))], outline=FAINT, width=SCALE)
    _write(pen, (LEFT, 28), made.title, INK, "lm", 17)
    _write(pen, (LEFT, 52), made.line, FAINT, "lm", 13)
    _write(pen, (LEFT + SIDE / 2, bottom + 34), "false alarms, share of all off the story", INK, "mm")
    _write(pen, (LEFT, TOP - 10), "misses, share of all on the story", INK, "lm")


def _scaled(spot: Spot) -> Spot:
    return spot[0] * SCALE, spot[1] * SCALE


def _write(pen: ImageDraw.ImageDraw, spot: Spot, text: str, colour: str, anchor: str, size: int = 13) -> None:
    pen.text(_scaled(spot), text, fill=colour, anchor=anchor, font=ImageFont.load_default(size * SCALE))
