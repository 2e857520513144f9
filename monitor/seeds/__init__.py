"""A folder of seed articles becomes Seeds: title, date and clean paragraphs of each.

`load` reads Markdown with front matter, plain text and saved web pages. What is not the article (navigation, captions,
credits, teasers, subscription lines, notices) is left out by general rules about form, never by knowing a site.

- `files`: finds and opens the files safely, decodes them
- `document`: a file's text as a draft: what it says of itself, and its lines
- `boilerplate`: which line is no part of an article
- `dates`: which line says when it was published
- `prose`: a draft becomes a seed
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from monitor.errors import SeedError, Where
from monitor.seeds.document import read_draft
from monitor.seeds.files import Source, find, open_source
from monitor.seeds.prose import tidy
from monitor.text import fingerprint, normalise, words
from monitor.types import Seed, Seeds

__all__ = ["load"]

SHINGLE = 5  # words
NEAR_COPY = 0.8  # share of the shorter article's shingles that also stand in the other


def load(path: Path) -> Seeds:
    """Return the seeds in a folder, or in one file, in the order of their names.

    A file that cannot be used becomes a warning that starts with its name, and the others are read.

    Raises:
        SeedError: there is no such path, or no file of it holds an article.

    """
    articles: list[Seed] = []
    warnings: list[str] = []
    copies = _Copies()
    for source in find(path, warnings):
        seed = _read(source, warnings)
        if seed is None:
            continue
        if original := copies.find(seed):
            warnings.append(f"{seed.file}: the same article as {original}; left out")
        else:
            articles.append(seed)
    if not articles:
        what = "; ".join(warnings) if warnings else "the folder is empty; put articles in it (.md, .txt or .html)"
        raise SeedError(Where(str(path)), f"no seed article: {what}")
    return Seeds(articles=tuple(articles), warnings=tuple(warnings), version=_version(articles))


def _read(source: Source, warnings: list[str]) -> Seed | None:
    """Return the seed of one file; what is wrong with it goes to the warnings."""
    try:
        text, notes = open_source(source)
        seed, more = tidy(read_draft(source, text))
    except SeedError as error:
        line = f":{error.where.line}" if error.where.line else ""
        warnings.append(f"{source.name}{line}: {error.what}")
        return None
    warnings += [f"{source.name}: {note}" for note in (*notes, *more)]
    return seed


class _Copies:
    """Finds articles that were read before; copies would count their words twice."""

    def __init__(self) -> None:
        self._where: dict[tuple[str, ...], list[str]] = {}  # shingle -> files
        self._sizes: dict[str, int] = {}

    def find(self, seed: Seed) -> str:
        """Return the file with the same article, or "" and remember this one."""
        found = words(normalise(" ".join(seed.paragraphs)))
        mine = {tuple(found[at : at + SHINGLE]) for at in range(max(len(found) - SHINGLE + 1, 1))}
        shared = Counter(file for shingle in mine for file in self._where.get(shingle, ()))
        for file, count in shared.most_common(1):
            if count >= NEAR_COPY * min(len(mine), self._sizes[file]):
                return file
        self._sizes[seed.file] = len(mine)
        for shingle in mine:
            self._where.setdefault(shingle, []).append(seed.file)
        return ""


def _version(articles: list[Seed]) -> str:
    """Return what changes when anything of the seeds does."""
    return fingerprint(
        *(fingerprint(seed.title, str(seed.published), seed.lang, *seed.paragraphs) for seed in articles)
    )
