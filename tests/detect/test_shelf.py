"""Tables on the shelf: the same rows, and no memory while nobody reads."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from monitor.detect.shelf import Shelf

TABLE = np.arange(300_000, dtype=np.uint32).reshape(3_000, 100)


def resident(table: np.ndarray) -> int:
    """Return the kB of a mapped table that are in memory."""
    start = f"{table.__array_interface__['data'][0]:x}-"
    parts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE)
    found = next(part for part in parts if part.lstrip("0").startswith(start))
    return int(re.search(r"^Rss: +(\d+) kB", found, re.MULTILINE).group(1))


def test_a_table_on_the_shelf_reads_the_same_before_and_after_a_rest(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    table = shelf.put(TABLE)
    assert table.dtype == TABLE.dtype
    assert np.array_equal(table, TABLE)
    shelf.rest()
    assert np.array_equal(table[[7, 2_999, 0]], TABLE[[7, 2_999, 0]])
    assert not table.flags.writeable
    assert not list(tmp_path.iterdir()), "the file has no name"


def test_at_rest_a_table_takes_no_memory(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    table = shelf.put(TABLE)
    assert int(table.sum()) == int(TABLE.sum())
    assert resident(table) * 1024 >= TABLE.nbytes
    shelf.rest()
    assert resident(table) == 0


def test_several_tables_rest_together(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    tables = [shelf.put(TABLE), shelf.put(TABLE[::-1])]
    assert [int(table[0, 0]) for table in tables] == [0, 299_900]
    shelf.rest()
    assert [resident(table) for table in tables] == [0, 0]


def test_where_no_file_can_be_written_the_table_stays_in_memory(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "is not there").put(TABLE) is TABLE
