"""Sparse vectors: products one by one, dense, and laid end to end are the same."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.lex import SPACE, Sparse, indexed, stacked


def sparse(**weights: float) -> Sparse:
    ids = sorted((int(name[1:]), weight) for name, weight in weights.items())
    return Sparse(np.array([i for i, _ in ids], np.int32), np.array([w for _, w in ids], np.float32))


MIDDLE = sparse(f3=0.5, f7=2.0, f500000=1.0)
ROWS = [sparse(), sparse(f3=2.0), sparse(f1=1.0), sparse(f7=0.5, f500000=3.0), sparse()]
PRODUCTS = [0.0, 1.0, 0.0, 4.0, 0.0]


def test_products_one_by_one_and_all_at_once() -> None:
    assert [row.dot(MIDDLE) for row in ROWS] == PRODUCTS
    assert stacked(ROWS).dots(MIDDLE.dense()).tolist() == PRODUCTS
    assert stacked(ROWS).dots(indexed(MIDDLE.dense())).tolist() == PRODUCTS


@pytest.mark.parametrize("filled", [0, 1, 300, 100_000, SPACE])
def test_indexed_weights_are_the_dense_ones_however_many_there_are(filled: int) -> None:
    random = np.random.default_rng(filled)
    dense = np.zeros(SPACE, np.float32)
    dense[random.choice(SPACE, filled, replace=False)] = random.random(filled, np.float32)
    assert np.array_equal(indexed(dense)[np.arange(SPACE)], dense)


@pytest.mark.parametrize("rows", [[], [sparse()], [sparse(), sparse()]])
def test_nothing_to_multiply(rows: list[Sparse]) -> None:
    assert stacked(rows).dots(np.ones(SPACE, np.float32)).tolist() == [0.0] * len(rows)


def test_a_row_does_not_depend_on_the_company_it_keeps() -> None:
    random = np.random.default_rng(4)
    rows = [
        Sparse(np.sort(random.choice(SPACE, 300, replace=False)).astype(np.int32), random.random(300, np.float32))
        for _ in range(40)
    ]
    dense = random.random(SPACE, np.float32)
    alone = [stacked([row]).dots(dense)[0] for row in rows]
    assert stacked(rows).dots(dense).tolist() == [float(each) for each in alone]
