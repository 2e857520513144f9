"""The text of an article in its page, by trafilatura. Runs in a child process of its own."""

from __future__ import annotations

import trafilatura

from monitor.feeds.worker import Job
from monitor.text import clean, short

MAX_TEXT = 64_000


def answer(job: Job) -> str:
    """Return the article's text, "" where there is none to find."""
    try:
        found = trafilatura.extract(
            job.body, url=job.url, include_comments=False, include_tables=False, include_formatting=False
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, MemoryError):
        return ""  # a page it cannot read has no text
    return short(clean(found or ""), MAX_TEXT)
