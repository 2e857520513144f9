"""Which line of a page is no part of the article, and what it is instead.

Rules about form and wording that sites share, in a few languages; no site is known by name. Short lines are judged
severely, sentences of the article leniently: a rule for prose asks for an unmistakable beginning or end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from monitor.seeds.dates import is_date_line
from monitor.text import normalise, words

SHORT = 25  # words; longer lines count as prose
TINY = 6


def _any(alternatives: str) -> str:
    """Return a group that matches any of the given lines."""
    return "(?:" + "|".join(line.strip() for line in alternatives.strip().splitlines()) + ")"


def _rule(before: str, alternatives: str, after: str = "") -> re.Pattern[str]:
    """Return a pattern for any of the given lines, whatever their case."""
    return re.compile(before + _any(alternatives) + after, re.IGNORECASE)


TERMINAL = re.compile(r"[.!?…。！？]['\"”’»)\]]*(?:\[\d+\])?$|[.!?]\s*[”\"']\s*$")
CLOCK = r"\d{1,3}:[0-5]\d(?::[0-5]\d)?"
TIME_CODE = _rule(r"^\W*(?:", "duration\nvideo\nwatch\nlive\nnow playing", rf"\W+)?{CLOCK}(?:\s*/\s*{CLOCK})?\W*$")

NAVIGATION = frozenset("""
    close menu search home share save print copy link email mail facebook twitter x whatsapp telegram linkedin reddit
    pinterest instagram youtube tiktok messenger flipboard pocket login logout log in out sign up register subscribe
    subscription account my profile skip to content main navigation back top next previous prev more less show hide all
    view watch listen live video videos audio podcast podcasts photos gallery news world politics business sport sports
    culture tech technology science health opinion weather entertainment lifestyle europe asia africa americas us uk
    comments comment follow newsletter newsletters advertisement ad ads sponsored cookie cookies accept reject settings
    privacy policy terms contact about help rss app expand collapse toggle font size english edition international
    trending latest breaking topics tags loading play pause mute a
    홈 메뉴 검색 공유 닫기 меню поиск закрыть поделиться главная fermer partager rechercher menú buscar cerrar compartir
    schließen teilen suche
""".split())  # fmt: skip  # noqa: SIM905

PROMPT = _rule(r"\b", r"""
    subscri(?:be|ption)|sign up|log ?in|register (?:now|here|for)|donat(?:e|ion)
    support (?:us|our|independent|quality|the work)|become a (?:member|patron|supporter)
    newsletter|follow us|join (?:us|our)|our (?:channel|app|telegram|whatsapp|youtube)|download (?:the|our)|google news
    click here|tap here|get (?:the|our) (?:latest|app|daily)|for (?:the )?(?:latest|more) (?:news|updates|stories)
    latest updates|stay (?:updated|informed|tuned|up to date)|share (?:this|on|via)|leave a (?:reply|comment)
    post a comment|comments? (?:are )?(?:closed|off)|read (?:more|also|next|the full|full)|also read|see also
    more (?:on|from|about) |related (?:articles?|stories|news|topics|content|coverage|links?)|recommended
    you (?:may|might) (?:also )?like|don'?t miss|most (?:read|popular|viewed)|trending|editor'?s pick
    advert(?:isement|ising)?|sponsored|promoted|cookies?|javascript|your browser|unlock|free trial|all stories
    view (?:image|gallery|in) ?|full ?screen|reuse this|explore more|(?:article|story) is more than|unsubscribe
    what to know|in pictures|watch(?: now|:| live)|listen(?: now|:| to this)
    lire aussi|à lire|abonnez|s'abonner|faire un don|lesen sie auch|mehr zum thema|jetzt abonnieren|lea también
    le puede interesar|suscr[ií]b|читайте также|читайте також|подпис(?:ывайтесь|аться|ка)|поддержите|підпишіться
    관련기사|구독|후원|기사제보
""")  # fmt: skip
PROMPT_START = _rule(r"^[^\w\"“«‘']*", r"""
    subscribe (?:to|now|for)|sign up (?:for|to|here|now)|donate|please (?:consider|support|donate|enable|subscribe)
    support (?:us|our|independent)|follow (?:us|our)|join (?:us|our)|download our|click here|tap here
    for (?:the )?(?:latest|more) (?:news|updates|stories|information)\b.*(?:follow|visit|click|subscribe|download)
    read (?:more|also|next)\b|also read|see also\b|related\s*:|recommended\s*:|watch\s*:|listen\s*:|more\s*:|don'?t miss
    leave a (?:reply|comment)|thank(?:s| you) for (?:reading|your support|subscribing)|this site uses|we use cookies
    this (?:article|story|site|website) (?:is|was) (?:made possible|supported|sponsored|funded|originally|produced)
    this (?:article|story) (?:is|was) (?:republished|translated|automatically|updated)
    by (?:subscribing|signing up|clicking)|your (?:support|donation|contribution) (?:helps|makes|keeps)
    if you (?:like|enjoy|value) (?:this|our)|get (?:our|the) (?:daily|weekly|best|latest|free)|enter your e-?mail
    our standards:|follow [\w’']+ (?:coverage|live|on)\b|purchase licensing
    already (?:a )?(?:subscriber|member)|you (?:are|'re) receiving this|unsubscribe|lire aussi
    à lire aussi|lesen sie auch|lea también|le puede interesar
    читайте также|читайте також|підписуйтесь|подписывайтесь
""")  # fmt: skip
PLEA = _rule(r"\b", r"""
    our newsletters?|independent journalism|subscribe to our|make a donation|for as little as|sign up for our
    thank you for reading|ad-free|paywall|become a (?:patron|supporter|subscriber)|support our work|click the link
""", r"\b")  # fmt: skip
TEASER = _rule("", r"""
    ^\W*(?:prev(?:ious)?|next)\s+(?:article|post|story|news)\b
    ^(?:prev(?:ious)?|next)\s*[:»›→|]
    ^[«‹←<]{1,2}\s*\w
    [»›→>]{1,2}$
""")  # fmt: skip
TEASER_LABEL = re.compile(r"^(?:PREV|PREVIOUS|NEXT)\s")
NOTICE = _rule("", r"""
    ©|\(c\)\s*(?:19|20)\d\d|ⓒ|\bcopyright\b(?=.{0,40}(?:\d{4}|reserved|by|of|protected))|all rights reserved
    rights reserved\.?$|without (?:the )?(?:prior |express |written )+(?:permission|consent)
    may not be (?:published|reproduced|broadcast|rewritten|redistributed|copied)
    (?:reproduction|redistribution|republication)\b.{0,80}\b(?:prohibited|forbidden)|liable to legal action
    terms (?:of|and conditions of) (?:use|service)|privacy policy
    do not (?:necessarily )?(?:reflect|represent) the (?:views?|opinions?|official|position)
    무단\s*전재|재배포 금지|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados
    все права защищены|всі права захищені
""")  # fmt: skip
CONTRIBUTED = _rule("", r"""
    \bcontributed(?: (?:to|reporting|writing|from)\b.{0,60})?\.?$
    ^\W*(?:additional |with )?(?:reporting|writing|edit(?:ing|ed)|compiled|translat(?:ion|ed))(?: and \w+)? by\b
    ^\W*(?:written|produced|fact[- ]check(?:ed|ing)?) by\b
    ^\W*with (?:inputs?|reporting|files|agencies|additional|contributions?)\b.{0,60}(?:from|by|agenc\w+)
    ^\W*(?:with )?(?:inputs? from )?(?:news )?agencies\)?\W*$
    ^\W*(?:source|sources|via|origin|originally (?:published|posted)|reprinted|republished)\s*[:(]
    ^\W*(?:author|editor|reporter|correspondent|by-?line|redaktion|autor|quelle|fuente|источник|джерело|автор|출처)\s*[:|]
    ^\W*[\w.-]+@[\w-]+\.[a-z]{2,}\W*$
    ^\W*(?:follow|email|contact) \w+(?: \w+){0,3} (?:on|at)\b
    ^.{3,40} is an? .{0,60}\b(?:reporter|correspondent|writer|editor|columnist|journalist) (?:for|at|with|based)\b
""")  # fmt: skip
BYLINE = _rule("^", r"""
    \W*by\s+[\w.'’-]+(?:\s+[\w.'’&-]+){0,7}(?:\s*[,|–—-].{0,80})?$
    .{0,40}\b(?:desk|bureau|staff|reporter|correspondent|newsroom|editorial team|web desk)\b\W*$
""")  # fmt: skip
BYLINE_LABEL = re.compile(r"^\W*(?:By|BY)\s+[A-Z]")
AGENCY = _any(r"""
    reuters|ap|ap photo|associated press|afp|getty(?: images)?|epa(?:-efe)?|efe|yonhap|newsis|news1|kyodo|jiji|xinhua
    sputnik|tass|ria|interfax|ukrinform|unian|kcna|kns|korea pool|pool|via|anadolu|aa|ani|pti|dpa|ansa|shutterstock
    alamy|imago|nurphoto|zuma|bloomberg|press service|handout|courtesy|file photo|photo|photograph|image|pictures?
    foto|фото
""")
CREDIT_TAIL = re.compile(
    rf"[(\[][^()\[\]]*\b{AGENCY}\b[^()\[\]]*[)\]]\W*$"
    rf"|[.!?]\s+[^.!?]{{2,60}}(?:/|\bvia\s)\s*{AGENCY}\b.{{0,40}}$"
    r"|[.!?]\s*(?:photo(?:graph)?|image|picture|credit|foto|фото|사진)s?(?: credit)?\s*[:：/].{2,60}$",
    re.IGNORECASE,
)
CREDIT_LABEL = _rule(r"^\W*", r"""
    (?:photo|image|picture|photograph|video|graphic|illustration)s?\b\s*(?:credit|by|:|via|courtesy|=).*
    (?:credit|cover|foto|фото|사진)s?\s*(?::|by|via|=|\.\.\.|…).*
    (?:image|media|video|picture) source\b.*
""", "$")  # fmt: skip
CREDIT_NAMES = re.compile(
    rf"^(?=.*[/|,@–-])[^.!?]{{0,80}}\b{AGENCY}\b(?:\W+{AGENCY}\b)*\W*$|^{AGENCY}(?:\W+{AGENCY})*$", re.IGNORECASE
)
CAPTION_START = _rule(r"^\W*", r"""
    file(?: photo| picture| image)?\s*[:–—-]
    (?:photo|image|picture|cover|caption|pictured|illustration|graphic|video|foto|bild|фото|사진)\s*[:：]
    (?:in )?this (?:undated |file |handout |pool |video )*(?:photo|picture|image|photograph|frame|handout)\b
    pictured\b|(?:image|media|video|picture) caption\b|\[\d+/\d+\]|item \d+ of \d+\b
    an? (?:[\w-]+ ){0,3}(?:photo|photograph|picture|image|handout|screen ?grab|still)\b.{0,120}\b(?:shows?|showing)\b
    an? (?:[\w-]+ ){0,3}(?:photo|photograph|picture|handout)\b.{0,60}\b(?:released|provided|taken|issued) by\b
""")  # fmt: skip
CAPTION_SHOWN = _rule(r"\b", r"""
    seen|pictured|shown|pose[sd]?|shakes? hands|attends?|arrives?|speaks?|walks?|looks? on|gestures?|waves?|exchanges?
    anchored|stands?
""", r"\b.{0,160}\b(?:(?:19|20)\d\d|left|right|during|this (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b")  # fmt: skip
DATED = re.compile(r"\b(?:19|20)\d\d\)?\.?$")
LINK_ONLY = re.compile(
    r"^(?:[-–—].{0,80}\(@\w+\).*|\W*(?:https?://|www\.|pic\.twitter\.com/|t\.co/)\S+\W*|#\w+(?:\s+#\w+)*)$",
    re.IGNORECASE,
)
TAGS = _rule(r"^\W*", r"""
    tags?|topics?|keywords?|filed under|categor(?:y|ies)|labels?|hashtags|теги|schlagworte|etiquetas
""", r"\s*:")  # fmt: skip
END = _rule(r"^\W*", r"""
    (?:\d+\s+)?comments?(?: \(\d+\))?|leave a (?:reply|comment)
    related (?:articles?|stories|news|posts|content|coverage)
    more (?:stories|news|from)\b.*|most (?:read|popular|viewed)|recommended(?: for you)?
    you (?:may|might) (?:also )?like|read next|also (?:read|on)\b.*|popular (?:news|stories|now)|latest news
    trending(?: now)?|around the web|what others are reading|about the author|관련기사|по теме|читайте также
    auch interessant|sur le même sujet|más noticias
""", r"\W*$")  # fmt: skip


@lru_cache(maxsize=256)
def length(line: str) -> int:
    """Return the number of words in a line; every rule asks for it."""
    return len(words(line))


def is_sentence(line: str) -> bool:
    """Say whether a line ends like a sentence."""
    return bool(TERMINAL.search(line))


def is_prose(line: str) -> bool:
    """Say whether a line can stand in an article: it ends like a sentence, or is long enough to be one cut short."""
    return is_sentence(line) or length(line) >= SHORT


def is_end(line: str) -> bool:
    """Say whether everything after this line is no article any more."""
    return length(line) <= TINY and bool(END.match(line))


def is_credit(line: str) -> bool:
    """Say whether a line names who took a picture, and nothing else."""
    return length(line) <= 12 and bool(CREDIT_LABEL.match(line) or CREDIT_NAMES.match(line))


def is_time_code(line: str) -> bool:
    """Say whether a line is the length of a video."""
    return bool(TIME_CODE.match(line))


def is_caption(line: str) -> bool:
    """Say whether a line describes a picture, by its own form."""
    count = length(line)
    return is_credit(line) or (count <= 3 * SHORT and bool(CREDIT_TAIL.search(line) or CAPTION_START.match(line)))


def is_caption_like(line: str) -> bool:
    """Say whether a line next to a picture credit describes the picture."""
    return not is_sentence(line) or any(rule.search(line) for rule in (CAPTION_START, CAPTION_SHOWN, DATED))


@lru_cache(maxsize=256)
def what_is(line: str) -> str:
    """Return what a line is if it is no part of an article ("navigation", "caption", ...), else ""."""
    count = length(line)
    return next((name for name, holds in RULES.items() if holds(line, count)), "")


def _ends(line: str, count: int) -> bool:
    """Say whether a line is a whole sentence, not just a word with a full stop."""
    return count > TINY and is_sentence(line)


def _is_teaser(line: str, count: int) -> bool:
    """Say whether a line leads to another article."""
    return bool(TEASER_LABEL.match(line) or (count <= 3 * SHORT and TEASER.search(line) and not is_sentence(line)))


def _is_prompt(line: str, count: int) -> bool:
    """Say whether a line asks the reader for something: to subscribe, to follow, to read on."""
    if count <= 2 * SHORT and (PROMPT_START.match(line) or PLEA.search(line)):
        return True
    return count <= SHORT and bool(PROMPT.search(line)) and not _ends(line, count)


def _is_byline(line: str, count: int) -> bool:
    """Say whether a line names who wrote it."""
    labelled = count <= TINY or bool(BYLINE_LABEL.match(line))
    return count <= 14 and labelled and bool(BYLINE.match(line)) and not _ends(line, count)


def _is_navigation(line: str, count: int) -> bool:
    """Say whether a line holds nothing but the words of menus."""
    return count <= 12 and all(word in NAVIGATION for word in words(normalise(line))) and not _ends(line, count)


RULES: dict[str, Callable[[str, int], bool]] = {
    "time code": lambda line, count: count == 0 or is_time_code(line),
    "date": lambda line, _: is_date_line(line),
    "link": lambda line, _: bool(LINK_ONLY.match(line) or TAGS.match(line)),
    "teaser": _is_teaser,
    "caption": lambda line, _: is_caption(line),
    "notice": lambda line, count: count <= 4 * SHORT and bool(NOTICE.search(line)),
    "contributor": lambda line, count: count <= 2 * SHORT and bool(CONTRIBUTED.search(line)),
    "prompt": _is_prompt,
    "byline": _is_byline,
    "navigation": _is_navigation,
}
