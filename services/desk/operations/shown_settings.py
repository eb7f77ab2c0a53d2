"""The settings of a process as a page may show them: what could hold a secret says only that it
is there. Pure.

A setting that is not named here is not shown: whoever adds one decides.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from shared.runtime.settings import Settings

#: Addresses that may hold a name and a password: scheme, host and path are shown.
ADDRESSES = frozenset({"store", "bus", "relay"})
PLAIN = frozenset(
    {
        "relay_connections",
        "relay_failures",
        "relay_pause",
        "relay_per_minute",
        "relay_per_minute_and_domain",
        "department",
        "public_url",
        "desk_url",
        "smtp_listen",
        "web_listen",
        "desk_listen",
        "metrics_listen",
        "smtp_hostname",
        "smtp_certificate",
        "smtp_proxies",
        "smtp_connections",
        "smtp_connections_per_source",
        "web_proxies",
        "held_folder",
        "spam_header_from",
        "readers",
        "scans",
        "clamd",
        "prefetch",
        "timekeeping_seconds",
        "drain_seconds",
        "log_level",
    }
)


class Shown(NamedTuple):
    """One setting. `how` is "value", "hidden" (it is set) or "nothing" (it is not)."""

    variable: str
    how: Literal["value", "hidden", "nothing"]
    value: str = ""
    changed: bool = False


def shown_settings(settings: Settings) -> list[Shown]:
    """Return every setting, in the order of the code."""
    return [_shown(name, settings) for name in Settings.model_fields]


def without_secrets(address: str) -> str:
    """Return an address without name, password and options.

    Whatever stands before the last @ goes, also where a password was not escaped: an address that
    is shown too short hurts nobody.
    """
    scheme, mark, rest = address.partition("://")
    if not mark or scheme == "sqlite":
        return address
    return f"{scheme}{mark}{re.split('[?#]', rest.rpartition('@')[2])[0]}"


def _shown(name: str, settings: Settings) -> Shown:
    value = getattr(settings, name)
    variable = f"RECOURS_{name.upper()}"
    changed = value != Settings.model_fields[name].default
    if value in (None, ""):
        return Shown(variable, "nothing", changed=changed)
    if name in ADDRESSES:
        return Shown(variable, "value", without_secrets(str(value)), changed)
    if name in PLAIN:
        return Shown(variable, "value", str(value), changed)
    return Shown(variable, "hidden", changed=changed)
