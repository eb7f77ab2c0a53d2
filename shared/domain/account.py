"""Who may use the desk: accounts with dated mandates, and their sessions.

A password is kept only as its Argon2 hash, a link or a session only as the SHA-256 of its secret:
whoever reads the store cannot sign in with what stands there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.domain.document import Document, Value
from shared.domain.envelope import Language

Role = Literal[
    "staff", "agent", "manager", "complaints_office", "authority", "operations", "privacy"
]


class Mandate(Value):
    """A role between two days, both included; `unit_id` for staff, agents and managers."""

    role: Role
    unit_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def live_on(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)


class OneTimeLink(Value):
    """A link that signs in once, up to a moment. `sets_password`: a password is chosen with it."""

    secret_sha256: str
    until: datetime
    sets_password: bool = True


class Account(Document):
    """A person of the department. `name` is what they sign in with, in lower case.

    `failures` are wrong passwords in a row; `locked_until` is when the next one is looked at.
    Sessions that began before `sessions_from` are over. `subject` is the issuer and the subject of
    OpenID Connect that this person signs in as.
    """

    collection: ClassVar[str] = "accounts"
    indexes: ClassVar[tuple[str, ...]] = ("name", "subject")

    name: str
    full_name: str
    language: Language = "fr"
    mandates: tuple[Mandate, ...] = ()
    password_hash: str | None = None
    link: OneTimeLink | None = None
    failures: int = 0
    locked_until: datetime | None = None
    sessions_from: datetime | None = None
    closed_at: datetime | None = None
    subject: str | None = None


class Session(Document):
    """One browser that is signed in. Its id is the SHA-256 of the secret in the cookie."""

    collection: ClassVar[str] = "sessions"
    indexes: ClassVar[tuple[str, ...]] = ("account_id", "until")

    account_id: str
    begun_at: datetime
    seen_at: datetime
    until: datetime
    ended_at: datetime | None = None
    how: Literal["password", "link", "oidc"] = "password"
