"""Links that carry a right: whoever holds one may say whether an entry belongs to a storyline, and nothing else.

A link is a name and an end, signed with HMAC-SHA256 by a secret of this monitor; nothing about it is stored.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer

from monitor.config import Config
from monitor.errors import ConfigError, MonitorError, Where
from monitor.notify.secrets import secret
from monitor.ownership import settled

FILE = "web.secret"  # in the state folder, unless the configuration names a secret
BYTES = 32
SHORTEST = 16  # characters of a secret that somebody chose
LONGEST = 512  # characters of a token that is looked at
HOUR = 3_600
PATH = "feedback"


class LinkError(MonitorError):
    """A link that gives no right: never ours, or (`stale`) ours and over."""

    def __init__(self, what: str, *, stale: bool) -> None:
        super().__init__(what)
        self.stale = stale


@dataclass(frozen=True, slots=True)
class Named:
    """What a link is about, and whom it was sent to."""

    storyline: str
    entry_uid: str
    receiver: str


class Links:
    """Makes and reads the links of one monitor."""

    def __init__(self, base: str, key: bytes, keep: timedelta) -> None:
        self.base = base.rstrip("/")
        self.keep = keep
        signer = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeSerializer(key, salt="monitor.feedback", signer_kwargs=signer)

    def make(self, named: Named, now: datetime) -> str:
        """Return the address of the page about an entry; the same for the same hour."""
        end = int((now + self.keep).timestamp()) // HOUR + 1
        token = self._serializer.dumps([named.storyline, named.entry_uid, named.receiver, end])
        return f"{self.base}/{PATH}/{token if isinstance(token, str) else token.decode()}"

    def read(self, token: str, now: datetime) -> Named:
        """Return what a token is about. Errors: `LinkError`."""
        try:
            if len(token) > LONGEST:
                raise BadData("too long")
            storyline, uid, receiver, end = self._serializer.loads(token)
        except (BadData, ValueError, TypeError):
            raise LinkError("this link is not one of ours, or was damaged on its way", stale=False) from None
        if datetime.fromtimestamp(end * HOUR, UTC) <= now:
            raise LinkError(f"this link was good for {self.keep.days} days and is over", stale=True)
        return Named(str(storyline), str(uid), str(receiver))


def links_of(config: Config, state: Path | None) -> Links | None:
    """Return the links of a configuration, None without a page for them; `state` is the open database's file.

    Errors: `ConfigError` when the secret cannot be had.
    """
    web = config.web
    if web is None:
        return None
    given = secret(web.secret, web.secret_file)
    where = str(web.secret_file or f"${web.secret_env}")
    key = chosen(given, where) if given is not None else kept(state.parent if state else None)
    return Links(web.url, key, web.links_for)


def chosen(given: str, where: str) -> bytes:
    """Return a secret somebody chose, as key. Errors: `ConfigError` when it could be guessed."""
    if len(given) < SHORTEST:
        raise ConfigError(Where(where), f"the secret has fewer than {SHORTEST} characters; try: openssl rand -hex 32")
    return given.encode()


def kept(folder: Path | None) -> bytes:
    """Return the secret in a state folder, made at the first call (mode 600); without a folder a passing one."""
    if folder is None:
        return secrets.token_bytes(BYTES)
    path = folder / FILE
    try:
        return _read(path)
    except FileNotFoundError:
        _put(path, secrets.token_hex(BYTES))
        return _read(path)
    except OSError as error:
        raise ConfigError(Where(str(path)), f"cannot be read: {error.strerror}") from None


def _read(path: Path) -> bytes:
    return chosen(path.read_text("ascii", "replace").strip(), str(path))


def _put(path: Path, content: str) -> None:
    """Write a file that is there whole or not at all; another process may have been first."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(settled(draft), path)
        except FileExistsError:
            return
    except OSError as error:
        raise ConfigError(Where(str(path)), f"cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
