"""A command's own view of store and bus: opened, used, closed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.adapters.system_clock import SystemClock
from shared.domain.case import Case
from shared.domain.reference import parse_reference
from shared.errors import Refused
from shared.ports.bus import Bus
from shared.ports.query import Equal, Query
from shared.ports.store import Store
from shared.runtime.backends import open_backends
from shared.runtime.settings import Settings

T = TypeVar("T")


def with_backends(settings: Settings, work: Callable[[Store, Bus], Awaitable[T]]) -> T:
    """Open store and bus, do the work, close both; return what the work returns."""

    async def do() -> T:
        backends = await open_backends(settings, SystemClock(), name="recours-command")
        try:
            return await work(backends.store, backends.bus)
        finally:
            await backends.close()

    if settings.embedded and not settings.sqlite_path.exists():
        raise Refused(
            "no_store",
            f"There is no store at {settings.sqlite_path}. Run `recours run` first, or set "
            "RECOURS_STORE to the one you mean.",
        )
    return asyncio.run(do())


async def case_named(store: Store, text: str) -> Case:
    """Return the case of a reference (however spelled) or id; raise Refused when there is none."""
    reference = parse_reference(text)
    if reference:
        found = await store.cases.find(Query(where=Equal("reference", reference), limit=1))
        if found:
            return found[0]
    elif case := await store.cases.get(text):
        return case
    hint = "no case has it" if reference else "it is neither a reference nor the id of a case"
    raise Refused("no_such_case", f"{text}: {hint}. `recours cases` lists what there is.")
