"""A storyline under another name: everything that hangs on the old one moves along."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from monitor.store.schema import alerts, digests, metadata, storylines

BY_ROUTE = (alerts, digests)  # a route that names its storyline has a key that begins with the name


def rename(connection: Connection, old: str, new: str) -> bool:
    """Move the history of a storyline to another name; False when there is none, or the new name has its own."""
    held = set(connection.execute(select(storylines.c.name).where(storylines.c.name.in_((old, new)))).scalars())
    if held != {old}:
        return False
    connection.execute(update(storylines).where(storylines.c.name == old).values(name=new))
    for table in metadata.sorted_tables:
        if "storyline" in table.c:
            connection.execute(update(table).where(table.c.storyline == old).values(storyline=new))
    for table in BY_ROUTE:
        key = new + func.substr(table.c.route, len(old) + 1)
        connection.execute(update(table).where(table.c.route.startswith(f"{old}>", autoescape=True)).values(route=key))
    return True
