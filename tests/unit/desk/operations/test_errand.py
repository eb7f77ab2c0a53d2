"""Work beside the pages: once at a time, and its end is always known."""

from __future__ import annotations

import asyncio

import pytest

from services.desk.operations.charts import bars, spark
from services.desk.operations.errand import Errand
from shared.errors import Transient
from tests.conftest import ToldClock


async def test_who_asks_while_it_is_under_way_begins_nothing_more(clock: ToldClock) -> None:
    begun, gate = 0, asyncio.Event()

    async def work() -> int:
        nonlocal begun
        begun += 1
        await gate.wait()
        return begun

    errand = Errand[int]()
    for _ in range(3):
        errand.begin(work, clock)
    await errand.wait(0.01)
    assert errand.running
    gate.set()
    await errand.wait(5)
    assert (errand.result, errand.ended_at, begun) == (1, clock.now(), 1)


@pytest.mark.parametrize(
    ("fault", "word"),
    [(Transient("store_down", "zyxmarque"), "store_down"), (ValueError("zyxmarque"), "ValueError")],
)
async def test_a_failure_is_known_by_our_word_for_it(
    clock: ToldClock, fault: Exception, word: str
) -> None:
    async def work() -> int:
        raise fault

    errand = Errand[int]()
    errand.begin(work, clock)
    await errand.wait(5)
    assert (errand.failed, errand.result, errand.running) == (word, None, False)


async def test_it_is_given_up_with_the_process(clock: ToldClock) -> None:
    errand = Errand[None]()
    errand.begin(asyncio.Event().wait, clock)  # type: ignore[arg-type]
    await errand.stop()
    assert not errand.running


def test_drawings_are_paths_without_text() -> None:
    assert spark([]) == spark([3]) == ""
    assert spark([0, 2]) == "M0.0 23.0L116.0 1.0"
    assert spark([0, 0]) == "M0.0 23.0L116.0 23.0"
    assert bars([0, 0]) == ""
    assert bars([0, 2, 1]) == "M10 100v-100h8v100zM20 100v-50h8v50z"
