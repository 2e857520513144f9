"""A folder of seeds: what is read, what is refused, and that the others are read all the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import seeds
from monitor.errors import SeedError

ROOT = Path(__file__).resolve().parents[2]

ARTICLE = """Dam operators lower the lake before the storms

The operators of the Halden dam began on Monday to lower the level of the lake by two metres.

About 300 cubic metres a second are let through, five times as much as in an ordinary August.

"We would rather lose some electricity than a bridge," said the head of the plant, Odd Nilsen.
"""
OTHER = """Ferry line to the islands gets two more ships

The ministry of transport in Oslo has ordered two more ferries for the northern islands, at a price of 48 million euros.

Both ships are to sail from next summer, a year earlier than planned, the minister told reporters on the quay in Bergen.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A seeds folder with one good article."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "good.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path / "seeds"


def warning(folder: Path) -> str:
    """Return the one warning a folder gives, while its good article is read."""
    found = seeds.load(folder)
    assert [article.file for article in found.articles] == ["good.txt"]
    assert len(found.warnings) == 1
    return found.warnings[0]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t\n", "empty"),
        ("one.txt", b"x", "not an article"),
        ("binary.txt", bytes(range(256)) * 20, "binary"),
        ("paper.txt", b"%PDF-1.7 " + b"x" * 500, "a PDF"),
        ("paper.md", b"PK\x03\x04" + b"x" * 500, "office document"),
        ("big.txt", b"word " * 220_000, "at most 1 MB"),
        ("table.txt", b"id,name,value\n1,a,2\n2,b,3\n" * 40, "not an article"),
        ("data.txt", b'{"text": "A sentence that stands in data. Another one that does."}', "JSON"),
        ("menu.txt", b"Home\nWorld\nSport\nSign in\nSubscribe\nMost read\n" * 5, "not an article"),
        ("page.html", b"<!doctype html><html><body><nav><a>Home</a></nav></body></html>", "not an article"),
        ("broken.md", b"---\ntitle: [a\n---\n" + ARTICLE.encode(), "front matter"),
        ("list.md", b"---\n- a\n- b\n---\n" + ARTICLE.encode(), "key: value"),
        ("date.md", b"---\npublished: soon\n---\n" + ARTICLE.encode(), "is no date"),
        ("nested.md", b"---\ntitle: {a: b}\n---\n" + ARTICLE.encode(), "one value"),
        ("notes.docx", b"x", "not read: seeds are"),
        ("copy.txt", ARTICLE.replace("two metres", "2 metres").encode(), "the same article as"),
    ],
)
def test_a_bad_file_is_named_and_the_others_are_read(folder: Path, name: str, content: bytes, said: str) -> None:
    if name == "copy.txt":
        name = "zz-copy.txt"  # after the good one
    (folder / name).write_bytes(content)
    told = warning(folder)
    assert told.startswith(name)
    assert said in told


def test_a_program_is_no_article(folder: Path) -> None:
    (folder / "program.txt").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    assert "not an article" in warning(folder)


def test_fifty_megabytes_are_not_read(folder: Path) -> None:
    with (folder / "huge.html").open("wb") as file:
        file.truncate(50_000_000)
    assert warning(folder) == "huge.html: 50.0 MB; a seed is one article of at most 1 MB"


def test_only_regular_files_inside_the_folder_are_opened(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(OTHER, encoding="utf-8")
    (folder / "away.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "nowhere.txt").symlink_to("gone")
    (folder / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / "more").mkdir()
    found = seeds.load(folder)
    assert [article.file for article in found.articles] == ["good.txt"]
    assert [told.partition(":")[0] for told in found.warnings] == [
        "away.txt", "loop.txt", "more", "nowhere.txt", "pipe.txt", "zero.txt",
    ]  # fmt: skip


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / "other.txt").write_text(OTHER, encoding="utf-8")
    (folder / "good.txt").unlink()
    (folder / "again.txt").symlink_to("other.txt")
    found = seeds.load(folder)
    assert [article.file for article in found.articles] == ["again.txt"]
    assert "other.txt: the same article as again.txt" in found.warnings[-1]


@pytest.mark.parametrize("path", ["/dev/zero", "gone"])
def test_what_is_no_folder_and_no_file_is_an_error(path: str, tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=path):
        seeds.load(tmp_path / path)


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(SeedError, match="neither a folder nor a regular file"):
        seeds.load(tmp_path / "pipe.txt")


def test_a_folder_without_any_article_is_an_error_that_says_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"put articles in it"):
        seeds.load(tmp_path)
    (tmp_path / "a.txt").write_text("", encoding="utf-8")
    with pytest.raises(SeedError, match=r"a\.txt: empty"):
        seeds.load(tmp_path)


def test_one_file_is_a_pack_of_one(folder: Path) -> None:
    assert seeds.load(folder / "good.txt").articles == seeds.load(folder).articles


def test_hidden_files_readme_and_leavings_are_passed_over(folder: Path) -> None:
    for name in (".hidden.txt", "README.md", "good.txt~"):
        (folder / name).write_text(OTHER, encoding="utf-8")
    (folder / "good_files").mkdir()
    found = seeds.load(folder)
    assert len(found.articles) == 1
    assert found.warnings == ()


KOREAN = """서울시, 한강 다리 안전 점검 강화한다

서울시가 다음 달부터 한강 다리 스무 곳의 안전 점검을 강화하기로 했다. 최근 낡은 다리에서 균열이 나왔기 때문이다.

시는 올해 예산 백억 원을 들여 드론과 수중 로봇을 점검에 쓸 계획이다. 점검 결과는 매달 누리집에 공개한다.
"""
RUSSIAN = """Паром между островами будет ходить чаще

Министры договорились ускорить строительство паромов. Решение объявила министр транспорта в порту.

Программа подорожала вдвое, сообщили в ведомстве. Операторы предупреждают, что два из пяти судов опоздают.
"""


@pytest.mark.parametrize(
    ("written", "encoding", "remark"),
    [
        (ARTICLE, "utf-8-sig", ""),
        (ARTICLE, "utf-16", ""),
        (ARTICLE, "utf-32", ""),
        (ARTICLE, "utf-16-le", "UTF-16-LE"),
        (ARTICLE, "utf-16-be", "UTF-16-BE"),
        (ARTICLE.replace('"', "“", 1).replace("Odd", "Øydd"), "cp1252", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        (KOREAN, "cp949", "cp949"),
        (KOREAN, "utf-8", ""),
    ],
)
def test_other_encodings_are_read_and_noted(tmp_path: Path, written: str, encoding: str, remark: str) -> None:
    (tmp_path / "a.txt").write_bytes(written.encode(encoding))
    found = seeds.load(tmp_path)
    assert found.articles[0].title == written.partition("\n")[0]
    assert found.articles[0].paragraphs == tuple(written.strip().split("\n\n")[1:])
    noted = [told for told in found.warnings if "save it as UTF-8" in told]
    assert [remark in told for told in noted] == ([True] if remark else [])


def test_text_that_was_encoded_twice_is_mended(tmp_path: Path) -> None:
    written = ARTICLE.replace("We would", "It’s clear that we would")
    (tmp_path / "a.txt").write_bytes(written.encode().decode("cp1252").encode())
    found = seeds.load(tmp_path)
    assert "It’s clear" in found.articles[0].paragraphs[-1]
    assert "encoded twice" in found.warnings[0]


def test_the_version_changes_with_what_the_seeds_say_and_with_nothing_else(folder: Path) -> None:
    before = seeds.load(folder).version
    (folder / "empty.txt").touch()
    assert seeds.load(folder).version == before
    (folder / "good.txt").write_text(ARTICLE.replace("300", "400"), encoding="utf-8")
    assert seeds.load(folder).version != before


def test_the_shipped_story_is_five_whole_articles() -> None:
    found = seeds.load(ROOT / "seeds" / "seoul-arms-ukraine")
    assert found.warnings == ()
    assert len(found.articles) == 5
    for article in found.articles:
        assert 200 <= sum(len(paragraph.split()) for paragraph in article.paragraphs) <= 400
        assert article.title
        assert article.outlet
        assert article.lang == "en"
        assert article.published is not None
        assert datetime(2024, 6, 20, tzinfo=UTC) <= article.published < datetime(2024, 6, 24, tzinfo=UTC)
    everything = " ".join(part for article in found.articles for part in article.paragraphs)
    facts = ("Yoon Suk Yeol", "Chang Ho-jin", "Kim Hong-kyun", "Cho Tae-yul", "Georgy Zinoviev", "Jens Stoltenberg",
             "four ships, five organisations and eight people", "Article 51", "1961", "2006", "19 June")  # fmt: skip
    assert [fact for fact in facts if fact not in everything] == []
