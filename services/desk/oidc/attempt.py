"""One try to sign in at the identity service, kept in a signed cookie of ten minutes. Pure.

State, nonce and code verifier all follow from one secret that only this browser holds: an answer
that somebody else asked for fits none of them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.domain.envelope import Language
from shared.domain.keys import Keys

LASTS = timedelta(minutes=10)
#: The secret is hexadecimal: marks do not tell capital letters from small ones.
_SECRET_BYTES = 32
_PARTS = 5


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try. `suite` is the page of the desk that was wanted, "" for none."""

    secret: str
    language: Language
    suite: str
    until: datetime

    @property
    def state(self) -> str:
        """Shows that the answer belongs to this browser (RFC 6749 section 10.12)."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Stands in the ID token, so that none is used twice (OpenID Connect Core 3.1.2.1)."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Shows that the code came to who asked for it (RFC 7636); 64 of 43 to 128 characters."""
        return self._derived("verifier")

    def _derived(self, purpose: str) -> str:
        return hashlib.sha256(f"{purpose}:{self.secret}".encode()).hexdigest()


def new_attempt(language: Language, suite: str, now: datetime) -> Attempt:
    return Attempt(secrets.token_hex(_SECRET_BYTES), language, suite, now + LASTS)


def to_cookie(attempt: Attempt, keys: Keys) -> str:
    """Return what the browser keeps."""
    expiry = str(int(attempt.until.timestamp()))
    suite = base64.b32encode(attempt.suite.encode()).decode().rstrip("=")
    parts = (attempt.secret, attempt.language, expiry, suite)
    return ".".join((*parts, keys.mark("oidc", *parts)))


def from_cookie(text: str, keys: Keys, now: datetime) -> Attempt | None:
    """Return the try that a cookie holds, or None: not ours, or too old."""
    parts = text.split(".")
    if len(parts) != _PARTS or not keys.verifies(parts[-1], "oidc", *parts[:-1]):
        return None
    secret, language, expiry, packed, _ = parts
    until = datetime.fromtimestamp(int(expiry), UTC)
    if now >= until:
        return None
    return Attempt(secret, "en" if language == "en" else "fr", _unpacked(packed), until)


def _unpacked(packed: str) -> str:
    try:
        return base64.b32decode(packed + "=" * (-len(packed) % 8), casefold=True).decode()
    except (binascii.Error, ValueError):
        return ""
