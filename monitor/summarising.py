"""A short summary on top of a digest, where one is configured: drafted by a model, kept where a claim backs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.detect.backing import backed, drafted
from monitor.errors import SummaryError
from monitor.notify.settings import SummariserSettings
from monitor.types import Digest, DigestEntry, Line, Summary

ENOUGH = 4  # events from which on a digest is worth a summary
REST = timedelta(minutes=10)  # how long a summariser that failed is left alone

log = structlog.get_logger(__name__)


class Summariser:
    """Gives digests their summary; one that fails costs a digest its summary, never its time or its news."""

    def __init__(self, settings: SummariserSettings) -> None:
        self._settings = settings
        self._failed_at: datetime | None = None

    def summarised(self, digest: Digest, now: datetime) -> Digest:
        """Return the digest with a summary, or as it was when there is too little to sum up or nothing holds."""
        if len(digest.events) < ENOUGH or self._rests(now):
            return digest
        claims = _claims(digest)
        try:
            answer = _ask(self._settings, [claim.text for claim in claims])
        except SummaryError as error:
            self._failed_at = now
            log.warning("no-summary", digest=digest.id, error=str(error), asked_again=now + REST)
            return digest
        drafts = drafted(answer)
        lines = backed(drafts, claims, self._settings.sentences)
        log.info("summarised", digest=digest.id, drafted=len(drafts), kept=len(lines))
        return replace(digest, summary=Summary(by=self._settings.model, lines=lines)) if lines else digest

    def _rests(self, now: datetime) -> bool:
        """Say whether it failed a moment ago; not when the clock was set back since."""
        return self._failed_at is not None and self._failed_at <= now < self._failed_at + REST


def _ask(settings: SummariserSettings, claims: list[str]) -> str:
    from monitor.notify import summariser  # noqa: PLC0415 - few have one; requests takes its time to load

    return summariser.ask(settings, claims)


def _claims(digest: Digest) -> list[Line]:
    """Everything the digest says, each sentence with its source, in the order of its events."""
    return [line for event in digest.events for line in (*_titled(event.headline), *event.new)]


def _titled(entry: DigestEntry | None) -> tuple[Line, ...]:
    return (Line(text=entry.title, source=entry.source, link=entry.link),) if entry else ()
