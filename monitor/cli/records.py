"""What was read, what happened, what was sent: entries, events, deliveries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import complete, show
from monitor.cli.session import Family, Session, pass_session

if TYPE_CHECKING:
    from monitor.types import Delivery

limit_option = click.option(
    "-n",
    "--limit",
    default=30,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="At most so many, newest first.",
)
storyline_option = click.option(
    "--storyline", "name", help="Only of this storyline.", shell_complete=complete.storylines
)


@click.group(cls=Family)
def entries() -> None:
    """What was read, matched, or nearly matched."""


@entries.command("list")
@storyline_option
@click.option("--near-misses", is_flag=True, help="What stayed just under the threshold.")
@click.option("--all", "everything", is_flag=True, help="Everything read, matched or not.")
@limit_option
@pass_session
def list_entries(session: Session, name: str | None, near_misses: bool, everything: bool, limit: int) -> None:
    """Entries on the storylines, newest first; their ids are what `explain` and `feedback` take.

    \b
    Examples:
      monitor entries list --storyline seoul-arms-ukraine
      monitor entries list --near-misses         what was nearly told? say yes or no with `feedback`
      monitor entries list --all -n 100
    """
    if name is not None:
        session.storyline(name)
    kind = "near" if near_misses else "matched"
    with session.look() as store, store.read() as tx:
        if everything and name is None:
            _tell_entries(session, [(entry, None) for entry in tx.entries.latest(limit)], several=False)
        else:
            found = tx.stories.listing(name, "all" if everything else kind, limit)
            rows = [(row.entry, row.decision) for row in found]
            _tell_entries(session, rows, several=_of_several(session, name))


def _of_several(session: Session, name: str | None) -> bool:
    """Say whether a list may hold more than one storyline, and each line must say which."""
    return name is None and len(session.config.storylines) > 1


def _tell_entries(session: Session, found: list[tuple[Any, Any]], *, several: bool) -> None:
    if session.as_json:
        show.as_json([{**_entry(entry), **(_decision(decision) if decision else {})} for entry, decision in found])
        return
    rows = [
        (
            entry.uid[:8],
            entry.date.astimezone().strftime("%Y-%m-%d %H:%M"),
            *([decision.storyline] if several else []),
            f"{decision.match.score:.2f}" if decision else "",
            decision.verdict.novelty.value if decision and decision.verdict else "",
            entry.source,
            entry.title,
        )
        for entry, decision in found
    ]
    heads = ("id", "date", *(["storyline"] if several else []), "score", "verdict", "source", "title")
    show.table(heads, rows, empty="no entries")


def _entry(entry: Any) -> dict[str, Any]:
    names = ("uid", "title", "source", "link", "lang", "date", "published", "seen_at", "undated", "revision")
    return {name: getattr(entry, name) for name in names}


def _decision(decision: Any) -> dict[str, Any]:
    return {
        "storyline": decision.storyline,
        "score": decision.match.score,
        "threshold": decision.match.threshold,
        "on_topic": decision.match.on_topic,
        "reason": decision.match.reason,
        "event": decision.assignment.event_id if decision.assignment else None,
        "verdict": decision.verdict.novelty if decision.verdict else None,
        "copy_of": decision.assignment.copy_of if decision.assignment else None,
        "backlog": decision.backlog,
    }


@click.group(cls=Family)
def events() -> None:
    """What happened: entries folded into events."""


@events.command("list")
@storyline_option
@limit_option
@pass_session
def list_events(session: Session, name: str | None, limit: int) -> None:
    """Events, latest first.

    \b
    Examples:
      monitor events list
      monitor events list --storyline seoul-arms-ukraine -n 100 --json
    """
    if name is not None:
        session.storyline(name)
    with session.look() as store, store.read() as tx:
        found = tx.events.all(name, limit)
    if session.as_json:
        show.as_json(found)
        return
    several = _of_several(session, name)
    rows = [
        (
            event.id,
            event.last_seen.astimezone().strftime("%Y-%m-%d %H:%M"),
            *([event.storyline] if several else []),
            event.state.value,
            len(event.entries),
            event.title,
        )
        for event in found
    ]
    heads = ("id", "last seen", *(["storyline"] if several else []), "state", "entries", "title")
    show.table(heads, rows, empty="no events")


@events.command("show")
@click.argument("event_id", metavar="EVENT")
@pass_session
def show_event(session: Session, event_id: str) -> None:
    """One event: its entries in order, what each added, and who was told.

    \b
    Example:
      monitor events show 9c41d0c2a7b35e18
    """
    with session.look() as store, store.read() as tx:
        event = tx.events.get(event_id)
        if event is None:
            raise click.ClickException(f"there is no event {event_id}; see monitor events list")
        rows = tx.stories.of_events([event.id])
        told = {digest for row in rows for _, digest in tx.events.alerts_of(row.entry.uid) if digest}
    if session.as_json:
        show.as_json(
            {
                "event": event,
                "entries": [{**_entry(r.entry), **_decision(r.decision)} for r in rows],
                "digests": sorted(told),
            }
        )
        return
    show.say(event.title, "strong")
    seen = " to ".join(moment.astimezone().strftime("%Y-%m-%d %H:%M") for moment in (event.first_seen, event.last_seen))
    show.say(f"{event.id}  {event.storyline}  {event.state.value}  {seen}", "dim")
    show.table(
        ("id", "date", "verdict", "source", "title"),
        [
            (
                row.entry.uid[:8],
                row.entry.date.astimezone().strftime("%Y-%m-%d %H:%M"),
                row.decision.verdict.novelty.value if row.decision.verdict else "",
                row.entry.source,
                row.entry.title,
            )
            for row in rows
        ],
    )
    for row in rows:
        for why in row.decision.verdict.why if row.decision.verdict else ():
            show.say(f"  {row.entry.uid[:8]}: {why}")
    show.say(f"told in digests: {', '.join(sorted(told))}" if told else "not told to anybody")


@click.group(cls=Family)
def deliveries() -> None:
    """The outbox: what was sent, what waits, what could not be sent."""


@deliveries.command("list")
@click.option("--state", type=click.Choice(["pending", "leased", "sent", "dead"]), help="Only those in this state.")
@limit_option
@pass_session
def list_deliveries(session: Session, state: str | None, limit: int) -> None:
    """Deliveries, newest first: one a digest and recipient.

    \b
    Examples:
      monitor deliveries list
      monitor deliveries list --state dead
    """
    from monitor.types import DeliveryState

    with session.look() as store, store.read() as tx:
        found = tx.outbox.all(DeliveryState(state) if state else None, limit)
    if session.as_json:
        show.as_json([_delivery(each) for each in found])
        return
    now = datetime.now(UTC)
    rows = [
        (
            each.id,
            each.state.value,
            show.when(each.sent_at or each.created_at, now),
            each.receiver,
            each.recipient,
            each.attempts,
            each.error or each.rendered.subject,
        )
        for each in found
    ]
    show.table(
        ("id", "state", "when", "receiver", "to", "tries", "what"),
        rows,
        empty=f"no {state} deliveries" if state else "nothing was sent yet",
    )


def _delivery(each: Delivery) -> dict[str, Any]:
    names = ("id", "key", "digest_id", "storyline", "receiver", "recipient", "state", "attempts", "created_at")
    more = ("next_attempt_at", "sent_at", "error", "number")
    return {**{name: getattr(each, name) for name in (*names, *more)}, "subject": each.rendered.subject}


@deliveries.command("show")
@click.argument("delivery_id", metavar="DELIVERY", type=int)
@click.option("--body", is_flag=True, help="Also print the text as it goes out.")
@pass_session
def show_delivery(session: Session, delivery_id: int, body: bool) -> None:
    """One delivery with every attempt.

    \b
    Examples:
      monitor deliveries show 12
      monitor deliveries show 12 --body
    """
    with session.look() as store, store.read() as tx:
        each = tx.outbox.get(delivery_id)
        attempts = tx.outbox.attempts_of(delivery_id)
    if each is None:
        raise click.ClickException(f"there is no delivery {delivery_id}; see monitor deliveries list")
    if session.as_json:
        show.as_json({**_delivery(each), "attempts": attempts, **({"text": each.rendered.text} if body else {})})
        return
    show.say(each.rendered.subject, "strong")
    show.say(f"{each.state.value}; to {each.recipient} ({each.receiver}); key {each.key}; digest {each.digest_id}")
    if each.next_attempt_at and each.state.value == "pending":
        show.say(f"next attempt {show.when(each.next_attempt_at)}")
    rows = [
        (a.number, a.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"), a.outcome.value, a.detail) for a in attempts
    ]
    show.table(("try", "at", "outcome", "detail"), rows, empty="not tried yet", wrap=True)
    if body:
        show.say()
        click.echo(each.rendered.text)


@deliveries.command("retry")
@click.argument("ids", metavar="[DELIVERY]...", nargs=-1, type=int)
@click.option("--all-dead", is_flag=True, help="Every dead letter.")
@pass_session
def retry(session: Session, ids: tuple[int, ...], all_dead: bool) -> int:
    """Put dead or waiting deliveries at the front of the queue again, as they were rendered.

    \b
    Examples:
      monitor deliveries retry 12 13
      monitor deliveries retry --all-dead && monitor deliver
    """
    from monitor.delivering import OFF
    from monitor.types import DeliveryState

    if not ids and not all_dead:
        raise click.UsageError("name deliveries, or give --all-dead")
    with session.look() as store, store.begin() as tx:
        dead = [each.id for each in tx.outbox.all(DeliveryState.DEAD, 100_000)] if all_dead else []
        count = tx.outbox.retry([*ids, *dead], datetime.now(UTC))
        found = {each: tx.outbox.get(each) for each in (*ids, *dead)}
        for receiver in {each.receiver for each in found.values() if each}:
            tx.desk.note(f"{OFF}{receiver}", None)
        missing = [each for each in ids if found[each] is None]
    if session.as_json:
        show.as_json({"queued": count, "unknown": missing})
    else:
        show.say(f"{count} deliveries wait to be sent again; a running monitor does so, or: monitor deliver")
        for each in missing:
            show.say(f"there is no delivery {each}", "bad")
    return 1 if missing else 0
