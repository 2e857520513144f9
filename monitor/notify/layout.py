"""Plain text in columns: width as a terminal sees it, wrapping that never cuts a link."""

from __future__ import annotations

import re
import unicodedata

COLUMNS = 78
LONGEST = 70  # columns of a word that is kept whole; links always are
WIDE = frozenset("WF")


def width(text: str) -> int:
    """Return how many columns a text takes: East Asian characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in WIDE else 1 for char in text
    )


def wrap(text: str, indent: str = "", first: str | None = None, columns: int = COLUMNS) -> str:
    """Return the text in lines of at most `columns`, each after its indent; `first` is the first line's own.

    Links are kept whole and may run over, other words break only where a line could not hold them; wide scripts break
    between any two characters. What no-break spaces join stays on one line.
    """
    lines: list[str] = []
    line = indent if first is None else first
    empty = True
    for piece, glued in _pieces(text):
        joint = "" if empty or glued else " "
        if not empty and width(line) + len(joint) + width(piece) > columns:
            lines.append(line)
            line, joint = indent, ""
        line, empty = line + joint + piece, False
    return "\n".join([*lines, line.rstrip()]).replace("\u00a0", " ")


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return what may stand on its own line, and whether it follows without a space."""
    pieces: list[tuple[str, bool]] = []
    for word in re.split(r"[ \t\n]+", text.strip()):
        wide = not word.isascii() and any(unicodedata.east_asian_width(char) in WIDE for char in word)
        parts = list(word) if wide and not _hangul(word) else _broken(word)
        pieces.extend((part, place > 0) for place, part in enumerate(parts))
    return pieces


def _broken(word: str) -> list[str]:
    """Return a word in parts that fit on a line; marks stay with what they stand on."""
    if "://" in word or width(word) <= LONGEST:
        return [word]
    parts = [""]
    for char in word:
        if width(parts[-1]) >= LONGEST and width(char):
            parts.append("")
        parts[-1] += char
    return parts


def _hangul(word: str) -> bool:
    """Say whether a word is short Korean, which is written with spaces."""
    return len(word) < 20 and any("\uac00" <= char <= "\ud7a3" for char in word)
