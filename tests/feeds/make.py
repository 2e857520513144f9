"""Small feeds for tests, in the hand of no publisher."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from monitor.feeds.settings import FeedSettings, PollingSettings
from monitor.types import Feed

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def item(number: int, title: str = "", *, guid: str | None = "", link: str | None = "", extra: str = "") -> str:
    """Return one RSS item; None leaves its guid or link out."""
    guid = f"urn:item:{number}" if guid == "" else guid
    link = f"http://news.test/{number}" if link == "" else link
    when = format_datetime(datetime(2026, 11, 1 + number % 20, 9, 0, tzinfo=UTC))
    return (
        f"<item><title>{title or f'Item {number}'}</title>"
        + (f"<link>{link}</link>" if link else "")
        + (f'<guid isPermaLink="false">{guid}</guid>' if guid else "")
        + f"<description>Text of item {number}.</description>"
        + (extra if "pubDate" in extra else f"<pubDate>{when}</pubDate>{extra}")
        + "</item>"
    )


def rss(*items: str, title: str = "A feed", head: str = "", doctype: str = "") -> bytes:
    """Return an RSS document."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n{doctype}<rss version="2.0"><channel><title>{title}</title>'
        f"<link>http://news.test/</link><description>d</description>{head}{''.join(items)}</channel></rss>"
    ).encode()


def polling(**changes: object) -> PollingSettings:
    """Return settings for feeds on loopback, patient with a machine that is busy or stops for a while."""
    patient = {"allow_private_networks": True, "timeout": "60s", "parse_seconds": 100}
    return PollingSettings.model_validate({**patient, **changes})


def feed(url: str = "http://news.test/feed.xml", settings: PollingSettings | None = None, **more: object) -> Feed:
    """Return a feed as the configuration would give it."""
    return FeedSettings.model_validate({"url": url, **more}).feed(Path("/nowhere"), settings or polling())
