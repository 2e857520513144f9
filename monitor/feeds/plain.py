"""The common case of cleaning, fast: what `monitor.text` says, without its full price for simple input.

Nearly every field of a feed is plain text, or prose in a handful of tags; nearly every link is host and path. Whatever
is not plainly so goes to `monitor.text`; tests hold both to the same answers.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

from monitor import text

MAX_LINK = 8_000
LINK_SPACE = re.compile(r"[\s\x00-\x20\x7f]")
SIMPLE_LINK = re.compile(
    r"https?://(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*)/?"
)
FRONT = re.compile(r"(?:www\d?|m|mobile|amp)\.|xn--|.*\.cdn\.ampproject\.org|\d")
AMP = re.compile(r"\bamp\b|index|default", re.I)

ATTRIBUTES = r"""(?:\s[^<>"']*(?:"[^"<>]*"[^<>"']*|'[^'<>]*'[^<>"']*)*)?"""
INLINE = re.compile(rf"</?(?:{'|'.join(sorted(text.INLINE, key=len, reverse=True))}){ATTRIBUTES}>", re.I)
BLOCKS = """
    p br div img ul ol li h1 h2 h3 h4 h5 h6 hr blockquote figure figcaption pre table thead tbody tfoot tr td th caption
    dl dt dd section article header footer main aside nav picture source center address
""".split()  # noqa: SIM905
BLOCK = re.compile(rf"</?(?:{'|'.join(BLOCKS)}){ATTRIBUTES}>|<!--[^<>]*-->", re.I)


def text_of(value: object, most: int) -> str:
    """Return what a person would read of a field, at most so many characters of markup looked at."""
    markup = str(value or "")[:most]
    if "<" in markup:
        bare = BLOCK.sub(" ", INLINE.sub("", markup))
        if "<" in bare:
            return text.clean(text.printable(markup))
        bare = unescape(bare) if "&" in bare else bare
    else:
        bare = unescape(markup) if "&" in markup else markup
    plain = " ".join(bare.split())
    if "<" not in plain and plain.isprintable() and (plain.isascii() or not text.STACKED.search(plain)):
        return plain
    return text.clean(text.printable(markup))


def web_link(value: object, base: str) -> str:
    """Return a link that may be shown: http or https, absolute, without credentials; "" for anything else."""
    written = str(value or "")[: MAX_LINK + 1]
    if len(written) > MAX_LINK:
        return ""
    if SIMPLE_LINK.fullmatch(written):
        return written
    link = text.printable(written).strip()
    if not link or LINK_SPACE.search(link):
        return ""
    try:
        link = urljoin(base, link)
        parts = urlsplit(link)
        sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return link if sound else ""


def canonical(link: str) -> str:
    """Return what `monitor.text.canonical_url` says of a link."""
    simple = SIMPLE_LINK.fullmatch(link)
    if simple and not FRONT.match(simple[1]) and not AMP.search(simple[2]):
        return f"https://{simple[1]}{simple[2]}"
    return text.canonical_url(link) if link else ""
