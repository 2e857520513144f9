"""JSON lines: what is read, and where a faulty line stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.backtest import items as reading
from monitor.backtest import read_lines
from monitor.errors import ConfigError

GOOD = '{"id": "a", "date": "2024-06-21T08:00:00+09:00", "title": "A title"}'


def items(folder: Path, content: bytes) -> list[reading.Item]:
    path = folder / "entries.jsonl"
    path.write_bytes(content)
    return read_lines(path)


def test_a_line_is_an_item_in_utc(tmp_path: Path) -> None:
    (item,) = items(tmp_path, GOOD.encode())
    assert (item.id, item.title, item.date) == ("a", "A title", datetime(2024, 6, 20, 23, tzinfo=UTC))


def test_what_editors_do_to_files_is_no_fault(tmp_path: Path) -> None:
    found = items(tmp_path, b"\xef\xbb\xbf" + GOOD.encode() + b"\r\n\r\n   \n" + GOOD.encode())
    assert [item.id for item in found] == ["a", "a"]


def test_undated_lines_get_the_latest_date_above_them(tmp_path: Path) -> None:
    lines = [GOOD, '{"id": 7, "title": "Undated", "date": null}']
    found = items(tmp_path, "\n".join(lines).encode())
    assert (found[1].id, found[1].undated, found[1].date) == ("7", True, found[0].date)


@pytest.mark.parametrize(("grade", "means"), [("2", 2), ("0", 0), ('"1"', 1), ("1.0", 1), ("null", None), ('""', None)])
def test_grades_as_people_write_them(tmp_path: Path, grade: str, means: int | None) -> None:
    assert items(tmp_path, f'{{"id": "a", "title": "x", "grade": {grade}}}'.encode())[0].grade == means


@pytest.mark.parametrize(
    ("line", "place", "what"),
    [
        (b'{"id": "b", "title": }', "2:22", "is not JSON"),
        (b"[1, 2]", "2:1", "is no object"),
        (b'{"title": "x"}', "2:1", '"id" is missing'),
        (b'{"id": true, "title": "x"}', "2:1", '"id" is missing'),
        (b'{"id": "b"}', "2:1", '"title" is missing'),
        (b'{"id": "b", "title": ["x"]}', "2:1", '"title" is not text'),
        (b'{"id": "b", "title": "x", "date": "yesterday"}', "2:1", "is not ISO 8601"),
        (b'{"id": "b", "title": "x", "date": "0001-01-01T00:00:00+14:00"}', "2:1", "is not ISO 8601"),
        (b'{"id": "b", "title": "x", "grade": "good"}', "2:1", '"grade" is 0'),
        (b'{"id": "b", "title": "x", "grade": true}', "2:1", '"grade" is 0'),
        (b'{"id": "b", "title": "\\ud800"}', "2:1", "half a character"),
        (b'{"id": "b", \x00"title": "x"}', "2:13", "NUL byte"),
        (b'{"id": "b", "title": "caf\xe9"}', "2:26", "is not UTF-8"),
        (b"[" * 50_000, "2:1", "is not JSON"),
        (b'{"id": ' + b"1" * 5_000 + b"}", "2:1", "is not JSON"),
    ],
)
def test_a_fault_has_a_file_and_a_line(tmp_path: Path, line: bytes, place: str, what: str) -> None:
    with pytest.raises(ConfigError) as fault:
        items(tmp_path, GOOD.encode() + b"\n" + line + b"\n")
    assert str(fault.value).startswith(f"{tmp_path}/entries.jsonl:{place}: ")
    assert what in str(fault.value)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r":1:1: is longer than 4 MB"):
        items(tmp_path, b'{"id": "' + b"x" * (reading.LONGEST + 10))


def test_another_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="save the file as UTF-8"):
        items(tmp_path, GOOD.encode("utf-16"))
