"""Tables with which every proposal hangs, bloats, dies or fails; they go to children as others do.

Whose mail is a colleague's is weighed when something is proposed, and never while reading.
"""

from __future__ import annotations

import os
import signal


class Failing(frozenset[str]):
    """Domains of staff that break whoever adds others to them."""

    def __ror__(self, other: object) -> frozenset[str]:
        return self.do()

    def do(self) -> frozenset[str]:
        raise ValueError("a citizen's words")


class Hanging(Failing):
    def do(self) -> frozenset[str]:
        signal.pause()
        return self


class Dying(Failing):
    def do(self) -> frozenset[str]:
        os.abort()


class Bloating(Failing):
    def do(self) -> frozenset[str]:
        return frozenset({str(bytearray(1 << 30))})
