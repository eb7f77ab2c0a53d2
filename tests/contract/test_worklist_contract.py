"""The desk's lists, the same in every store: each case once, whatever the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.desk.rights import Rights
from services.desk.worklist import ORDERS, PICKS, Order, Pick, Wanted, Worklist, place_after
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.delays import Pause
from shared.domain.reading import Flag
from shared.ports.store import Store
from tests.contract.documents import START, case, minutes
from tests.pages_samples import department

TODAY = START.date()
OFFICE = Rights(frozenset({"read"}), frozenset(), frozenset(), everywhere=True)
UNIT = Rights(frozenset({"read"}), frozenset({"DR-01"}), frozenset(), everywhere=False)
UNITS = replace(UNIT, units=frozenset({"DR-01", "DR-02"}))


def lists(rights: Rights) -> Worklist:
    return Worklist(rights, "me", department().calendar, TODAY)


def _case(number: int) -> Case:
    """Return one of many cases: every third closed, many alike in what they are sorted by."""
    pause = Pause(began_at=START, reason="un document", by="x")
    return case(
        f"c{number:02}",
        reference=f"26-{number}",
        opened_at=minutes(number // 4),
        state="closed" if number % 3 == 0 else "assigned",
        assignment=Assignment(unit_id=f"DR-0{number % 3 % 2 + 1}", rule_id="r", at=START),
        due_on=TODAY + timedelta(days=number % 5 - 1) if number % 7 else None,
        acted_at=minutes(number // 3) if number % 2 else None,
        taken_by=(None, "me", "other")[number % 4 % 3],
        pauses=(pause,) if number % 5 == 0 else (),
        flags=(Flag(name="sensitive", words="x", start=0, end=1),) if number % 3 else (),
        concerned_units=("DR-01",) if number % 8 == 0 else (),
    )


CASES = [_case(number) for number in range(40)]


@pytest.fixture
async def filled(store: Store) -> Store:
    for one in CASES:
        words = ("versement",) if int(one.id[1:]) % 2 else ()
        await store.cases.add(one, words=words)
    return store


def _belongs(one: Case, pick: Pick, rights: Rights) -> bool:
    if not rights.everywhere and one.unit_id not in rights.units:
        return False
    day = date.fromisoformat(one.to_answer_by) if one.to_answer_by else None
    soon = date.fromordinal(TODAY.toordinal()) if day is None else day
    until = department().calendar.after(TODAY, 4)
    return {
        "all": day is not None,
        "new": day is not None and one.taken_by is None,
        "mine": day is not None and one.taken_by == "me",
        "late": day is not None and soon < TODAY and not one.waits,
        "soon": day is not None and TODAY <= soon < until and not one.waits,
        "waiting": day is not None and bool(one.waits),
        "closed": day is None,
    }[pick]


@pytest.mark.parametrize("rights", [OFFICE, UNIT, UNITS], ids=["office", "unit", "units"])
async def test_the_pages_of_a_list_hold_each_of_its_cases_once(
    filled: Store, rights: Rights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.desk.worklist.PAGE", 2)
    here = lists(rights)
    for pick in PICKS:
        expected = {one.id for one in CASES if _belongs(one, pick, rights)}
        assert await filled.cases.count(here.counted(Wanted(), pick)) == len(expected)
        for sort in ORDERS:
            found = await _pages(filled, here, Wanted(pick=pick, order=sort))
            assert {one.id for one in found} == expected
            assert len(found) == len(expected), (pick, sort)
            assert found == _sorted(found, pick, sort)


async def _pages(store: Store, here: Worklist, wanted: Wanted) -> list[Case]:
    """Turn the pages of a list as its links do."""
    found: list[Case] = []
    while True:
        query = here.query(wanted)
        page = await store.cases.find(query)
        found += page[:2]
        if len(page) <= 2:
            return found
        wanted = replace(wanted, after=place_after(page[1], query))


def _sorted(cases: list[Case], pick: Pick, sort: Order) -> list[Case]:
    """Return cases as a list shows them; who was never acted on comes last."""
    if sort == "due" and pick != "closed":
        return sorted(cases, key=lambda one: (one.to_answer_by or "", one.id))
    backwards = pick == "closed" or sort == "activity"
    name = "acted_at" if sort == "activity" else "opened_at"

    def place(one: Case) -> tuple[float, str]:
        moment = getattr(one, name)
        return (moment.timestamp() if moment else 0.0, one.id)

    return sorted(cases, key=place, reverse=backwards)


async def test_a_list_is_narrowed_by_unit_flag_word_and_who_has_taken_it(filled: Store) -> None:
    wanted = Wanted(unit="DR-02", flag="sensitive", taken="nobody", text="versement")
    found = await _pages(filled, lists(OFFICE), wanted)
    assert {one.id for one in found} == {
        one.id
        for one in CASES
        if one.unit_id == "DR-02" and one.flags and one.taken_by is None and int(one.id[1:]) % 2
    }
    assert found
    hidden = lists(UNIT).of_tab(Wanted(flag="possible_disclosure"))
    assert await filled.cases.count(hidden) == 0


async def test_what_concerns_a_unit_is_on_its_other_tab(filled: Store) -> None:
    found = await _pages(filled, lists(UNIT), Wanted(tab="concerning"))
    assert {one.id for one in found} == {
        one.id for one in CASES if one.concerned_units and one.state != "closed"
    }


@pytest.mark.parametrize("rights", [OFFICE, UNIT, UNITS])
def test_a_tab_and_its_first_list_are_one_question(rights: Rights) -> None:
    """So that a page counts them once; narrowed, the list is another."""
    found = lists(rights)
    assert found.where(Wanted(tab="addressed")) == found.counted(Wanted(), "all")
    assert found.where(Wanted()) != found.counted(Wanted(unit="DR-01"), "all")
