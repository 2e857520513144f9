"""Verbs of the line: run, once, and its four steps one at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from monitor.cli import show
from monitor.cli.session import Session, Verb, pass_session

if TYPE_CHECKING:
    from monitor.polling import Poller, PollReport


@click.command(cls=Verb, reads=False)
@pass_session
def run(session: Session) -> int:
    """Run as a service: poll, assess, compose and deliver on their schedules, until SIGTERM or Ctrl-C.

    SIGHUP reads the configuration again; a faulty one is refused and the old one kept. One `run` per database;
    every other verb may be used beside it.

    \b
    Examples:
      monitor run                                  in the foreground
      systemctl --user enable --now monitor        with the unit `monitor init` wrote
    """
    from monitor.cli import logs
    from monitor.crash import crash_at, nothing
    from monitor.daemon import Daemon

    logs.set_up(max(session.verbose, 1))
    config = session.config  # a faulty one ends here, before anything is opened
    spec = os.environ.get("MONITOR_CRASH_AT")
    return Daemon(session.path, at=crash_at(spec) if spec else nothing).run(config)


@click.command(cls=Verb)
@click.option("--dry-run", is_flag=True, help="Print the digests that would go out; store and send nothing.")
@pass_session
def once(session: Session, dry_run: bool) -> int:
    """One pass of the four verbs, then exit: poll, assess, compose without waiting for schedules, deliver.

    A feed that fails does not make it fail; it is reported. For cron and timers.

    \b
    Examples:
      monitor once
      monitor once --dry-run          what would be told now? nothing is stored or sent
    """
    from monitor.cli import dry

    if dry_run:
        dry.once(session)
        return 0
    with session.line() as line:
        report = _poll(line.poller)
        found = line.assess()
        digests = line.compose(at_once=True)
        sent = line.deliver()
    if session.as_json:
        show.as_json({"poll": report, "assess": found, "digests": digests, "deliver": sent})
        return 1 if sent.dead else 0
    _tell_poll(report)
    show.say(f"{found.entries} entries assessed, {found.on_topic} on a storyline.")
    what = f"{len(digests)} digests written, {sent.sent} sent, {sent.retried} to be tried again, {sent.dead} given up."
    show.say(what, "bad" if sent.dead else "good")
    return 1 if sent.dead else 0


@click.command(cls=Verb)
@click.option("--all", "everything", is_flag=True, help="Also feeds whose time has not come.")
@pass_session
def poll(session: Session, everything: bool) -> None:
    """Fetch the feeds that are due and store what is new.

    \b
    Examples:
      monitor poll
      monitor poll --all
    """
    with session.poller() as poller:
        report = _poll(poller, everything=everything)
    if session.as_json:
        show.as_json(report)
    else:
        _tell_poll(report)


def _poll(poller: Poller, *, everything: bool = False) -> PollReport:
    with poller.store.read() as tx:
        feeds = [feed for feed in tx.feeds.all() if not feed.disabled] if everything else None
        total = len(feeds) if feeds is not None else len(tx.feeds.due(poller.clock()))
    with show.progress("polling", total) as moved:
        return poller.poll(feeds, progress=moved)


def _tell_poll(report: PollReport) -> None:
    what = (
        f"{report.feeds} feeds polled: {report.changed} changed, {report.unchanged} unchanged, {report.failed} failed; "
    )
    show.say(f"{what}{report.new} new entries, {report.edited} edited.")
    if report.offline:
        show.say("No feed could be reached: this machine seems to be offline.", "warn")
        return
    for feed, what in report.errors:
        show.say(f"  {feed}: {what}", "warn")


@click.command(cls=Verb)
@pass_session
def assess(session: Session) -> None:
    """Decide for every new entry which storyline it belongs to and what it adds.

    \b
    Example:
      monitor assess && monitor entries list
    """
    with session.line() as line:
        with line.store.read() as tx:
            waiting = tx.entries.count_waiting()
        done = 0
        with show.progress("assessing", waiting) as moved:

            def count(step: int) -> None:
                nonlocal done
                done += step
                moved(done)

            report = line.assess(progress=count)
    if session.as_json:
        show.as_json(report)
        return
    aside = f", {report.quarantined} set aside" if report.quarantined else ""
    show.say(f"{report.entries} entries assessed, {report.on_topic} on a storyline, {report.alerts} alerts{aside}.")


@click.command(cls=Verb)
@click.option("--now", is_flag=True, help="Do not wait for schedules, group_wait, quiet hours or caps.")
@pass_session
def compose(session: Session, now: bool) -> None:
    """Write the digests whose time has come into the outbox.

    \b
    Examples:
      monitor compose
      monitor compose --now
    """
    with session.line() as line:
        digests = line.compose(at_once=now)
    if session.as_json:
        show.as_json({"digests": digests})
    else:
        show.say(f"{len(digests)} digests written{': ' + ', '.join(digests) if digests else '.'}")


@click.command(cls=Verb)
@pass_session
def deliver(session: Session) -> int:
    """Send what waits in the outbox and is due.

    \b
    Example:
      monitor deliver && monitor deliveries list
    """
    with session.line() as line:
        report = line.deliver()
    if session.as_json:
        show.as_json(report)
    else:
        what = f"{report.sent} sent, {report.retried} to be tried again, {report.dead} given up."
        show.say(what, "bad" if report.dead else "")
    return 1 if report.dead else 0
