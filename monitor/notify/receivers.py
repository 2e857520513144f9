"""What a user may write about one receiver, door by door."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from monitor.durations import Duration
from monitor.durations import parse as parse_duration

ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]\x00-\x1f]{1,64}@(?:[^\s@<>,;:\"\\()\[\]\x00-\x1f]{1,255})")
NAMED_ADDRESS = re.compile(r"(?:[^<>\x00-\x1f]{0,200})<(?P<address>[^<>]+)>")
RATE = re.compile(r"\s*(\d{1,6})\s*/\s*(.+?)\s*")


def _address(written: str) -> str:
    match = NAMED_ADDRESS.fullmatch(written.strip())
    address = match["address"] if match else written.strip()
    if not ADDRESS.fullmatch(address):
        raise ValueError(f"{written!r} is no mail address; write name@example.org or Name <name@example.org>")
    return written.strip()


def _plain_address(written: str) -> str:
    if not ADDRESS.fullmatch(written.strip()):
        raise ValueError(f"{written!r} is no mail address; write name@example.org")
    return written.strip()


def _web_address(written: str) -> str:
    try:
        parts = urlsplit(written.strip())
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("not an http or https address")
    return written.strip()


def _unsubscribe(written: str) -> str:
    return written.strip() if written.startswith("mailto:") else _web_address(written)


Address = Annotated[str, AfterValidator(_address)]
PlainAddress = Annotated[str, AfterValidator(_plain_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseModel):
    """Refuses keys it does not know and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class SmtpSettings(Settings):
    """The mail server that takes our messages."""

    host: str = Field(default="localhost", min_length=1, description="Name of the mail server.")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="Port; without it 587 for starttls, 465 for tls, 25 for none."
    )
    tls: Literal["starttls", "tls", "none"] | None = Field(
        default=None,
        description="Encryption: starttls, tls (from the first byte) or none; certificates are always verified. "
        "Without it: none on localhost, tls on port 465, else starttls.",
    )
    username: str | None = Field(default=None, description="Name for AUTH.")
    password_file: Path | None = Field(
        default=None, description="File with the password for AUTH; read at each connection."
    )
    password_env: str | None = Field(default=None, description="Environment variable with the password for AUTH.")
    password: SecretStr | None = Field(default=None, exclude=True, description="Filled from password_env.")
    ca_file: Path | None = Field(default=None, description="Certificates to trust instead of the system's.")

    @property
    def encryption(self) -> str:
        """Starttls, tls or none, as set or as the rule above says."""
        if self.tls:
            return self.tls
        if self.port == 465:
            return "tls"
        return "none" if self.host in {"localhost", "127.0.0.1", "::1"} else "starttls"

    @property
    def the_port(self) -> int:
        """The port to connect to."""
        return self.port or {"tls": 465, "starttls": 587, "none": 25}[self.encryption]

    @model_validator(mode="after")
    def _password_is_safe(self) -> Self:
        local = self.host in {"localhost", "127.0.0.1", "::1"}
        if self.username and self.encryption == "none" and not local:
            raise ValueError("a password would travel in clear; set tls: starttls or tls: tls")
        if self.username and not (self.password_file or self.password_env or self.password):
            raise ValueError("username needs password_file or password_env")
        return self


class EmailSettings(Settings):
    """Digests by mail, one message for each address."""

    to: tuple[PlainAddress, ...] = Field(min_length=1, description="Addresses; each gets its own message.")
    from_: Address = Field(
        default="Storyline monitor <storyline-monitor@localhost>",
        alias="from",
        description="Sender, with or without a name.",
    )
    reply_to: Address | None = Field(default=None, description="Where answers go.")
    smtp: SmtpSettings = Field(default_factory=SmtpSettings, description="The mail server.")
    unsubscribe: Annotated[str, AfterValidator(_unsubscribe)] | None = Field(
        default=None, description="https: or mailto: address for List-Unsubscribe; https gets one-click unsubscription."
    )
    timeout: Duration = Field(
        default=timedelta(seconds=60), description="Longest time for one message, connecting included."
    )
    on_ambiguous: Literal["retry", "hold"] = Field(
        default="retry",
        description="When the connection breaks between the message and its answer: retry may repeat the message "
        "(with the same Message-ID), hold never does.",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_address(cls, values: object) -> object:
        if isinstance(values, dict) and isinstance(values.get("to"), str):
            return {**values, "to": [values["to"]]}
        return values


class WebhookSettings(Settings):
    """Digests as JSON by POST, signed after Standard Webhooks."""

    url: WebAddress | None = Field(default=None, description="Address the digest is posted to.")
    url_file: Path | None = Field(default=None, description="File with the address, for addresses that are secrets.")
    secret_file: Path | None = Field(default=None, description="File with the signing secret (whsec_...).")
    secret_env: str | None = Field(default=None, description="Environment variable with the signing secret.")
    secret: SecretStr | None = Field(default=None, exclude=True, description="Filled from secret_env.")
    old_secret_file: Path | None = Field(
        default=None, description="File with the secret before; signs too while you rotate."
    )
    old_secret_env: str | None = Field(default=None, description="Environment variable with the secret before.")
    old_secret: SecretStr | None = Field(default=None, exclude=True, description="Filled from old_secret_env.")
    allow_private_networks: bool = Field(
        default=False, description="Let the address be on this machine or your own network."
    )
    timeout: Duration = Field(default=timedelta(seconds=15), description="Longest time for one request.")
    ca_file: Path | None = Field(default=None, description="Certificates to trust instead of the system's.")

    @model_validator(mode="after")
    def _one_url(self) -> Self:
        if (self.url is None) == (self.url_file is None):
            raise ValueError("write url or url_file, one of them")
        return self


class AppriseSettings(Settings):
    """Digests as short messages to chat and push services, through apprise."""

    url_file: Path | None = Field(
        default=None, description="File with apprise addresses, one a line; each is a recipient."
    )
    url_env: str | None = Field(default=None, description="Environment variable with an apprise address.")
    url: SecretStr | None = Field(default=None, exclude=True, description="Filled from url_env.")
    timeout: Duration = Field(default=timedelta(seconds=30), description="Longest time for one message.")

    @model_validator(mode="after")
    def _one_url(self) -> Self:
        if self.url_file is None and self.url_env is None and self.url is None:
            raise ValueError("write url_file or url_env")
        return self


class FileSettings(Settings):
    """Digests as files in a folder: HTML, text and JSON each, and an index."""

    path: Path = Field(description="Folder; made when it is missing.")


class AtomSettings(Settings):
    """Each storyline as an Atom feed file whose entries are its events, updated in place."""

    path: Path = Field(description="Folder; made when it is missing. One file STORYLINE.atom each.")
    base_url: WebAddress | None = Field(
        default=None, description="Where the folder is served, for the feed's own link."
    )


def _rate(written: object) -> object:
    if not isinstance(written, str):
        return written
    match = RATE.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is no rate; write messages per time, like 30/1h")
    span = match[2] if match[2][:1].isdigit() else f"1{match[2]}"
    names = {"second": "s", "minute": "m", "hour": "h", "day": "d"}
    return int(match[1]), parse_duration(re.sub(r"(?<=1)(second|minute|hour|day)$", lambda m: names[m[0]], span))


Rate = Annotated[tuple[int, timedelta], BeforeValidator(_rate, json_schema_input_type=str)]


class ReceiverSettings(Settings):
    """Who is told, and by which door: exactly one of email, webhook, apprise, file, atom."""

    email: EmailSettings | None = Field(default=None, description="By mail.")
    webhook: WebhookSettings | None = Field(default=None, description="By signed JSON to a web address.")
    apprise: AppriseSettings | None = Field(default=None, description="To chat and push services.")
    file: FileSettings | None = Field(default=None, description="As files in a folder.")
    atom: AtomSettings | None = Field(default=None, description="As Atom feed files in a folder.")
    templates: Path | None = Field(
        default=None, description="Folder with templates of yours: subject.txt.j2, digest.txt.j2, digest.html.j2."
    )
    rate_limit: Rate | None = Field(default=None, description="At most this many messages in that time, like 30/1h.")

    @property
    def kind(self) -> str:
        """The door: email, webhook, apprise, file or atom."""
        return next(name for name in ("email", "webhook", "apprise", "file", "atom") if getattr(self, name))

    @property
    def label(self) -> str:
        """Say where it goes, without secrets."""
        if self.email:
            return ", ".join(self.email.to)
        if self.webhook:
            return f"webhook {urlsplit(self.webhook.url).hostname}" if self.webhook.url else "webhook"
        folder = self.file or self.atom
        return f"{self.kind} {folder.path}" if folder else self.kind

    @model_validator(mode="after")
    def _one_door(self) -> Self:
        doors = [name for name in ("email", "webhook", "apprise", "file", "atom") if getattr(self, name)]
        if len(doors) != 1:
            raise ValueError(
                f"write exactly one of email, webhook, apprise, file, atom, not {' and '.join(doors) or 'none'}"
            )
        return self
