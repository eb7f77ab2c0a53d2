"""What came back from units, asked of the store before tables are checked."""

from __future__ import annotations

import asyncio

from services.desk.returned_notices import returned_notices
from services.router.reach import Returned
from shared.adapters.system_clock import SystemClock
from shared.department import Department
from shared.errors import RecoursError
from shared.runtime.backends import open_backends
from shared.runtime.settings import Settings


def ask_store(department: Department, settings: Settings) -> dict[str, Returned] | None:
    """Return what came back, by mailbox; None when there is no store or it does not answer."""
    if settings.embedded and not settings.sqlite_path.exists():
        return None

    async def ask() -> dict[str, Returned]:
        backends = await open_backends(settings, SystemClock(), name="recours-command")
        try:
            return await returned_notices(backends.store, department)
        finally:
            await backends.close()

    try:
        return asyncio.run(ask())
    except RecoursError:
        return None
