"""Dead letters on their pages: nothing is done without a reason, and what is done is kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from services.desk.app import build_app
from shared.errors import Transient
from shared.ports.bus import Bus, DeadLetter
from shared.ports.query import Query
from shared.runtime.ledger import reckon
from tests.operating import (
    ASSIGNING,
    FRENCH,
    System,
    bury,
    notice,
    opened,
    sign_in,
    system_in,
)
from tests.pages_samples import KEYS, NOW, StoppedClock, browser_of, department
from tests.waiting import until

LIST = f"{FRENCH}/dead"


async def test_without_a_reason_nothing_happens_and_the_field_says_so(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        letter = await bury(system.bus, opened(), queue=ASSIGNING)
        page = await person.post(f"{LIST}/{ASSIGNING}/{letter}/discard", because="  ")
        long = await person.post(f"{LIST}/{ASSIGNING}/{letter}/discard", because="x" * 1001)
        assert len(await system.bus.dead_letters(ASSIGNING)) == 1
        assert await system.store.interventions.find(Query()) == []
    assert (page.status_code, long.status_code) == (400, 400)
    assert 'aria-invalid="true"' in page.text
    assert "Dites pourquoi." in page.text
    assert "x" * 1001 in long.text


async def test_who_comes_second_is_told_that_it_is_gone(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        letter = await bury(system.bus, opened(), queue=ASSIGNING)
        await system.bus.discard_dead(ASSIGNING, letter)
        page = await person.post(f"{LIST}/{ASSIGNING}/{letter}/requeue", because="corrigé")
        assert page.headers["location"] == f"{LIST}?fait=gone"
        assert "s’en est occupé avant vous" in (await person.get(f"{LIST}?fait=gone")).text
        assert (await person.get(f"{LIST}/{ASSIGNING}/{letter}")).status_code == 404
        assert (await person.get(f"{LIST}/no.such.queue/{letter}")).status_code == 404


async def test_a_letter_that_somebody_else_looks_at_is_waited_for(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        letter = await bury(system.bus, opened(), queue=ASSIGNING)
        system.bus = LookedAt(system.bus)
        async with system.person("operations") as person:
            assert (await person.get(f"{LIST}/{ASSIGNING}/{letter}")).status_code == 200
            page = await person.post(f"{LIST}/{ASSIGNING}/{letter}/discard", because="fait")
        (kept,) = await system.store.interventions.find(Query())
    assert page.headers["location"].endswith("fait=discard")
    assert kept.result == "done"


async def test_a_proof_of_the_ledger_lets_others_of_its_process_work(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        for number in range(100):
            await system.store.notices.add(notice("created", number))
        turns = 0
        proof = asyncio.create_task(reckon(system.store, now=NOW))
        while not proof.done():
            turns += 1
            await asyncio.sleep(0)
        assert len((await proof).differences) == 100 - 1  # the youngest may still be on its way
    assert turns > 99


async def test_a_bus_that_fails_is_recorded_and_said(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        letter = await bury(system.bus, opened(), queue=ASSIGNING)
        system.bus = Failing(system.bus)  # type: ignore[assignment]
        async with system.person("operations") as person:
            page = await person.post(f"{LIST}/{ASSIGNING}/{letter}/requeue", because="corrigé")
        (kept,) = await system.store.interventions.find(Query())
    assert page.status_code == 503
    assert "corrigé" in page.text
    assert (kept.result, kept.code, kept.because) == ("failed", "broker_refused", "corrigé")


async def test_a_bus_that_is_away_leaves_every_page_standing(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        system.bus = Away()  # type: ignore[assignment]
        async with system.person("operations") as person:
            assert (await person.get(FRENCH)).status_code == 200
            assert "La messagerie ne répond pas" in (await person.get(FRENCH)).text
            assert (await person.get(LIST)).status_code == 503
            assert (await person.get(f"{FRENCH}/parked")).status_code == 200
            assert (await person.get(f"{LIST}/{ASSIGNING}/x")).status_code == 503


async def test_a_desk_without_a_bus_says_so(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, bare(system) as client:
        assert (await client.get(FRENCH)).status_code == 200
        assert (await client.get(LIST)).status_code == 503
        assert (await client.get(f"{FRENCH}/settings")).status_code == 200


async def test_a_proof_of_the_ledger_is_begun_by_a_button(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        assert "pas encore vérifié" in (await person.get(FRENCH)).text
        assert (await person.post(f"{FRENCH}/ledger")).status_code == 303
        await until(lambda: system.watch.ledger.result is not None)
        assert "vérifié, tout y est" in (await person.get(FRENCH)).text


async def test_the_tables_are_checked_by_a_button(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        assert (await person.post(f"{FRENCH}/settings/check")).status_code == 303
        await until(lambda: system.watch.tables.result is not None, timeout=60)
        page = (await person.get(f"{FRENCH}/settings")).text
    assert "0\N{NO-BREAK SPACE}erreur" in page
    assert department().version in page


async def test_pages_are_counted_by_the_pattern_of_their_address(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        letter = await bury(system.bus, opened(), queue=ASSIGNING)
        await person.get(f"{LIST}/{ASSIGNING}/{letter}")
        await person.get("/bureau/plaintes/26-7K3Q-9F2M-H")
        await person.get("/nowhere/26-7K3Q-9F2M-H")
        text = system.metrics.text().decode()
    pattern = "/bureau/exploitation/dead/{queue}/{letter_id}"
    assert f'recours_pages_total{{face="desk",route="{pattern}",status="200"}} 1.0' in text
    assert 'face="desk",route="none",status="404"' in text
    assert letter not in text
    assert "7K3Q" not in text


@asynccontextmanager
async def bare(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """Sign somebody of operations in at a desk that has neither bus nor settings."""
    secret, _ = await sign_in(system.store, "operations")
    app = build_app(
        store=system.store,
        clock=StoppedClock(),
        keys=KEYS,
        department=department(),
        desk_url="http://bureau.example",
    )
    async with browser_of(app) as client:
        client.cookies.set("recours", secret)
        yield client


class LookedAt:
    """A bus whose letters are in another hand at first, as RabbitMQ's may be."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._asked = Counter[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def dead_letters(self, queue: str, *, limit: int = 100) -> list[DeadLetter]:
        return [] if self._first("look") else await self._bus.dead_letters(queue, limit=limit)

    async def discard_dead(self, queue: str, letter_id: str) -> bool:
        return False if self._first("end") else await self._bus.discard_dead(queue, letter_id)

    def _first(self, verb: str) -> bool:
        self._asked[verb] += 1
        return self._asked[verb] == 1


class Failing:
    """A bus that can be looked at, and that takes nothing."""

    def __init__(self, bus: object) -> None:
        self._bus = bus

    def __getattr__(self, name: str) -> object:
        return getattr(self._bus, name)

    async def requeue_dead(self, queue: str, letter_id: str) -> bool:
        raise Transient("broker_refused")


class Away:
    """A bus that nobody reaches."""

    def __getattr__(self, name: str) -> object:
        async def fail(*_: object, **__: object) -> None:
            raise Transient("broker_unreachable")

        return fail
