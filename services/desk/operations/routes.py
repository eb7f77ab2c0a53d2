"""Every page of operations."""

from __future__ import annotations

from starlette.routing import Route

from services.desk.desk import Desk
from services.desk.operations import dead_letters, outgoing, overview, parked, settings_page
from shared.domain.envelope import Language


def routes(desk: Desk, language: Language) -> list[Route]:
    return [
        *overview.routes(desk, language),
        *dead_letters.routes(desk, language),
        *parked.routes(desk, language),
        *outgoing.routes(desk, language),
        *settings_page.routes(desk, language),
    ]
