"""The page behind the links in digests: GET shows, POST acts, the signed link is the right to do so.

No cookie, no script, no state of its own: programs that look at every link of a mail change nothing, and what the page
is about can neither be guessed nor leaks (no referrer, nothing loaded from elsewhere).
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    Gone,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
)
from werkzeug.wrappers import Request, Response

from monitor.config import Config
from monitor.detect.teaching import Lesson, Turned
from monitor.errors import StoreError
from monitor.links import PATH, LinkError, Links, Named
from monitor.notify.view import safe_link
from monitor.store import Store
from monitor.teaching import Taught, Word, standing, teach
from monitor.text import short
from monitor.types import Entry
from monitor.web.server import SAFE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY = 1_024  # bytes of a form
MINUTE = 60.0
LOOKS, WORDS = 300, 20  # requests a minute, and answers among them
SAYINGS = {"yes": True, "no": False, "forget": None}
SAID = {True: "On the story", False: "Not the story"}
PATIENCE = 30.0  # seconds an answer waits for the one before it
TITLES = {403: "No such link", 404: "Nothing here", 410: "This link is over", 405: "Not like this"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page says of one entry."""

    storyline: str
    title: str
    source: str
    link: str
    date: str
    first: str = ""  # the answer that is offered first
    standing: str = ""  # what was said before
    done: str = ""
    note: str = ""
    revocable: bool = False
    lesson: Lesson | None = None
    turned: tuple[tuple[str, tuple[Turned, ...]], ...] = ()


class Rate:
    """So many a minute, over all who ask: a proxy in front hides who they are."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Count one. Errors: `TooManyRequests` when the minute is used up."""
        now = self._clock()
        with self._lock:
            while self._times and self._times[0] <= now - MINUTE:
                self._times.popleft()
            if len(self._times) >= self._most:
                raise TooManyRequests("Too many answers at once; try again in a minute.", retry_after=60)
            self._times.append(now)


class FeedbackPage:
    """The page as an app (WSGI)."""

    def __init__(self, links: Links, store: Store, config: Callable[[], Config], clock: Callable[[], datetime]) -> None:
        self.links = links
        self.store = store
        self.config = config
        self.clock = clock
        self._prefix = urlsplit(links.base).path.rstrip("/")
        self._looks, self._words = Rate(LOOKS), Rate(WORDS)
        self._one = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = BODY
        try:
            response = self._answer(request)
        except StoreError as error:
            log.warning("feedback-failed", error=str(error))
            response = self._sorry(ServiceUnavailable("The database is busy; nothing was changed. Try again."))
        except HTTPException as error:
            response = self._sorry(error)
        return response(environ, start)

    def _answer(self, request: Request) -> Response:
        self._looks.take()
        named, entry = self._meant(request.path)
        if request.method in {"GET", "HEAD"}:
            first = request.args.get("say", "")
            return self._shown(replace(self._page(named, entry), first=first if first in {"yes", "no"} else ""))
        if request.method != "POST":
            raise MethodNotAllowed(["GET", "HEAD", "POST"], "Open the link, then press a button.")
        say = request.form.get("say", "")
        if say not in SAYINGS:
            raise BadRequest("Press one of the buttons.")
        return self._shown(self._taught(named, entry, say))

    def _meant(self, path: str) -> tuple[Named, Entry]:
        """Return what a path is about. Errors: `NotFound`, `Forbidden`, `Gone`."""
        inner = path.removeprefix(self._prefix) if path.startswith(f"{self._prefix}/") else path
        head, _, token = inner.strip("/").partition("/")
        if head != PATH or not token:
            raise NotFound("There is nothing at this address.")
        try:
            named = self.links.read(token, self.clock())
        except LinkError as error:
            raise (Gone if error.stale else Forbidden)(f"{str(error).capitalize()}.") from None
        with self.store.read() as tx:
            entry = tx.entries.by_uids([named.entry_uid]).get(named.entry_uid)
        if entry is None or named.storyline not in self.config().storylines:
            raise NotFound("What this link was about is no longer followed.")
        return named, entry

    def _page(self, named: Named, entry: Entry) -> Page:
        said = standing(self.store, named.storyline, entry.uid)
        return Page(
            storyline=self.config().storylines[named.storyline].label,
            title=short(entry.title, 240) or "(its text is no longer held)",
            source=short(entry.source, 80),
            link=safe_link(entry.link)[0],
            date=f"{entry.date:%d %b %Y, %H:%M} UTC",
            standing=f"Said before: {SAID[said].lower()}." if said is not None else "",
        )

    def _taught(self, named: Named, entry: Entry, say: str) -> Page:
        """Do what was asked, one at a time."""
        self._words.take()
        word = Word(
            entry=entry,
            storyline=named.storyline,
            yes=SAYINGS[say],
            at=self.clock(),
            by=f"link to {named.receiver}",
        )
        if not self._one.acquire(timeout=PATIENCE):
            raise ServiceUnavailable("Another answer is being learnt; nothing was changed. Try again.")
        try:
            taught = teach(self.store, self.config(), word)
        finally:
            self._one.release()
        log.info("feedback", storyline=named.storyline, entry=entry.uid, say=say, by=word.by, changed=taught.changed)
        return replace(self._page(named, entry), first="", **_outcome(word, taught))

    def _shown(self, page: Page) -> Response:
        return self._html(200, "Is this on the story?", page=page)

    def _sorry(self, error: HTTPException) -> Response:
        code = error.code or 500
        response = self._html(code, TITLES.get(code, "Not now"), message=error.description)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    def _html(self, status: int, title: str, page: Page | None = None, message: str | None = None) -> Response:
        body = self._template.render(title=title, page=page, message=message or "", css=Markup(self._css))  # noqa: S704
        response = Response(body, status, content_type="text/html; charset=utf-8")
        response.headers.extend([*SAFE, ("X-Robots-Tag", "noindex"), ("Content-Security-Policy", self._policy)])
        return response

    @cached_property
    def _template(self) -> Any:
        environment = Environment(
            loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        return environment.get_template("feedback.html.j2")

    @cached_property
    def _css(self) -> str:
        return files("monitor.web").joinpath("templates/feedback.css").read_text("utf-8")

    @cached_property
    def _policy(self) -> str:
        """Allow this one style sheet and forms to ourselves, nothing else."""
        digest = base64.b64encode(hashlib.sha256(self._css.encode()).digest()).decode()
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; frame-ancestors 'none'; "
            "base-uri 'none'"
        )


def _outcome(word: Word, taught: Taught) -> dict[str, Any]:
    if not taught.changed:
        return {"done": "That is how it stands already; nothing was changed.", "standing": ""}
    done = "Taken back." if word.yes is None else f"Thank you: {SAID[word.yes].lower()}."
    turned = taught.lesson.turned if taught.lesson else ()
    sides = (("Now on the story as well", True), ("Now off the story as well", False))
    groups = ((heading, tuple(each for each in turned if each.on_topic is side)) for heading, side in sides)
    return {
        "done": done,
        "standing": "",
        "note": taught.note,
        "revocable": word.yes is not None,
        "lesson": taught.lesson,
        "turned": tuple((heading, each) for heading, each in groups if each),
    }
