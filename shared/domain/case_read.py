"""The register of readings: who looked at which case, or at the register itself."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.domain.document import Document

#: Stands for the register of readings where a case would.
REGISTER = "register"


class CaseRead(Document):
    """A person opened a case: who, when, from where. Append-only.

    Who looked at this register stands in it too, with `case_id` REGISTER.
    """

    collection: ClassVar[str] = "reads"
    indexes: ClassVar[tuple[str, ...]] = ("case_id", "at", "by")

    case_id: str
    at: datetime
    by: str
    what: str = "case"
