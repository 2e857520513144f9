"""Large tables of models in mapped files: memory holds the rows in use, and gives them back when nobody reads.

The wheels hold their tables compressed, so that each has to be laid out once. Laid into a file without a name it costs
the page cache of the machine, which the system may take for something else; in the process it would cost memory for
good. What is read from either is the same to the last bit.
"""

from __future__ import annotations

from functools import lru_cache
from mmap import ACCESS_READ, MADV_DONTNEED, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ON_DISK = Path("/var/tmp")  # noqa: S108  nothing is named there; /tmp is memory on many machines


class Shelf:
    """Tables that are read here and there, mapped from unnamed files."""

    def __init__(self, folder: Path = _ON_DISK) -> None:
        self._folder = folder
        self._maps: list[mmap] = []

    def put(self, table: NDArray[Any]) -> NDArray[Any]:
        """The same table, read-only and out of memory; the table itself where no file can be written."""
        try:
            with TemporaryFile(dir=self._folder) as file:
                file.write(np.ascontiguousarray(table).data.cast("B"))
                file.flush()
                pages = mmap(file.fileno(), 0, access=ACCESS_READ)
        except OSError:
            return table
        self._maps.append(pages)
        return np.frombuffer(pages, dtype=table.dtype).reshape(table.shape)

    def rest(self) -> None:
        """Give the memory of all rows back; the next reader of a row has it again, from the page cache."""
        for pages in self._maps:
            pages.madvise(MADV_DONTNEED)


@lru_cache(maxsize=1)
def shelf() -> Shelf:
    """The shelf of this process."""
    return Shelf()
