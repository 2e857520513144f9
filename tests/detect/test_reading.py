"""Readings: the same features whatever the batch, names across alphabets, a lens that learns the stream."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from monitor.detect import lex
from monitor.detect.language import language_of
from monitor.detect.reading import Lens
from monitor.detect.vectors import multilingual_vectors, static_vectors
from monitor.types import Entry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = ["Seoul weighs arming Kyiv", "", "Россия и КНДР подписали договор", "a", "3,000 troops; 3000 tanks"]


def entries(texts: list[str]) -> list[Entry]:
    return [Entry(uid=str(n), key=str(n), title=t, seen_at=NOW, date=NOW) for n, t in enumerate(texts)]


def test_a_text_is_counted_alike_alone_and_in_company() -> None:
    for together, text in zip(lex.count(TEXTS), TEXTS, strict=True):
        alone = lex.count([text])[0]
        assert together.stems == alone.stems
        assert np.array_equal(together.ids, alone.ids)
        assert np.array_equal(together.counts, alone.counts)


def test_weighted_vectors_have_unit_length() -> None:
    for reading in Lens.shipped().read(entries([t for t in TEXTS if len(t) > 1])):
        assert reading.lex.dot(reading.lex) == pytest.approx(1, abs=1e-5)
        assert float(reading.vector @ reading.vector) == pytest.approx(1, abs=1e-5)


def test_an_empty_text_is_close_to_nothing() -> None:
    empty, other = Lens.shipped().read(entries(["", "Seoul"]))
    assert empty.lex.dot(other.lex) == 0
    assert float(empty.vector @ other.vector) == 0


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("Weapons and the weapon", ("weapon", "weapon")),
        ("U.N. sanctions", ("un", "sanction")),
        ("Yoon’s 3,000 troops", ("yoon", "3000", "troop")),
        ("Путина и Путин", ("putin", "putin")),
        ("the of and", ()),
    ],
)
def test_stems(text: str, stems: tuple[str, ...]) -> None:
    assert lex.stems(text) == stems


def test_names_meet_across_alphabets() -> None:
    latin, cyrillic, other = Lens.shipped().lex(["Zelensky", "Зеленський", "Macron"])
    assert latin.dot(cyrillic) > 0.2
    assert latin.dot(other) < 0.05


def test_words_of_the_stream_become_common() -> None:
    lens = Lens.shipped()
    taught = lens.with_stream(["zweifel valmora bridge"] * 50)
    number = lex.stem_id(lex.stem("valmora"))
    assert taught.background.idf[number] < lens.background.idf[number]
    assert lens.with_stream([]).background is lens.background


@pytest.mark.parametrize(("days_before", "share"), [(0, 0.0), (5, 0.5), (30, 1.0), (-3, 0.0), (-30, 1.0)])
def test_a_stream_tells_how_much_of_it_came_after_a_moment(days_before: int, share: float) -> None:
    stream = Lens.shipped().with_stream(["one", "two"], days=10, newest=NOW).background.stream
    assert stream.share_after(NOW - timedelta(days=days_before)) == share
    assert stream.share_after(None) == 1


def test_a_second_stream_replaces_the_first() -> None:
    lens = Lens.shipped()
    twice = lens.with_stream(["valmora"] * 50).with_stream(["other words"] * 50)
    assert np.array_equal(twice.background.df, lens.with_stream(["other words"] * 50).background.df)


def test_static_vectors_know_what_words_mean() -> None:
    weapons, arms, football = static_vectors().encode(["weapons shipment", "arms delivery", "football season"])
    assert float(weapons @ arms) > float(weapons @ football) + 0.1


def test_multilingual_vectors_are_the_same_however_many_threads_there_are() -> None:
    texts = [f"{title}: the harbour of Busan reopens after {title} days of strike" for title in ("Nine", "Forty", "2")]
    made = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            made.append(multilingual_vectors().encode(texts).tobytes())
    assert made[0] == made[1]


def test_multilingual_vectors_cross_languages() -> None:
    english, spanish, other = Lens.shipped().sense(
        ["South Korea may send weapons to Ukraine", "Corea del Sur podría enviar armas a Ucrania", "Receta de tarta"]
    )
    assert float(english @ spanish) > 0.5 > float(english @ other)


@pytest.mark.parametrize(
    ("text", "declared", "lang"),
    [
        ("Südkoreas Parlament stoppt das Kriegsrecht nach wenigen Stunden", "", "de"),
        ("북한 쓰레기 풍선 또 남하", "en", "ko"),
        ("ゼレンスキー大統領が東京に到着", "", "ja"),
        ("arms", "", ""),
        ("arms", "en-GB", "en"),
        ("12:30 !!!", "", ""),
        ("В Пхеньяне подписан договор о всеобъемлющем партнёрстве", "en", "ru"),
    ],
)
def test_languages(text: str, declared: str, lang: str) -> None:
    assert language_of(text, declared) == lang


@pytest.mark.parametrize("text", ["字" * 60_000, "🙂" * 60_000, "a" * 60_000, "a̴̡͝" * 20_000])
def test_hostile_texts_are_read(text: str) -> None:
    assert Lens.shipped().read(entries([text]))[0].text == text
