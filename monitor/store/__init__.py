"""ROOM 4, memory: the only place with SQL.

`Store` opens the database; `Store.begin()` is one write transaction, `Store.read()` a consistent look.
A transaction has one drawer a kind of row: `tx.feeds`, `tx.entries`, `tx.stories`, `tx.events`, `tx.outbox`, `tx.desk`.
"""

from monitor.store.store import Store, Tx

__all__ = ["Store", "Tx"]
