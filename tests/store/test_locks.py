"""Locks that end with their holders: one daemon, and many that deliver together."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.store.locks import Couriers


def test_only_who_comes_first_is_alone(tmp_path: Path) -> None:
    came: list[str] = []
    first, second, third = (Couriers(tmp_path / "monitor.db") for _ in range(3))
    first.join(lambda: came.append("first"))
    second.join(lambda: came.append("second"))
    first.leave()
    third.join(lambda: came.append("third"))
    second.leave()
    third.leave()
    first.join(lambda: came.append("first again"))
    first.leave()
    assert came == ["first", "first again"]


def test_who_fails_while_alone_holds_nothing(tmp_path: Path) -> None:
    first, second = (Couriers(tmp_path / "monitor.db") for _ in range(2))
    with pytest.raises(ZeroDivisionError):
        first.join(lambda: 1 // 0)
    came: list[str] = []
    second.join(lambda: came.append("second"))
    second.leave()
    assert came == ["second"]
