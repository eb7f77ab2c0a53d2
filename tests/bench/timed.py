"""What a child of the benchmark does; a module of its own, so that a child loads little."""

from __future__ import annotations

import time

from services.intake.reading import read
from shared.domain.reading import Reading


def timed_read(raw: bytes) -> tuple[float, Reading]:
    """Return the seconds that reading took in the child, and the reading."""
    began = time.perf_counter()
    reading = read(raw)
    return time.perf_counter() - began, reading
