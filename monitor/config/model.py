"""The configuration file as a whole: what each room asks for, gathered under the keys people write."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Discriminator, Field, SecretStr, Tag, field_validator

from monitor.detect.settings import StorylineSettings
from monitor.durations import Duration
from monitor.feeds.settings import FeedSettings, PollingSettings
from monitor.notify.settings import ReceiverSettings, RouteSettings, SummariserSettings
from monitor.types import FullText

STRICT = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # built when the first is written


class Retention(BaseModel):
    """How long texts are kept; events, digests and deliveries stay for good."""

    model_config = STRICT

    off_topic: Duration = Field(
        timedelta(days=90),
        description="Entries on no storyline keep text and score this long (backtests, budgets and `explain` live on "
        "them); after that a fingerprint stays, so that they never count as new again.",
    )

    @field_validator("off_topic")
    @classmethod
    def _long_enough(cls, value: timedelta) -> timedelta:
        if value < timedelta(days=7):
            raise ValueError("shorter than 7d: backtests and `explain` would have nothing to look at")
        return value


class Probes(BaseModel):
    """The health page and metrics, over HTTP on this machine only."""

    model_config = STRICT

    bind: str = Field(
        description="Address and port such as 127.0.0.1:9080 for /-/healthy, /-/ready and /metrics. Loopback only: "
        "put a reverse proxy in front to reach it from elsewhere."
    )

    @field_validator("bind")
    @classmethod
    def _loopback(cls, value: str) -> str:
        value, bare = _bindable(value)
        try:
            loopback = bare == "localhost" or ipaddress.ip_address(bare).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise ValueError(
                f"{bare or 'every address'} is not this machine alone; bind 127.0.0.1 and put a proxy in front"
            )
        return value


class Web(BaseModel):
    """The page behind the feedback links in digests; off unless written."""

    model_config = STRICT

    bind: str = Field(description="Address and port the page is served on, such as 127.0.0.1:9081, without TLS.")
    url: str = Field(
        description="How readers reach it: the public address of the reverse proxy in front, a path prefix included."
    )
    secret_file: Path | None = Field(
        None, description="File with the secret the links are signed with; made in the state folder if absent."
    )
    secret_env: str | None = Field(None, description="Environment variable with that secret.")
    secret: SecretStr | None = Field(None, exclude=True, description="Filled from secret_env.")
    links_for: Duration = Field(timedelta(days=30), description="How long a link is good for.")

    @field_validator("bind")
    @classmethod
    def _address(cls, value: str) -> str:
        return _bindable(value)[0]

    @field_validator("url")
    @classmethod
    def _plain(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment or parts.username:
            raise ValueError(f"write an address like https://desk.example.org/monitor, not {value!r:.80}")
        return value.rstrip("/")

    @field_validator("links_for")
    @classmethod
    def _useful(cls, value: timedelta) -> timedelta:
        if value < timedelta(hours=1):
            raise ValueError("must be at least one hour")
        return value


def _bindable(value: str) -> tuple[str, str]:
    """Return an address to listen on, and its host without brackets. Errors: ValueError."""
    host, _, port = value.rpartition(":")
    if not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise ValueError(f"write ADDRESS:PORT, like 127.0.0.1:9080, not {value!r}")
    return value, host.strip("[]")


class OpmlSettings(BaseModel):
    """A list of feeds in an OPML file, kept beside this one; its folders become tags."""

    model_config = STRICT

    opml: Path = Field(description="The OPML file; relative paths count from the folder of this file.")
    tags: tuple[str, ...] = Field((), description="Tags every feed of the list gets beside its own.")
    every: Duration | None = Field(None, description="How often its feeds are polled, instead of polling.every.")
    full_text: FullText = Field(FullText.NEVER, description="When linked pages are fetched: never, matched or always.")
    allow_private_networks: bool | None = Field(None, description="Allow addresses on your own net for this list.")
    disabled: bool = Field(False, description="Keep the list but poll none of it.")


def _which_feed(value: Any) -> str:
    return "list" if isinstance(value, OpmlSettings) or (isinstance(value, dict) and "opml" in value) else "feed"


FeedItem = Annotated[
    Annotated[FeedSettings, Tag("feed")] | Annotated[OpmlSettings, Tag("list")], Discriminator(_which_feed)
]


class PartSettings(BaseModel):
    """What an included file may hold."""

    model_config = STRICT

    storylines: dict[str, StorylineSettings] = Field(
        default_factory=dict, description="What is watched: a name (it stays for ever) and what defines the story."
    )
    feeds: list[FeedItem] = Field(
        default_factory=list, description="What is read: an address, an address with options, or an OPML list."
    )
    receivers: dict[str, ReceiverSettings] = Field(
        default_factory=dict, description="Who can be told: a name and one of email, webhook, apprise, file, atom."
    )
    routes: list[RouteSettings] = Field(
        default_factory=list, description="Which storyline is told to which receiver, at once or as a digest."
    )

    @field_validator("storylines", "feeds", "receivers", "routes", mode="before")
    @classmethod
    def _nothing_written(cls, value: Any, info: Any) -> Any:
        """A key without anything under it means an empty list or mapping."""
        return ({} if info.field_name in {"storylines", "receivers"} else []) if value is None else value


class MainSettings(BaseModel):
    """What only the main file may hold, beside the sections."""

    model_config = STRICT

    state: str | None = Field(
        None,
        description="Folder of the database (monitor.db), or sqlite:////path/to/file.db. Default: $STATE_DIRECTORY "
        "under systemd, else the folder `var` beside this file.",
    )
    polling: PollingSettings = Field(default_factory=PollingSettings, description="How feeds are read.")
    operator: str | None = Field(
        None, description="The receiver that is told of trouble: feeds dead for long, letters that could not be sent."
    )
    retention: Retention = Field(default_factory=Retention, description="How long what is kept.")
    probes: Probes | None = Field(None, description="Health page and metrics; off unless written.")
    web: Web | None = Field(None, description="The page for one-click feedback; off unless written.")
    summariser: SummariserSettings | None = Field(
        None, description="A language model that sums up long digests, each sentence checked; off unless written."
    )
    include: tuple[str, ...] = Field(
        (),
        description="Further files, such as conf.d/*.yaml: each may hold storylines, feeds, receivers and routes.",
    )

    @field_validator("include", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class FileSettings(MainSettings, PartSettings):
    """The configuration of the storyline monitor."""
