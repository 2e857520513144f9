"""The demo from curtain to curtain: servers up, half a year told, figures and pages left behind."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from string import Template

import structlog
from rich.console import Console

from monitor.demo import pages, record, story
from monitor.demo.publisher import Publisher
from monitor.demo.receivers import Hook, Mailbox
from monitor.demo.record import STORYLINE, Record
from monitor.demo.show import Screen, day
from monitor.demo.story import DATA, Story
from monitor.demo.timelapse import START, DemoError, FastClock, TimeLapse, moments

LEFT = (
    "monitor.db*",
    "monitor.yaml",
    "hook.secret",
    "demo.log",
    "timeline.html",
    "mails",
    "*.lock",
)  # by a demo before


def play(folder: Path, console: Console, told: Story | None = None) -> int:
    """Play the demo (the shipped story unless told another) and leave its pages in a folder; return the exit code.

    Raises:
        DemoError: the folder is not the demo's, or the line stood still.

    """
    began = time.monotonic()
    screen = Screen(console)
    clock = FastClock(START)
    told = told or story.load()
    _prepare(folder)
    with ExitStack() as stack:
        stack.enter_context(_log_to(folder / "demo.log"))
        publisher = stack.enter_context(Publisher(told, clock))
        mailbox = stack.enter_context(Mailbox())
        hook = stack.enter_context(Hook(clock))
        path = _configure(folder, publisher, mailbox, hook)
        screen.say(f"{told.size} entries in six feeds: the months after the five seed articles, in time-lapse.")
        screen.say("Feeds, mailbox and webhook are on this machine; nothing goes out, nothing is fetched.", "dim")
        with TimeLapse(path, clock) as lapse:
            _run(lapse, told, screen)
            found = record.take(lapse.store)
    mails = pages.save_mails(folder, mailbox.mails)
    figures = _figures(found, publisher, mailbox, hook)
    timeline = pages.save_timeline(folder, found, mails, figures)
    screen.closing([*figures, ("seconds", f"{time.monotonic() - began:.0f}", "")])
    screen.say("")
    screen.say(f"Look at {timeline}", "bold")
    screen.say(f"and the mails in {folder / 'mails'}; the database stays: monitor -c {path} events list")
    return 0 if mailbox.mails and not hook.refused else 1


def _run(lapse: TimeLapse, told: Story, screen: Screen) -> None:
    """Go through the moments, showing what arrives."""
    stops = moments(told)
    shown = 0
    with screen.progress(len(stops)) as bar:
        for moment in stops:
            lapse.go_to(moment)
            with lapse.store.read() as tx:
                letters = sorted(tx.outbox.all(limit=20), key=lambda d: d.id)
                read = tx.entries.assessed_count()
            for delivery in letters:
                if delivery.id > shown:
                    screen.letter(record.letter_of(delivery))
                    shown = delivery.id
            bar.update(bar.task_ids[0], advance=1, day=day(moment.at), read=read)


def _figures(found: Record, publisher: Publisher, mailbox: Mailbox, hook: Hook) -> list[tuple[str, str, str]]:
    """Return the closing figures: what, how many, and a remark."""
    faults = ", ".join(f"{count} x {fault.value}" for fault, count in publisher.faults.items())
    return [
        ("entries read", str(len(found.rows)), "from six feeds: RSS 2.0, Atom, RDF"),
        ("on topic", str(found.on_topic), "matched against what the seeds define"),
        ("events", str(found.events), "happenings, copies and other reports folded in"),
        ("digests sent by mail", str(len(mailbox.mails)), f"with {found.told} items in all"),
        ("webhook calls", str(len(hook.bodies)), f"all signed, {hook.repeated} repeated"),
        ("entries the reader was spared", str(found.spared), "off topic, copies, nothing new"),
        ("feed faults survived", str(sum(publisher.faults.values())), faults),
    ]


def _prepare(folder: Path) -> None:
    """Clear what an earlier demo left, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / "monitor.yaml").exists():
        raise DemoError(f"{folder} is in use for something else; name another folder")
    for pattern in LEFT:
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _configure(folder: Path, publisher: Publisher, mailbox: Mailbox, hook: Hook) -> Path:
    """Write the configuration of the demo; return its path."""
    secret = folder / "hook.secret"
    secret.touch(mode=0o600)
    secret.write_text(hook.secret, encoding="utf-8")
    feeds = "\n".join(
        f"  - {{url: {json.dumps(publisher.url(source))}, name: {json.dumps(source.title)}}}"
        for source in publisher.story.sources
    )
    path = folder / "monitor.yaml"
    template = Template((DATA / "monitor.yaml").read_text(encoding="utf-8"))
    values = {"seeds": json.dumps(str(seeds())), "feeds": feeds, "smtp": mailbox.port, "hook": hook.url}
    path.write_text(template.substitute(values), encoding="utf-8")
    return path


def seeds() -> Path:
    """Return the folder of the shipped seeds: beside the package in a checkout, inside it when installed.

    Raises:
        DemoError: neither is there.

    """
    package = Path(str(DATA)).parents[1]
    for folder in (package.parent / "seeds", package / "shipped_files" / "seeds"):
        if (folder / STORYLINE).is_dir():
            return (folder / STORYLINE).resolve()
    raise DemoError("the shipped seed articles are missing; install the package again")


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """Send the line's log to a file while the demo has the terminal."""
    before = structlog.get_config()
    scheduler = logging.getLogger("apscheduler")
    level = scheduler.level
    with path.open("a", encoding="utf-8") as file:
        structlog.configure(
            processors=[structlog.processors.TimeStamper("iso"), structlog.processors.format_exc_info,
                        structlog.processors.LogfmtRenderer()],
            logger_factory=structlog.PrintLoggerFactory(file),
        )  # fmt: skip
        scheduler.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            structlog.configure(**before)
            scheduler.setLevel(level)
