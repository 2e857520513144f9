"""Messy articles become clean ones: headline, date, and the paragraphs of the article and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import seeds
from monitor.types import Seed


def read(folder: Path, written: str, name: str = "article.txt") -> Seed:
    """Return the seed of one file."""
    (folder / name).write_text(written, encoding="utf-8")
    return seeds.load(folder / name).articles[0]


BODY = """The operators of the Halden dam began on Monday to lower the level of the lake by two metres.

About 300 cubic metres a second are let through, five times as much as in an ordinary August.

"We would rather lose some electricity than a bridge," said the head of the plant, Odd Nilsen."""
PARAGRAPHS = tuple(BODY.split("\n\n"))
TITLE = "Dam operators lower the lake before the storms"


@pytest.mark.parametrize(
    "noise",
    [
        "close close",
        "Skip to main content",
        "Share",
        "Home | World | Europe",
        "02:54",
        "Watch: 1:02:54",
        "Rivers are rising across the country as rain sets in\n\n02:54",
        "KARI NORDMANN/EXAMPLE/AFP/Getty",
        "Water leaves the dam\nWater leaves the dam at Halden on Monday, August 14, 2023.\n\nKARI NORDMANN/POOL/AFP",
        "Water leaves the dam at Halden. (Kari Nordmann/Reuters)",
        "The plant's head, Odd Nilsen (Yonhap/Reuters)",
        "A handout photograph provided by the operator shows the open gates at dawn.",
        "FILE - Walkers stand at the dam in 2019.",
        "Cover: Ministry of Water",
        "Photo: Kari Nordmann / dpa",
        "Image source, Getty Images",
        "Image caption, The gates of the dam stood open all night.",
        "The gates of the dam at dawn. Photograph: Kari Nordmann/AFP/Getty Images",
        "[1/2]The gates stand open in Halden, Norway, August 14, 2023. Kari Nordmann/Pool via EXAMPLE",
        "The gates stand open in Halden, August 14, 2023. Agency/Kari Nordmann/Pool via REUTERS",
        "Item 1 of 2 The gates stand open.",
        "Our Standards: The Example Trust Principles.",
        "Thank you for reading this far. Our newsletter tells you more every morning.",
        "— Kari Nordmann (@kari) August 14, 2023",
        "Donate Subscribe to our news",
        "Subscribe to our newsletter and never miss a story.",
        "For the Latest Updates from us, Follow us on Google News",
        "Sign up for our morning email!",
        "Support independent journalism: donate today.",
        "PREV They found a fossil in the quarry of a neighbouring valley",
        "NEXT Fossil found; rain above the average; three regions › Local › Paper",
        "Previous article: The valley and its mills",
        "Read more: Why the lake is so full",
        "Related: How dams work",
        "Lesen Sie auch: Warum Stauseen überlaufen",
        "Читайте также: как устроена плотина",
        "© 2023 Halden Paper",
        "Copyright 2023 The Halden Paper. All rights reserved.",
        "All rights reserved. Sale or reproduction of any of this without prior permission is prohibited.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "Example Press writer Kari N. Nordmann in Oslo contributed.",
        "Kari Nordmann contributed reporting from Oslo.",
        "Reporting by Kari Nordmann; Editing by Ola Hansen",
        "(With inputs from agencies)",
        "Source: Halden Paper",
        "By Kari Nordmann",
        "International Desk |",
        "https://paper.example/dam",
        "Tags: dam, rain, Halden",
        "#dam #rain",
        "kari@paper.example",
        "ADVERTISEMENT",
        "What the valley says",
    ],
)
def test_what_is_no_article_goes(tmp_path: Path, noise: str) -> None:
    first, *rest = PARAGRAPHS
    written = "\n\n".join([TITLE, first, noise, *rest])
    seed = read(tmp_path, written)
    assert seed.title == TITLE
    assert seed.paragraphs == PARAGRAPHS


@pytest.mark.parametrize(
    "sentence",
    [
        "Next week the engineers will look at the oldest of the gates, which dates from 1961.",
        "Donors have pledged 40 million euros for those who live below the dam.",
        "The president shared the photograph of the dam with reporters in the capital.",
        "Reuters reported on Monday that the operator had asked the ministry for advice.",
        "Subscribers of the local water company will pay more from next year, it said.",
        "“Support us,” the mayor asked the minister. “We cannot do this alone.”",
        "The agreement covers copyright and trade, and entered into force on June 20, 2019.",
        "In the picture that the ministry painted, nothing could go wrong.",
        "The source: a leak in gate four, the operator found after two days of search.",
        "He left.",
    ],
)
def test_sentences_of_the_article_stay(tmp_path: Path, sentence: str) -> None:
    first, *rest = PARAGRAPHS
    seed = read(tmp_path, "\n\n".join([TITLE, first, sentence, *rest]))
    assert sentence in seed.paragraphs


@dataclass(frozen=True)
class Scene:
    """What stands above the text, and what must be read from it."""

    above: str
    published: datetime | None
    below: str = ""
    title: str = field(default=TITLE)


def at(*numbers: int) -> datetime:
    """Return a moment in UTC."""
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]


SCENES = {
    "no date": Scene(TITLE, None),
    "under the headline": Scene(f"{TITLE}\n\nAugust 14,2023 864\n{TITLE}", at(2023, 8, 14)),
    "masthead's day is not it": Scene(f"Saturday, 13 Jul, 2024\n\n\n{TITLE}", None),
    "masthead and update": Scene(
        f"Saturday, 13 Jul, 2024\n\n{TITLE}\n\nDesk |\nUpdate: 2023-08-14 17:40:35\n{TITLE}",
        at(2023, 8, 14, 17, 40, 35),
    ),
    "published beats updated": Scene(
        f"{TITLE}\nUpdated: 15 August 2023, 09:00\nPublished: 14 August 2023, 08:00", at(2023, 8, 14, 8)
    ),
    "modified later": Scene(
        f"{TITLE}\nMon 14 Aug 2023 18.45 CEST\nLast modified on Tue 15 Aug 2023 09.10 CEST", at(2023, 8, 14, 16, 45)
    ),
    "with byline": Scene(f"{TITLE}\nBy Kari Nordmann | August 14, 2023 | 10:32 am", at(2023, 8, 14, 10, 32)),
    "ISO with zone": Scene(f"{TITLE}\nPublished 2023-08-14T10:00:00+09:00", at(2023, 8, 14, 1)),
    "Korean": Scene(f"{TITLE}\n입력 2023.08.14 10:21 | 수정 2023.08.14 14:02", at(2023, 8, 14, 10, 21)),
    "German": Scene(f"{TITLE}\n14.08.2023, 17:30 Uhr", at(2023, 8, 14, 17, 30)),
    "Spanish": Scene(f"{TITLE}\n14 de agosto de 2023", at(2023, 8, 14)),
    "Russian": Scene(f"{TITLE}\n14 августа 2023", at(2023, 8, 14)),
    "either of two dates is none": Scene(f"{TITLE}\n05/06/2023", None),
    "day over twelve": Scene(f"{TITLE}\n14/08/2023", at(2023, 8, 14)),
    "in the footer": Scene(TITLE, at(2023, 8, 14, 17, 40), below="\n\nBDST: 1740 HRS, AUGUST 14, 2023 17:40"),
    "in the caption is not it": Scene(
        TITLE, None, below="\n\nThe open gates at Halden, June 19, 2023.\n\nKARI NORDMANN/AFP"
    ),
    "in the text is not it": Scene(TITLE, None, below="\n\nThe dam was opened on 3 May 1961 by the king."),
    "impossible": Scene(f"{TITLE}\n31 February 2023", None),
}


@pytest.mark.parametrize("name", SCENES)
def test_the_date_is_right_or_absent(tmp_path: Path, name: str) -> None:
    scene = SCENES[name]
    seed = read(tmp_path, f"{scene.above}\n\n{BODY}{scene.below}")
    assert seed.published == scene.published
    assert seed.title == scene.title
    assert seed.paragraphs[:3] == PARAGRAPHS


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("close\nclose\n\nA headline said twice here\n\nA headline said twice here", "A headline said twice here"),
        ("Home\nNews\nA plain headline for the story", "A plain headline for the story"),
        ("A headline with its site | The Paper\nA headline with its site", "A headline with its site"),
        ("It ends with a full stop.\n\nIt ends with a full stop.", "It ends with a full stop."),
        ("A headline of today\n=================", "A headline of today"),
    ],
)  # fmt: skip
def test_the_headline_is_found(tmp_path: Path, above: str, title: str) -> None:
    seed = read(tmp_path, f"{above}\n\n{BODY}")
    assert seed.title == title
    assert seed.paragraphs == PARAGRAPHS


def test_without_headline_the_file_or_the_first_sentence_names_it(tmp_path: Path) -> None:
    assert read(tmp_path, BODY, "dam-lowers-lake.txt").title == "dam lowers lake"
    assert read(tmp_path, BODY, "001.txt").title == PARAGRAPHS[0]


def test_wrapped_lines_become_paragraphs(tmp_path: Path) -> None:
    wrapped = (
        "The operators of the Halden dam began on Monday to lower the\nlevel of the lake by two metres.\n\n"
        "About 300 cubic metres a second are let through, five times as\nmuch as in an ordinary August.\n\n"
        '"We would rather lose some electricity than a bridge," said the\nhead of the plant, Odd Nilsen.\n'
    )
    assert read(tmp_path, f"{TITLE}\n\n{wrapped}").paragraphs == PARAGRAPHS


def test_datelines_and_loose_full_stops_go(tmp_path: Path) -> None:
    pasted = BODY.replace("The operators", "HALDEN, Norway (AP) — The operators").replace("two metres.", "two metres .")
    assert read(tmp_path, f"{TITLE}\n\n{pasted}").paragraphs == PARAGRAPHS


@pytest.mark.parametrize(
    "dateline",
    ["Halden — ", "Halden, Norway | ", "HALDEN, Aug 14 (Reuters) - ", "CNN — ", "(CNN) ", "OSLO, Aug. 14 (Yonhap) -- "],
)
def test_datelines_of_many_houses_go(tmp_path: Path, dateline: str) -> None:
    assert read(tmp_path, f"{TITLE}\n\n{dateline}{BODY}").paragraphs == PARAGRAPHS


def test_a_masthead_is_no_headline(tmp_path: Path) -> None:
    seed = read(tmp_path, f"The Halden Paper\nNews > Rivers\n{TITLE}\n\n{BODY}")
    assert seed.title == TITLE
    assert seed.paragraphs == PARAGRAPHS


def test_everything_behind_the_comments_goes(tmp_path: Path) -> None:
    after = "\n\nComments (2)\n\nAnna: I have lived below this dam for thirty years and never saw so much water."
    assert read(tmp_path, f"{TITLE}\n\n{BODY}{after}").paragraphs == PARAGRAPHS


def test_notes_without_full_stops_are_kept(tmp_path: Path) -> None:
    notes = "Dam lowered by two metres\nRain expected at the end of the week\nOdd Nilsen heads the plant\n"
    notes += "Walkers asked to keep away from the river\nGates date from 1961\nMinistry in Oslo informed on Monday\n"
    seed = read(tmp_path, f"My notes on the dam\n{notes}")
    assert "Odd Nilsen heads the plant" in seed.paragraphs
    assert len(seed.paragraphs) == 6


MARKDOWN = f"""---
title: "{TITLE}"
source: https://paper.example/dam
published: 2023-08-14
author: [Kari Nordmann]
tags: [clippings]
---
![the dam](dam.jpg)
The operators of the **Halden dam** began on [Monday](https://paper.example) to lower the level of the
lake by two metres.

## How much water

> About 300 cubic metres a second are let through, five times as much as in an ordinary August.

- "We would rather lose some electricity than a bridge," said the head of the plant, _Odd Nilsen_.

[Subscribe](https://paper.example/now) to our newsletter
"""


def test_markdown_with_front_matter_is_read(tmp_path: Path) -> None:
    seed = read(tmp_path, MARKDOWN, "clip.md")
    assert seed.title == TITLE
    assert seed.published == at(2023, 8, 14)
    assert seed.link == "https://paper.example/dam"
    assert seed.outlet == ""
    assert seed.paragraphs == PARAGRAPHS


def test_a_markdown_heading_is_the_title(tmp_path: Path) -> None:
    seed = read(tmp_path, f"# {TITLE}\n\n{BODY}", "a.md")
    assert seed.title == TITLE
    assert seed.paragraphs == PARAGRAPHS


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2023-08-14", at(2023, 8, 14)),
        ("2023-08-14T10:00:00+09:00", at(2023, 8, 14, 1)),
        ("2023-08-14 10:00", at(2023, 8, 14, 10)),
        ("14 August 2023", at(2023, 8, 14)),
    ],
)
def test_front_matter_dates(tmp_path: Path, written: str, moment: datetime) -> None:
    seed = read(tmp_path, f"---\ntitle: x y z\ndate: {written}\noutlet: The Paper\nlang: en-GB\n---\n{BODY}", "a.md")
    assert seed.published == moment
    assert (seed.outlet, seed.lang) == ("The Paper", "en")


PAGE = """<!DOCTYPE html><html lang="en"><head><title>{title} | The Halden Paper</title>
<meta property="og:site_name" content="The Halden Paper"><link rel="canonical" href="https://paper.example/dam">
{date}<script>var x = "<p>A script is no text.</p>";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/s">Subscribe</a></li></ul></nav>
<div class="today">Thursday, 9 January 2025</div>
<article><h1>{title}</h1><figure><img src="x.jpg"><figcaption>The dam. Photo: Kari/Reuters</figcaption></figure>
{body}<aside><h3>Read more</h3><a href="/a">Why the gates stand open</a></aside></article>
<footer>&copy; 2025 The Halden Paper. All rights reserved.</footer></body></html>"""
MORE = "<p>Walkers are asked to keep away from the river between Halden and Brekke until the weekend is over.</p>"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ('<meta property="article:published_time" content="2023-08-14T08:30:00+02:00">', at(2023, 8, 14)),
        ('<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2023-08-14"}</script>',
         at(2023, 8, 14)),
        ("", None),
    ],
)  # fmt: skip
def test_saved_pages_are_read(tmp_path: Path, date: str, moment: datetime | None) -> None:
    body = "".join(f"<p>{part}</p>" for part in PARAGRAPHS) + MORE
    seed = read(tmp_path, PAGE.format(title=TITLE, date=date, body=body), "page.html")
    assert seed.title == TITLE
    assert seed.published == moment
    assert seed.outlet == "The Halden Paper"
    assert seed.link == "https://paper.example/dam"
    assert seed.paragraphs[:3] == PARAGRAPHS
    assert len(seed.paragraphs) == 4


def test_a_page_that_says_its_date_in_words_only(tmp_path: Path) -> None:
    body = "<p class=d>Published: 14 August 2023</p>" + "".join(f"<p>{part}</p>" for part in PARAGRAPHS) + MORE
    seed = read(tmp_path, PAGE.format(title=TITLE, date="", body=body), "page.html")
    assert seed.published == at(2023, 8, 14)


def test_a_piece_of_a_page_is_read_too(tmp_path: Path) -> None:
    piece = f"<h2>{TITLE}</h2>" + "".join(f"<p>{part}</p>" for part in PARAGRAPHS)
    assert read(tmp_path, piece, "piece.html").paragraphs == PARAGRAPHS


RAW = {
    "000": ("Kim’s deal with Putin", None, 16),
    "001": ("South Korea will consider supplying weapons", None, 24),
    "002": ("Seoul considers supplying weapons", at(2024, 6, 21), 9),
    "003": ("Putin warns South Korea", at(2024, 6, 21, 17, 40, 35), 19),
    "004": ("South Korea warned again", None, 15),
}
LEFTOVERS = (
    "02:54", "$50 billion loan", "swimming pool", "PISCINE", "shake hands", "Lederer", "Donate", "Subscribe", "864",
    "Cover:", "13 Jul", "International Desk", "Update:", "BDST", "rights reserved", "Source:", "Yonhap/",
    "Kormilitsyna",
    "Song Kyung", "Google News", "PREV", "NEXT", "Nothosaurus", "close close",
)  # fmt: skip


@pytest.mark.shared
def test_the_raw_articles_of_the_shared_folder_come_out_clean(shared: Path) -> None:
    found = seeds.load(shared / "seeds")
    assert found.warnings == ()
    for article in found.articles:
        title, published, paragraphs = RAW[article.file[:3]]
        assert article.title.startswith(title)
        assert article.published == published
        assert len(article.paragraphs) == paragraphs
        assert not [part for part in article.paragraphs for word in LEFTOVERS if word in part]
        assert article.title not in article.paragraphs
