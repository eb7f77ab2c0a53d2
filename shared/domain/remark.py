"""What people of the department say to each other about a case; the person never reads it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.document import Document

#: "question" is put to a colleague or to another unit, "reply" answers it; the others are notes.
RemarkKind = Literal["note", "question", "reply", "told_orally", "refused", "reopened", "sensitive"]


class Remark(Document):
    """One remark, append-only. `to` is the name or the unit that a question is put to.

    A question put to one colleague has the account in `asked`, and in `within` the unit whose
    people they both are. It is saved once more, with `answered_at`, when its reply is there; the
    reply names it in `answers`.
    """

    collection: ClassVar[str] = "remarks"
    indexes: ClassVar[tuple[str, ...]] = ("case_id", "at", "waits_for", "within")
    compound: ClassVar[tuple[tuple[str, ...], ...]] = (("waits_for", "at", "id"),)
    not_alone: ClassVar[tuple[str, ...]] = ("waits_for", "within")

    case_id: str
    at: datetime
    by: str
    kind: RemarkKind = "note"
    text: str = ""
    to: str = ""
    asked: str | None = None
    within: str | None = None
    answered_at: datetime | None = None
    answers: str | None = None

    @property
    def waits_for(self) -> str | None:
        """The account whose answer a question waits for; None once it is there."""
        return self.asked if self.answered_at is None else None

    @property
    def among_colleagues(self) -> bool:
        """Whether it was put to one colleague, or answers what was: nothing for other units."""
        return self.asked is not None or self.answers is not None
