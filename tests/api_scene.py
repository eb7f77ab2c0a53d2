"""A desk that programs use, called without any socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from services.desk import tokens
from services.desk.api.callers import Paces
from services.desk.app import build_app
from shared.domain.account import Mandate, Role
from shared.domain.case import Case
from shared.pages.pace import Pace
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    NOW,
    OFFICE,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
    held_case,
    store_in,
)

API = "/api/v1"
DEPARTMENT = department()
ELSEWHERE = "MTL-S"
PACES = Paces(Pace(burst=10_000, seconds_each=0.01), Pace(burst=10_000, seconds_each=0.01))


@dataclass
class Scene:
    client: httpx.AsyncClient
    store: Store
    clock: StoppedClock

    async def token(
        self, role: Role = "agent", unit: str | None = OFFICE, *, name: str = "Registre"
    ) -> dict[str, str]:
        """Return the headers of a program with one mandate, in English."""
        _, secret = await tokens.make(
            self.store,
            f"{name} {role} {unit}",
            [Mandate(role=role, unit_id=unit)],
            NOW,
            until=date(2026, 12, 31),
            today=NOW.date(),
        )
        return {"Authorization": f"Bearer {secret}", "Accept-Language": "en-CA"}

    async def assigned(self) -> Case:
        """Keep the sample that OFFICE has, and return it as it stands in the store."""
        case = await assigned_case().keep(self.store)
        return await self.store.cases.get(case.id) or case

    async def held(self) -> Case:
        case = await held_case().keep(self.store)
        return await self.store.cases.get(case.id) or case

    async def act(
        self, case: Case, act: str, headers: dict[str, str], **body: Any
    ) -> httpx.Response:
        path = f"{API}/cases/{case.reference}/acts/{act}"
        return await self.client.post(path, headers=headers, json={"version": case.version, **body})


@asynccontextmanager
async def scene(folder: Path, paces: Paces | None = PACES) -> AsyncIterator[Scene]:
    async with store_in(folder) as store:
        clock = StoppedClock()
        app = build_app(
            store=store,
            clock=clock,
            keys=KEYS,
            department=DEPARTMENT,
            desk_url="https://bureau.example",
            api_paces=paces,
        )
        async with browser_of(app) as client:
            yield Scene(client, store, clock)
