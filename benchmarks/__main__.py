"""`make bench`: every measurement that needs nothing but this checkout, one after the other; the rest is named."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
OURS = {"service": [], "soak": []}  # the second is long: ninety days
NEEDS_SHARED = {
    "parse": [str(path) for path in sorted((SHARED / "corpora/fastfeedparser/benchmark_data").glob("*"))],
    "track": ["--data", str(SHARED / "data"), "--experiments", str(SHARED / "experiments"), "--every", "6"],
    "track_speed": [str(SHARED / "data/wcep-bullets.jsonl"), "--count", "1024"],
    "events": [str(SHARED / "data")],
}


def main() -> int:
    """Run the benchmarks; return 1 when one of them failed."""
    failed = []
    for name, arguments in {"deliver": ["--count", "1000", "--rounds", "1"], **NEEDS_SHARED, **OURS}.items():
        if name in NEEDS_SHARED and not SHARED.is_dir():
            print(f"== {name}: needs the labelled streams and corpora in {SHARED}; left out", flush=True)
            continue
        print(f"== {name}", flush=True)
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], cwd=HERE.parent, check=False)
        print(f"== {name}: {time.monotonic() - began:.0f} s, exit {done.returncode}", flush=True)
        failed += [name] if done.returncode else []
    print("== poll: needs a farm of feeds and the peers' own environment; its docstring says how")
    print(f"failed: {', '.join(failed)}" if failed else "all ran")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
