"""Keyed marks on what leaves the house: reply addresses, status links, desk links.

A mark is an HMAC-SHA256 cut to 100 bits, in lower-case base32, because mail systems may change
the case of a local part. Each purpose has its own key, derived from the secret, so that a mark
made for one purpose is worth nothing for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

MARK_CHARACTERS = 20  # 100 bits; 80 is the least that the design allows


class Keys:
    """A list of secrets: the first signs, all verify, so that a secret can be replaced."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not secrets or any(len(secret) < 32 for secret in secrets):
            raise ValueError("at least one secret of 32 bytes is needed")
        self._secrets = tuple(secrets)
        self._purposes: dict[tuple[bytes, str], bytes] = {}

    def mark(self, purpose: str, *parts: str) -> str:
        """Return the mark of `parts` for one purpose ("reply", "status", "desk", "verp")."""
        return self._mark(self._secrets[0], purpose, parts)

    def verifies(self, mark: str, purpose: str, *parts: str) -> bool:
        """Tell whether any of our secrets made this mark; case and dashes do not count."""
        given = mark.replace("-", "").lower().encode()
        return any(
            hmac.compare_digest(self._mark(secret, purpose, parts).encode(), given)
            for secret in self._secrets
        )

    def derived(self, purpose: str, name: str) -> tuple[str, ...]:
        """Return what follows from each of our secrets for one name, the signing one's first: a
        secret to give to somebody else, 256 bits in hexadecimal, that is kept nowhere."""
        keys = (hmac.digest(one, purpose.encode(), hashlib.sha256) for one in self._secrets)
        return tuple(hmac.digest(key, name.encode(), hashlib.sha256).hex() for key in keys)

    def _mark(self, secret: bytes, purpose: str, parts: Sequence[str]) -> str:
        key = self._purposes.get((secret, purpose))
        if key is None:
            key = hmac.digest(secret, purpose.encode(), hashlib.sha256)
            self._purposes[secret, purpose] = key
        digest = hmac.digest(key, "\x1f".join(parts).lower().encode(), hashlib.sha256)
        # 15 bytes are 24 characters without padding; more would be cut off anyway.
        return base64.b32encode(digest[:15]).decode().lower()[:MARK_CHARACTERS]


def status_path(keys: Keys, reference: str) -> str:
    """Return "REFERENCE/SECRET" for a person's status link; the secret is in groups of five."""
    mark = keys.mark("status", reference)
    return f"{reference}/{'-'.join(mark[i : i + 5] for i in range(0, len(mark), 5))}"


def opinion_path(keys: Keys, reference: str) -> str:
    """Return "REFERENCE/MARK" for the question whether an answer satisfies; no account needed."""
    return f"{reference}/{keys.mark('opinion', reference)}"


def desk_path(keys: Keys, case_id: str, unit_id: str, until: datetime) -> str:
    """Return "CASE/UNIT/EXPIRY/MARK" for a unit's link to a case, good until `until`."""
    expiry = str(int(until.timestamp()))
    return f"{case_id}/{unit_id}/{expiry}/{keys.mark('desk', case_id, unit_id, expiry)}"


def desk_link_is_good(
    keys: Keys, *, case_id: str, unit_id: str, expiry: str, mark: str, now: datetime
) -> bool:
    """Tell whether a desk link was made by us and has not run out."""
    if not expiry.isdigit() or len(expiry) > 12:
        return False
    if not keys.verifies(mark, "desk", case_id, unit_id, expiry):
        return False
    return now < datetime.fromtimestamp(int(expiry), UTC)


def reply_address(keys: Keys, reference: str, intake_address: str) -> str:
    """Return `local+<reference>.<mac>@domain`: a reply to it finds its case."""
    local, _, domain = intake_address.rpartition("@")
    compact = reference.replace("-", "").lower()
    return f"{local}+{compact}.{keys.mark('reply', compact)}@{domain}"


def reply_token(keys: Keys, address: str) -> str | None:
    """Return the compact reference that a reply address carries, or None if it is not ours."""
    local, _, _ = address.rpartition("@")
    _, plus, token = local.lower().partition("+")
    compact, dot, mark = token.partition(".")
    if not plus or not dot or not keys.verifies(mark, "reply", compact):
        return None
    return compact


def verp_address(keys: Keys, notice_id: str, intake_address: str) -> str:
    """Return the return path of one notice, so that its bounce finds it."""
    local, _, domain = intake_address.rpartition("@")
    compact = notice_id.replace("-", "")
    return f"{local}+b{compact}.{keys.mark('verp', compact)}@{domain}"


def verp_notice(keys: Keys, address: str) -> str | None:
    """Return the id of the notice that a return path carries, or None if it is not ours."""
    local, _, _ = address.rpartition("@")
    _, plus, token = local.lower().partition("+")
    compact, dot, mark = token.removeprefix("b").partition(".")
    if not plus or not dot or not token.startswith("b") or len(compact) != 32:
        return None
    if not keys.verifies(mark, "verp", compact):
        return None
    return "-".join((compact[:8], compact[8:12], compact[12:16], compact[16:20], compact[20:]))
