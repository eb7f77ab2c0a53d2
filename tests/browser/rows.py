"""Something that is done at the desk with the keyboard alone: how, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.browser.hands import Hands
from tests.browser.whole_desk import WholeDesk

Do = Callable[[Hands, WholeDesk], None]
Kept = Callable[[WholeDesk], bool]


async def nothing_more(desk: WholeDesk) -> None:
    """The desk has all that the act needs."""
    del desk


@dataclass(frozen=True)
class Row:
    """One act. `posts` is the address that it ends at, as its route has it, with the name of the
    act in it; `who` does it, "" is nobody yet. `prepare` keeps what it is done to."""

    posts: str
    who: str
    do: Do
    kept: Kept
    prepare: Callable[[WholeDesk], Coroutine[Any, Any, object]] = nothing_more
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.posts} {self.note}".strip()
