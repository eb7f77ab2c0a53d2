"""Time is a port: nothing else in the program asks the machine what time it is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return an aware moment in UTC. Callers may not assume that it never goes back."""
        ...
