"""Budgets are counted in the store: exact for one notifier, bounded for several at one moment."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, Sequence
from types import ModuleType

import pytest

from services.notifier import telling
from services.notifier.budgets import PER_ADDRESS_AND_DAY, PER_DOMAIN_AND_HOUR
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.domain.case import Case
from shared.domain.document import derived_id
from shared.domain.notice import Notice
from shared.events import CaseAssigned
from shared.ports.query import Equal, Query
from shared.ports.store import Store
from tests.conftest import ToldClock
from tests.contract.conftest import Stores
from tests.shipped import renderer

DEPARTMENT = sample_department()
HEAD = sample_head(DEPARTMENT)
RENDERER = renderer()
FLOOD = 60

Notifier = Callable[[Case], Awaitable[None]]


def another_process() -> ModuleType:
    """Return `telling` loaded once more: with nothing of its own under way, as in a process of its
    own."""
    spec = importlib.util.find_spec(telling.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def notifier(module: ModuleType, store: Store) -> Notifier:
    async def tell(case: Case) -> None:
        await module.tell_case(
            CaseAssigned(id=f"e {case.id}", at=RECEIVED, case_id=case.id),
            store=store, clock=ToldClock(RECEIVED), department=DEPARTMENT, keys=HEAD.keys,
            renderer=RENDERER, public_url=HEAD.public_url, desk_url=HEAD.desk_url,
        )  # fmt: skip

    return tell


def flood(count: int, *, one_address: bool) -> list[Case]:
    sample = sample_case("fr", DEPARTMENT)
    return [
        sample.changed(
            id=derived_id("case", "flood", str(number)),
            reference=f"{sample.reference}{number}",
            acknowledge_to="a@courriel.example" if one_address else f"a{number}@courriel.example",
        )
        for number in range(count)
    ]


async def let_through(
    stores: Stores, cases: Sequence[Case], notifiers: int
) -> tuple[int, list[Notifier]]:
    """Tell all cases at once, by so many notifiers in turn; return how many were acknowledged."""
    for case in cases:
        await stores.store.cases.add(case)
    modules = [telling, *(another_process() for _ in range(notifiers - 1))]
    others = [stores.store, *[await stores.again() for _ in range(notifiers - 1)]]
    told = [notifier(module, store) for module, store in zip(modules, others, strict=True)]
    work = (told[number % notifiers](case) for number, case in enumerate(cases))
    await asyncio.gather(*work)
    return len(await acknowledged(stores.store)), told


async def acknowledged(store: Store) -> list[Notice]:
    where = Equal("state", "created")
    found = await store.notices.find(Query(where, limit=1000))
    return [one for one in found if one.kind == "acknowledgement"]


async def test_one_notifier_lets_exactly_the_budget_through(stores: Stores) -> None:
    through, _ = await let_through(stores, flood(FLOOD, one_address=True), 1)
    assert through == PER_ADDRESS_AND_DAY


@pytest.mark.parametrize("notifiers", [2, 3])
async def test_several_at_one_moment_let_through_the_budget_once_each_at_most(
    stores: Stores, notifiers: int
) -> None:
    through, told = await let_through(stores, flood(FLOOD, one_address=True), notifiers)
    assert PER_ADDRESS_AND_DAY <= through <= notifiers * PER_ADDRESS_AND_DAY
    (late,) = flood(FLOOD + 1, one_address=True)[FLOOD:]
    await stores.store.cases.add(late)
    for tell in told:
        await tell(late)
    assert len(await acknowledged(stores.store)) == through  # once saved, everybody counts it


async def test_a_domain_s_budget_is_bounded_in_the_same_way(stores: Stores) -> None:
    cases = flood(2 * PER_DOMAIN_AND_HOUR + 20, one_address=False)
    through, _ = await let_through(stores, cases, 2)
    assert PER_DOMAIN_AND_HOUR <= through <= 2 * PER_DOMAIN_AND_HOUR
