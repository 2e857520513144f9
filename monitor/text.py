"""Text as every room agrees on it: clean, cut, compared, and addresses in one form.

Pure functions, no clock and no I/O. Everything that comes from outside passes `clean` or `printable` once, at the
border.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from posixpath import normpath
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_HTML = 1_000_000  # characters of markup looked at; more is cut

LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 but tab and line feed
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"  # soft hyphen, bidi, zero width
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
SURROGATE = re.compile("[\ud800-\udfff]")
JOINER = re.compile("[\u200c\u200d]")  # shown text needs them (Persian, emoji), compared text does not
STACKED = re.compile("([\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]{3})[\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]+")
SPACE = re.compile(r"\s+")

TAG = re.compile(r"<(?:[a-zA-Z/][^<>]{0,20000}|!--|!\[CDATA\[|\?)")
KNOWN_TAG = re.compile(r"</?(?:p|br|div|span|a|b|i|em|strong|img|ul|ol|li|h[1-6]|table|td|script|style)\b[^<>]*>", re.I)
UNSEEN = ("head", "script", "style", "object", "svg", "math", "select")
INLINE = frozenset("""
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup
    time tt u var wbr
""".split())  # noqa: SIM905  # fmt: skip
# Comments, raw text and start tags, as an HTML tokeniser sees them. Attributes carry no text, and libxml2 needs
# quadratic time for many of them, so none reaches it.
MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)
    | <(script|style|template|textarea|iframe|noscript)\b.*?(?:</\1[^>]*+>|\Z)
    | (<[a-z][^\s/>]{0,40}+)(?:
          [\s/]++ | = | [^\s=>/]++(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>]*+))?+
      )*+(?:>|\Z)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)

# Scripts written without spaces between words, or with particles glued to them; first and last character.
UNSPACED = (
    ("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1100", "\u11ff"), ("\u1780", "\u17ff"), ("\u3040", "\u30ff"),
    ("\u3130", "\u318f"), ("\u3400", "\u9fff"), ("\uac00", "\ud7af"), ("\uf900", "\ufaff"),
)  # fmt: skip

WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:['’][^\W_]+)*")

# Names are listed, not guessed: a parameter taken for a tracker by mistake would make two stories one.
TRACKER = re.compile(
    r"utm_.*|at_(?:medium|campaign|custom\d|link|format|ptr|bbc|recipient|send|creation).*"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|ttclid|ys?clid"
    r"|igsh(?:id)?|li_fat_id|s_kwcid|vero_(?:id|conv)|click_?id|_openstat|fb_(?:action_ids|action_types|ref|source)|_ga|_gl"
    r"|_hs\w+|hsctatracking|hsa_\w+|mc_[ce]id|mkt_tok|mtm_.*|pk_.*|piwik_.*|matomo_.*|oly_\w+|itm_.*|wt\.?mc.*|wickedid"
    r"|sr_share|rss|output|outputtype|amp|xtor|cmp(?:id)?|ocid|icid|ncid|ref|ref_?src|ref_?url|referr?er|smid|smtyp|sref"
    r"|spm|feed(?:type|name)?|ftag|campaign|partner|taid|trk|guccounter|guce_\w+"
    r"|(?:php|asp|j)?sess(?:ion)?_?id\w*|aspsessionid\w*|cfid|cftoken|zenid|oscsid",
    re.IGNORECASE,
)
AMBIGUOUS = frozenset(("sid", "s", "source", "output", "amp", "rss", "feed", "ref", "partner", "campaign", "cmp"))
SESSION = re.compile(r"(?=.*[a-z])(?=.*\d)[\w-]{16,}", re.I)
PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.I)
FRONT_HOST = re.compile(r"(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.])")
AMP_PATH = re.compile(r"/amp(?=/|$)|[./]amp(?:\.html)?$", re.I)
AMP_CACHE = re.compile(
    r"^https?://(?:www\.google\.[a-z.]+/amp/|[\w.-]+\.cdn\.ampproject\.org/[cv]/)(s/)?(?=[\w-]+\.)", re.I
)


def printable(text: str) -> str:
    """Return the text without anything a terminal, mail or database could trip over.

    Line ends become line feeds; controls (but tab and line feed), bidi and zero-width characters go; lone surrogates
    become U+FFFD; more than three combining marks in a row are cut.
    """
    text = LINE_ENDS.sub("\n", SURROGATE.sub("\ufffd", text))
    return STACKED.sub(r"\1", INVISIBLE.sub("", text))


def collapse(text: str) -> str:
    """Return the text on one line: every run of white space is one space."""
    return SPACE.sub(" ", text).strip()


def clean(html_or_text: str) -> str:
    """Return what a person would read of markup or plain text, on one line.

    Tags go (scripts and styles with their content), blocks become spaces, entities are decoded; markup that was escaped
    once too often is cleaned as well. Takes time in proportion to the input, whatever it holds.
    """
    text = html_or_text[:MAX_HTML]
    for _ in range(2):
        text = _text_of(text) if TAG.search(text) else html.unescape(text)
        if not KNOWN_TAG.search(text):
            break
    return collapse(printable(text))


def _text_of(markup: str) -> str:
    """Return the text of a piece of HTML; never raises."""
    from lxml import etree  # noqa: PLC0415 - 10 ms that looking at the state does without

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    bare = SURROGATE.sub("\ufffd", markup).replace("\x00", "").replace("<![CDATA[", "").replace("]]>", "")
    body = MARKUP.sub(lambda found: f"{found[2]}>" if found[2] else " ", bare)
    try:
        root = etree.fromstring(body.encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        return ""
    if root is None:  # nothing but comments, or nothing at all
        return ""
    etree.strip_elements(root, *UNSEEN, with_tail=False)
    for element in root.iter(etree.Element):
        if element.tag not in INLINE:
            _space(element)
    return "".join(root.itertext())


def _space(element: _Element) -> None:
    """Put a space before and after the element's content."""
    text, tail = element.text or "", element.tail or ""
    try:
        element.text, element.tail = " " + text, " " + tail
    except ValueError:  # lxml takes no control characters back
        element.text, element.tail = " " + printable(text), " " + printable(tail)


def normalise(text: str) -> str:
    """Return the text in the form texts are compared in: NFKC, case folded, straight apostrophes, single spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", printable(text)).casefold())
    return collapse(JOINER.sub("", folded).replace("’", "'").replace("ʼ", "'"))


def words(text: str) -> list[str]:
    """Return the words and numbers of a text in order, as written; `3,000` and `Seoul's` are one, `Ho-jin` is two."""
    return WORD.findall(text)


def is_unspaced(text: str) -> bool:
    """Say whether a term of these characters has to be looked for anywhere, not between the ends of words."""
    return any(first <= char <= last for char in text for first, last in UNSPACED)


def sentences(text: str, lang: str = "en") -> list[str]:
    """Return the sentences of a text without white space around them; abbreviations do not end one."""
    import sentencex  # noqa: PLC0415 - 20 ms that most commands never need

    return [part for found in sentencex.segment(lang or "en", text) if (part := found.strip())]


def short(text: str, n: int) -> str:
    """Return the text in at most `n` characters, cut after a word and marked with `…` where it was longer."""
    if len(text) <= n:
        return text
    head = text[: max(n - 1, 0)]
    at_word = head.rsplit(None, 1)[0] if " " in head and not text[n - 1 : n].isspace() else head
    return (at_word if len(at_word) > n // 2 else head).rstrip(" ,;:.–—-") + "…"


def fingerprint(*parts: str) -> str:
    """Return 16 hexadecimal digits that name these parts, in this order."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def canonical_url(url: str) -> str:
    """Return the one form of an address that every feed's variant of it shares, or "" unless it is http(s).

    For identity only, never for fetching or showing: fragment, trackers, session ids and AMP or mobile variants are
    gone, the scheme is https, `www.` is cut. Parameters that may name the article stay.
    """
    from courlan import normalize_url, scrub_url  # noqa: PLC0415 - 80 ms, for its tables

    try:
        scrubbed = AMP_CACHE.sub("https://", scrub_url(printable(url)))
        parts = urlsplit(PATH_SESSION.sub("", scrubbed))
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or parts.port == 0:
            return ""
        plain = urlsplit(normalize_url(urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))))
    except (ValueError, TypeError, AttributeError):
        return ""
    host = FRONT_HOST.sub("", plain.netloc.rpartition("@")[2], count=1)
    path = normpath(AMP_PATH.sub("", plain.path or "/") or "/").replace("//", "/")
    return urlunsplit(("https", host, path if path != "/" or parts.query else "", _query(parts.query), ""))


def _query(query: str) -> str:
    """Return the parameters that may name the article, sorted."""
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
    return urlencode(sorted({(name, value) for name, value in pairs if not _is_tracker(name, value)}))


def _is_tracker(name: str, value: str) -> bool:
    """Say whether a parameter tells who came from where; names used for both need a value that is no number."""
    lower = name.lower()
    if lower in {"s", "sid"}:
        return bool(SESSION.fullmatch(value))
    return bool(TRACKER.fullmatch(lower)) and not (lower in AMBIGUOUS and value.isdigit() and len(value) > 1)
