"""Passwords: how they are hashed and checked."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from shared.errors import Refused

SHORTEST = 12  # NIST SP 800-63B: long rather than complicated
LONGEST = 256  # a hash of a megabyte would be work for nothing
#: Hashes at once: each takes 19 MiB and a core.
AT_ONCE = 2
#: Verified when there is no hash, so that it takes as long.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43


class Passwords:
    """Argon2id in threads, a few at a time. Parameters: OWASP, 19 MiB, two passes, one lane."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> str:
        """Return the hash of a new password; raise Refused for one that is too short or long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Refused("password_length", f"A password has {SHORTEST} to {LONGEST} characters.")
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verifies(self, hash_: str | None, password: str) -> bool:
        """Tell whether the password is the right one; without a hash none is."""
        if len(password) > LONGEST:
            return False
        async with self._turn:
            right = await asyncio.to_thread(self._verify, hash_ or _NOBODY, password)
        return right and hash_ is not None

    def _verify(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except (Argon2Error, InvalidHashError):
            return False
