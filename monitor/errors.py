"""The error tree: the class says who must act.

`MonitorError` is expected trouble; anything else is a bug and is re-raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


class MonitorError(Exception):
    """Expected trouble, told to a person in one line."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file the operator can open; line and column count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line or 1}:{self.column or 1}"


class ConfigError(MonitorError):
    """The operator edits a file; printed as `FILE:LINE:COL: what`."""

    def __init__(self, where: Where, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


class ConfigErrors(ConfigError):
    """Every fault found in one reading of the configuration, in file order."""

    def __init__(self, errors: tuple[ConfigError, ...]) -> None:
        super().__init__(errors[0].where, errors[0].what)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class SeedError(ConfigError):
    """A seed article cannot be used; the operator mends or removes the file."""


class FeedError(MonitorError):
    """One feed could not be read this time; stored on the feed and polled again later."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(what)
        self.url = url
        self.what = what


class FetchError(FeedError):
    """The web said no: a status, a timeout, a refused address; `network` where nobody answered at all."""

    def __init__(
        self,
        url: str,
        what: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
        network: bool = False,
    ) -> None:
        super().__init__(url, what)
        self.status = status
        self.retry_after = retry_after
        self.network = network


class ParseError(FeedError):
    """The document is not a feed, or too hostile to read."""


class DeliveryError(MonitorError):
    """One delivery attempt failed; `retryable` says whether time may mend it."""

    def __init__(
        self,
        receiver: str,
        reason: str,
        *,
        retryable: bool,
        retry_after: timedelta | None = None,
        disable: bool = False,
        down: bool = False,
    ) -> None:
        super().__init__(f"{receiver}: {reason}")
        self.receiver = receiver
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after
        self.disable = disable
        self.down = down  # the receiver as a whole, not this one message


class SummaryError(MonitorError):
    """The summariser gave no usable answer; the digest goes out without a summary."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host}: {reason}")


class RenderError(MonitorError):
    """A template is broken; the built-in one serves until it is mended."""

    def __init__(self, template: str, what: str) -> None:
        super().__init__(f"{template}: {what}")
        self.template = template


class StoreError(MonitorError):
    """The database cannot be used as it is."""


class StoreGone(StoreError):
    """The database was deleted or replaced while in use."""


class StoreBusy(StoreError):
    """Another process held the database too long; the next tick tries again."""


class StoreFull(StoreError):
    """The disk has no room; what was to be stored is repeated when it has."""


class SchemaTooNew(StoreError):
    """The database was written by a newer release; upgrade the program or restore a backup."""
