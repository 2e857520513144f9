"""The terms of routes and silences: words, phrases, `prefix*` and `/regex/`, matched in linear time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor import text

if TYPE_CHECKING:
    import re2

MEMORY = 1 << 20  # bytes a pattern may take


def compile_term(term: str) -> re2.Pattern:
    """Return the pattern of a term as a person writes it. Errors: ValueError in words for the operator."""
    import re2  # noqa: PLC0415  few routes name terms

    options = re2.Options()
    options.log_errors, options.max_mem = False, MEMORY
    body = term.strip()
    is_regex = len(body) > 2 and body.startswith("/") and body.endswith("/")
    pattern = f"(?i){body[1:-1]}" if is_regex else _words(body)
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"the term {term!r} cannot be used: {error}") from error


def _words(body: str) -> str:
    plain = text.normalise(body.strip('"'))
    prefix, plain = plain.endswith("*"), plain.rstrip("*").strip()
    if not plain:
        raise ValueError(f"the term {body!r} is empty")
    core = r"\s+".join(re.escape(word) for word in plain.split())
    if text.is_unspaced(plain):
        return core
    return f"(?:^|[^\\pL\\pN_]){core}" + ("" if prefix else r"(?:$|[^\pL\pN_])")


def found(terms: tuple[str, ...], body: str) -> bool:
    """Say whether one of the terms stands in the text; case and width do not matter.

    A term that cannot be read matches nothing: those of the configuration are checked when it is loaded.
    """
    folded = text.normalise(body)
    return any(_hits(term, folded) for term in terms)


def _hits(term: str, folded: str) -> bool:
    try:
        return compile_term(term).search(folded) is not None
    except ValueError:
        return False
