"""A digest as subject, plain text, HTML and JSON: what is rendered here is what is sent and what is retried."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import css_inline
import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.errors import RenderError
from monitor.notify import body, layout, sandbox
from monitor.notify.view import DigestView, one_line, view
from monitor.types import Coverage, Digest, DigestEntry, DigestEvent, DigestReason, Line, Novelty, Rendered

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the operator must know: a dead letter, a feed in trouble, a silence that ended."""

    id: str
    title: str
    lines: tuple[str, ...] = ()
    created_at: datetime


def render(digest: Digest, templates: Path | None = None) -> Rendered:
    """Return the digest in every form; a broken template of the user's gives way to the built-in one."""
    seen = view(digest)
    own = _own(templates, seen) if templates else {}
    subject = one_line(own.get("subject.txt.j2") or seen.subject, 200)
    text = own.get("digest.txt.j2") or _page("digest.txt.j2", d=seen)
    html = own.get("digest.html.j2") or _page("digest.html.j2", d=seen)
    return Rendered(subject=subject, text=text.strip() + "\n", html=inlined(html), json=body.render(digest))


def notice(message: Notice) -> Rendered:
    """Return a message to the operator in every form."""
    lines = tuple(one_line(line, 500) for line in message.lines)
    title = one_line(message.title, 200)
    data = {"id": message.id, "title": title, "lines": list(lines)}
    return Rendered(
        subject=title,
        text=_page("notice.txt.j2", title=title, lines=lines),
        html=inlined(_page("notice.html.j2", title=title, lines=lines)),
        json=json.dumps(
            {"type": "monitor.notice", "timestamp": body.moment(message.created_at), "data": data}, ensure_ascii=False
        ),
    )


def check_templates(folder: Path) -> list[RenderError]:
    """Return what is wrong with a folder of templates, tried with an example and with an empty digest."""
    now = datetime.fromisoformat("2024-07-09T06:00:00+00:00")
    tried = (sample("check", now), empty_sample("check", now))
    errors = [error for digest in tried for error in sandbox.render(folder, view(digest)).errors]
    return list({str(error): error for error in errors}.values())


def _own(folder: Path, seen: DigestView) -> dict[str, str]:
    outcome = sandbox.render(folder, seen)
    for error in outcome.errors:
        log.warning("template-broken", template=error.template, error=str(error))
    return outcome.texts


def _page(template: str, **values: object) -> str:
    form = "html" if ".html" in template else "text"
    return _environment(form).get_template(template).render(**values)


def inlined(html: str) -> str:
    """Return the page with its styles at each element as mail programs need them; media queries stay."""
    return _inliner().inline(html)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


@cache
def _environment(form: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.notify"),
        autoescape=form == "html",  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = layout.wrap
    return environment


# --------------------------------------------------------------------------- examples


def sample(receiver: str, now: datetime) -> Digest:
    """Return an example digest, for `send-test` and for trying templates."""
    source, link = "Example Gazette", "https://news.example.org/harbour-deal"
    line = Line(text="The two ports will share 12 pilots from March, the council said.", source=source, link=link)
    entry = DigestEntry(
        id="0123456789abcdef",
        title="Ports agree to share 12 pilots",
        link=link,
        source=source,
        published=now - timedelta(hours=2),
    )
    event = DigestEvent(
        id="fedcba9876543210",
        title="Ports agree to share 12 pilots",
        verdict=Novelty.NEW_EVENT,
        first_seen=now - timedelta(hours=2),
        last_seen=now - timedelta(hours=1),
        score=0.87,
        sources=2,
        independent_sources=1,
        copies=1,
        new=(line,),
        why=("first mention: 12 pilots",),
        terms=(("pilots", 0.31), ("harbour", 0.22)),
        threshold=0.55,
        entries=(entry,),
    )
    days = tuple(((now - timedelta(days=back)).date().isoformat(), (back * 7 + 1) % 4, 0) for back in range(13, 0, -1))
    return _example(receiver, now, (event,), (*days, (now.date().isoformat(), 1, 1)))


def empty_sample(receiver: str, now: datetime) -> Digest:
    """Return an example of a digest without news."""
    return _example(receiver, now, (), ())


def _example(
    receiver: str, now: datetime, events: tuple[DigestEvent, ...], days: tuple[tuple[str, int, int], ...]
) -> Digest:
    return Digest(
        id=f"test-{now:%Y%m%d%H%M%S}",
        storyline="test",
        storyline_title="Test of Storyline monitor",
        receiver=receiver,
        route="test",
        reason=DigestReason.SCHEDULE if events else DigestReason.NIL,
        period_from=now - timedelta(hours=12),
        period_to=now,
        events=events,
        coverage=Coverage(feeds_ok=12, entries_scanned=340, near_misses=2),
        timeline=days,
        created_at=now,
    )
