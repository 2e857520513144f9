"""A newsroom over loopback: feeds that publish, a mailbox, a webhook, one configuration and a clock that obeys."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from monitor import config
from monitor.crash import nothing
from monitor.pipeline import Pipeline
from monitor.store import Store
from tests.fakes import Clock, FakeHook, FakeSmtp

SEEDS = Path(__file__).parent.parent / "seeds" / "seoul-arms-ukraine"
START = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)
ON_TOPIC = (
    ("Seoul says weapons for Ukraine depend on Russia's arms deal with Pyongyang",
     "Chang Ho-jin, who advises South Korea's president on security, sees arms for Ukraine as possible "
     "if Russia gives North Korea precision weapons."),
    ("Putin warns South Korea against sending lethal weapons to Kyiv",
     "President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang."),
    ("South Korea summons Russian ambassador over mutual defence pact with North Korea",
     "Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon's office spoke of sanctions."),
)  # fmt: skip
OFF_TOPIC = (
    ("Heat wave closes schools in Athens", "Temperatures reached 43 degrees on Tuesday."),
    ("Striker signs for Turin club", "The fee is said to be 40 million euros."),
    ("Central bank leaves interest rate unchanged", "Inflation stood at 2.4 percent in May."),
)


class Feed:
    """One RSS feed with validators; `broken` replaces its document."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.items: list[dict[str, Any]] = []
        self.broken: bytes | None = None
        self.asked = 0

    def publish(self, title: str, summary: str = "", *, at: datetime = START, guid: str = "", link: str = "") -> str:
        """Put an item on top of the feed; a known guid is edited in place. Return its link."""
        guid = guid or f"{self.name}-{len(self.items)}"
        link = link or f"https://{self.name}.example/{guid}"
        item = {"title": title, "summary": summary, "at": at, "guid": guid, "link": link}
        self.items = [item, *(old for old in self.items if old["guid"] != guid)]
        return link

    @property
    def document(self) -> bytes:
        """The feed as it stands."""
        if self.broken is not None:
            return self.broken
        items = "".join(
            f"<item><title>{escape(i['title'])}</title><description>{escape(i['summary'])}</description>"
            f"<link>{i['link']}</link><guid isPermaLink='false'>{i['guid']}</guid>"
            f"<pubDate>{format_datetime(i['at'])}</pubDate></item>"
            for i in self.items
        )
        channel = f"<channel><title>{self.name}</title>{items}</channel>"
        return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


class Newsroom:
    """Everything outside the monitor, and the monitor's configuration."""

    def __init__(self, folder: Path, feeds: int = 2, receivers: str | None = None, routes: str | None = None) -> None:
        self.folder = folder
        self.clock = Clock(START)
        self.smtp, self.hook = FakeSmtp(), FakeHook()
        self.feeds = [Feed(f"outlet-{n}") for n in range(feeds)]
        self.pages: dict[str, str] = {}  # path -> HTML
        self._receivers, self._routes = receivers, routes
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._web.daemon_threads = True

    def __enter__(self) -> Self:
        self.smtp.__enter__()
        self.hook.__enter__()
        threading.Thread(target=self._web.serve_forever, args=(0.02,), daemon=True).start()
        self.write()
        return self

    def __exit__(self, *_: object) -> None:
        self._web.shutdown()
        self._web.server_close()
        self.hook.__exit__(None, None, None)
        self.smtp.__exit__(None, None, None)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not self.path.endswith(".xml"):
                    self._page(room.pages.get(self.path))
                    return
                feed = room.feeds[int(self.path.strip("/").split(".")[0])]
                feed.asked += 1
                body = feed.document
                etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                known = self.headers.get("If-None-Match") == etag
                self.send_response(304 if known else 200)
                self.send_header("ETag", etag)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", "0" if known else str(len(body)))
                self.end_headers()
                if not known:
                    self.wfile.write(body)

            def _page(self, page: str | None) -> None:
                body = (page or "nothing here").encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "monitor.yaml"

    def url(self, number: int) -> str:
        """Return the address of a feed."""
        return f"http://127.0.0.1:{self._web.server_address[1]}/{number}.xml"

    def write(self, **more: str) -> None:
        """Write the configuration; `more` adds or replaces top-level keys."""
        receivers = self._receivers or (
            "  desk: {email: {to: [desk@news.example], "
            f"smtp: {{host: 127.0.0.1, port: {self.smtp.port}, tls: none}}}}}}\n"
            f"  ops: {{webhook: {{url: {self.hook.url}, allow_private_networks: true}}}}\n"
        )
        routes = self._routes or (
            "  - {storyline: '*', receiver: desk, immediate: {group_wait: 2m}}\n"
            "  - {storyline: '*', receiver: ops, immediate: {group_wait: 2m}}\n"
        )
        parts = {
            "state": "./var",
            "polling": "{every: 15m, allow_private_networks: true}",
            "storylines": f"\n  seoul: {{title: Seoul and arms, seeds: {SEEDS}}}",
            "feeds": "".join(f"\n  - {{url: '{self.url(n)}', name: {feed.name}}}" for n, feed in enumerate(self.feeds)),
            "receivers": f"\n{receivers}",
            "routes": f"\n{routes}",
            **more,
        }
        self.config.write_text("".join(f"{key}: {value}\n" for key, value in parts.items()), encoding="utf-8")

    def monitor(self, at: Callable[[str], None] = nothing) -> Pipeline:
        """Return the line over a freshly loaded configuration and an opened store, as one process would have it."""
        loaded = config.load(self.config)
        line = Pipeline(loaded, Store(loaded.state), self.clock, at)
        line.sync()
        return line

    def publish_all(self) -> None:
        """Publish the on-topic items on the first feed and the off-topic ones on the second."""
        for title, summary in ON_TOPIC:
            self.feeds[0].publish(title, summary, at=self.clock())
        for title, summary in OFF_TOPIC:
            self.feeds[1].publish(title, summary, at=self.clock())
