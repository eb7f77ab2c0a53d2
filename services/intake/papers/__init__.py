"""Papers: the bytes of an attached document to its text. Pure, total, bounded."""

from __future__ import annotations

from services.intake.papers.reader import read_document, unread

__all__ = ["read_document", "unread"]
