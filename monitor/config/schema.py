"""The configuration as JSON Schema, from the same models that validate it: completion and help in editors."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from monitor import durations
from monitor.config.model import FileSettings

ISO_DURATION = re.compile(r"P(\d+D)?(T[\dHMS]+)?")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

TEXT = {"type": "string"}
TERM: dict[str, Any] = {"anyOf": [TEXT, {"type": "number"}]}
SIZE = {"type": "string", "pattern": r"^\d{1,12}\s*([kKmM]i?)?[bB]?$", "examples": ["10MB"]}
LEVEL = {"enum": ["strict", "balanced", "broad"]}
BUDGET = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*/\s*(h|d|w|hour|day|week)\s*$", "examples": ["5/day"]}
SENSITIVITY: list[dict[str, Any]] = [
    LEVEL,
    {"type": "number", "minimum": 0, "maximum": 1},
    {"type": "object", "properties": {"budget": BUDGET}, "required": ["budget"], "additionalProperties": False},
]

# What validators accept beside the type itself, by model and key: shorthands people write.
SHORTHANDS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("FileSettings", "include"): [TEXT],
    ("PollingSettings", "max_body"): [SIZE],
    ("PollingSettings", "max_decoded"): [SIZE],
    ("RouteSettings", "tags"): [TEXT],
    ("RouteSettings", "terms"): [TEXT],
    ("RouteSettings", "quiet_hours"): [TEXT, {"type": "array", "items": TEXT}],
    ("QuietSettings", "windows"): [TEXT],
    ("StorylineSettings", "sensitivity"): SENSITIVITY,
    ("StorylineSettings", "start"): [{"type": "string", "format": "date"}],
}
ITEMS: dict[tuple[str, str], dict[str, Any]] = {
    ("WatchSettings", "any"): TERM,
    ("WatchSettings", "none"): TERM,
    ("WatchSettings", "all"): {"anyOf": [*TERM["anyOf"], {"type": "array", "items": TERM, "minItems": 1}]},
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration file."""
    made = FileSettings.model_json_schema(mode="validation", by_alias=True)
    for name, definition in {**made["$defs"], "FileSettings": made}.items():
        _widen(name, definition)
    feeds = made["properties"]["feeds"]["items"]
    made["properties"]["feeds"]["items"] = {"anyOf": [{"type": "string", "pattern": "^\\s*https?://"}, *feeds["oneOf"]]}
    return {
        "$schema": DIALECT,
        "title": "Configuration of the storyline monitor",
        **{key: value for key, value in _tidy(made).items() if key != "title"},
    }


def schema_text() -> str:
    """Return the schema as it is written to config/monitor.schema.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _widen(model: str, definition: dict[str, Any]) -> None:
    for key, written in definition.get("properties", {}).items():
        if (model, key) in SHORTHANDS:
            kept = {name: written.pop(name) for name in ("description", "default") if name in written}
            usual = [kind for kind in written.pop("anyOf", [written]) if set(kind) - {"title"}]
            definition["properties"][key] = {**kept, "anyOf": [*SHORTHANDS[model, key], *usual]}
        if (model, key) in ITEMS:
            written["items"] = ITEMS[model, key]


def _tidy(node: Any) -> Any:
    """Drop secrets themselves, which nobody may write, and titles derived from names; write durations our way."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    if isinstance(kept.get("properties"), dict):
        properties = kept["properties"].items()
        kept["properties"] = {name: value for name, value in properties if '"password"' not in json.dumps(value)}
    if ISO_DURATION.fullmatch(str(kept.get("default", ""))):
        kept["default"] = durations.show(TypeAdapter(timedelta).validate_python(kept["default"]))
    return {key: _tidy(value) for key, value in kept.items()}
