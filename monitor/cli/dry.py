"""`once --dry-run`: the whole line over a copy of the database in memory of the disk, thrown away afterwards."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import click

from monitor.cli import logs, show
from monitor.cli.session import Session


def once(session: Session) -> None:
    """Poll, assess and compose over a copy of the database; print the digests; leave no trace."""
    from monitor.pipeline import Pipeline
    from monitor.store import Store
    from monitor.store.place import database_file

    logs.set_up(session.verbose)
    config = session.config
    file = database_file(config.state)
    with tempfile.TemporaryDirectory(prefix="monitor-dry-") as folder:
        copy = Path(folder) / "monitor.db"
        if file is not None and file.exists():
            with Store(config.state) as real:
                real.backup(copy)
        with Store(str(copy)) as store, Pipeline(replace(config, state=str(copy)), store) as line:
            line.sync()
            with store.read() as tx:
                total = len(tx.feeds.due(line.clock()))
            with show.progress("polling", total) as moved:
                report = line.poll(progress=moved)
            line.assess()
            line.compose(at_once=True)
            with store.read() as tx:
                deliveries = list(reversed(tx.outbox.all(limit=10_000)))
    if session.as_json:
        show.as_json(
            {"poll": report, "digests": [{"receiver": d.receiver, "digest": d.rendered.json} for d in deliveries]}
        )
        return
    for delivery in deliveries:
        show.say(f"To {delivery.recipient} ({delivery.receiver}): {delivery.rendered.subject}", "strong")
        click.echo(delivery.rendered.text)
    read = f"{report.new} new entries in {report.feeds} feeds ({report.failed} failed)"
    show.say(f"Dry run: {read}, {len(deliveries)} messages.")
    show.say("Nothing was stored or sent.", "good")
