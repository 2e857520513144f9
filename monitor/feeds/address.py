"""Addresses taken apart, and what is sent along to them."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException
from urllib3.exceptions import HTTPError

from monitor.errors import FetchError
from monitor.types import Feed

MAX_SECRET = 16 * 1024


@dataclass(frozen=True, slots=True)
class Parts:
    """An address taken apart once."""

    url: str  # as it is sent: encoded, without fragment
    host: str
    port: int
    origin: str  # scheme, host and port


@lru_cache(maxsize=8192)
def parts_of(url: str) -> Parts | None:
    """Return the parts of an http(s) address as it is sent, or None for anything else.

    Credentials inside the address are refused: they would end up in logs.
    """
    request = PreparedRequest()
    try:
        request.prepare_url(url, None)
        split = urlsplit(request.url or "")
        scheme, host, port = split.scheme.lower(), split.hostname or "", split.port
    except (RequestException, HTTPError, ValueError, UnicodeError):
        return None
    if scheme not in ("http", "https") or not host or "@" in split.netloc or port == 0:
        return None
    port = port or (443 if scheme == "https" else 80)
    return Parts(str(request.url), host, port, f"{scheme}://{host}:{port}")


def host_of(url: str) -> str:
    """Return the host of an address, "" where there is none."""
    parts = parts_of(url)
    return parts.host if parts else ""


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, "" where there is none."""
    parts = parts_of(url)
    return parts.origin if parts else ""


def validators_of(feed: Feed) -> dict[str, str]:
    """Return the conditions to send: the server's own words, byte for byte."""
    found = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    return {name: value for name, value in found.items() if value}


def secrets_of(feed: Feed) -> dict[str, str]:
    """Return the headers with the feed's credentials. Errors: `FetchError` naming the file, never its content."""
    secrets: dict[str, str] = {}
    if feed.headers_file is not None:
        for line in _secret(feed, feed.headers_file).splitlines():
            name, colon, value = line.partition(":")
            if not line.strip() or line.startswith("#"):
                continue
            if not colon or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name.strip()):
                raise FetchError(feed.url, f"headers_file {feed.headers_file}: a line is not `Name: value`")
            secrets[name.strip()] = value.strip()
    if feed.auth_file is not None:
        pair = _secret(feed, feed.auth_file).strip()
        if ":" not in pair or "\n" in pair:
            raise FetchError(feed.url, f"auth_file {feed.auth_file}: must hold one line, user:password")
        secrets["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return secrets


def _secret(feed: Feed, path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_SECRET).decode()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise FetchError(feed.url, f"{path}: cannot be read ({why})") from None
