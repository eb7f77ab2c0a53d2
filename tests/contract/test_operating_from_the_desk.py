"""The pages of operations over every store and every bus: what a button does really happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.desk.operations.watch import sample
from shared.events import decode
from shared.ports.query import Equal, Query
from tests.contract.conftest import Buses, Stores
from tests.contract.inbox import Inbox
from tests.operating import (
    ASSIGNING,
    ENVELOPE_ID,
    FRENCH,
    MARKER,
    OPENING,
    System,
    bury,
    opened,
    park,
    settings_in,
)
from tests.waiting import until

LIST = f"{FRENCH}/dead"


#: The two shapes; a start refuses any other pair.
pytestmark = pytest.mark.parametrize(
    ("stores", "buses"), [("sqlite", "sqlite"), ("mongodb", "rabbitmq")], indirect=True
)


@pytest.fixture
def system(stores: Stores, buses: Buses, tmp_path: Path) -> System:
    return System(stores.store, buses.bus, settings_in(tmp_path))


async def test_a_dead_letter_put_back_from_the_page_is_handled_again(system: System) -> None:
    first, second = opened("first"), opened("second")
    await bury(system.bus, first, queue=ASSIGNING)
    letter = await bury(system.bus, second, queue=ASSIGNING)
    async with system.person("operations") as person:
        assert letter in (await person.get(LIST)).text
        page = await person.post(f"{LIST}/{ASSIGNING}/{letter}/requeue", because="règle corrigée")
        assert page.headers["location"] == f"{LIST}?fait=requeue"
        inbox = Inbox()
        await system.bus.consume(ASSIGNING, inbox, prefetch=1)
        await inbox.ack()
        assert inbox.seen == [(second, 1)]
        after = (await person.get(page.headers["location"])).text
    assert "La lettre est remise en file." in after
    assert "règle corrigée" in after
    assert f'<code class="small">{letter}</code> <span' in after  # in the list of what was done
    left = await system.bus.dead_letters(ASSIGNING)
    assert [decode(one.body.encode()) for one in left] == [first]
    (kept,) = await system.store.interventions.find(Query(Equal("about", letter)))
    assert (kept.deed, kept.result, kept.by) == ("dead_requeue", "done", "Hugo operations")
    assert (kept.queue, kept.event, kept.because) == (ASSIGNING, second.id, "règle corrigée")


async def test_a_dead_letter_discarded_from_the_page_is_gone_and_no_other(system: System) -> None:
    letter = await bury(system.bus, opened("first"), queue=ASSIGNING)
    other = await bury(system.bus, opened("second"), queue=ASSIGNING)
    async with system.person("operations") as person:
        path = f"{LIST}/{ASSIGNING}/{letter}/discard"
        assert (await person.post(path, because="fait à la main")).status_code == 303
        assert (await person.get(f"{LIST}/{ASSIGNING}/{letter}")).status_code == 404
        assert (await person.get(f"{LIST}/{ASSIGNING}/{other}")).status_code == 200
    assert [one.id for one in await system.bus.dead_letters(ASSIGNING)] == [other]
    (kept,) = await system.store.interventions.find(Query())
    assert (kept.deed, kept.result) == ("dead_discard", "done")


async def test_a_parked_mail_read_again_from_the_page_is_on_its_queue(system: System) -> None:
    await park(system)
    async with system.person("operations") as person:
        page = await person.get(f"{FRENCH}/parked")
        assert ENVELOPE_ID in page.text
        assert MARKER not in page.text
        path = f"{FRENCH}/parked/{ENVELOPE_ID}/again"
        assert (await person.post(path, because="lecteur corrigé")).status_code == 303
    inbox = Inbox()
    await system.bus.consume(OPENING, inbox, prefetch=1)
    await inbox.ack()
    ((event, attempt),) = inbox.seen
    assert (getattr(event, "envelope_id", ""), attempt) == (ENVELOPE_ID, 1)
    assert await system.bus.dead_letters(OPENING) == []


async def test_the_figures_are_those_of_store_and_bus(system: System) -> None:
    await park(system)
    await bury(system.bus, opened(), queue=ASSIGNING)
    async with system.person("operations") as person:
        await until(lambda: _dead(system, 2))
        page = (await person.get(FRENCH)).text
        await sample(system.bus, system.clock, system.watch)
        assert (await person.get(FRENCH)).status_code == 200
    assert "lettres mortes attendent une décision" in page
    assert MARKER not in page
    assert system.watch.samples


async def _dead(system: System, count: int) -> bool:
    return sum(depth.dead for depth in await system.bus.depths()) == count
