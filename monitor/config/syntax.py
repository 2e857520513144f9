"""What a YAML parser complains of, told to a person: where it began, what to write instead, the line itself."""

from __future__ import annotations

import re
from typing import Any

import yaml

from monitor.errors import ConfigError, Where

SECRETIVE = "pass|secret|token|auth|header|credential|apprise|webhook"  # what stands beside such words is not repeated
SECRET = re.compile(rf"{SECRETIVE}|whsec|\burl|://|_env\b", re.IGNORECASE)
LINE_MOST = 60  # characters of a line repeated

INDENTED = "this line is indented otherwise than what stands above, or a quote or bracket above is not closed in time"

# The parser's words, and ours. {context} stands for the line where what is broken began.
SAID: dict[str, str] = {
    "mapping values are not allowed": "a colon is not expected here: put text with a colon in quotes",
    "did not find expected key": INDENTED,
    "did not find expected ',' or ']'": "the list that [ opens in line {context} is not closed by ], or lacks a comma",
    "did not find expected ',' or '}'": "what {{ opens in line {context} is not closed by }}, or lacks a comma",
    "did not find expected '-' indicator": 'the list that begins in line {context} goes on with "- ", indented alike',
    "block sequence entries are not allowed": 'a list with "- " begins on a line of its own, below its key',
    "found unknown escape character": r"a backslash means something in double quotes: write \\ or use single quotes",
    "did not find expected node content": "something is missing here, or a comma or bracket is one too many",
    "did not find expected alphabetic or numeric": 'text with * or & in front stands in quotes, such as "*"',
    "could not find expected ':'": 'this key lacks its ": "',
    "found unexpected end of stream": "the quote opened here is never closed",
    "did not find expected comment or line break": "nothing may follow | or > in its line",
    "did not find expected <document start>": INDENTED,
}
# Told where it began, not where it ended.
BEGINNING = ("found unexpected end of stream", "could not find expected ':'", "did not find expected alphabetic")


def fault(error: yaml.YAMLError, file: str, text: str, quoted: Any = None) -> ConfigError:
    """Return the error with its place; `quoted` is the last quoted text that runs over several lines."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode()[: error.position].decode(errors="ignore")
        where = Where(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return ConfigError(where, "not YAML: a control character stands here; delete it and write the line anew")
    problem, mark = getattr(error, "problem", None) or "", getattr(error, "problem_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return ConfigError(Where(file), f"not YAML: {error}".replace("\n", " "))
    if quoted is not None and quoted.end_mark.line == mark.line:
        end = quoted.end_mark.line + 1
        return _at(quoted.start_mark, file, text, f"the quote opened here is closed only in line {end}")
    said = next((ours for theirs, ours in SAID.items() if theirs in problem), problem)
    if problem.startswith("mapping values"):
        mark, said = _colon(mark, text, said)
    elif "cannot start any token" in problem:
        said = _character(mark, text)
    elif problem.startswith(BEGINNING) and error.context_mark:
        mark = error.context_mark
    return _at(mark, file, text, said.format(context=error.context_mark.line + 1 if error.context_mark else 1))


def _colon(mark: Any, text: str, said: str) -> tuple[Any, str]:
    """Return the place and the remedy: a line above without its colon is joined with this one by the parser."""
    lines = text.splitlines()
    above = lines[mark.line - 1] if mark.line else ""
    if ": " in lines[mark.line][: mark.column] or ": " in above or above.endswith(":"):
        return mark, said
    return yaml.Mark("", 0, mark.line - 1, len(above) - len(above.lstrip()), None, 0), 'this key lacks its ": "'


def _character(mark: Any, text: str) -> str:
    sign = text.splitlines()[mark.line][mark.column : mark.column + 1]
    if sign == "\t":
        return "a tab stands here; indent with spaces"
    return f"text cannot begin with {sign}: put it in quotes"


def _at(mark: Any, file: str, text: str, said: str) -> ConfigError:
    """Return the error with the line it is about, unless that may hold a secret or an address."""
    lines = text.splitlines()
    line = lines[mark.line].strip() if mark.line < len(lines) else ""
    shown = (
        f" (in: {line[:LINE_MOST]}{'…' if len(line) > LINE_MOST else ''})" if line and not SECRET.search(line) else ""
    )
    return ConfigError(Where(file, mark.line + 1, mark.column + 1), f"not YAML: {said}{shown}")
