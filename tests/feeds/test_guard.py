"""Which addresses may be reached."""

from __future__ import annotations

import socket

import pytest

from monitor.feeds.guard import Names, Refused, is_private, permitted

PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e")
OWN = ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "::1", "fd12::1")
NEVER = (
    "0.0.0.0", "169.254.169.254", "169.254.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "100.100.100.200", "::", "fe80::1", "fe80::1%eth0", "ff02::1",
    "fd00:ec2::254", "2001:db8::1", "2001::1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::ffff:169.254.169.254",
    "64:ff9b:1::1", "::127.0.0.1",
)  # fmt: skip
CARRIED = (
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
)  # an inner address in an outer coat


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address: str) -> None:
    assert permitted(address, private=False)
    assert not is_private(address)


@pytest.mark.parametrize("address", OWN + CARRIED)
def test_own_networks_open_on_request_only(address: str) -> None:
    assert not permitted(address, private=False)
    assert permitted(address, private=True)
    assert is_private(address)


@pytest.mark.parametrize("address", NEVER)
def test_these_are_never_open(address: str) -> None:
    assert not permitted(address, private=False)
    assert not permitted(address, private=True)


def test_answers_are_kept_for_half_a_minute() -> None:
    asked: list[object] = []
    now = 0.0

    def resolve(*what: object) -> list[tuple[object, ...]]:
        asked.append(what)
        return [(2, 1, 6, "", ("93.184.215.14", 80))]

    names = Names(resolve, lambda: now)
    for moment in (0.0, 29.0, 31.0):
        now = moment
        assert names.addresses("news.test", 80, private=False) == ("93.184.215.14",)
    assert len(asked) == 2


def test_a_name_that_was_not_found_is_not_looked_up_again_at_once() -> None:
    asked: list[object] = []
    now = 0.0

    def resolve(*what: object) -> list[tuple[object, ...]]:
        asked.append(what)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    names = Names(resolve, lambda: now)
    for moment in (0.0, 4.0, 6.0):
        now = moment
        with pytest.raises(socket.gaierror, match="Temporary failure"):
            names.addresses("news.test", 80, private=False)
    assert len(asked) == 2


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(Refused):
        Names(lambda *_: []).addresses("news.test", 80, private=True)
