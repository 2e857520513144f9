"""Promises the whole house keeps: verbs and keys documented, import rules, sizes, no traces of a workplace."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from monitor import config
from monitor.cli.app import VERBS, root
from monitor.config import document
from monitor.config.schema import schema, schema_text
from monitor.errors import ConfigError

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHIPPED = ROOT / "config/monitor.yaml"
MODULES = sorted((ROOT / "monitor").rglob("*.py"))

FILE_MOST, FUNCTION_MOST, ARGUMENTS_MOST = 400, 40, 6
MIGRATIONS = "migrations"  # written once, never read again


def verbs() -> Iterator[str]:
    """Yield every verb, and `verb part` for families."""
    with click.Context(root) as context:
        for name in VERBS:
            command = root.get_command(context, name)
            yield from ([f"{name} {part}" for part in command.commands] if isinstance(command, click.Group) else [name])


@pytest.mark.parametrize("verb", list(verbs()))
def test_every_verb_is_in_the_readme(verb: str) -> None:
    assert re.search(rf"`{verb}\b", README), f"`{verb}` is missing from the table of commands"


def test_the_readme_names_no_verb_that_is_not_there() -> None:
    known = {verb.split()[0] for verb in verbs()}
    assert set(re.findall(r"`monitor ([a-z-]+)", README)) <= known


def keys() -> set[str]:
    """Return every key a configuration may hold."""
    made = schema()
    models = [made, *made["$defs"].values()]
    return {key for model in models for key in model.get("properties", {})}


@pytest.mark.parametrize("key", sorted(keys()))
def test_every_key_stands_in_the_shipped_configuration_with_a_comment(key: str) -> None:
    assert re.search(rf"(^|[\s{{,#]){re.escape(key)}\b:?", SHIPPED.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_key_is_described_in_the_schema() -> None:
    made = schema()
    bare = [
        f"{name}.{key}"
        for name, model in {"": made, **made["$defs"]}.items()
        for key, value in model.get("properties", {}).items()
        if not value.get("description")
    ]
    assert not bare


def test_the_stored_schema_is_the_one_the_code_makes() -> None:
    stored = (ROOT / "config/monitor.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), "run: monitor schema > config/monitor.schema.json"


def test_the_shipped_configuration_is_sound_and_valid_by_the_schema() -> None:
    made = config.load(SHIPPED)
    assert not made.warnings
    assert len(made.feeds) >= 25
    checker = jsonschema.Draft202012Validator(schema())
    checker.check_schema(schema())
    checker.validate(document.read(SHIPPED).data)


def test_the_commented_lines_of_the_shipped_configuration_are_sound_too(tmp_path: Path) -> None:
    """What a user gets by taking the # away from the examples must not be a fault of syntax or of names."""
    text = re.sub(
        r"^( *)# ((?:desk|ops|chat|reader): ?.*|  .*)$", r"\1\2", SHIPPED.read_text(encoding="utf-8"), flags=re.M
    )
    receivers = text[text.index("receivers:") : text.index("  # Secrets never")]
    faults = list(jsonschema.Draft202012Validator(schema()).iter_errors(_read(tmp_path, receivers)))
    assert not faults, [fault.message for fault in faults]


def _read(folder: Path, text: str) -> Any:
    (folder / "part.yaml").write_text(text, encoding="utf-8")
    return document.read(folder / "part.yaml").data


@pytest.mark.parametrize(
    "text",
    [
        "storylines: {a: {watch: {any: [x, 155]}, sensitivity: 0.4, start: 2024-06-01}}",
        "storylines: {a: {watch: {all: [x, [y, z]]}, sensitivity: {budget: 5/day}}}",
        "feeds: ['https://example.org/x', {url: 'https://example.org/y', every: 1h30m}]",
        "polling: {max_body: 5MB}",
        "routes: []\nreceivers: {}\nfeeds: []",
        "include: conf.d/*.yaml",
        "receivers: {d: {email: {to: desk@example.org}}}",
        "receivers: {d: {file: {path: x}}}\nroutes: [{receiver: d, immediate: {}, tags: a, quiet_hours: 'sat,sun'}]",
    ],
)
def test_what_loads_is_valid_by_the_schema(tmp_path: Path, text: str) -> None:
    jsonschema.Draft202012Validator(schema()).validate(_read(tmp_path, text))
    config.load(tmp_path / "part.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "storylines: {a: {watch: {any: x}}}",
        "storylines: {a: {watch: {any: [x]}, sensitivity: loud}}",
        "feeds: ['ftp://example.org/x']",
        "polling: {every: 15}",
        "receivers: {d: {file: {}}}",
        "nosuch: 1",
        "probes: {}",
    ],
)
def test_what_the_schema_refuses_does_not_load(tmp_path: Path, text: str) -> None:
    assert not jsonschema.Draft202012Validator(schema()).is_valid(_read(tmp_path, text))
    with pytest.raises(ConfigError):
        config.load(tmp_path / "part.yaml")


def test_import_rules_hold() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    answer = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= FILE_MOST
    if MIGRATIONS in path.parts:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            told = (ast.get_docstring(node, clean=False) or "").count("\n") + 1
            assert (node.end_lineno or 0) - node.lineno + 1 - told <= FUNCTION_MOST, node.name
            typed = [
                argument for argument in (*node.args.args, *node.args.kwonlyargs) if argument.arg not in {"self", "cls"}
            ]
            assert len(typed) <= ARGUMENTS_MOST + ("cli" in path.parts) * 2, node.name


PLACES = "|".join(("work", "tmp", "root"))
TRACES = re.compile(rf"/({PLACES})/|localhost:\d{{5}}|\bissue \d\b|\bas asked in\b", re.IGNORECASE)


def test_nothing_in_the_repository_speaks_of_a_workplace() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    texts = [
        ROOT / name for name in listed if name and Path(name).suffix not in {".jsonl", ".npz", ".png", ".xml", ".html"}
    ]
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in texts
        if path.is_file() and path != Path(__file__)
        for match in TRACES.finditer(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not found
