"""A short summary on top of a digest, where one is configured: drafted by a model, kept where a claim backs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.detect.backing import backed, drafted
from monitor.errors import SummaryError
from monitor.notify.settings import SummariserSettings
from monitor.types import Digest, DigestEvent, Line, Summary

ENOUGH = 4  # events from which on a digest is worth a summary
REST = timedelta(minutes=10)  # how long a summariser that failed is left alone

log = structlog.get_logger(__name__)


class Summariser:
    """Gives digests their summary; one that fails costs a digest its summary, never its time or its news."""

    def __init__(self, settings: SummariserSettings) -> None:
        self._settings = settings
        self._rests_until: datetime | None = None

    def summarised(self, digest: Digest, now: datetime) -> Digest:
        """Return the digest with a summary, or as it was when there is too little to sum up or nothing holds."""
        if len(digest.events) < ENOUGH or (self._rests_until and now < self._rests_until):
            return digest
        claims = _claims(digest)
        try:
            answer = _ask(self._settings, [claim.text for claim in claims])
        except SummaryError as error:
            self._rests_until = now + REST
            log.warning("no-summary", digest=digest.id, error=str(error), asked_again=self._rests_until)
            return digest
        drafts = drafted(answer)
        lines = backed(drafts, claims, self._settings.sentences)
        log.info("summarised", digest=digest.id, drafted=len(drafts), kept=len(lines))
        return replace(digest, summary=Summary(by=self._settings.model, lines=lines)) if lines else digest


def _ask(settings: SummariserSettings, claims: list[str]) -> str:
    from monitor.notify import summariser  # noqa: PLC0415 - few have one; requests takes its time to load

    return summariser.ask(settings, claims)


def _claims(digest: Digest) -> list[Line]:
    """Everything the digest says, each sentence with its source, in the order of its events."""
    return [line for event in digest.events for line in (*_headline(event), *event.new)]


def _headline(event: DigestEvent) -> list[Line]:
    entries = [entry for entry in event.entries if entry.title == event.title]
    return [Line(text=entry.title, source=entry.source, link=entry.link) for entry in entries[:1]]
