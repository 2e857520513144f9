"""Links: what they name, when they end, what breaks them, and the secret behind them."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import config
from monitor.errors import ConfigError
from monitor.links import FILE, LinkError, Links, Named, kept, links_of

NOW = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)
NAMED = Named("seoul", "0123456789abcdef", "desk")


@pytest.fixture
def links() -> Links:
    return Links("https://desk.example.org/monitor/", b"k" * 32, timedelta(days=30))


def token(links: Links, named: Named = NAMED, now: datetime = NOW) -> str:
    return links.make(named, now).rpartition("/")[2]


def test_a_link_is_read_as_it_was_made(links: Links) -> None:
    assert links.make(NAMED, NOW).startswith("https://desk.example.org/monitor/feedback/")
    assert links.read(token(links), NOW + timedelta(days=29, hours=23)) == NAMED
    assert links.make(NAMED, NOW) == links.make(NAMED, NOW)


def test_a_link_ends(links: Links) -> None:
    with pytest.raises(LinkError) as over:
        links.read(token(links), NOW + timedelta(days=30, hours=2))
    assert over.value.stale


def test_any_changed_letter_breaks_a_link(links: Links) -> None:
    whole = token(links)
    for place in range(len(whole) - 1):  # the last letter of base64 has bits that mean nothing
        changed = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
        with pytest.raises(LinkError, match="not one of ours"):
            links.read(changed, NOW)


@pytest.mark.parametrize("broken", ["", ".", "x.y", "ü.ß", "a" * 10_000, "WyJzIl0.AAAA"])
def test_what_was_never_a_link_is_refused(links: Links, broken: str) -> None:
    with pytest.raises(LinkError):
        links.read(broken, NOW)


def test_links_of_another_secret_or_purpose_are_refused(links: Links) -> None:
    other = Links("https://desk.example.org", b"j" * 32, timedelta(days=30))
    with pytest.raises(LinkError):
        links.read(token(other), NOW)


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(kept(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 8
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_without_a_state_folder_the_secret_passes(tmp_path: Path) -> None:
    assert kept(None) != kept(None)


def configured(folder: Path, web: str) -> config.Config:
    path = folder / "monitor.yaml"
    path.write_text(
        f"storylines: {{s: {{watch: {{any: [heat]}}}}}}\nfeeds: []\nreceivers: {{}}\nroutes: []\nweb: {web}\n"
    )
    return config.load(path)


WEB = "bind: '127.0.0.1:0', url: 'https://desk.example.org/m'"


def test_secrets_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("a secret of twenty letters\n")
    (tmp_path / "secret").chmod(0o600)
    monkeypatch.setenv("OUR_SECRET", "a secret of twenty letters")
    by_file = links_of(configured(tmp_path, f"{{{WEB}, secret_file: secret}}"), None)
    by_env = links_of(configured(tmp_path, f"{{{WEB}, secret_env: OUR_SECRET}}"), None)
    assert by_file is not None
    assert by_env is not None
    assert by_env.read(token(by_file), NOW) == NAMED


def test_a_secret_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("1234")
    with pytest.raises(ConfigError, match="fewer than 16 characters"):
        links_of(configured(tmp_path, f"{{{WEB}, secret_file: secret}}"), None)


def test_no_web_no_links(tmp_path: Path) -> None:
    assert links_of(configured(tmp_path, "null"), None) is None


@pytest.mark.parametrize(
    ("web", "remedy"),
    [
        ("{url: 'https://x.example'}", "bind"),
        ("{bind: '127.0.0.1:9'}", "url"),
        ("{bind: nowhere, url: 'https://x.example'}", "ADDRESS:PORT"),
        ("{bind: '127.0.0.1:9', url: 'desk.example.org'}", "write an address like"),
        ("{bind: '127.0.0.1:9', url: 'https://x.example/?a=b'}", "write an address like"),
        ("{bind: '127.0.0.1:9', url: 'https://x.example', links_for: 5m}", "at least one hour"),
        ("{bind: '127.0.0.1:9', url: 'https://x.example', secret: abc}", "secrets do not stand in this file"),
    ],
)
def test_what_the_file_may_say(tmp_path: Path, web: str, remedy: str) -> None:
    with pytest.raises(ConfigError, match=remedy):
        configured(tmp_path, web)
