"""What a language server makes of the schema: it writes defaults, shows names of definitions, repeats fault texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from monitor.config.schema import schema


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in the schema."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def test_completing_a_key_writes_no_default_that_says_nothing() -> None:
    assert not [node for node in nodes(schema()) if "default" in node and node["default"] in (None, "", [])]


def test_completing_a_key_lays_out_what_stands_under_it() -> None:
    made = schema()
    assert "$ref" in made["properties"]["probes"]
    assert "$ref" in made["$defs"]["receiver"]["properties"]["email"]


def test_definitions_are_called_as_people_call_them() -> None:
    made = schema()
    assert {"storyline", "feed", "receiver", "route", "digest"} <= set(made["$defs"])
    assert not [name for name in made["$defs"] if name != name.lower() or "settings" in name]
    assert {node["$ref"].rpartition("/")[2] for node in nodes(made) if "$ref" in node} <= set(made["$defs"])


def test_no_fault_is_told_as_a_regular_expression() -> None:
    assert not [node for node in nodes(schema()) if "pattern" in node and "errorMessage" not in node]


@pytest.mark.parametrize(("cron", "sound"), [("0 7,17 * * mon-fri", True), ("0 0 7 * * *", False), ("daily", False)])
def test_a_schedule_has_five_fields(cron: str, sound: bool) -> None:
    written = {"routes": [{"receiver": "x", "digest": {"cron": cron}}]}
    assert jsonschema.Draft202012Validator(schema()).is_valid(written) is sound
