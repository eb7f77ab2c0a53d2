"""Everybody of the department in one process: intake, a person who acts, the notifier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from services.desk.acting import Acted, Actor, Ending, answer, ask, close, extend, resume
from services.desk.carrying_out import act_in, give
from services.notifier.telling import tell_case
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.assignment import Held
from shared.domain.case import Case
from shared.domain.keys import Keys
from shared.domain.notice import Notice
from shared.events import CaseActed, CaseAssigned, CaseConsulted, CaseHeld, decode
from shared.ports.query import Equal, Query
from tests.checked_mail import checked
from tests.conftest import ToldClock
from tests.shipped import department, renderer
from tests.taking_in import Intake, mail

HERE, RENDERER = department(), renderer()
PUBLIC = "https://plaintes.example"
UNIT = "DR-13"


@dataclass
class Office:
    """A store, and who works with it."""

    store: SqliteStore
    clock: ToldClock
    keys: Keys

    @property
    def intake(self) -> Intake:
        return Intake(self.store, self.clock, self.keys, HERE.addresses)

    @property
    def actor(self) -> Actor:
        return Actor(by="Mélanie Essai", at=self.clock.now(), department=HERE)

    async def receive(self, text: str, **more: str) -> Case:
        """Take a complaint in and give it to a unit, as a person does with a held one."""
        await self.intake.take(mail(text=text, **more))
        (case,) = [one for one in await self.intake.cases() if one.state == "opened"]
        held = case.changed(state="held", held=Held(reason="no_place", at=self.clock.now()))
        case = await self.store.cases.save(held)
        unit = HERE.units[UNIT]
        why = {"by": "Lise Essai", "because": "appel"}
        await give(case, unit, self.store, HERE, at=self.clock.now(), **why)
        await self.tell()
        return await self.case(case.id)

    async def case(self, case_id: str) -> Case:
        case = await self.store.cases.get(case_id)
        assert case is not None
        return case

    async def tell(self) -> None:
        """Hand every event that was ever saved to the notifier: each but the last comes again."""
        rows = self.store.file.read("SELECT body FROM queue ORDER BY seq")
        for event in (decode(row[0]) for row in rows):
            if isinstance(event, CaseAssigned | CaseHeld | CaseActed | CaseConsulted):
                await tell_case(
                    event, store=self.store, clock=self.clock, department=HERE, keys=self.keys,
                    renderer=RENDERER, public_url=PUBLIC, desk_url="https://bureau.example",
                )  # fmt: skip

    async def mails(self, case: Case, role: str = "complainant") -> dict[str, tuple[Notice, str]]:
        """Return each notice of a case with its text, after both parsers had a look at it."""
        found = await self.store.notices.find(Query(Equal("case_id", case.id), sort="created_at"))
        return {
            one.kind: (one, checked(await self.store.notices.raw(one.id) or b"", one))
            for one in found
            if one.role == role
        }


def local_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


async def act(office: Office, case: Case, on: date, decide: partial[Acted]) -> Case:
    office.clock.moment = local_noon(on)
    case = await act_in(
        office.store, await office.case(case.id), office.actor, decide=lambda c, a: decide(c, a)
    )
    await office.tell()
    return case


async def asked_and_resumed(office: Office) -> Case:
    """A complaint received before the holidays whose clock stood over them."""
    office.clock.moment = local_noon(date(2026, 12, 16))
    case = await office.receive("J’attends une réponse depuis six semaines, à Laval.")
    case = await act(office, case, date(2026, 12, 18), partial(ask, text="La lettre, svp."))
    office.clock.moment = local_noon(date(2026, 12, 29))
    return await office.store.cases.save(resume(await office.case(case.id), office.actor))


async def answered_and_closed(office: Office) -> Case:
    case = await asked_and_resumed(office)
    until = date(2027, 2, 9)
    more_time = partial(extend, text="Un relevé manque.", until=until)
    case = await act(office, case, date(2027, 1, 25), more_time)
    case = await act(office, case, date(2027, 2, 8), partial(answer, text="Un.\n\nDeux."))
    ending = Ending(outcome="partly", motive="delays", known=(("decision", date(2026, 12, 3)),))
    return await act(office, case, until, partial(close, text="Nos excuses.", ending=ending))
