"""ROOM 4, memory: the only place with SQL.

`Store` opens the database; `Store.begin()` is one write transaction, `Store.read()` a consistent look.
A transaction has one drawer a kind of row: `tx.feeds`, `tx.entries`, `tx.stories`, `tx.events`, `tx.outbox`, `tx.desk`.
`glance` is a look at the state of everything that does without the SQL toolkit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.store.store import Store, Tx

__all__ = ["Store", "Tx"]


def __getattr__(name: str) -> Any:
    """Load the store when it is first named: who only takes a glance does without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from monitor.store import store  # noqa: PLC0415

    return getattr(store, name)
