"""`make bench`: every measurement that needs nothing but this checkout, one after the other; the rest is named."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
OURS = {"poll_scale": [], "service": [], "soak": []}  # the last is long: ninety days
PEERS = os.environ.get("PEERS", "")  # interpreter that has the programs we compare with
BESIDE = ["--peers", PEERS] if PEERS else ["--only", "ours,newest,session_loop"]
NEEDS_SHARED = {
    "poll": ["--start", str(SHARED / "harness/feedfarm.py"), "--feeds", "300", "--rounds", "1", *BESIDE],
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
    if not PEERS:
        print("== poll: without its peers; PEERS=PYTHON names an interpreter that has them, the docstring says which")
    print(f"failed: {', '.join(failed)}" if failed else "all ran")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
