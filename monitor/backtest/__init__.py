"""Replay: the same line over entries of the past, with a store in memory. There is no second code path."""

from monitor.backtest.items import Item, read_lines
from monitor.backtest.replay import Backtest, Replay, Row, replay, with_seeds
from monitor.backtest.sources import Found, Span, history, read

__all__ = [
    "Backtest",
    "Found",
    "Item",
    "Replay",
    "Row",
    "Span",
    "history",
    "read",
    "read_lines",
    "replay",
    "with_seeds",
]
