"""One job of the child process, from document to reading; imported there only."""

from __future__ import annotations

from monitor.feeds.discover import feed_links
from monitor.feeds.document import Limits, NotAFeed, read
from monitor.feeds.entries import reading
from monitor.feeds.items import UNKNOWN, Print, Reading, Refusal
from monitor.feeds.scan import Hostile
from monitor.feeds.worker import Job

MOST_LINKS = 3


def answer(job: Job) -> Reading | Refusal:
    """Return the reading of a document, or why there is none."""
    by_raw = {raw: key for key, written in job.known.items() if (raw := Print.read(written).raw) != UNKNOWN}
    limits = Limits(max_items=job.max_items, newest=job.newest, everything=False)
    try:
        return reading(read(job.body, job.headers, job.url, by_raw, limits), job.url, job.known, by_raw)
    except NotAFeed as error:
        links = feed_links(job.body, job.url)[:MOST_LINKS] if error.html else ()
        return Refusal(str(error) + (f"; it names {', '.join(link.url for link in links)}" if links else ""))
    except Hostile as error:
        return Refusal(f"refused: {error}")
    except MemoryError:
        return Refusal("refused: reading it needs too much memory")
    except RecursionError:
        return Refusal("refused: nested too deep")
