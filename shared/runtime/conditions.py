"""What a process that is ready cannot do just now, in words: shown, and no reason to restart it.

A relay that is away is one: a restart would not bring it back, would forget how it treated us, and
would take down doors that work. So `/health/ready` stays 200 and says it; alarms are for metrics.
"""

from __future__ import annotations

from collections.abc import Callable

OK = "ok"


class Conditions:
    """One line for each part that a service of this process watches over."""

    def __init__(self) -> None:
        self._parts: dict[str, Callable[[], str]] = {}

    def watch(self, part: str, state: Callable[[], str]) -> None:
        """Show a part from now on; `state` returns OK, or "degraded: " and why."""
        self._parts[part] = state

    def now(self) -> dict[str, str]:
        """Return each part with its state."""
        return {part: state() for part, state in self._parts.items()}


def lines_of(states: dict[str, str]) -> str:
    """Return states as health pages show them."""
    return "".join(f"{part} {state}\n" for part, state in states.items())
