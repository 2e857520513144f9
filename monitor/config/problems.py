"""What pydantic found wrong, told to a person: the place, the key, the offending text, the nearest right spelling."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Collection, Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from monitor.config.document import Document
from monitor.config.syntax import SECRETIVE
from monitor.errors import ConfigError

SECRET = re.compile(rf"{SECRETIVE}|^url$|_env$", re.IGNORECASE)
OFFENDING_MOST = 60

SENTENCES = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "path_type": "must be a path",
    "datetime_parsing": "must be a date like 2024-06-25 or 2024-06-25T07:00:00Z",
    "datetime_from_date_parsing": "must be a date like 2024-06-25 or 2024-06-25T07:00:00Z",
    "too_short": "needs at least {min_length} of them",
    "too_long": "has more than {max_length} of them",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "timezone_aware": "needs a time zone: end it with Z or +01:00",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean X?" or "" when nothing is near."""
    spellings = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), spellings, n=1, cutoff=0.6)
    return f"; did you mean {spellings[found[0]]}?" if found else ""


def choice(word: str, known: Collection[str], what: str) -> str:
    """Return the hint after an unknown name: the nearest one, or all there are."""
    hint = nearest(word, known)
    if hint or not known:
        return hint or f"; there is no {what} at all"
    return f"; known: {', '.join(sorted(known)[:12])}"


def told(
    error: ValidationError, document: Document, model: type[BaseModel], base: tuple[str | int, ...] = ()
) -> list[ConfigError]:
    """Return one error per faulty place, in file order; `base` is where the model begins in the document."""
    grouped: dict[tuple[str | int, ...], list[str]] = {}
    for fault in _told_apart(error):
        path = _written(document, (*base, *fault["loc"]), missing=fault["type"] == "missing")
        what = _sentence(fault, path, fields_at(model, fault["loc"]))
        said = grouped.setdefault(path, [])
        if what not in said:
            said.append(what)
    errors = [_at(document, path, ", or ".join(said)) for path, said in grouped.items()]
    return sorted(errors, key=lambda found: (found.where.line, found.where.column))


def _told_apart(error: ValidationError) -> list[dict[str, Any]]:
    """Return pydantic's faults without "too few items" where the items themselves were at fault."""
    faults: list[dict[str, Any]] = [dict(fault) for fault in error.errors(include_url=False)]
    places = [fault["loc"] for fault in faults]

    def has_faults_below(loc: tuple[str | int, ...]) -> bool:
        return any(len(place) > len(loc) and place[: len(loc)] == loc for place in places)

    return [fault for fault in faults if fault["type"] != "too_short" or not has_faults_below(fault["loc"])]


def _at(document: Document, path: tuple[str | int, ...], what: str) -> ConfigError:
    return ConfigError(document.where(*path), f"{dotted(path)}: {what}" if path else what)


def dotted(path: Iterable[str | int]) -> str:
    """Return a path as a person reads it: `routes[2].receiver`."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _written(document: Document, loc: tuple[str | int, ...], *, missing: bool) -> tuple[str | int, ...]:
    """Return the part of pydantic's location that exists in the file: without tags of unions and validators."""
    node, path = document.root, []
    for index, step in enumerate(loc):
        held = node.value
        if (isinstance(held, dict) and step in held) or (
            isinstance(held, list) and isinstance(step, int) and step < len(held)
        ):
            node = held[step]  # type: ignore[index]
        elif not (missing and index == len(loc) - 1):
            continue
        path.append(step)
    return tuple(path)


def _sentence(fault: dict[str, Any], path: tuple[str | int, ...], known: set[str]) -> str:
    kind = fault["type"]
    last = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return f"unknown key{choice(last, known, 'key')}"
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    context = fault.get("ctx") or {}
    if kind in {"literal_error", "enum"}:
        offered = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"must be one of {', '.join(offered)}{_offending(fault, path)}{nearest(str(fault['input']), offered)}"
    said = SENTENCES[kind].format(**context) if kind in SENTENCES else _lowered(str(fault["msg"]))
    return said + _offending(fault, path)


def _lowered(message: str) -> str:
    return re.sub(r"^Input should", "should", message).removeprefix("Value error, ")


def _offending(fault: dict[str, Any], path: tuple[str | int, ...]) -> str:
    """Return ", not 'so'" for what may be repeated; secrets and addresses are never echoed."""
    given = fault["input"]
    if (
        fault["type"] == "missing"
        or not isinstance(given, str | int | float)
        or any(SECRET.search(str(p)) for p in path)
    ):
        return ""
    text = repr(given)
    return f", not {text if len(text) <= OFFENDING_MOST else text[:OFFENDING_MOST] + '…'}"


def fields_at(model: Any, loc: Iterable[str | int]) -> set[str]:
    """Return the keys allowed where the last step of `loc` stands."""
    steps = tuple(loc)
    candidates = _models(model)
    for step in steps[:-1]:
        found = [annotation for candidate in candidates for annotation in _within(candidate, step)]
        candidates = [each for annotation in found for each in _models(annotation)] or candidates
    names: set[str] = set()
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            names |= {info.alias or name for name, info in candidate.model_fields.items() if not info.exclude}
    return names


def _models(annotation: Any) -> list[Any]:
    """Return the models and containers an annotation may stand for."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _models(typing.get_args(annotation)[0])
    if origin in {typing.Union, types.UnionType}:
        return [each for member in typing.get_args(annotation) for each in _models(member)]
    return [annotation]


def _within(candidate: Any, step: str | int) -> list[Any]:
    if isinstance(candidate, type) and issubclass(candidate, BaseModel):
        for name, info in candidate.model_fields.items():
            if step in {name, info.alias}:
                return [info.annotation]
        return []
    arguments = typing.get_args(candidate)
    if not arguments:
        return []
    return [arguments[-1]] if isinstance(step, str) else [arguments[0]]
