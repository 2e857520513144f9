"""Files in, `Config` out: reading, checking across the rooms, and building the values the line works with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from monitor import text
from monitor.config import checks
from monitor.config.model import OpmlSettings, Retention, Web
from monitor.config.parts import Parts, Placed, Problems, gather
from monitor.config.settle import absolute, settle
from monitor.detect.settings import StorylineSettings
from monitor.errors import ConfigErrors, FeedError, SeedError
from monitor.feeds.settings import FeedSettings, PollingSettings
from monitor.notify.settings import ReceiverSettings, RouteSettings, SummariserSettings
from monitor.types import Feed, Seeds, Storyline

MEMORY = ":memory:"
SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the user wrote, ready to use: paths absolute, seeds read, secrets named or resolved."""

    path: Path  # the file read
    state: str  # URL of the database
    state_dir: Path  # its folder: lock, digests, demo
    polling: PollingSettings = field(default_factory=PollingSettings)
    storylines: Mapping[str, Storyline] = field(default_factory=dict)
    feeds: tuple[Feed, ...] = ()
    receivers: Mapping[str, ReceiverSettings] = field(default_factory=dict)
    routes: tuple[RouteSettings, ...] = ()
    archived: tuple[str, ...] = ()  # storylines that are over
    operator: str | None = None
    retention: Retention = field(default_factory=Retention)
    probes: str | None = None
    web: Web | None = None
    summariser: SummariserSettings | None = None
    warnings: tuple[str, ...] = ()  # FILE:LINE:COL lines
    files: tuple[Path, ...] = ()  # every file read, for "a reload is due"
    seed_folders: Mapping[str, Path] = field(default_factory=dict)


SeedReader = Callable[[Placed[StorylineSettings], Path, Problems], Seeds]


def load(path: Path) -> Config:
    """Return the configuration in `path` and the files it includes; changes nothing, tells nobody.

    Errors: `ConfigErrors` with every fault of every file, in file order.
    """
    from monitor import seeds  # noqa: PLC0415  an outline does without

    return _made(path, partial(_seeds, cache(seeds.load)))  # several storylines may start from one folder


def outline(path: Path) -> Config:
    """Return the configuration without the text of its seeds: what looking at the state needs, in a tenth of the time.

    The versions of its storylines mean nothing. Errors: as `load`, but for faults inside seed files.
    """
    return _made(path, lambda placed, folder, found: Seeds())  # noqa: ARG005


def _made(path: Path, read: SeedReader) -> Config:
    found = Problems()
    parts = gather(path, found)
    parts = _settled(parts, found)
    storylines, folders = _storylines(parts, read, found)
    feeds = _feeds(parts, found)
    state, state_dir = _state(parts, found)
    checks.across(parts, feeds, found)
    if found.errors:
        raise ConfigErrors(_in_order(found))
    main = parts.main
    return Config(
        path=path.absolute(),
        state=state,
        state_dir=state_dir,
        polling=main.polling,
        storylines=storylines,
        feeds=tuple(feeds.values()),
        receivers={name: placed.value for name, placed in parts.receivers.items()},
        routes=tuple(placed.value for placed in parts.routes),
        archived=tuple(name for name, placed in parts.storylines.items() if placed.value.archived),
        operator=main.operator,
        retention=main.retention,
        probes=main.probes.bind if main.probes else None,
        web=main.web,
        summariser=main.summariser,
        warnings=tuple(dict.fromkeys(found.warnings)),
        files=tuple(file.absolute() for file in parts.files),
        seed_folders=folders,
    )


def _in_order(found: Problems) -> tuple[Any, ...]:
    files = list(dict.fromkeys(error.where.file for error in found.errors))
    unique = {str(error): error for error in found.errors}.values()
    return tuple(
        sorted(unique, key=lambda error: (files.index(error.where.file), error.where.line, error.where.column))
    )


def _settled(parts: Parts, found: Problems) -> Parts:
    def each(pieces: Iterable[Placed[Any]]) -> list[Placed[Any]]:
        values = [(placed, settle(placed, found)) for placed in pieces]
        return [placed if value is placed.value else replace(placed, value=value) for placed, value in values]

    parts.storylines = dict(zip(parts.storylines, each(parts.storylines.values()), strict=True))
    parts.receivers = dict(zip(parts.receivers, each(parts.receivers.values()), strict=True))
    parts.feeds, parts.routes = each(parts.feeds), each(parts.routes)
    parts.main = settle(Placed(parts.main, parts.document, ()), found)
    return parts


def _storylines(parts: Parts, read: SeedReader, found: Problems) -> tuple[dict[str, Storyline], dict[str, Path]]:
    storylines, folders = {}, {}
    followed = {name: placed for name, placed in parts.storylines.items() if not placed.value.archived}
    for name, placed in followed.items():
        folder, seeds = placed.value.seeds, Seeds()
        if folder is not None:
            folders[name] = folder
            seeds = read(placed, folder, found) if _is_there(placed, folder, found) else seeds
        elif not placed.value.watch:
            found.error(placed.where(), f"{placed.key()}: needs seeds (a folder of articles), watch terms, or both")
        storylines[name] = _storyline(name, placed.value, seeds)
    return storylines, folders


def _is_there(placed: Placed[StorylineSettings], folder: Path, found: Problems) -> bool:
    if folder.exists():
        return True
    beside = [other.name for other in folder.parent.iterdir()] if folder.parent.is_dir() else []
    what = f"there is no folder {checks.shown(folder)}{checks.nearest(folder.name, beside)}"
    found.error(placed.where("seeds"), f"{placed.key('seeds')}: {what}")
    return False


def _storyline(name: str, settings: StorylineSettings, read: Seeds) -> Storyline:
    storyline = settings.storyline(name, read)
    what = repr((storyline.watch, storyline.sensitivity, storyline.languages))
    return replace(storyline, version=text.fingerprint(name, read.version, what))


def _seeds(
    load_from: Callable[[Path], Seeds], placed: Placed[StorylineSettings], folder: Path, found: Problems
) -> Seeds:
    where, key = placed.where("seeds"), placed.key("seeds")
    try:
        read = load_from(folder)
    except SeedError as error:
        place = f":{error.where.line}:{error.where.column}" if error.where.line else ""
        found.error(where, f"{key}: {checks.shown(Path(error.where.file))}{place}: {error.what}")
        return Seeds()
    for warning in read.warnings:
        found.warn(where, f"{key}: {warning}")
    return read


def _feeds(parts: Parts, found: Problems) -> dict[str, Feed]:
    """Return address -> feed; an address written twice is a fault, one in a list as well as here is not."""
    feeds: dict[str, Feed] = {}
    written: dict[str, Placed[Any]] = {}
    similar: dict[str, Placed[Any]] = {}
    for placed in parts.feeds:
        if isinstance(placed.value, OpmlSettings):
            continue
        feed = placed.value.feed(placed.base, parts.main.polling)
        if feed.url in written:
            first = written[feed.url].where()
            found.error(placed.where(), f"{placed.key()}: this address is already in {first}")
        elif (alike := similar.setdefault(_loosely(feed.url), placed)) is not placed:
            what = f"this address differs from that in {alike.where()} only in ways that seldom matter; one will do"
            found.warn(placed.where(), f"{placed.key()}: {what}")
        feeds[feed.url], written[feed.url] = feed, placed
    for placed in parts.feeds:
        if isinstance(placed.value, OpmlSettings):
            parts.files.append(placed.value.opml)
            for feed in _listed(placed, parts.main.polling, found):
                feeds.setdefault(feed.url, feed)
    return feeds


def _loosely(url: str) -> str:
    """Return an address without what two writings may differ in: scheme, case of host, usual port, last slash."""
    host, _, rest = url.partition("//")[2].partition("/")
    host = host.lower().removeprefix("www.").removesuffix(":443").removesuffix(":80")
    path, _, query = rest.partition("#")[0].partition("?")
    return f"{host}/{path.rstrip('/')}?{query}"


def _listed(placed: Placed[OpmlSettings], polling: PollingSettings, found: Problems) -> list[Feed]:
    from monitor.feeds import opml  # noqa: PLC0415 - listparser is heavy, few use it

    options = placed.value.model_dump(exclude={"opml", "tags"}, exclude_unset=True)
    try:
        listed = opml.read(placed.value.opml.read_bytes())
    except OSError as error:
        what = f"cannot read {checks.shown(placed.value.opml)} ({os.strerror(error.errno or 0)})"
        found.error(placed.where("opml"), f"{placed.key('opml')}: {what}")
        return []
    except FeedError as error:
        found.error(placed.where("opml"), f"{placed.key('opml')}: {checks.shown(placed.value.opml)}: {error.what}")
        return []
    feeds = []
    for item in listed:
        tags = tuple(dict.fromkeys((*placed.value.tags, *item.tags)))
        try:
            settings = FeedSettings(url=item.url, name=text.collapse(item.title), tags=tags, **options)
        except ValueError as error:
            found.warn(placed.where("opml"), f"{placed.key('opml')}: skipped {item.url[:200]}: {_first_line(error)}")
            continue
        feeds.append(settings.feed(placed.base, polling))
    return feeds


def _first_line(error: ValueError) -> str:
    said = getattr(error, "errors", lambda: [{"msg": str(error)}])()
    return str(said[0]["msg"]).removeprefix("Value error, ")


def _state(parts: Parts, found: Problems) -> tuple[str, Path]:
    """Return the database as a URL, and its folder."""
    base, written = parts.document.path.parent.absolute(), parts.main.state
    systemd = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    if written is None:
        written = systemd or "var"
    if written == MEMORY:
        return MEMORY, absolute(Path("var"), base)
    if "://" in written and not written.startswith(SQLITE):
        kind = written.split(":", 1)[0]
        what = f"state: {kind} databases are not supported yet; give a folder or sqlite:////path/to/file.db"
        found.error(parts.document.where("state"), what)
        return written, base
    path = absolute(Path(written.removeprefix(SQLITE)), base)
    if not written.startswith(SQLITE) and path.suffix != ".db":
        path = path / "monitor.db"
    if path.parent.exists() and not path.parent.is_dir():
        found.error(parts.document.where("state"), f"state: {checks.shown(path.parent)} is not a folder")
    return f"{SQLITE}{path}", path.parent
