"""From files to Config: what is built, what is refused and how it is said."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import config
from monitor.config import Config
from monitor.errors import ConfigError
from tests.config.conftest import SOUND

Read = Callable[..., Config]
Faults = Callable[[str], list[str]]


def test_a_sound_file_becomes_values_of_the_line(read: Read, tmp_path: Path) -> None:
    made = read()
    assert made.storylines["harbour"].label == "Harbour strike"
    assert made.storylines["harbour"].seeds.articles[0].title == "Harbour strike begins in Veldhaven"
    assert [feed.url for feed in made.feeds] == ["https://feeds.example.org/world.xml"]
    assert made.state == f"sqlite:///{tmp_path}/var/monitor.db"
    assert made.seed_folders == {"harbour": tmp_path / "seeds/harbour"}
    assert made.receivers["desk"].file is not None
    assert made.receivers["desk"].file.path == tmp_path / "digests"
    assert read() == made  # a reload compares by value


BROKEN = [
    ("unknown key", "pollling: {every: 15m}", "monitor.yaml:1:1: pollling: unknown key; did you mean polling?"),
    ("unknown section", "feds: []", "monitor.yaml:1:1: feds: unknown key; did you mean feeds?"),
    ("unknown key inside", "polling: {evry: 15m}", "monitor.yaml:1:11: polling.evry: unknown key; did you mean every?"),
    (
        "wrong type",
        "feeds: https://example.org",
        'monitor.yaml:1:1: feeds: must be a list of items that start with "- "',
    ),
    ("duplicate key", "state: a\nstate: b", "monitor.yaml:2:1: state: written twice; the first one stands in line 1"),
    ("negative interval", "polling: {every: -15m}", "monitor.yaml:1:11: polling.every: write a duration"),
    ("enormous interval", "polling: {every: 999999999s}", "monitor.yaml:1:11: polling.every: 999999999s is longer"),
    ("huge number", "polling: {workers: 1000000000}", "monitor.yaml:1:11: polling.workers: must be at most 200"),
    (
        "missing seeds folder",
        "storylines:\n  harbour:\n    seeds: seeds/habour",
        "monitor.yaml:3:5: storylines.harbour.seeds: there is no folder seeds/habour; did you mean harbour?",
    ),
    (
        "receiver without address",
        "receivers:\n  desk: {email: {smtp: {host: localhost}}}",
        "monitor.yaml:2:10: receivers.desk.email.to: is missing",
    ),
    (
        "receiver of no kind",
        "receivers:\n  desk: {}",
        "monitor.yaml:2:3: receivers.desk: write exactly one of email, webhook, apprise, file, atom",
    ),
    (
        "route to nowhere",
        SOUND.replace("receiver: desk", "receiver: dsk"),
        "monitor.yaml:9:26: routes[1].receiver: unknown receiver dsk; did you mean desk?",
    ),
    (
        "route of no storyline",
        SOUND.replace("storyline: harbour", "storyline: harbor"),
        "monitor.yaml:9:6: routes[1].storyline: unknown storyline harbor; did you mean harbour?",
    ),
    (
        "secret file missing",
        "receivers:\n  ops:\n    webhook:\n      url: https://example.org/hook\n      secret_file: nosuch",
        "monitor.yaml:5:7: receivers.ops.webhook.secret_file: there is no file nosuch",
    ),
    (
        "variable missing",
        "receivers:\n  ops: {webhook: {url: https://example.org/hook, secret_env: MONITOR_NO_SUCH}}",
        "monitor.yaml:2:50: receivers.ops.webhook.secret_env: the environment has no variable MONITOR_NO_SUCH",
    ),
    (
        "feed address",
        "feeds:\n  - htps://desk:pa55@example.org/x",
        "monitor.yaml:2:5: feeds[1]: a feed address starts with http:// or https://, not 'htps:'",
    ),
    (
        "feed address without scheme",
        "feeds:\n  - desk:pa55@example.org/x",
        "monitor.yaml:2:5: feeds[1]: a feed address starts with http:// or https://, not 'example.org/x'",
    ),
    ("local feed", "feeds:\n  - {url: 'file:///etc/passwd'}", "monitor.yaml:2:6: feeds[1].url: a feed address starts"),
    (
        "same feed twice",
        "feeds:\n  - https://example.org/x\n  - {url: https://example.org/x}",
        "monitor.yaml:3:5: feeds[2]: this address is already in monitor.yaml:2:5",
    ),
    (
        "bad cron",
        SOUND.replace("immediate: {}", 'digest: {cron: "0 77 * * *"}'),
        "monitor.yaml:9:",
    ),
    (
        "bad time zone",
        SOUND.replace("immediate: {}", 'digest: {cron: "0 7 * * *", timezone: Europe/Londn}'),
        "monitor.yaml:9:42: routes[1].digest: 'Europe/Londn' is no time zone; did you mean Europe/London?",
    ),
    (
        "bad verdict",
        SOUND.replace("immediate: {}", "immediate: {verdicts: [newevent]}"),
        "monitor.yaml:9:65: routes[1].immediate.verdicts[1]: must be one of new_event, development, repeat, copy, "
        "correction, not 'newevent'; did you mean new_event?",
    ),
    (
        "bad sensitivity",
        "storylines:\n  x: {watch: {any: [a]}, sensitivity: loud}",
        "monitor.yaml:2:26: storylines.x.sens",
    ),
    ("bad regex", "storylines:\n  x: {watch: {any: ['/(/']}}", "monitor.yaml:2:"),
    ("nothing to watch", "storylines:\n  x: {title: X}", "monitor.yaml:2:3: storylines.x: "),
    ("odd name", "storylines:\n  a b: {watch: {any: [a]}}", "monitor.yaml:2:3: storylines.a b: a storyline's name is"),
    (
        "unknown operator",
        "operator: nobody",
        "monitor.yaml:1:1: operator: unknown receiver nobody; there is no receiver",
    ),
    ("probes for all", "probes: {bind: '0.0.0.0:80'}", "monitor.yaml:1:10: probes.bind: 0.0.0.0 is not this machine"),
    (
        "database server",
        "state: postgresql://x/y",
        "monitor.yaml:1:1: state: postgresql databases are not supported yet",
    ),
    ("include", "include: [nofile.yaml]", "monitor.yaml:1:11: include: there is no file nofile.yaml"),
    ("list for mapping", "- a\n- b", "monitor.yaml:1:1: must be a mapping"),
    (
        "opml",
        "feeds:\n  - {opml: nothere.opml}",
        "monitor.yaml:2:6: feeds[1].opml: cannot read nothere.opml (No such file",
    ),
]


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*row[1:], id=row[0]) for row in BROKEN])
def test_a_fault_is_told_with_its_place_and_the_remedy(faults: Faults, text: str, expected: str) -> None:
    lines = faults(text)
    assert any(line.startswith(expected) for line in lines), lines


def test_all_faults_of_a_file_come_at_once(faults: Faults) -> None:
    lines = faults("polling: {evry: 1}\nfeeds: [ftp://x]\nreceivers: {a: {}}\noperator: b\nzzz: 1\n")
    assert [line.split(": ")[0] for line in lines] == [
        f"monitor.yaml:{place}" for place in ("1:11", "2:9", "3:13", "4:1", "5:1")
    ]


def test_secrets_do_not_stand_in_the_file_and_are_not_repeated(faults: Faults) -> None:
    lines = faults("receivers:\n  ops: {webhook: {url: https://example.org/hook, secret: CANARY-7731}}\n")
    what = "receivers.ops.webhook.secret: secrets do not stand in this file; write secret_file or secret_env"
    assert lines == [f"monitor.yaml:2:50: {what}"]


@pytest.mark.parametrize(
    "text",
    [
        "receivers: {a: {email: {to: [x@example.org], smtp: {host: h, password_file: [CANARY-7731]}}}}",
        "receivers: {a: {apprise: CANARY-7731}}",
        "receivers: {a: {webhook: {url: 'gopher://CANARY-7731'}}}",
        "feeds: ['https://user:CANARY-7731@example.org/x']",
        "feeds: [{url: https://example.org/x, auth_file: {a: CANARY-7731}}]",
    ],
)
def test_faulty_secrets_are_not_repeated(faults: Faults, text: str) -> None:
    assert not any("CANARY" in line for line in faults(text))


def test_secrets_come_from_the_environment(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_TEST_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = read("receivers: {ops: {webhook: {url: https://example.org/hook, secret_env: MONITOR_TEST_SECRET}}}")
    hook = made.receivers["ops"].webhook
    assert hook is not None
    assert hook.secret is not None
    assert hook.secret.get_secret_value().startswith("whsec_")
    assert "MfKQ" not in repr(made)


def test_secrets_come_from_systemd(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed = tmp_path / "credentials"
    handed.mkdir()
    (handed / "secrets_hook").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    (handed / "secrets_hook").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    made = read("receivers: {ops: {webhook: {url: https://example.org/hook, secret_file: hook}}}")
    assert made.receivers["ops"].webhook.secret_file == handed / "secrets_hook"  # type: ignore[union-attr]


def test_a_secret_others_can_read_is_a_warning(read: Read, tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    (tmp_path / "hook").chmod(0o644)
    made = read("receivers: {ops: {webhook: {url: https://example.org/hook, secret_file: hook}}}")
    assert any("hook can be read by others; chmod 600 it" in warning for warning in made.warnings)


def test_a_secret_file_that_holds_nothing_is_a_fault(faults: Faults, tmp_path: Path) -> None:
    (tmp_path / "hook").touch(mode=0o600)
    lines = faults("receivers: {ops: {webhook: {url: https://example.org/hook, secret_file: hook}}}")
    assert lines == ["monitor.yaml:1:60: receivers.ops.webhook.secret_file: hook is empty"]
    (tmp_path / "hook").write_text("\n")
    assert faults("receivers: {ops: {webhook: {url: https://example.org/hook, secret_file: hook}}}") == lines


def test_a_secret_file_one_letter_off_is_named(faults: Faults, tmp_path: Path) -> None:
    (tmp_path / "smtp-password").write_text("x")
    lines = faults("receivers: {ops: {webhook: {url: https://example.org/hook, secret_file: smtp-pasword}}}")
    assert lines[0].endswith("secret_file: there is no file smtp-pasword; did you mean smtp-password?")


def test_a_file_that_watches_nothing_is_warned_of(read: Read) -> None:
    assert "no storyline here" in read("").warnings[0]


def test_a_section_that_was_not_indented_is_one_fault(faults: Faults) -> None:
    lines = faults("storylines:\nharbour: {seeds: seeds/harbour}\nfeeds: []")
    assert lines == ["monitor.yaml:2:1: harbour: unknown key; what belongs to storylines is indented under it"]


def test_a_list_of_names_brings_no_further_fault(faults: Faults) -> None:
    lines = faults(SOUND.replace("  desk: {file", "  - desk: {file"))
    assert lines == ["monitor.yaml:6:1: receivers: must be names with something under each"]


def test_two_writings_of_one_address_are_a_warning(read: Read) -> None:
    second = "https://feeds.example.org/world.xml\n  - HTTP://www.Feeds.example.org:80/world.xml/"
    made = read(SOUND.replace("https://feeds.example.org/world.xml", second))
    assert [warning.partition("feeds[2]: ")[2] for warning in made.warnings] == [
        "this address differs from that in monitor.yaml:5:5 only in ways that seldom matter; one will do"
    ]
    for another in (":8443/world.xml", "/World.xml", "/world.xml?page=2"):
        second = f"https://feeds.example.org/world.xml\n  - https://feeds.example.org{another}"
        assert read(SOUND.replace("https://feeds.example.org/world.xml", second)).warnings == ()


def test_a_seeds_folder_without_an_article_is_named_as_written(faults: Faults, tmp_path: Path) -> None:
    (tmp_path / "seeds/harbour/first.md").rename(tmp_path / "seeds/harbour/first.pdf")
    lines = faults(SOUND)
    assert "storylines.harbour.seeds: seeds/harbour: no seed article: first.pdf: not read" in lines[0]


def test_an_included_folder_that_is_not_there_is_a_warning(read: Read, tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    assert read("include: conf.d/*.yaml").warnings == ()
    made = read("include: confd/*.yaml")
    assert [warning.rpartition("monitor.yaml:")[2] for warning in made.warnings] == [
        "1:1: include: there is no folder confd; did you mean conf.d?"
    ]


def test_included_files_count_paths_from_their_own_folder(read: Read, tmp_path: Path) -> None:
    (tmp_path / "conf.d/seeds").mkdir(parents=True)
    (tmp_path / "seeds/harbour/first.md").rename(tmp_path / "conf.d/seeds/first.md")
    (tmp_path / "conf.d/a.yaml").write_text("storylines: {other: {seeds: seeds}}\nfeeds: [https://example.org/b]\n")
    made = read("include: conf.d/*.yaml\nfeeds: [https://example.org/a]\n")
    assert made.seed_folders == {"other": tmp_path / "conf.d/seeds"}
    assert [feed.url for feed in made.feeds] == ["https://example.org/a", "https://example.org/b"]
    assert made.files == (tmp_path / "monitor.yaml", tmp_path / "conf.d/a.yaml")


def test_faults_of_included_files_name_those(faults: Faults, tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/a.yaml").write_text("receivers: {desk: {file: {path: x}}}\npolling: {}\n")
    (tmp_path / "conf.d/b.yaml").write_text("routes: {\n")
    lines = faults("include: conf.d/*.yaml\nreceivers: {desk: {file: {path: x}}}\n")
    assert lines[0].startswith("conf.d/a.yaml:1:13: receivers.desk: this name is taken in monitor.yaml:2:13")
    assert lines[1].startswith("conf.d/a.yaml:2:1: polling: belongs into monitor.yaml")
    assert lines[2].startswith("conf.d/b.yaml:2:1: not YAML")


def test_an_opml_list_is_a_list_of_feeds(read: Read, tmp_path: Path) -> None:
    outline = '<outline text="Asia"><outline type="rss" text="Desk" xmlUrl="https://example.net/asia.atom"/></outline>'
    head = '<?xml version="1.0"?><opml version="2.0"><head/><body>'
    (tmp_path / "feeds.opml").write_text(f"{head}{outline}</body></opml>")
    made = read("feeds:\n  - {opml: feeds.opml, tags: [world], every: 1h}\n  - https://example.org/a\n")
    listed = {feed.url: feed for feed in made.feeds}["https://example.net/asia.atom"]
    assert (listed.name, set(listed.tags)) == ("Desk", {"world", "Asia"})
    assert tmp_path / "feeds.opml" in made.files


def test_two_thousand_feeds_are_quick(read: Read) -> None:
    lines = [
        f"  - {{url: https://example{n}.net/asia.atom, name: Desk {n}, tags: [asia], every: 30m}}" for n in range(2000)
    ]
    started = time.process_time()
    made = read("feeds:\n" + "\n".join(lines))
    assert len(made.feeds) == 2000
    assert time.process_time() - started < 20  # one on an idle machine


def test_state_under_systemd(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/monitor:/var/lib/other")
    assert read("feeds: []").state == "sqlite:////var/lib/monitor/monitor.db"


def test_what_nobody_hears_of_is_a_warning(read: Read) -> None:
    made = read(SOUND + "\n" + "operator: desk\n")
    assert not any("no route" in warning for warning in made.warnings)
    made = read(SOUND.replace("receivers:", "receivers:\n  ops: {file: {path: y}}"))
    assert any(warning.startswith("monitor.yaml:7:3: receivers.ops: no route leads here") for warning in made.warnings)


class TestFind:
    """Where the file is looked for."""

    def test_named(self) -> None:
        assert config.find(Path("x.yaml")) == Path("x.yaml")

    def test_in_turn(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
        for place in ("xdg/monitor/monitor.yaml", "monitor.yaml", "config/monitor.yaml"):
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / place).write_text("feeds: []")
            assert config.find().absolute() == tmp_path / place
        monkeypatch.setenv("MONITOR_CONFIG", "other.yaml")
        assert config.find() == Path("other.yaml")

    def test_nowhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
        with pytest.raises(ConfigError, match="`monitor init` writes one"):
            config.find()
