"""What people of the department say to each other about a case; the person never reads it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.document import Document

#: "question" is put to a colleague or to another unit, "reply" answers it; the others are notes.
RemarkKind = Literal["note", "question", "reply", "told_orally", "refused", "reopened", "sensitive"]


class Remark(Document):
    """One remark, append-only. `to` is the name or the unit that a question is put to."""

    collection: ClassVar[str] = "remarks"
    indexes: ClassVar[tuple[str, ...]] = ("case_id", "at")

    case_id: str
    at: datetime
    by: str
    kind: RemarkKind = "note"
    text: str = ""
    to: str = ""
