"""A token by which another program of the department uses the desk.

Only the SHA-256 of its secret is kept: whoever reads the store cannot use it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from shared.domain.account import Account, Mandate
from shared.domain.document import Document


class ApiToken(Document):
    """One integration, with mandates as an account has them.

    It is good up to `valid_until`, that day included, unless it was revoked. `last_used_on` is the
    last day on which it was used, so that one that nobody needs is found.
    """

    collection: ClassVar[str] = "tokens"
    indexes: ClassVar[tuple[str, ...]] = ("secret_sha256", "name")

    secret_sha256: str
    name: str
    mandates: tuple[Mandate, ...]
    made_at: datetime
    valid_until: date
    revoked_at: datetime | None = None
    last_used_on: date | None = None

    @property
    def reader(self) -> str:
        """How the record of reads names it."""
        return f"token:{self.id}"

    def good_on(self, day: date) -> bool:
        return self.revoked_at is None and day <= self.valid_until

    def as_account(self) -> Account:
        """Return what stands for it wherever an account acts; it is in no list of accounts."""
        return Account(
            id=self.reader, name=self.reader, full_name=self.name, mandates=self.mandates
        )
