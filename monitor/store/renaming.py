"""A storyline under another name: everything that hangs on the old one moves along."""

from __future__ import annotations

from sqlalchemy import Connection, String, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.schema import alerts, deliveries, digests, meta, metadata, storylines

BY_ROUTE = (alerts, digests)  # a route that names its storyline has a key that begins with the name

THREAD = "thread:"  # and the name of a storyline: the key of a note with the name of its mail thread
NOTED_THREAD = meta.c.key == literal(THREAD, String) + deliveries.c.storyline


def rename(connection: Connection, old: str, new: str) -> bool:
    """Move the history of a storyline to another name; False when there is none, or the new name has its own."""
    held = set(connection.execute(select(storylines.c.name).where(storylines.c.name.in_((old, new)))).scalars())
    if held != {old}:
        return False
    connection.execute(update(storylines).where(storylines.c.name == old).values(name=new))
    for table in metadata.sorted_tables:
        if "storyline" in table.c:
            connection.execute(update(table).where(table.c.storyline == old).values(storyline=new))
    _keep_thread(connection, old, new)
    for table in BY_ROUTE:
        key = new + func.substr(table.c.route, len(old) + 1)
        connection.execute(update(table).where(table.c.route.startswith(f"{old}>", autoescape=True)).values(route=key))
    return True


def _keep_thread(connection: Connection, old: str, new: str) -> None:
    """Let mails stay in their thread; a storyline that takes the old name begins one of its own."""
    noted = connection.execute(select(meta.c.value).where(meta.c.key == f"{THREAD}{old}")).scalar()
    thread = noted or old
    for name, value in ((new, thread), (old, f"{thread}-again")):
        row = {"key": f"{THREAD}{name}", "value": value}
        connection.execute(upsert(meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row))
