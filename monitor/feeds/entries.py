"""From feedparser's words to clean entries with a lasting identity. Runs in the child process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor import text
from monitor.feeds import dates
from monitor.feeds.document import Document, joined
from monitor.feeds.items import UNKNOWN, Item, Print, Reading
from monitor.text import canonical_url, fingerprint, short

MAX_TITLE = 1_000
MAX_FEED_TITLE = 300
MAX_TEXT = 64_000
MAX_NAME = 300
LONG = 1_000  # a summary longer than this is a content
MAX_KEY = 500
MAX_LINK = 8_000
LINK_SPACE = re.compile(r"[\s\x00-\x20\x7f]")
SEPARATOR = " # "  # between a reused guid and what tells its entries apart
LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.I)


def reading(document: Document, url: str, known: Mapping[str, str], by_raw: Mapping[str, str]) -> Reading:
    """Return the new and edited entries of a document.

    `known` maps keys to prints; `by_raw` the prints of bytes to keys.
    """
    lang = language(document.feed.get("language"))
    prints = document.prints or (UNKNOWN,) * len(document.entries)
    plain = [_item(entry, raw, lang, url) for entry, raw in zip(document.entries, prints, strict=True)]
    listed = {by_raw[raw]: known[by_raw[raw]] for raw in document.seen}
    items = list(_with_keys(plain, known, listed))
    return Reading(
        items=tuple(item for item in items if item.key not in known or _text_differs(known[item.key], item.print)),
        keys=listed | {item.key: item.print for item in items},
        title=short(text_of(document.feed.get("title"), 8 * MAX_FEED_TITLE), MAX_FEED_TITLE),
        listed=document.listed,
        overlap=len(listed) + sum(item.key in known for item in items),
        dropped=document.dropped,
        degraded=document.degraded,
        truncated=document.truncated,
        hints=dict(document.hints),
    )


def _item(entry: Mapping[str, Any], raw: str, lang: str, url: str) -> Item:
    """Return an entry's clean fields; its key is still the plain guid, "" without one."""
    link = web_link(entry.get("link"), url)
    title = short(text_of(entry.get("title"), 8 * MAX_TITLE), MAX_TITLE)
    summary, content = _texts(entry)
    published, guessed = _date(entry, "published", "created", "updated")
    updated, _ = _date(entry, "updated")
    guid = _identifier(entry.get("id"))
    canonical = canonical_url(link) if link else ""
    stamp = published.isoformat() if published else ""
    return Item(
        key=guid,
        id=guid,
        link=link,
        canonical=canonical,
        title=title,
        summary=summary,
        content=content,
        author=short(text_of(entry.get("author"), 8 * MAX_NAME), MAX_NAME),
        lang=language(entry.get("language")) or lang,
        source=_source(entry),
        published=published,
        updated=updated,
        date_guessed=guessed,
        print=str(Print(raw, fingerprint(title, summary, content), fingerprint(canonical), stamp)),
    )


def _texts(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return summary and content as clean text; what merely repeats the other is left out."""
    summary = str(entry.get("summary") or "")
    content = max((str(part.get("value") or "") for part in entry.get("content") or ()), key=len, default="")
    if content == summary:  # feedparser fills one with the other
        return ("", _body(content)) if len(content) > LONG else (_body(summary), "")
    return _body(summary), _body(content)


def _body(markup: str) -> str:
    return short(text_of(markup, 16 * MAX_TEXT), MAX_TEXT)


def _date(entry: Mapping[str, Any], *names: str) -> tuple[datetime | None, bool]:
    """Return the first of these dates that is one, and whether its zone was guessed."""
    for name in names:
        written = dict.get(entry, name)  # type: ignore[call-overload]  # feedparser's own get answers for other fields
        if written:
            found = dates.read(str(written), dict.get(entry, f"{name}_parsed"))  # type: ignore[call-overload]
            if found[0] is not None:
                return found
    return None, False


def _source(entry: Mapping[str, Any]) -> str:
    """Return the outlet that an aggregator names."""
    source = entry.get("source")
    return short(text_of(source.get("title"), 8 * MAX_NAME), MAX_NAME) if isinstance(source, Mapping) else ""


def _identifier(value: object) -> str:
    """Return a guid on one line; an endless one by its fingerprint."""
    guid = text.collapse(text.printable(str(value or "")[: 100 * MAX_KEY]))
    return guid if len(guid) <= MAX_KEY else f"{guid[:MAX_KEY]}…{fingerprint(guid)}"


def _with_keys(items: list[Item], known: Mapping[str, str], listed: Mapping[str, str]) -> Iterable[Item]:
    """Return the items with their final keys: guid, else canonical link, else a hash; reused guids get more.

    A guid is reused when the document gives it to different things, or when it stood for another thing before.
    """
    things: dict[str, set[str]] = {}
    for item in items:
        things.setdefault(item.key, set()).add(item.canonical or item.title)
    reused = {key.partition(SEPARATOR)[0] for key in known if SEPARATOR in key}
    done: dict[str, Item] = {}
    for item in items:
        rest = item.canonical or "hash:" + fingerprint(item.title, item.summary or item.content)
        if not item.key:
            key = rest
        elif item.key in listed and _print(listed[item.key]).link == _print(item.print).link:
            continue  # the same thing twice
        elif len(things[item.key]) > 1 or item.key in reused or item.key in listed or _another(item, known):
            key = item.key + SEPARATOR + rest
        else:
            key = item.key
        done.setdefault(key, item._replace(key=key))
    return done.values()


def _another(item: Item, known: Mapping[str, str]) -> bool:
    """Whether the guid stood for something else before: link, date and text are all different now."""
    before, now = _print(known.get(item.key, "")), _print(item.print)
    dated = bool(before.date and now.date) and before.date != now.date
    return dated and before.text != now.text and before.link != now.link


def _text_differs(before: str, now: str) -> bool:
    """Whether the text is not the one that was stored."""
    return _print(before).text != _print(now).text


def _print(written: str) -> Print:
    return Print.read(written)


def text_of(value: object, most: int) -> str:
    """Return what a person would read of a field, at most so many characters of markup looked at."""
    markup = str(value or "")[:most]
    if markup.isascii() and "<" not in markup and "&" not in markup:
        plain = " ".join(markup.split())
        if plain.isprintable():  # nearly every title: no markup, nothing to strip
            return plain
    return text.clean(markup)


def web_link(value: object, base: str) -> str:
    """Return a link that may be shown: http or https, absolute, without credentials; "" for anything else."""
    link = text.printable(str(value or "")).strip()
    if not link or len(link) > MAX_LINK or LINK_SPACE.search(link):
        return ""
    link = joined(base, link)
    try:
        parts = urlsplit(link)
        sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return link if sound else ""


def language(value: object) -> str:
    """Return the two letters of a language tag, "" for none."""
    match = LANGUAGE.fullmatch(str(value or "").strip())
    return match[1].lower() if match else ""
