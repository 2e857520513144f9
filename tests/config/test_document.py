"""YAML with places: what it means, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import document
from monitor.errors import ConfigErrors


def read(text: str | bytes) -> document.Document:
    path = Path("some.yaml")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return document.read(path)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\nb: no\nc: [1.5, true, ~, 'x', on]", {"a": 1, "b": "no", "c": [1.5, True, None, "x", "on"]}),
        ("n: '5'\nm: \"6\"", {"n": "5", "m": "6"}),
        ("2024-06-01: 2024-06-01", {"2024-06-01": "2024-06-01"}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("x: &x [1, 2]\ny: *x", {"x": [1, 2], "y": [1, 2]}),
        (b"\xef\xbb\xbfa: 1", {"a": 1}),
        ("e: 1e3\nh: 0x1F\nv: 1.2.3\ns: .5", {"e": 1000.0, "h": "0x1F", "v": "1.2.3", "s": 0.5}),
        ("", {}),
    ],
)
def test_reads_yaml_1_2(text: str | bytes, data: object) -> None:
    assert read(text).data == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2", "some.yaml:2:1: a: written twice; the first one stands in line 1"),
        ("a:\n\t- b", "some.yaml:2:1: not YAML"),
        ("a: [1, 2\nb: 3", "some.yaml:2:2: not YAML"),
        ("!!python/object/apply:os.system [x]", "some.yaml:1:1: Python tags"),
        ("a: !secret x", "some.yaml:1:4: the tag !secret"),
        ("a: &a [*a]", "some.yaml:1:8: the alias *a contains itself"),
        ("a: *b", "some.yaml:1:4: the alias *b stands for nothing"),
        ("--- 1\n--- 2", "some.yaml:2:1: a second document"),
        ("? [a]\n: b", "some.yaml:1:3: a key must be plain text"),
        ("[" * 100_000, "some.yaml:1:31: nested deeper than 30"),
        ("- x\n" * 100_001, "some.yaml:100000:3: more than 100,000 values"),
        (b"a: \xff", "some.yaml:1:4: not UTF-8 text (a character of another encoding): save the file as UTF-8"),
        ("a: 1".encode("utf-16"), "some.yaml:1:1: not UTF-8 text (it is UTF-16): save the file as UTF-8"),
        ("a:\n\u00a0 b: 1", "some.yaml:2:1: '\\xa0 b': a special space"),
        ("é: ok\na: \x07", "some.yaml:2:4: not YAML: a control character"),
        (" " * 4_000_001, "some.yaml:1:1: larger than 4 MB"),
    ],
)
def test_refuses_in_place(text: str | bytes, expected: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        read(text)
    assert str(caught.value).splitlines()[0].startswith(expected)


def test_an_alias_bomb_costs_nothing() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]" for n in range(12)]
    with pytest.raises(ConfigErrors, match="enormous"):
        read("\n".join(lines))


def test_a_deep_chain_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [[x]]"] + [f"a{n + 1}: &a{n + 1} [[*a{n}]]" for n in range(40)]
    with pytest.raises(ConfigErrors, match="enormous"):
        read("\n".join(lines))


def test_every_duplicate_is_named() -> None:
    with pytest.raises(ConfigErrors) as caught:
        read("a: 1\na: 2\nb: {c: 1, c: 3}\n")
    assert [(e.where.line, e.where.column) for e in caught.value.errors] == [(2, 1), (3, 11)]


def test_knows_where_a_key_stands_and_the_last_thing_on_a_wrong_way() -> None:
    found = read("a:\n  - b: 1\n    c: 2\n")
    assert str(found.where("a", 0, "c")) == "some.yaml:3:5"
    assert str(found.where("a", 0, "zzz")) == "some.yaml:2:5"
    assert str(found.where("nothing")) == "some.yaml:1:1"


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_only_regular_files(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.yaml"
    if kind == "folder":
        path.mkdir()
    with pytest.raises(ConfigErrors, match=r"no such file|not a regular file"):
        document.read(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n\tb: 1", "2:1: not YAML: a tab stands here; indent with spaces (in: b: 1)"),
        ("a:\n  b: 1\n c: 2", "3:2: not YAML: this line is indented otherwise than what stands above"),
        ("title: Strike: day two", "1:14: not YAML: a colon is not expected here: put text with a colon in quotes"),
        ("a:\n  title:Strike\n  b: 1", '2:3: not YAML: this key lacks its ": " (in: title:Strike)'),
        ('a: "Strike\nb: 1\nc: "x"', "1:4: not YAML: the quote opened here is closed only in line 3"),
        ('a: "Strike\nb: 1', "1:4: not YAML: the quote opened here is never closed"),
        ("a: @port", "1:4: not YAML: text cannot begin with @: put it in quotes (in: a: @port)"),
        ("cron: * 7 * * *", '1:7: not YAML: text with * or & in front stands in quotes, such as "*"'),
        ("a: [1,\n 2\nb: 3", "3:2: not YAML: the list that [ opens in line 1 is not closed by ], or lacks a comma"),
        ("a: {b: 1\nc: 2", "2:2: not YAML: what { opens in line 1 is not closed by }, or lacks a comma"),
        ("a: - b", '1:4: not YAML: a list with "- " begins on a line of its own, below its key'),
        ('a: "\\d"', r"1:5: not YAML: a backslash means something in double quotes: write \\ or use single quotes"),
    ],
)
def test_a_fault_of_syntax_names_its_beginning_and_the_remedy(text: str, told: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        read(text)
    assert str(caught.value).startswith(f"some.yaml:{told}")


@pytest.mark.parametrize(
    "line", ["password: hunter2: x", "url: https://x.example/?key=hunter2: x", "webhook: hunter2: x"]
)
def test_a_line_that_may_hold_a_secret_is_not_repeated(line: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        read(line)
    assert "hunter2" not in str(caught.value)
