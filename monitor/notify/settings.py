"""What a user may write about receivers and routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from monitor.durations import Duration
from monitor.notify import quiet, slots, terms
from monitor.notify.receivers import ReceiverSettings, Settings, WebAddress
from monitor.notify.routes import Kind, Route
from monitor.types.novelty import NEWS, Novelty

__all__ = ["ReceiverSettings", "RouteSettings", "SummariserSettings", "routes_of"]


def _term(written: str) -> str:
    terms.compile_term(written)
    return written


def _one_or_many(written: object) -> object:
    return [written] if isinstance(written, str) else written


Term = Annotated[str, Field(max_length=200), AfterValidator(_term)]
Score = Annotated[float, Field(ge=0, le=1)]


class Matchers(Settings):
    """What an entry must be to be told."""

    verdicts: tuple[Novelty, ...] = Field(default=NEWS, min_length=1, description="new_event, development, correction.")
    min_score: Score = Field(default=0.0, description="Least match score, 0 to 1.")


class ImmediateSettings(Matchers):
    """Tell soon after it happens."""

    group_wait: Duration | None = Field(
        default=None, description="Wait this long for more of the same burst; default 2m."
    )
    group_interval: Duration | None = Field(
        default=None, description="Least time between two messages of one storyline."
    )
    repeat_interval: Duration | None = Field(
        default=None, description="Least time between two messages about one event."
    )
    second_source: bool = Field(
        default=False, description="Tell too when a second independent source reports an event."
    )


class DigestSettings(Matchers):
    """Tell at fixed times."""

    cron: Annotated[str, Field(max_length=200)] = Field(description="Five cron fields, like `0 7,17 * * mon-fri`.")
    timezone: str = Field(default="UTC", description="IANA zone of the schedule, like Europe/London.")

    @model_validator(mode="after")
    def _runs(self) -> Self:
        slots.validate(self.cron, self.timezone)
        return self


class QuietSettings(Settings):
    """When to keep quiet; what came up is told when it is over."""

    windows: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = Field(
        min_length=1, description="Spans like 22:00-07:00, sat,sun or mon-fri 19:00-08:00."
    )
    timezone: str | None = Field(default=None, description="IANA zone; without it the route's.")
    bypass: tuple[Novelty, ...] = Field(default=(), description="Verdicts that are told all the same.")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        windows = [quiet.parse(written) for written in self.windows]
        if self.timezone:
            slots.validate("0 0 * * *", self.timezone)
        if sum(len(w.days) for w in windows if w.start == 0 and w.end == 1440) >= 7:
            raise ValueError("quiet all week: nothing would ever be told")
        return self

    def made(self, timezone: str) -> quiet.Quiet:
        """Return the quiet hours in their zone, or in the route's."""
        return quiet.Quiet(
            windows=tuple(quiet.parse(written) for written in self.windows),
            timezone=self.timezone or timezone,
            bypass=self.bypass,
            written=" and ".join(self.windows),
        )


def _quiet(written: object) -> object:
    return {"windows": written} if isinstance(written, str | list) else written


def _written(settings: object) -> object:
    return {} if settings is None else settings  # a key with nothing behind it stands there all the same


class RouteSettings(Settings):
    """From a storyline to a receiver: at once, at fixed times, or both."""

    storyline: str = Field(
        default="*", min_length=1, description="Name of a storyline; * and ? stand for any characters."
    )
    receiver: str = Field(min_length=1, description="Name of a receiver.")
    tags: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = Field(
        default=(), description="Only entries of feeds with one of these tags."
    )
    terms: Annotated[tuple[Term, ...], BeforeValidator(_one_or_many)] = Field(
        default=(), description="Only entries with one of these words, phrases, prefix* or /regexes/."
    )
    immediate: Annotated[ImmediateSettings | None, BeforeValidator(_written)] = Field(
        default=None, description="Tell soon after it happens."
    )
    digest: DigestSettings | None = Field(default=None, description="Tell at fixed times.")
    when_empty: Literal["skip", "send"] = Field(
        default="skip", description="A digest without news: skip it, or send a report."
    )
    quiet_hours: Annotated[QuietSettings, BeforeValidator(_quiet)] | None = Field(
        default=None, description="Spans in which nothing is told, like 22:00-07:00; all of it comes after."
    )
    group_wait: Duration | None = Field(default=None, description="As under immediate.")
    group_interval: Duration | None = Field(default=None, description="As under immediate.")
    repeat_interval: Duration | None = Field(default=None, description="As under immediate; for digests too.")
    max_per_day: int | None = Field(
        default=None, ge=1, le=10_000, description="Most events told in a day; the rest is held."
    )
    min_sources: int = Field(
        default=1, ge=1, le=100, description="Wait until so many independent sources report an event."
    )
    timezone: str | None = Field(
        default=None, description="IANA zone of quiet hours and of the day; default the digest's, else UTC."
    )

    @model_validator(mode="after")
    def _tells(self) -> Self:
        if self.immediate is None and self.digest is None:
            raise ValueError("write immediate or digest, or both")
        if self.timezone:
            slots.validate("0 0 * * *", self.timezone)
        return self

    @property
    def zone(self) -> str:
        """The zone of the route's days and quiet hours."""
        return self.timezone or (self.digest.timezone if self.digest else "UTC")

    def made(self) -> tuple[Route, ...]:
        """Return the one or two routes these settings mean."""
        found = []
        if self.immediate:
            found.append(self._route(Kind.IMMEDIATE, self.immediate))
        if self.digest:
            found.append(self._route(Kind.DIGEST, self.digest))
        return tuple(found)

    def _route(self, kind: Kind, matchers: ImmediateSettings | DigestSettings) -> Route:
        now = matchers if isinstance(matchers, ImmediateSettings) else ImmediateSettings()
        digest = matchers if isinstance(matchers, DigestSettings) else None
        return Route(
            key=f"{self.storyline}>{self.receiver}:{kind}",
            storyline=self.storyline,
            receiver=self.receiver,
            kind=kind,
            tags=self.tags,
            terms=self.terms,
            verdicts=matchers.verdicts,
            min_score=matchers.min_score,
            min_sources=self.min_sources,
            second_source=now.second_source,
            group_wait=_first(now.group_wait, self.group_wait, timedelta(minutes=2)),
            group_interval=now.group_interval or self.group_interval,
            repeat_interval=now.repeat_interval or self.repeat_interval,
            cron=digest.cron if digest else "",
            timezone=digest.timezone if digest else self.zone,
            send_empty=self.when_empty == "send" and digest is not None,
            quiet=self.quiet_hours.made(self.zone) if self.quiet_hours else None,
            max_per_day=self.max_per_day,
        )


class SummariserSettings(Settings):
    """A language model that shortens a digest's sentences into a summary on top of it; off unless written."""

    url: WebAddress = Field(
        description="Base address of an OpenAI-compatible service, like https://models.example.org/v1."
    )
    model: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="Name of the model.")
    key_file: Path | None = Field(default=None, description="File with the key of the service.")
    key_env: str | None = Field(default=None, description="Environment variable with that key.")
    key: SecretStr | None = Field(default=None, exclude=True, description="Filled from key_env.")
    sentences: int = Field(default=5, ge=1, le=12, description="Most sentences of a summary.")
    timeout: Duration = Field(
        default=timedelta(seconds=30), description="Longest time for one answer; then the digest goes without."
    )
    allow_private_networks: bool = Field(
        default=False, description="Let the address be on this machine or your own network."
    )
    ca_file: Path | None = Field(default=None, description="Certificates to trust instead of the system's.")

    @property
    def host(self) -> str:
        """The service as people are told of it."""
        return urlsplit(self.url).hostname or "summariser"


def _first(*values: timedelta | None) -> timedelta:
    return next(value for value in values if value is not None)


def routes_of(settings: Sequence[RouteSettings]) -> tuple[Route, ...]:
    """Return the routes in file order; a second route with the same key is called KEY#2."""
    routes: list[Route] = []
    seen: Counter[str] = Counter()
    for route in (route for written in settings for route in written.made()):
        seen[route.key] += 1
        count = seen[route.key]
        routes.append(route if count == 1 else replace(route, key=f"{route.key}#{count}"))
    return tuple(routes)
