"""The documents of a message as bytes, out of the one copy that is kept of them."""

from __future__ import annotations

from collections.abc import Iterable

from services.intake.reading.structure import Parser
from services.intake.reading.transfer import content


def parts_of(raw: bytes, paths: Iterable[str]) -> list[bytes]:
    """Return the decoded parts at `paths` of a message, in order; one that is not there is empty.

    The message is taken apart once. Raise Poison when it is over the reader's limits.
    """
    leaves = {leaf.path: leaf for leaf in Parser(raw, set()).parse().leaves()}
    return [content(leaves[path], set()) if path in leaves else b"" for path in paths]
