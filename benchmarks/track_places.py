"""Make monitor/detect/data/gazetteer.txt: names of countries (CLDR, through babel) and of cities that name a time zone.

python benchmarks/track_places.py monitor/detect/data/gazetteer.txt
"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

from babel import Locale

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
CODES = 2  # letters of a country's code; longer ones are groups of countries


def countries() -> set[str]:
    named = Locale("en").territories
    return {name.split(" (")[0].replace("&", "and") for code, name in named.items() if len(code) == CODES}


def cities() -> set[str]:
    zones = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return {zone.rpartition("/")[2].replace("_", " ") for zone in zones if zone.split("/")[0] in REGIONS}


def main() -> None:
    names = sorted(countries() | cities() | {"Washington", "Beijing", "Geneva", "Tel Aviv", "Gaza", "Brussels"})
    Path(sys.argv[1]).write_text("\n".join(names) + "\n", "utf-8")
    print(len(names), "places")


if __name__ == "__main__":
    main()
