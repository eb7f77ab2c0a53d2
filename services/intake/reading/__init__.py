"""Reading: the bytes of a message to what a person would see in it. Pure, total, bounded."""

from __future__ import annotations

from services.intake.reading.reader import failed, read

__all__ = ["failed", "read"]
