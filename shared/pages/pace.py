"""How fast one source may send: a bucket that fills by the second. No puzzle for anybody."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from datetime import datetime

#: Sources remembered at once; the one unseen for longest is forgotten first.
SOURCES = 10_000


class Pace:
    """Each source may send `burst` at once, and one more every `seconds_each`."""

    def __init__(self, *, burst: int, seconds_each: float) -> None:
        self._burst = burst
        self._each = seconds_each
        self._seen: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def allows(self, source: str, now: datetime) -> bool:
        """Count one submission of `source` and tell whether it came slowly enough."""
        key = source_key(source)
        left, at = self._seen.pop(key, (float(self._burst), now))
        left = min(self._burst, left + max((now - at).total_seconds(), 0) / self._each)
        allowed = left >= 1
        self._seen[key] = (left - 1 if allowed else left, now)
        while len(self._seen) > SOURCES:
            self._seen.popitem(last=False)
        return allowed


def source_key(source: str) -> str:
    """Return what counts as one source: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    if address.version == 4:
        return source
    return str(ipaddress.ip_network((int(address), 64), strict=False))
