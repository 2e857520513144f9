"""What users may write, and what they are told when it cannot be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from monitor.errors import ConfigError
from monitor.notify import receivers
from monitor.notify.routes import Kind
from monitor.notify.secrets import secret
from monitor.notify.settings import ReceiverSettings, RouteSettings, routes_of
from monitor.types import Novelty

EXAMPLES: list[dict[str, Any]] = [
    {"email": {"to": ["desk@example.org"], "smtp": {"host": "localhost", "port": 25}}},
    {"webhook": {"url": "https://example.org/hook", "secret_file": "/run/credentials/hook"}},
    {"file": {"path": "../var/digests"}},
    {"apprise": {"url_file": "/run/credentials/chat"}},
    {"atom": {"path": "../var/feeds", "base_url": "https://example.org/feeds"}},
]


def message_of(settings: type[BaseModel], written: object) -> str:
    with pytest.raises(ValidationError) as caught:
        settings.model_validate(written)
    return str(caught.value)


@pytest.mark.parametrize("written", EXAMPLES, ids=lambda written: next(iter(written)))
def test_the_documented_receivers(written: dict[str, Any]) -> None:
    settings = ReceiverSettings.model_validate(written)
    assert settings.kind == next(iter(written))
    assert settings.kind in settings.label or "desk@example.org" in settings.label


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({}, "exactly one of email, webhook, apprise, file, atom, not none"),
        ({**EXAMPLES[0], **EXAMPLES[2]}, "not email and file"),
        ({"pigeon": {}}, "Extra inputs are not permitted"),
        ({"email": {"to": []}}, "at least 1 item"),
        ({"email": {"to": ["no address"]}}, "'no address' is no mail address"),
        ({"email": {"to": ["a@b.example\nBcc: c@d.example"]}}, "is no mail address"),
        ({"email": {"to": ["a@b.example"], "from": "Desk"}}, "is no mail address"),
        ({"email": {"to": ["a@b.example"], "smtp": {"port": 70_000}}}, "less than or equal to 65535"),
        (
            {"email": {"to": ["a@b.example"], "smtp": {"host": "mail.example", "tls": "none", "username": "u"}}},
            "a password would travel in clear",
        ),
        ({"email": {"to": ["a@b.example"], "smtp": {"username": "u"}}}, "username needs password_file or password_env"),
        ({"email": {"to": ["a@b.example"], "unsubscribe": "javascript:x"}}, "not an http or https address"),
        ({"email": {"to": ["a@b.example"], "timeout": "10"}}, "write a duration with its unit"),
        ({"webhook": {}}, "write url or url_file"),
        ({"webhook": {"url": "https://a.example", "url_file": "x"}}, "write url or url_file"),
        ({"webhook": {"url": "ftp://a.example"}}, "not an http or https address"),
        ({"webhook": {"url": "http://[::1"}}, "not an http or https address"),
        ({"apprise": {}}, "write url_file or url_env"),
        ({**EXAMPLES[2], "rate_limit": "many"}, "'many' is no rate"),
        ({**EXAMPLES[2], "rate_limit": "3/fortnight"}, "write a duration with its unit"),
    ],
)
def test_what_cannot_be_is_refused_in_words(written: dict[str, Any], says: str) -> None:
    assert says in message_of(ReceiverSettings, written)


def test_a_refused_address_that_may_be_secret_is_not_repeated_by_us() -> None:
    with pytest.raises(ValidationError) as caught:
        receivers.WebhookSettings.model_validate({"url": "htps://hooks.example/canary-secret"})
    assert "canary-secret" not in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("written", "encryption", "port"),
    [
        ({}, "none", 25),
        ({"host": "127.0.0.1", "port": 1025}, "none", 1025),
        ({"host": "mail.example"}, "starttls", 587),
        ({"host": "mail.example", "port": 465}, "tls", 465),
        ({"host": "mail.example", "tls": "tls"}, "tls", 465),
        ({"host": "mail.example", "port": 25}, "starttls", 25),
        ({"host": "mail.example", "tls": "none"}, "none", 25),
    ],
)
def test_mail_is_encrypted_unless_the_server_is_here(written: dict[str, Any], encryption: str, port: int) -> None:
    settings = receivers.SmtpSettings.model_validate(written)
    assert (settings.encryption, settings.the_port) == (encryption, port)


@pytest.mark.parametrize(
    ("written", "rate"),
    [("30/1h", (30, timedelta(hours=1))), ("5/day", (5, timedelta(days=1))), ("2 / 90s", (2, timedelta(seconds=90)))],
)
def test_rates_as_people_write_them(written: str, rate: tuple[int, timedelta]) -> None:
    assert ReceiverSettings.model_validate({**EXAMPLES[2], "rate_limit": written}).rate_limit == rate


def test_labels_show_no_secrets() -> None:
    hook = ReceiverSettings.model_validate({"webhook": {"url": "https://u:pw@hooks.example.org/T1/canary?k=canary"}})
    assert hook.label == "webhook hooks.example.org"


def test_secrets_are_read_when_needed_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("first\n")
    assert secret(None, file) == "first"
    file.write_text("second\n")
    assert secret(None, file) == "second"
    assert secret(SecretStr(" canary "), None) == "canary"
    assert secret(None, None) is None
    assert "canary" not in repr(receivers.SmtpSettings(password=SecretStr("canary")))
    with pytest.raises(ConfigError, match="cannot be read"):
        secret(None, tmp_path / "absent")


# --------------------------------------------------------------------------- routes


def test_the_documented_routes() -> None:
    written = [
        {"storyline": "a", "receiver": "desk", "digest": {"cron": "0 7,17 * * mon-fri", "timezone": "Europe/London"}},
        {"storyline": "*", "receiver": "ops", "immediate": {"verdicts": ["new_event"], "min_score": 0.7}},
    ]
    first, second = routes_of([RouteSettings.model_validate(one) for one in written])
    assert (first.kind, first.cron, first.timezone) == (Kind.DIGEST, "0 7,17 * * mon-fri", "Europe/London")
    assert first.verdicts == (Novelty.NEW_EVENT, Novelty.DEVELOPMENT, Novelty.CORRECTION)
    assert (second.kind, second.verdicts, second.min_score) == (Kind.IMMEDIATE, (Novelty.NEW_EVENT,), 0.7)
    assert second.group_wait == timedelta(minutes=2)
    assert second.max_per_day is None


def test_keys_survive_edits_of_times_and_repeats_are_numbered() -> None:
    seven = RouteSettings.model_validate({"receiver": "desk", "digest": {"cron": "0 7 * * *"}})
    eight = RouteSettings.model_validate({"receiver": "desk", "digest": {"cron": "0 8 * * *"}})
    assert routes_of([seven])[0].key == routes_of([eight])[0].key == "*>desk:digest"
    assert [route.key for route in routes_of([seven, eight])] == ["*>desk:digest", "*>desk:digest#2"]


def test_what_stands_under_immediate_wins_over_the_routes_own() -> None:
    written = {"receiver": "d", "group_wait": "5m", "group_interval": "1h", "immediate": {"group_wait": "0s"}}
    (route,) = routes_of([RouteSettings.model_validate(written)])
    assert (route.group_wait, route.group_interval) == (timedelta(0), timedelta(hours=1))


def test_a_key_with_nothing_behind_it_stands_for_its_defaults() -> None:
    (bare,), (full,) = (
        routes_of([RouteSettings.model_validate({"receiver": "desk", "immediate": written})]) for written in (None, {})
    )
    assert bare == full


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({}, "write immediate or digest, or both"),
        ({"digest": {"cron": "0 7 * *"}}, "write five cron fields"),
        ({"digest": {"cron": "0 25 * * *"}}, "never runs"),
        ({"digest": {"cron": "0 0 31 2 *"}}, "never runs"),
        ({"digest": {"cron": "0 7 * * *", "timezone": "Europe/Lundon"}}, "is no time zone"),
        ({"immediate": {}, "quiet_hours": "22:00 to 07:00"}, "write 22:00-07:00, sat,sun or mon-fri 19:00-08:00"),
        ({"immediate": {}, "quiet_hours": "25:00-07:00"}, "is no time of day"),
        ({"immediate": {}, "quiet_hours": "foo 22:00-07:00"}, "is no day of the week"),
        ({"immediate": {}, "quiet_hours": "mon-sun"}, "nothing would ever be told"),
        ({"immediate": {}, "terms": ["/(/"]}, "cannot be used"),
        ({"immediate": {}, "terms": [" "]}, "is empty"),
        ({"immediate": {}, "timezone": "Mars"}, "is no time zone"),
        ({"immediate": {}, "max_per_day": 0}, "greater than or equal to 1"),
        ({"immediate": {"verdicts": []}}, "at least 1 item"),
        ({"immediate": {"verdicts": ["news"]}}, "Input should be 'new_event'"),
        ({"immediate": {"min_score": 2}}, "less than or equal to 1"),
        ({"immediate": {}, "group_wiat": "1m"}, "Extra inputs are not permitted"),
    ],
)
def test_routes_that_cannot_be_are_refused_in_words(written: dict[str, Any], says: str) -> None:
    assert says in message_of(RouteSettings, {"receiver": "desk", **written})


def test_every_key_is_explained_to_editors() -> None:
    def described(schema: dict[str, Any]) -> None:
        for name, field in schema.get("properties", {}).items():
            assert field.get("description"), name

    for settings in (ReceiverSettings, RouteSettings):
        schema = settings.model_json_schema()
        for part in (schema, *schema["$defs"].values()):
            described(part)
