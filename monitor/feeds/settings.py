"""What the user may turn about feeds and polling."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from monitor import __version__
from monitor.durations import Duration
from monitor.types import Feed, FullText

UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "kib": 2**10, "mib": 2**20}
PLAIN = re.compile(r"https?://[a-z\d][a-z\d.-]*(?::\d{1,4})?(?:/[!-~]*)?", re.I)  # an address with nothing to object to
SIZE = re.compile(r"(\d{1,12})\s*([a-z]*)", re.I)
SHORTEST = timedelta(seconds=1)


def size(value: object) -> object:
    """Return a number of bytes written like `10MB`; what is not text passes as it is."""
    if not isinstance(value, str):
        return value
    match = SIZE.fullmatch(value.strip())
    if match is None or match[2].lower() not in UNITS:
        raise ValueError(f"{value!r} is not a size; write it like 500kB or 10MB")
    return int(match[1]) * UNITS[match[2].lower()]


def web_address(url: str) -> str:
    """Return the address without surrounding space.

    Errors: ValueError unless it is http(s), names a host, and carries no credentials.
    """
    url = url.strip()
    if PLAIN.fullmatch(url):
        return url
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https"):
        start = url.partition("//")[0] if "//" in url else url.rpartition("@")[2]  # a password may stand between
        raise ValueError(f"a feed address starts with http:// or https://, not {start!r}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("no user or password in an address: put them in a file and name it with auth_file")
    if not parts.hostname or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ValueError("not a web address: the host is missing or there is a space in it")
    _ = parts.port  # ValueError where it is no number
    return url


Bytes = Annotated[int, BeforeValidator(size), Field(ge=1_000)]


class PollingSettings(BaseModel):
    """How feeds are fetched and read."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    every: Duration = Field(timedelta(minutes=15), description="Usual time between two polls of a feed.")
    contact: str = Field("", description="Address of a person, sent in the User-Agent: a mailbox or a page.")
    allow_private_networks: bool = Field(
        default=False, description="Also fetch from loopback, private and link-local addresses."
    )
    min_interval: Duration | None = Field(
        None,
        description="Shortest time between two polls of a feed that changes too fast; a third of `every` if absent.",
    )
    max_interval: Duration | None = Field(
        None,
        description="Longest time between two polls of a quiet feed; `every` if absent, so that none is slowed down.",
    )
    workers: int = Field(20, ge=1, le=200, description="Requests in flight at once, over all hosts.")
    parsers: int = Field(2, ge=1, le=32, description="Processes that read documents.")
    spacing: Duration = Field(timedelta(seconds=1), description="Pause between two requests to one public host.")
    timeout: Duration = Field(timedelta(seconds=30), description="Time for one fetch, redirects included.")
    max_body: Bytes = Field(10_000_000, description="Largest document on the wire.")
    max_decoded: Bytes = Field(20_000_000, description="Largest document once decompressed.")
    max_items: int = Field(1_000, ge=1, le=100_000, description="Entries read of one document, newest first.")
    parse_seconds: int = Field(10, ge=1, le=300, description="Processor seconds one document may cost.")
    first_poll_newest: int | None = Field(
        None, ge=1, description="Read only the newest so many entries of a new feed; older ones count as known."
    )
    user_agent: str | None = Field(None, description="Replaces the whole User-Agent.")

    @field_validator("every", "timeout", "min_interval", "max_interval")
    @classmethod
    def _not_zero(cls, value: timedelta | None) -> timedelta | None:
        if value is not None and value < SHORTEST:
            raise ValueError("must be at least one second")
        return value

    @field_validator("contact", "user_agent")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[\x20-\x7e]*", value):
            raise ValueError("plain ASCII on one line, it becomes a header")
        return value

    @model_validator(mode="after")
    def _bounds_enclose(self) -> Self:
        if self.min_interval is not None and self.min_interval > self.every:
            raise ValueError("min_interval must not be longer than every")
        if self.max_interval is not None and self.max_interval < self.every:
            raise ValueError("max_interval must not be shorter than every")
        return self

    @property
    def agent(self) -> str:
        """The User-Agent: who we are and whom to write to."""
        if self.user_agent is not None:
            return self.user_agent
        return f"storyline-monitor/{__version__}" + (f" (+{self.contact})" if self.contact else "")


class FeedSettings(BaseModel):
    """One feed as the user writes it; a bare address will do."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str = Field(description="Address of the feed, http or https.")
    name: str = Field("", max_length=200, description="What to call it; the feed's own title if absent.")
    tags: tuple[str, ...] = Field((), description="Labels that routes can name.")
    every: Duration | None = Field(None, description="Time between two polls of this feed, kept to exactly.")
    full_text: FullText | None = Field(None, description="Fetch the linked page: never, matched or always.")
    auth_file: Path | None = Field(None, description="File with user:password for this feed's host.")
    headers_file: Path | None = Field(None, description="File with `Name: value` lines sent to this feed's host.")
    allow_private_networks: bool | None = Field(None, description="As in polling, for this feed only.")
    disabled: bool = Field(default=False, description="Keep the feed but do not poll it.")

    @model_validator(mode="before")
    @classmethod
    def _bare_address(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value

    @field_validator("url")
    @classmethod
    def _fetchable(cls, value: str) -> str:
        return web_address(value)

    @field_validator("every")
    @classmethod
    def _not_zero(cls, value: timedelta | None) -> timedelta | None:
        if value is not None and value < SHORTEST:
            raise ValueError("must be at least one second")
        return value

    def feed(self, base: Path, polling: PollingSettings) -> Feed:
        """Return the feed to store; relative files count from `base`."""
        private = polling.allow_private_networks if self.allow_private_networks is None else self.allow_private_networks
        return Feed(
            url=self.url,
            name=self.name,
            tags=self.tags,
            every=self.every,
            full_text=self.full_text or FullText.NEVER,
            auth_file=base / self.auth_file if self.auth_file else None,
            headers_file=base / self.headers_file if self.headers_file else None,
            allow_private_networks=private,
            disabled=self.disabled,
        )
