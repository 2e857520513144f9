"""Sparse vectors: products one by one, dense, and laid end to end are the same."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.lex import SPACE, Sparse, stacked


def sparse(**weights: float) -> Sparse:
    ids = sorted((int(name[1:]), weight) for name, weight in weights.items())
    return Sparse(np.array([i for i, _ in ids], np.int32), np.array([w for _, w in ids], np.float32))


MIDDLE = sparse(f3=0.5, f7=2.0, f500000=1.0)
ROWS = [sparse(), sparse(f3=2.0), sparse(f1=1.0), sparse(f7=0.5, f500000=3.0), sparse()]
PRODUCTS = [0.0, 1.0, 0.0, 4.0, 0.0]


def test_products_one_by_one_and_all_at_once() -> None:
    assert [row.dot(MIDDLE) for row in ROWS] == PRODUCTS
    assert stacked(ROWS).dots(MIDDLE.dense()).tolist() == PRODUCTS


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
