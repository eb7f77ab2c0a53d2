"""A text that somebody has begun to write to a person, and not sent."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.domain.document import Document, derived_id


class Draft(Document):
    """One for each account, case and act; an empty text is none."""

    collection: ClassVar[str] = "drafts"
    indexes: ClassVar[tuple[str, ...]] = ("case_id",)

    case_id: str
    account_id: str
    act: str
    text: str
    at: datetime


def draft_id(case_id: str, account_id: str, act: str) -> str:
    return derived_id("draft", case_id, account_id, act)
