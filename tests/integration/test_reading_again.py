"""What could not be read is read again after a fix, and goes its way with its reference."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from services.intake.opening import Understand, open_envelope
from services.intake.reading import failed
from services.intake.rereading import read_again
from services.intake.understood import Ours, Understood
from services.router.assigning import assign_case
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.case import Case
from shared.domain.envelope import Envelope
from shared.domain.keys import Keys
from shared.domain.reading import Reading
from shared.errors import Refused
from shared.events import CaseOpened, EnvelopeReceived, decode
from tests import shipped
from tests.conftest import ROOT, ToldClock
from tests.taking_in import GINETTE, Intake, mail, understand_here

FOLDER = ROOT / "deploy" / "department"
TEXT = "J'attends depuis six semaines à Laval, au H7N 1A1."


async def give_up(raw: bytes, envelope: Envelope, *, ours: Ours) -> Understood:
    return Understood(failed(raw, "reader_died"))


@dataclass
class BrokenIntake(Intake):
    """An intake whose reader dies of every message."""

    async def open(self, event: EnvelopeReceived) -> Envelope:
        await open_envelope(
            event,
            store=self.store,
            clock=self.clock,
            keys=self.keys,
            ours=Ours(self.addresses),
            understand=give_up,
        )
        envelope = await self.store.envelopes.get(event.envelope_id)
        assert envelope is not None
        return envelope

    async def route(self, case: Case, event: CaseOpened) -> Case:
        await assign_case(
            event,
            store=self.store,
            clock=self.clock,
            department=shipped.department(),
            gazetteer=shipped.gazetteer(),
        )
        found = await self.store.cases.get(case.id)
        assert found is not None
        return found

    def opened_events(self) -> list[CaseOpened]:
        rows = self.store.file.read("SELECT body FROM queue ORDER BY seq")
        return [one for row in rows if isinstance(one := decode(row[0]), CaseOpened)]


@pytest.fixture
def intake(store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses) -> BrokenIntake:
    return BrokenIntake(store, clock, keys, addresses)


async def again(intake: Intake, case: Case, understand: Understand = understand_here) -> Reading:
    return await read_again(
        case,
        store=intake.store,
        ours=Ours(intake.addresses),
        understand=understand,
    )


async def test_a_case_that_can_be_read_now_goes_to_its_unit(intake: BrokenIntake) -> None:
    await intake.take(mail(text=TEXT))
    case = await intake.route(await intake.the_case(), intake.opened_events()[0])
    assert (case.tray, case.state) == ("unreadable", "held")
    assert case.acknowledge_to == GINETTE
    assert (await again(intake, case)).state == "read"
    opened = await intake.the_case()
    assert (opened.state, opened.tray, opened.silent_because) == ("opened", "ordinary", ())
    assert (opened.reference, opened.received_at) == (case.reference, case.received_at)
    assert opened.summary == TEXT
    first, second = intake.opened_events()
    assert first.id != second.id
    routed = await intake.route(opened, second)
    assert routed.unit_id == "DR-13"
    message = await intake.store.messages.get(case.first_message_id)
    assert message is not None
    assert message.reading.text.strip() == TEXT


async def test_what_still_cannot_be_read_stays_as_it_is(intake: BrokenIntake) -> None:
    await intake.take(mail())
    case = await intake.the_case()
    assert (await again(intake, case, give_up)).failed_because == "reader_died"
    assert await intake.the_case() == case
    assert len(intake.opened_events()) == 1


async def test_a_case_that_was_read_is_not_read_again(intake: BrokenIntake) -> None:
    await intake.take(mail())
    await again(intake, await intake.the_case())
    with pytest.raises(Refused, match="Nothing was changed"):
        await again(intake, await intake.the_case())
