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
SIZE = {
    "type": "string",
    "pattern": r"^\d{1,12}\s*([kKmM]i?)?[bB]?$",
    "examples": ["10MB"],
    "errorMessage": "write a size like 10MB or 500kB",
}
LEVEL = {
    "enum": ["strict", "balanced", "broad"],
    "errorMessage": "write strict, balanced, broad, a threshold from 0 to 1, or {budget: 5/day}",
}
ADDRESS = {
    "type": "string",
    "pattern": "^\\s*https?://",
    "errorMessage": "write an address that begins with http(s)://",
}
BUDGET = {
    "type": "string",
    "pattern": r"^\s*\d+(\.\d+)?\s*/\s*(h|d|w|hour|day|week)\s*$",
    "description": "So many entries a day (or hour, or week) are welcome; the threshold follows.",
    "examples": ["5/day"],
    "errorMessage": "write a budget like 5/day",
}
SENSITIVITY: list[dict[str, Any]] = [
    LEVEL,
    {"type": "number", "minimum": 0, "maximum": 1},
    {"type": "object", "properties": {"budget": BUDGET}, "required": ["budget"], "additionalProperties": False},
]

# What validators accept beside the type itself, by model and key: shorthands people write.
SHORTHANDS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("FileSettings", "include"): [TEXT],
    ("EmailSettings", "to"): [TEXT],
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
# What editors say beside the type: examples, and faults in words (`errorMessage` is a keyword of theirs).
HINTS: dict[tuple[str, str], dict[str, Any]] = {
    ("DigestSettings", "cron"): {
        "pattern": r"^\s*\S+(\s+\S+){4}\s*$",
        "examples": ["0 7,17 * * mon-fri"],
        "errorMessage": "write five cron fields, like 0 7,17 * * mon-fri",
    },
    ("DigestSettings", "timezone"): {"examples": ["Europe/London"]},
    ("Probes", "bind"): {"examples": ["127.0.0.1:9080"]},
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration file."""
    made = FileSettings.model_json_schema(mode="validation", by_alias=True)
    for name, definition in {**made["$defs"], "FileSettings": made}.items():
        _widen(name, definition)
    feeds = made["properties"]["feeds"]["items"]
    made["properties"]["feeds"]["items"] = {"anyOf": [ADDRESS, *feeds["oneOf"]]}
    return {"$schema": DIALECT, **_called(_tidy(made))}


def schema_text() -> str:
    """Return the schema as it is written to config/monitor.schema.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _called(made: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with its definitions under the names editors show: `route`, not `RouteSettings`."""
    text = re.sub(r"#/\$defs/(\w+)", lambda found: f"#/$defs/{_name(found[1])}", json.dumps(made))
    renamed: dict[str, Any] = json.loads(text)
    return {**renamed, "$defs": {_name(model): definition for model, definition in renamed["$defs"].items()}}


def _name(model: str) -> str:
    return model.removesuffix("Settings").lower()


def _widen(model: str, definition: dict[str, Any]) -> None:
    for key, written in definition.get("properties", {}).items():
        if (model, key) in SHORTHANDS:
            kept = {name: written.pop(name) for name in ("description", "default") if name in written}
            usual = [kind for kind in written.pop("anyOf", [written]) if set(kind) - {"title"}]
            definition["properties"][key] = {**kept, "anyOf": [*SHORTHANDS[model, key], *usual]}
        written.update(HINTS.get((model, key), {}))
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
    if kept.get("anyOf") and set(kept["anyOf"][0]) == {"$ref"} and kept["anyOf"][1:] == [{"type": "null"}]:
        kept |= kept.pop("anyOf")[0]  # an editor then lays out what is to be written under the key
    if kept.get("default", "") in (None, "", []):  # an editor would write it
        kept.pop("default", None)
    if ISO_DURATION.fullmatch(str(kept.get("default", ""))):
        kept["default"] = durations.show(TypeAdapter(timedelta).validate_python(kept["default"]))
    return {key: _tidy(value) for key, value in kept.items()}
