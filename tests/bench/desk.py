"""The desk among a hundred thousand complaints: how long a page takes, and how large it is.

The application is called in this process, without sockets: what is measured is what the server
does, with its store beside it.
"""

from __future__ import annotations

import html
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx
from fastapi import FastAPI

from services.desk.app import build_app
from services.desk.paths import PATHS
from services.desk.signing_in import begin
from shared.adapters.mongodb_store import open_mongodb_store
from shared.adapters.sqlite_store import open_sqlite_store
from shared.department import Department, load_department
from shared.domain.account import Account, Mandate
from shared.domain.keys import Keys
from shared.ports.store import Store
from tests.bench import cpu
from tests.bench.cpu import Trees
from tests.bench.desk_cases import (
    COMMON_WORD,
    NOW,
    RARE_WORD,
    Stock,
    fill,
    first_reference,
    keep_messages,
)
from tests.bench.desk_figures import LISTS, OVERVIEW, Counted, count_first
from tests.bench.figures import Bar, percentile
from tests.bench.phases import NotWorking
from tests.bench.shapes import Shape, folder, servers_of
from tests.conftest import ROOT

#: Requests of each kind that are measured, after some that are not.
TIMES, WARM_UP = 60, 5
MILLISECONDS = Bar(most=100.0)
KILOBYTES = Bar(most=60.0)
#: Pages that are turned to reach the one that is measured.
TURNED = 9
STORES: dict[Shape, str] = {"embedded": "SQLite", "full": "MongoDB"}

Say = Callable[[str], object]
#: Browsers by whose they are.
Clients = dict[str, httpx.AsyncClient]


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of request, and what it gave: milliseconds each, bytes, and processor time.

    `spent` is of the program and its store together, in milliseconds a request; `others` is the
    share of the cores that everybody else took meanwhile.
    """

    name: str
    times: Sequence[float]
    sizes: Sequence[int]
    spent: float
    others: float

    @property
    def half(self) -> float:
        return percentile(self.times, 0.5)

    @property
    def most(self) -> float:
        return percentile(self.times, 0.95)

    @property
    def kilobytes(self) -> float:
        return max(self.sizes) / 1000

    @property
    def verdict(self) -> str:
        met = MILLISECONDS.is_met(self.most) and KILOBYTES.is_met(self.kilobytes)
        return "met" if met else "not met"


@dataclass(frozen=True, slots=True)
class Looked:
    """What the desk gave with one store; `kept` is how many complaints a second it took in."""

    store: str
    kept: float
    counted: Counted
    asked: Sequence[Asked]


class StoppedClock:
    """The day on which the complaints were made."""

    def now(self) -> datetime:
        return NOW


async def desk(cases: int, shapes: Sequence[Shape], say: Say) -> dict[Shape, Looked]:
    """Return what the desk does with the store of each shape."""
    found: dict[Shape, Looked] = {}
    for shape in shapes:
        async with store_of(shape) as (store, trees):
            found[shape] = await _measured(store, trees, STORES[shape], cases, say)
    return found


@asynccontextmanager
async def store_of(shape: Shape) -> AsyncIterator[tuple[Store, Trees]]:
    """Open an empty store of a shape, and close it afterwards; its processes come with it."""
    with folder() as home, servers_of(shape, home, broker=False) as servers:
        if servers:
            store: Store = await open_mongodb_store(servers["mongod"].url, database="recours")
        else:
            store = await open_sqlite_store(home / "recours.db")
        try:
            pids = {name: server.pids for name, server in servers.items()}
            yield store, {"desk": [os.getpid()], **pids}
        finally:
            await store.close()


async def _measured(store: Store, trees: Trees, name: str, cases: int, say: Say) -> Looked:
    department = load_department(ROOT / "deploy" / "department")
    stock = Stock(cases, tuple(department.units))
    say(f"{cases} complaints into {name}")
    began = time.perf_counter()
    await fill(store, stock)
    kept = cases / (time.perf_counter() - began)
    await keep_messages(store, stock)
    whose = await _clients(store, department, stock)
    say(f"{name}: figures, for the first time")
    counted = await count_first(whose["office"], whose["unit"], trees)
    asked = await asked_all(whose, trees, stock, lambda text: say(f"{name}: {text}"))
    for client in whose.values():
        await client.aclose()
    return Looked(name, kept, counted, asked)


async def _clients(store: Store, department: Department, stock: Stock) -> Clients:
    """Return an agent of the largest unit and the complaints office, signed in at a new desk."""
    app = build_app(
        store=store,
        clock=StoppedClock(),
        keys=Keys([b"a secret of the benchmark, 32 byte"]),
        department=department,
        desk_url="http://bureau.example",
    )
    agent = Mandate(role="agent", unit_id=stock.units[0])
    return {
        "unit": await _signed_in(store, app, "agent", agent),
        "office": await _signed_in(store, app, "office", Mandate(role="complaints_office")),
    }


async def asked_all(whose: Clients, trees: Trees, stock: Stock, say: Say) -> list[Asked]:
    """Ask for every kind of page."""
    found: list[Asked] = []
    for who, client in whose.items():
        paths = {name: LISTS + path for name, path in _LISTED.items()}
        paths["page 10"] = await _turned(client)
        for name, path in paths.items():
            say(f"{who}, {name}")
            found.append(await _ask(client, f"{who}: {name}", path, trees))
    case = PATHS["fr"].case(first_reference(stock))
    found.append(await _ask(whose["unit"], "unit: a case", case, trees))
    found.append(await _ask(whose["office"], "office: figures", OVERVIEW, trees))
    return found


#: The lists that are asked for, by how the report calls them.
_LISTED = {
    "first page": "",
    "late": "?choix=late",
    "taken by nobody": "?choix=new",
    "by day of receipt": "?tri=received",
    "by last activity": "?tri=activity",
    "closed": "?choix=closed",
    "with a flag": "?signe=sensitive",
    "search, a common word": f"?q={COMMON_WORD}",
    "search, a common word, late": f"?q={COMMON_WORD}&choix=late",
    "search, a common word, by receipt": f"?q={COMMON_WORD}&tri=received",
    "search, a rare word": f"?q={RARE_WORD}",
    "search, a common and a rare word": f"?q={COMMON_WORD}+{RARE_WORD}",
    "search, the beginning of a word": f"?q={COMMON_WORD[:5]}",
    "search, nothing found": "?q=introuvable",
}


async def _signed_in(store: Store, app: FastAPI, name: str, mandate: Mandate) -> httpx.AsyncClient:
    account = await store.accounts.save(
        Account(id=name, name=name, full_name=name.title(), mandates=(mandate,))
    )
    signed_in = await begin(store, account, NOW, how="password")
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://bureau.example",
        cookies={"recours": signed_in.secret},
    )


async def _turned(client: httpx.AsyncClient) -> str:
    """Return the address of the tenth page, or of the last one, as links lead there."""
    path = LISTS
    for _ in range(TURNED):
        page = (await client.get(path)).text
        link = re.search(r'<a class="btn" href="([^"]+)" rel="next">', page)
        if link is None:
            break
        path = html.unescape(link[1])
    return path


async def _ask(client: httpx.AsyncClient, name: str, path: str, trees: Trees) -> Asked:
    waits: list[float] = []
    sizes: list[int] = []
    for _ in range(WARM_UP):
        await client.get(path)
    before = cpu.now(trees)
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = await client.get(path)
        waits.append((time.perf_counter() - began) * 1000)
        sizes.append(len(answer.content))
        if answer.status_code != 200:
            raise NotWorking(f"{name}: {answer.status_code} for {path}")
    spent = cpu.between(before, cpu.now(trees))
    return Asked(name, waits, sizes, sum(spent.trees.values()) / TIMES * 1000, spent.others)
