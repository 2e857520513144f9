"""Storylines: what defines them, why an entry was told, what would be told now, and replays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from monitor.cli import complete, restating, show
from monitor.cli.session import Family, Session, Verb, pass_session
from monitor.text import short

if TYPE_CHECKING:
    from monitor.explaining import Explanation, Stage, Way
    from monitor.pipeline import Pipeline

FIRST_TERMS = 30
SHORTEST_ID = 6  # characters of an id that are looked for
MARKS = {"passed": ("+", "good"), "stopped": ("x", "bad"), "waiting": (".", "warn")}


@click.group(cls=Family)
def storyline() -> None:
    """What is watched: list the storylines, show what defines one; pause, archive, rename it."""


for verb in (restating.pause, restating.resume, restating.archive, restating.rename):
    storyline.add_command(verb)


@storyline.command("list")
@pass_session
def list_(session: Session) -> None:
    """Every storyline with what the monitor holds of it.

    \b
    Example:
      monitor storyline list
    """
    with session.store() as store, store.read() as tx:
        held, counts = {story.name: story for story in tx.stories.all()}, tx.stories.summary()
    kept_names = (*session.config.archived, *held)
    names = list(dict.fromkeys((*session.config.storylines, *kept_names)))
    rows: list[dict[str, Any]] = []
    for name in names:
        story, kept = session.config.storylines.get(name), held.get(name)
        entries, events, last = counts.get(name, (0, 0, None))
        state = "paused" if story and story.paused else "followed" if story else "not configured; history kept"
        state = "archived" if name in session.config.archived else state
        title = story.label if story else kept.title if kept else ""
        threshold = kept.threshold if kept else None
        rows.append({"name": name, "title": title, "state": state, "seeds": len(story.seeds.articles) if story else 0,
                     "threshold": threshold, "entries": entries, "events": events, "last": last})  # fmt: skip
    if session.as_json:
        show.as_json(rows)
        return
    cells = [
        (
            r["name"],
            r["state"],
            r["seeds"],
            _number(r["threshold"]),
            r["entries"],
            r["events"],
            show.when(r["last"]),
            r["title"],
        )
        for r in rows
    ]
    show.table(
        ("name", "state", "seeds", "threshold", "entries", "events", "last", "title"),
        cells,
        empty="no storylines configured",
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


@storyline.command("show")
@click.argument("name", shell_complete=complete.storylines)
@click.option("--all", "everything", is_flag=True, help=f"Every term, not the first {FIRST_TERMS}.")
@click.option("--drift", is_flag=True, help="What entered since the seeds, and from which entries.")
@pass_session
def show_(session: Session, name: str, everything: bool, drift: bool) -> None:
    """What defines a storyline: terms with weights and the seed sentence each came from, dates, threshold.

    \b
    Examples:
      monitor storyline show seoul-arms-ukraine
      monitor storyline show seoul-arms-ukraine --all --json
    """
    from monitor.cli import baseline

    session.storyline(name)
    found = baseline.of(session, name)
    if session.as_json:
        show.as_json(found)
    elif drift:
        baseline.tell_drift(found)
    else:
        baseline.tell(found, None if everything else FIRST_TERMS)


@click.command(cls=Verb)
@click.argument("entry", metavar="ENTRY-ID-or-URL")
@click.option("--storyline", "name", help="Only for this storyline.", shell_complete=complete.storylines)
@pass_session
def explain(session: Session, entry: str, name: str | None) -> int:
    """Every stage an entry passed or failed, with the evidence: fetch, match, event, verdict, route, delivery.

    ENTRY is an id as other verbs print it (its first six characters suffice) or the address of the article, with
    or without what trackers add to it. The id of a digest, the Message-ID of a mail and the webhook-id of a call
    are explained too: when each of its entries was read and judged, and who took it when, with every attempt.

    \b
    Examples:
      monitor explain 3f9c2a
      monitor explain https://example.org/world/article.html --storyline seoul-arms-ukraine
      monitor explain "<a491fa79764f590f.6c063e90@desk.example>"     a mail: when did we know, when did we tell?
    """
    from monitor.explaining import Way, way_of
    from monitor.explaining import explain as explained
    from monitor.pipeline import Pipeline

    if name is not None:
        session.storyline(name)
    with session.store() as store, Pipeline(session.config, store) as line:
        found = explained(line, entry, name) or way_of(line, entry)
        if found is None:
            raise click.ClickException(_unknown(line, entry))
    if session.as_json:
        show.as_json(found)
    else:
        _tell_way(found) if isinstance(found, Way) else _tell(found)
    return 0


def _unknown(line: Pipeline, entry: str) -> str:
    """Return why nothing is found under an id or address, and what to do about it."""
    if "://" in entry:
        remedy = f"does any feed carry it? monitor feeds discover {entry}"
        return f"no feed that was polled ever offered {entry}; {remedy}"
    with line.store.read() as tx:
        alike = tx.entries.starting(entry)
    if alike and len(entry) >= SHORTEST_ID:
        named = ", ".join(f"{each.uid} ({short(each.title, 40)})" for each in alike)
        return f"several entries begin with {entry}: {named}"
    remedy = f"write at least {SHORTEST_ID} characters of the id; " if len(entry) < SHORTEST_ID else ""
    return f"no entry or digest has the id {entry}; {remedy}see what was read: monitor entries list --all"


def _tell(found: Explanation) -> None:
    show.say(found.entry.title or "(no title)", "strong")
    show.say(f"{found.entry.source}  {found.entry.uid}  {found.entry.link}", "dim")
    for stage in found.read:
        _tell_stage(stage)
    for name, stages in found.storylines:
        show.say()
        show.say(f"storyline {name}", "strong")
        for stage in stages:
            _tell_stage(stage)
    if not found.storylines and all(stage.passed.value == "passed" for stage in found.read):
        show.say("No storyline is followed.", "warn")


def _tell_way(found: Way) -> None:
    show.say(found.subject, "strong")
    show.say(f"digest {found.digest} of {found.storyline or 'the operator'} for {found.receiver}; times are UTC", "dim")
    for step in found.steps:
        what = f"{step.entry[:8]}  {step.what}" if step.entry else step.what
        show.say(f"  {step.at:%Y-%m-%d %H:%M:%S}  {step.stage:<8} {what}")


def _tell_stage(stage: Stage) -> None:
    mark, style = MARKS[stage.passed.value]
    show.say(f"  {mark} {stage.name:<8} {stage.what}", style)
    for line in stage.evidence:
        show.say(f"             {line}")


@click.command(cls=Verb)
@click.argument("name", shell_complete=complete.storylines)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "html", "json"]),
    default="text",
    show_default=True,
    help="Which part of the digest.",
)
@pass_session
def preview(session: Session, name: str, shape: str) -> int:
    """The digest that would go out now; nothing is stored or sent.

    \b
    Examples:
      monitor preview seoul-arms-ukraine
      monitor preview seoul-arms-ukraine --format html > digest.html
    """
    from monitor.composing import Composer
    from monitor.crash import nothing
    from monitor.pipeline import Pipeline

    session.storyline(name)
    with session.store() as store, Pipeline(session.config, store) as line:
        composer = Composer(session.config, line.routes, line.following, store, nothing)
        made = composer.preview(name, line.clock())
    if made is None:
        click.echo("Nothing is waiting to be told.", err=True)
    shape = "json" if session.as_json else shape
    if made is not None:
        click.echo(getattr(made[1], shape))
    elif shape == "json":
        show.as_json(None)
    return 0
