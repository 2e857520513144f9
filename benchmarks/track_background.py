"""Make monitor/detect/data/background.npz from JSON lines of ordinary news (fields title, summary).

    python benchmarks/track_background.py uci-headlines.jsonl [MORE.jsonl ...] --out monitor/detect/data/background.npz

Only document frequencies of hashed features and one mean vector are kept: no text can be read back.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from monitor.detect.lex import SPACE, count
from monitor.detect.vectors import multilingual_vectors


def texts_of(paths: list[Path]) -> list[str]:
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    texts = [". ".join(part for part in (row.get("title"), row.get("summary")) if part) for row in rows]
    return list(dict.fromkeys(text for text in texts if text))


def statistics(texts: list[str]) -> dict[str, np.ndarray]:
    df = np.zeros(SPACE, dtype=np.int64)
    for start in range(0, len(texts), 256):
        for counted in count(texts[start : start + 256]):
            df[counted.ids] += 1
    ids = np.nonzero(df >= 2)[0]  # what occurs once says nothing
    return {
        "documents": np.array(len(texts)),
        "df_ids": ids.astype(np.int32),
        "df": np.minimum(df[ids], 65_535).astype(np.uint16),
        "sense": multilingual_vectors().encode(texts[::3]).mean(axis=0).astype(np.float16),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    texts = texts_of(args.files)
    np.savez_compressed(args.out, **statistics(texts))
    print(f"{len(texts)} texts, {args.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
