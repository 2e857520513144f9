"""The page behind the links in digests, over real HTTP."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from monitor import config
from monitor.config import Config
from monitor.links import Links, Named
from monitor.store import Store
from monitor.teaching import standing
from monitor.types import Delivery
from monitor.web.feedback import BODY, WORDS, FeedbackPage, Rate
from monitor.web.server import Server
from tests.fakes import Clock
from tests.scene import Newsroom

PREFIX = "/desk/monitor"
WEB = f"{{bind: '127.0.0.1:0', url: 'https://desk.example.org{PREFIX}'}}"


class Site:
    """A store after one pass, and the page that is served over it."""

    def __init__(self, room: Newsroom) -> None:
        room.write(web=WEB)
        with room.monitor() as line:
            line.once()
        self.config: Config = config.load(room.config)
        self.clock = Clock(room.clock())
        self.store = Store(self.config.state)
        with self.store.read() as tx:
            self.delivery: Delivery = tx.outbox.all()[0]
            self.entries = {entry.title: entry.uid for entry in tx.entries.latest(50)}
        self.links = Links(f"https://desk.example.org{PREFIX}", (room.folder / "var/web.secret").read_bytes().strip(),
                           timedelta(days=30))  # fmt: skip
        self.page = FeedbackPage(self.links, self.store, lambda: self.config, self.clock)

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.delivery.rendered.json)["data"]["events"][0]
        return found

    @property
    def lead(self) -> str:
        """The entry the links of the event are about."""
        token = self.event["feedback"]["yes"].rpartition("/")[2].partition("?")[0]
        return self.links.read(token, self.clock()).entry_uid

    def said(self, uid: str) -> bool | None:
        return standing(self.store, "seoul", uid)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Newsroom(tmp_path_factory.mktemp("site")) as room:
        room.publish_all()
        made = Site(room)
        yield made
        made.store.close()


@pytest.fixture(autouse=True)
def _an_hour_later(site: Site) -> None:
    """Set the clock that other tests may have moved on."""
    site.clock.now = datetime(2024, 7, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def at(site: Site) -> Iterator[Callable[[str], str]]:
    """Return where an address of ours is served during the test, by a server that counts from nought."""
    page = FeedbackPage(site.links, site.store, lambda: site.config, site.clock)
    with Server("feedback", "127.0.0.1:0", page, BODY) as server:
        yield lambda url: url.replace("https://desk.example.org", f"http://127.0.0.1:{server.port}")


def link(site: Site, uid: str) -> str:
    return site.links.make(Named("seoul", uid, "desk"), site.clock())


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=60, allow_redirects=False)


def post(url: str, say: str = "no") -> requests.Response:
    return requests.post(url, data={"say": say}, timeout=60, allow_redirects=False)


def test_a_digest_carries_its_links_in_every_form(site: Site) -> None:
    rendered, page = site.delivery.rendered, site.event["feedback"]
    assert page["yes"] == page["no"].replace("say=no", "say=yes")
    assert f'href="{page["yes"]}"' in rendered.html
    assert f'href="{page["no"]}"' in rendered.html
    assert page["yes"].partition("?")[0] in rendered.text


def test_to_look_changes_nothing(site: Site, at: Callable[[str], str]) -> None:
    uid = site.lead
    for method in ("GET", "HEAD"):
        for url in site.event["feedback"].values():
            answer = requests.request(method, at(url), timeout=60)
            assert answer.status_code == 200
    assert site.said(uid) is None
    shown = get(at(site.event["feedback"]["no"])).text
    assert site.event["title"].replace("'", "&#39;") in shown
    assert 'class="no first"' in shown
    assert "Seoul and arms" in shown


def test_a_button_teaches_and_takes_back(site: Site, at: Callable[[str], str]) -> None:
    uid = site.lead
    url = at(site.event["feedback"]["no"])
    answer = post(url)
    assert answer.status_code == 200
    assert site.said(uid) is False
    assert "What it changed" in answer.text
    assert re.search(r"score of this entry</th><td>0\.\d+ → 0\.\d+", answer.text)
    assert "nothing was changed" in post(url).text
    assert "Said before: not the story" in get(url).text
    with site.store.read() as tx:
        assert tx.desk.feedback("seoul")[0].by == f"link to {site.delivery.receiver}"
    assert "Taken back" in post(url, "forget").text
    assert site.said(uid) is None


def test_the_path_prefix_may_be_stripped_by_the_proxy(site: Site, at: Callable[[str], str]) -> None:
    assert get(at(link(site, site.lead)).replace(PREFIX, "")).status_code == 200


def test_what_is_refused_and_how(site: Site, at: Callable[[str], str]) -> None:
    uid = site.lead
    good = at(link(site, uid))
    assert get(good + "x").status_code == 403
    assert post(good[:-4] + "AAAA").status_code == 403
    assert get(at(link(site, "never-seen"))).status_code == 404
    assert get(at(site.links.make(Named("gone", uid, "desk"), site.clock()))).status_code == 404
    assert get(at(f"https://desk.example.org{PREFIX}/")).status_code == 404
    assert requests.put(good, timeout=60).headers["Allow"] == "GET, HEAD, POST"
    assert post(good, "perhaps").status_code == 400
    assert post(good, "x" * 10_000).status_code == 413
    site.clock.now += timedelta(days=31)
    for answer in (get(good), post(good)):
        assert answer.status_code == 410
        assert "good for 30 days and is over" in answer.text
    assert site.said(uid) is None


def test_no_page_tells_anybody_else(site: Site, at: Callable[[str], str]) -> None:
    good = at(link(site, site.lead))
    for answer in (get(good), get(good + "x"), get(at("https://desk.example.org/nothing"))):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert all(rule in policy for rule in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"))
        assert "Set-Cookie" not in answer.headers
        assert not re.search(r"<script|src=|@import|url\(", answer.text)


def test_titles_are_text_and_links_are_of_the_web(site: Site, at: Callable[[str], str]) -> None:
    with site.store.begin() as tx:
        feed = tx.feeds.all()[0]
        given = tx.entries.by_uids([site.lead]).popitem()[1]
        hostile = replace(given, uid="hostile", key="hostile", feed_id=feed.id, title="<script>alert(1)</script>",
                          link="javascript:alert(1)", canonical="")  # fmt: skip
        tx.entries.insert_as_given([hostile])
    shown = get(at(link(site, "hostile"))).text
    assert "&lt;script&gt;" in shown
    assert "javascript:" not in shown


def test_too_many_answers_wait(site: Site, at: Callable[[str], str]) -> None:
    good = at(link(site, site.lead))
    answers = [post(good, "forget") for _ in range(WORDS + 1)]
    assert [answer.status_code for answer in answers] == [200] * WORDS + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert get(good).status_code == 200


def test_a_minute_passes() -> None:
    now = 0.0
    rate = Rate(1, lambda: now)
    rate.take()
    with pytest.raises(Exception, match="Too many"):
        rate.take()
    now = 61.0
    rate.take()


def test_a_locked_database_changes_nothing_and_says_so(site: Site) -> None:
    store = Store(site.config.state, busy=0.5)
    page = FeedbackPage(site.links, store, lambda: site.config, site.clock)
    uid = site.lead
    with Server("feedback", "127.0.0.1:0", page, BODY) as server, site.store.begin() as tx:
        tx.desk.note("held", True)
        answer = post(f"http://127.0.0.1:{server.port}/feedback/{link(site, uid).rpartition('/')[2]}")
    assert answer.status_code == 503
    assert "nothing was changed" in answer.text
    store.close()
    assert site.said(uid) is None


@pytest.mark.system
@pytest.mark.parametrize("width", [360, 800])
def test_a_browser_shows_the_page_within_its_window(
    site: Site, at: Callable[[str], str], width: int, tmp_path: Path, system_part: Callable[[str], str]
) -> None:
    url = at(site.event["feedback"]["yes"])
    shot = tmp_path / "page.png"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},900"]
    command = [system_part("chromium"), *options, f"--user-data-dir={tmp_path}/profile", f"--screenshot={shot}", url]
    subprocess.run(command, capture_output=True, check=True, timeout=100)
    assert shot.stat().st_size > 10_000
