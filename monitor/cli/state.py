"""Operating the monitor: status, healthcheck, send-test, backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.cli import complete, show
from monitor.cli.session import Session, Verb, pass_session


@click.command(cls=Verb)
@pass_session
def status(session: Session) -> None:
    """Everything on one screen: is it running, storylines, feeds, outbox, silences, disk.

    \b
    Examples:
      monitor status
      watch monitor status
      monitor status --json
    """
    from monitor.cli import overview, screen

    found = overview.of(session, datetime.now(UTC))
    if session.as_json:
        show.as_json(found)
    else:
        screen.tell(found)


@click.command(cls=Verb)
@click.option("--max-age", default="10m", show_default=True, help="How old the last tick of the service may be.")
@pass_session
def healthcheck(session: Session, max_age: str) -> int:
    """Exit 0 when the service runs, ticks and its database answers; else 1, and say why.

    \b
    Example, in a container file:
      HEALTHCHECK CMD monitor healthcheck
    """
    from monitor import durations
    from monitor.cli import overview

    try:
        patience = durations.parse(max_age)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--max-age") from None
    trouble = overview.trouble(session, datetime.now(UTC), patience)
    if session.as_json:
        show.as_json({"ok": not trouble, "trouble": trouble})
    else:
        for line in trouble:
            show.say(line, "bad")
        if not trouble:
            show.say("ok", "good")
    return 1 if trouble else 0


@click.command("send-test", cls=Verb)
@click.argument("receiver", shell_complete=complete.receivers)
@pass_session
def send_test(session: Session, receiver: str) -> int:
    """Send a sample digest to every recipient of one receiver, now, past outbox and schedules.

    \b
    Examples:
      monitor send-test desk
      monitor -v send-test ops
    """
    from monitor.cli import logs, sending

    logs.set_up(session.verbose)
    session.known(receiver, session.config.receivers, "receiver")
    results = sending.send_sample(session.config, receiver, datetime.now(UTC))
    if session.as_json:
        show.as_json([{"recipient": to, "ok": ok, "answer": answer} for to, ok, answer in results])
    else:
        for to, ok, answer in results:
            show.say(f"{to}: {'sent' if ok else 'failed'} ({answer})", "good" if ok else "bad")
    return 0 if results and all(ok for _, ok, _ in results) else 1


@click.command(cls=Verb, reads=False)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_session
def backup(session: Session, file: Path) -> None:
    """Copy the database to FILE, consistent also while the service runs.

    To restore: stop the service, copy FILE over the database (`monitor status` names it), start the service.

    \b
    Example:
      monitor backup /backup/monitor-$(date +%F).db
    """
    from monitor.cli import logs
    from monitor.store import Store
    from monitor.store.place import database_file

    logs.set_up(session.verbose)
    source = database_file(session.config.state)
    if source is None or not source.exists():
        raise click.ClickException("there is no database yet: nothing ran so far")
    if file.exists() and file.samefile(source):
        raise click.UsageError("that is the database itself; name another file")
    with Store(session.config.state) as store:
        store.backup(file)
    show.say(f"{file}: {file.stat().st_size / 1e6:.1f} MB", "good")
