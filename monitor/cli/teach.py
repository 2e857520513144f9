"""What people say to the monitor: silences and feedback."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from monitor.cli import complete, show
from monitor.cli.session import Family, Session, Verb, pass_session

if TYPE_CHECKING:
    from monitor.teaching import Taught

ANSWERS = {"yes": True, "no": False, "forget": None}


@click.group(cls=Family)
def silence() -> None:
    """Keep a storyline quiet for a while: add, list, expire."""


@silence.command("add")
@click.argument("storyline", shell_complete=complete.storylines)
@click.option("--for", "duration", help="For so long: 2h, 1d, 1w.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    metavar="DATE",
    help="Until this local date or time: 2026-12-01 or 2026-12-01T18:00.",
)
@click.option("--term", "terms", multiple=True, help="Only entries with this term (may be given again).")
@click.option("--event", "event_id", default="", help="Only this event.")
@click.option("--comment", default="", help="Why; shown in listings.")
@pass_session
def add(
    session: Session,
    storyline: str,
    duration: str | None,
    until: datetime | None,
    terms: tuple[str, ...],
    event_id: str,
    comment: str,
) -> None:
    """Tell nobody of a storyline ("*" for all) for a while. What it swallows is counted and stays visible.

    \b
    Examples:
      monitor silence add seoul-arms-ukraine --for 8h --comment "conference"
      monitor silence add seoul-arms-ukraine --until 2026-12-01 --term "state visit"
      monitor silence add "*" --for 1d
    """
    from monitor.types import Silence

    _checked(terms)
    now = datetime.now(UTC)
    if storyline != "*":
        session.storyline(storyline)
    wanted = Silence(
        id=0, storyline=storyline, until=_end(now, duration, until), created_at=now, terms=terms, event_id=event_id,
        author=_author(), comment=comment,
    )  # fmt: skip
    with session.line() as line, line.store.begin() as tx:
        if event_id and tx.events.get(event_id) is None:
            raise click.BadParameter(f"there is no event {event_id}; see monitor events list", param_hint="--event")
        made = tx.desk.silence(wanted)
    if session.as_json:
        show.as_json(made)
    else:
        show.say(f"silence {made.id}: {storyline} is quiet until {made.until.astimezone():%Y-%m-%d %H:%M}", "good")


def _checked(terms: tuple[str, ...]) -> None:
    """Refuse a term that could never match."""
    from monitor.notify.terms import compile_term

    for term in terms:
        try:
            compile_term(term)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--term") from None


def _end(now: datetime, duration: str | None, until: datetime | None) -> datetime:
    from monitor import durations

    if (duration is None) == (until is None):
        raise click.UsageError("say how long: --for 2h or --until 2026-12-01")
    if until is not None:
        end = until.astimezone(UTC)
    else:
        try:
            end = now + durations.parse(duration)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--for") from None
    if end <= now + timedelta(seconds=1):
        raise click.UsageError("that moment is over already")
    return end


def _author() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


@silence.command("list")
@click.option("--ended", is_flag=True, help="Those that ended.")
@pass_session
def list_(session: Session, ended: bool) -> None:
    """The silences that stand, and what they swallowed so far.

    \b
    Example:
      monitor silence list
    """
    with session.look() as store, store.read() as tx:
        found = tx.desk.silences(ended=ended)
    if session.as_json:
        show.as_json(found)
        return
    rows = [
        (
            each.id,
            each.storyline,
            show.when(each.until),
            ", ".join((*each.terms, each.event_id)).strip(", "),
            each.swallowed,
            each.author,
            each.comment,
        )
        for each in found
    ]
    show.table(("id", "storyline", "until", "only", "swallowed", "by", "comment"), rows, empty="no silence stands")


@silence.command("expire")
@click.argument("silence_id", metavar="SILENCE", type=int)
@pass_session
def expire(session: Session, silence_id: int) -> None:
    """End a silence now.

    \b
    Example:
      monitor silence expire 3
    """
    with session.look() as store, store.begin() as tx:
        ended = next((each for each in tx.desk.silences() if each.id == silence_id), None)
        if ended is None:
            raise click.ClickException(f"no silence {silence_id} stands; see monitor silence list")
        tx.desk.expire(silence_id, datetime.now(UTC))
        titles = tx.events.swallowed_by(silence_id)
    show.say(f"silence {silence_id} ended; it swallowed {ended.swallowed} alerts", "good")
    for title in titles:
        show.say(f"  {title}")


@click.command(cls=Verb)
@click.argument("entry", metavar="ENTRY-ID-or-URL")
@click.argument("answer", type=click.Choice(["yes", "no", "forget"]))
@click.option("--storyline", "name", help="Needed when several storylines looked at the entry.")
@pass_session
def feedback(session: Session, entry: str, answer: str, name: str | None) -> None:
    """Say whether an entry belongs to a storyline; what comes next is judged with it in mind.

    It outranks what the monitor learned by itself, touches this storyline alone, and can be taken back (forget).
    What it changes is printed: the threshold, the words, and which entries near the line now fall on the other side.

    \b
    Examples:
      monitor entries list --near-misses
      monitor feedback 3f9c2a yes
      monitor feedback 3f9c2a forget
    """
    from monitor.teaching import Word, teach

    if name is not None:
        session.storyline(name)
    with session.store() as store:
        with store.read() as tx:
            found = tx.entries.find(entry)
            looked = [decision.storyline for decision in tx.stories.of_entry(found.uid)] if found else []
        if found is None:
            raise click.ClickException(f"no feed ever offered {entry}; see monitor entries list")
        target = name or _only(session, looked)
        word = Word(entry=found, storyline=target, yes=ANSWERS[answer], at=datetime.now(UTC), by=_author())
        taught = teach(store, session.config, word)
    if session.as_json:
        about = {"entry": found.uid, "storyline": target, "answer": answer, "changed": taught.changed}
        show.as_json({**about, "version": taught.version, "note": taught.note, "lesson": taught.lesson})
    elif taught.changed:
        show.say(f'{target}: {answer} to "{found.title}" (version {taught.version} of what it learnt)', "good")
        _tell_lesson(taught)
        if answer != "forget":
            show.say(f"Taken back by: monitor feedback {found.uid[:8]} forget --storyline {target}", "dim")
    else:
        show.say("there was nothing to forget" if answer == "forget" else "that was said before", "warn")


def _tell_lesson(taught: Taught) -> None:
    """Print what a word changed, figure by figure."""
    if taught.note:
        show.say(taught.note, "warn")
    if taught.lesson is None:
        return
    for change in (taught.lesson.threshold, *taught.lesson.scores):
        what = "threshold" if change is taught.lesson.threshold else "score of this entry"
        show.say(f"  {what}: {change.before:.3f} -> {change.after:.3f}")
    words = [f"{each.what} {each.before:.2f} -> {each.after:.2f}" for each in taught.lesson.terms]
    if words:
        show.say(f"  words: {', '.join(words)}")
    for turned in taught.lesson.turned:
        side = "now on the story" if turned.on_topic else "now off the story"
        show.say(f"  {side}: {turned.title} ({turned.before:.3f} -> {turned.after:.3f})  {turned.uid[:8]}")
    if not taught.lesson:
        show.say("  nothing else moves")


def _only(session: Session, looked: list[str]) -> str:
    """Return the one storyline that is meant."""
    names = looked if len(looked) == 1 else list(session.outline.storylines)
    if len(names) == 1:
        return names[0]
    raise click.UsageError(f"say for which storyline: --storyline {' | '.join(names)}")
