"""From feedparser's words to clean entries with a lasting identity. Runs in the child process."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from monitor import text
from monitor.feeds import dates
from monitor.feeds.document import Document
from monitor.feeds.items import UNKNOWN, Item, Print, Reading
from monitor.feeds.plain import canonical, text_of, web_link
from monitor.text import fingerprint, short

MAX_TITLE = 1_000
MAX_FEED_TITLE = 300
MAX_TEXT = 64_000
MAX_NAME = 300
LONG = 1_000  # a summary longer than this is a content
MAX_KEY = 500
get = dict.get  # feedparser's own is slow, and answers for other fields
SEPARATOR = " # "  # between a reused guid and what tells its entries apart
LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.I)


def reading(document: Document, url: str, known: Mapping[str, str], by_raw: Mapping[str, str]) -> Reading:
    """Return the new and edited entries of a document.

    `known` maps keys to prints; `by_raw` the prints of bytes to keys.
    """
    lang = language(document.feed.get("language"))
    prints = document.prints or (UNKNOWN,) * len(document.entries)
    plain = [
        _noted(entry, raw, url) if index in document.noted else _item(entry, raw, lang, url)
        for index, (entry, raw) in enumerate(zip(document.entries, prints, strict=True))
    ]
    listed = {by_raw[raw]: known[by_raw[raw]] for raw in document.seen}
    items = list(_with_keys(plain, known, listed))
    return Reading(
        items=tuple(item for item in items if _is_news(known.get(item.key), item.print)),
        keys=listed | {item.key: _kept(known.get(item.key), item.print) for item in items},
        title=short(text_of(document.feed.get("title"), 8 * MAX_FEED_TITLE), MAX_FEED_TITLE),
        listed=document.listed,
        overlap=len(listed) + sum(item.key in known for item in items),
        dropped=document.dropped,
        degraded=document.degraded,
        truncated=document.truncated,
        hints=dict(document.hints),
    )


def _item(entry: dict[str, Any], raw: str, lang: str, url: str) -> Item:
    """Return an entry's clean fields; its key is still the plain guid, "" without one."""
    link = web_link(get(entry, "link"), url)
    title = short(text_of(get(entry, "title"), 8 * MAX_TITLE), MAX_TITLE)
    summary, content = _texts(entry)
    published, guessed = _date(entry, "published", "created", "updated")
    updated, _ = _date(entry, "updated")
    guid = _identifier(get(entry, "guid_written", get(entry, "id")))
    same = canonical(link)
    stamp = str(int(published.timestamp())) if published else ""
    return Item(
        key=guid,
        id=_identifier(get(entry, "id")),
        link=link,
        canonical=same,
        title=title,
        summary=summary,
        content=content,
        author=short(text_of(get(entry, "author"), 8 * MAX_NAME), MAX_NAME),
        lang=language(get(entry, "language")) or lang,
        source=_source(entry),
        published=published,
        updated=updated,
        date_guessed=guessed,
        print=str(Print(raw, fingerprint(title, summary, content), short_print(same), stamp)),
    )


def _noted(entry: dict[str, Any], raw: str, url: str) -> Item:
    """Return an entry that is known from now on, but was not read."""
    link = web_link(entry["link"], url)
    same = canonical(link)
    guid = _identifier(entry["guid_written"])
    return Item(key=guid, id=guid, link=link, canonical=same, print=str(Print(raw, "", short_print(same), "")))


def _texts(entry: dict[str, Any]) -> tuple[str, str]:
    """Return summary and content as clean text; what merely repeats the other is left out."""
    summary = str(get(entry, "summary") or "")
    content = max((str(part.get("value") or "") for part in get(entry, "content") or ()), key=len, default="")
    if content == summary:  # feedparser fills one with the other
        return ("", _body(content)) if len(content) > LONG else (_body(summary), "")
    return _body(summary), _body(content)


def _body(markup: str) -> str:
    return short(text_of(markup, 16 * MAX_TEXT), MAX_TEXT)


def _date(entry: dict[str, Any], *names: str) -> tuple[datetime | None, bool]:
    """Return the first of these dates that is one, and whether its zone was guessed."""
    for name in names:
        written = get(entry, name)
        if written:
            found = dates.read(str(written), get(entry, f"{name}_parsed"))
            if found[0] is not None:
                return found
    return None, False


def _source(entry: dict[str, Any]) -> str:
    """Return the outlet that an aggregator names."""
    source = get(entry, "source")
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


def _is_news(before: str | None, now: str) -> bool:
    """Whether the text was read, and is not the one that was stored; what was merely noted before stays so."""
    text_now = _print(now).text
    return text_now != "" and (before is None or _print(before).text not in ("", text_now))


def _kept(before: str | None, now: str) -> str:
    """Return the print to remember: without the text's where that was never read."""
    return now if before is None or _print(before).text else str(_print(now)._replace(text=""))


def _print(written: str) -> Print:
    return Print.read(written)


def short_print(link: str) -> str:
    """Return what tells one link from another, "" for none."""
    return hashlib.blake2b(link.encode("utf-8", "replace"), digest_size=6).hexdigest() if link else ""


def language(value: object) -> str:
    """Return the two letters of a language tag, "" for none."""
    match = LANGUAGE.fullmatch(str(value or "").strip())
    return match[1].lower() if match else ""
