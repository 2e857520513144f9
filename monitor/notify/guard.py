"""Which addresses a webhook may reach: judged by the resolved address, at the moment of connecting."""

from __future__ import annotations

import ipaddress
import socket

REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedAddressError(OSError):
    """The name leads to this machine or to a private network."""


def is_public(address: str) -> bool:
    """Say whether an IP address lies in the public internet; IPv4 addresses inside IPv6 ones count themselves."""
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    return ip.is_global and not any(ip.version == net.version and ip in net for net in REFUSED)


def resolve(host: str, port: int, *, private: bool) -> list[str]:
    """Return the addresses of a host that may be connected to.

    Raises:
        RefusedAddressError: one of them is not public and `private` is False. A name that mixes both is refused whole.
        OSError: the name does not resolve.

    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if not private and not all(is_public(address) for address in addresses):
        raise RefusedAddressError(f"{host} leads to a private or local address")
    return addresses


def _unwrapped(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
