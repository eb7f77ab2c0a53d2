"""Which addresses hooks may have: nothing inside our own network unless operations said so. Pure.

Whoever may set a hook could otherwise make the desk knock at what only it can reach (SSRF).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 500
#: IPv6 addresses that stand for an IPv4 one behind them (RFC 6052, RFC 8215, RFC 3056, RFC 4380).
_TRANSLATED = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What the settings allow: plain HTTP, for tests, and networks beside the public addresses."""

    http: bool = False
    networks: tuple[Network, ...] = ()

    def allows(self, address: Address) -> bool:
        """Tell whether an address may be called."""
        mapped = address.ipv4_mapped if address.version == 6 else None
        address = mapped or address
        if any(address in network for network in self.networks):
            return True
        translated = any(address in network for network in _TRANSLATED)
        return address.is_global and not address.is_multicast and not translated

    def refuse(self, url: str) -> None:
        """Raise Refused, in words, for an address that no hook may have."""
        try:
            parts = urlsplit(url)
            port_fits = parts.port is None or parts.port > 0
        except ValueError:
            port_fits = False
        if not port_fits or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable():
            raise Refused("hook_url", f"{url[:LONGEST_URL]!r} is no address. Nothing was made.")
        if parts.scheme != "https" and not (self.http and parts.scheme == "http"):
            raise Refused("hook_url", "A hook has an https:// address. Nothing was made.")
        if not parts.hostname or parts.username is not None or parts.fragment or " " in url:
            raise Refused(
                "hook_url",
                "A hook has a host, and no name, password or fragment. Nothing was made.",
            )
        self._refuse_literal(parts.hostname)

    def _refuse_literal(self, host: str) -> None:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return  # a name: what it leads to is looked up at each call
        if not self.allows(address):
            raise Refused(
                "hook_address",
                f"{host} is not public. Nothing was made. RECOURS_HOOK_NETWORKS allows networks.",
            )


def networks_in(text: str) -> tuple[Network, ...]:
    """Return networks that are written by commas; raise ValueError for what is none."""
    return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())
