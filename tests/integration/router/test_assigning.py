"""A case that is opened gets its unit or is held, once, with its days and one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from services.router.assigning import assign_case
from services.router.locating.gazetteer import Gazetteer
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Department
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.reading import Flag, Message, Reading
from shared.domain.reference import reference_for
from shared.errors import Poison
from shared.events import CaseOpened, Event, caused_by
from shared.ports.query import Query
from tests.conftest import ToldClock
from tests.unit.router.conftest import NOW

EVENT = CaseOpened(
    id="5b1f0c0e-0000-5000-8000-0000000000aa",
    at=NOW,
    case_id="5b1f0c0e-0000-5000-8000-000000000001",
)


class Watched:
    """A store that remembers what was emitted, and may let someone else save first."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.messages = store.messages
        self.emitted: list[Event] = []
        self.saved_by_another: Case | None = None

    @property
    def cases(self) -> Watched:
        return self

    async def get(self, case_id: str) -> Case | None:
        return await self.store.cases.get(case_id)

    async def find(self, query: Query) -> list[Case]:
        return await self.store.cases.find(query)

    async def save(self, case: Case, *, emit: list[Event]) -> Case:
        if self.saved_by_another is not None:
            await self.store.cases.save(self.saved_by_another)
            self.saved_by_another = None
        saved = await self.store.cases.save(case, emit=emit)
        self.emitted += emit
        return saved


async def assign(
    watched: Watched, clock: ToldClock, department: Department, gazetteer: Gazetteer
) -> Case:
    await assign_case(
        EVENT,
        store=watched,  # type: ignore[arg-type] # it has what assigning uses
        clock=clock,
        department=department,
        gazetteer=gazetteer,
    )
    case = await watched.store.cases.get(EVENT.case_id)
    assert case is not None
    return case


async def keep(store: SqliteStore, case: Case, text: str = "", subject: str = "") -> None:
    message = Message(
        id="5b1f0c0e-0000-5000-8000-0000000000bb",
        envelope_id="5b1f0c0e-0000-5000-8000-0000000000cc",
        case_id=case.id,
        at=NOW,
        channel="mail",
        reading=Reading(own_text=text, text=text, subject=subject),
    )
    await store.messages.add(message)
    await store.cases.add(case.changed(first_message_id=message.id, subject=subject))


async def test_a_case_with_a_place_is_assigned_with_its_days(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    await keep(store, a_case(), "J’habite à Laval, H7N 1A1")
    watched = Watched(store)
    case = await assign(watched, clock, department, gazetteer)
    assert (case.state, case.unit_id, case.held) == ("assigned", "DR-13", None)
    assert (case.contact_due_on, case.due_on) == (date(2026, 11, 24), date(2026, 12, 18))
    assert case.policy_version == department.policy_version
    assert [(event.type, event.at) for event in watched.emitted] == [("case.assigned", NOW)]


async def test_a_case_without_a_place_is_held_and_has_its_days_too(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    await keep(store, a_case(), "Personne ne me répond.")
    watched = Watched(store)
    case = await assign(watched, clock, department, gazetteer)
    assert (case.state, case.assignment) == ("held", None)
    assert case.held is not None
    assert case.held.reason == "no_place"
    assert case.due_on == date(2026, 12, 18)
    assert [event.type for event in watched.emitted] == ["case.held"]


async def test_subject_and_postal_address_are_read_and_quoted_history_is_not(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    person = Complainant(postal_address="12, rue X\nGatineau (Québec) J8X 2A1")
    await keep(store, a_case(complainant=person), "rien", subject="mon dossier à Gatineau")
    case = await assign(Watched(store), clock, department, gazetteer)
    assert case.assignment is not None
    words = [clue.words for clue in case.assignment.evidence]
    assert words == ["Gatineau", "J8X 2A1"]


async def test_a_redelivery_changes_nothing_and_says_nothing(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    await keep(store, a_case(), "à Laval")
    first = await assign(Watched(store), clock, department, gazetteer)
    clock.pass_by(days=3)
    again = Watched(store)
    assert await assign(again, clock, department, gazetteer) == first
    assert again.emitted == []


async def test_the_number_of_a_case_that_the_text_quotes_is_looked_up(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    number = reference_for("7b1f0c0e-0000-5000-8000-000000000009", 2025)
    earlier = a_case(
        id="7b1f0c0e-0000-5000-8000-000000000009",
        reference=number,
        state="assigned",
        assignment=Assignment(unit_id="DR-07", rule_id="R-07", at=NOW),
        participants=("julie@courriel.example",),
    )
    await store.cases.add(earlier)
    person = Complainant(address="julie@courriel.example")
    await keep(store, a_case(complainant=person), f"J’ai déjà écrit, plainte {number.lower()}.")
    case = await assign(Watched(store), clock, department, gazetteer)
    assert case.assignment is not None
    assert (case.unit_id, case.assignment.rule_id) == ("DR-07", "case_reference")


async def test_a_possible_disclosure_is_held_and_tells_no_unit(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    flag = Flag(name="possible_disclosure", words="pot-de-vin", start=0, end=10)
    await keep(store, a_case(flags=(flag,)), "Un pot-de-vin au bureau de Longueuil.")
    watched = Watched(store)
    case = await assign(watched, clock, department, gazetteer)
    assert case.held is not None
    assert (case.unit_id, case.held.reason) == (None, "possible_disclosure")
    assert [event.type for event in watched.emitted] == ["case.held"]


async def test_the_event_has_the_same_id_whenever_it_is_made(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    await keep(store, a_case(), "à Laval")
    watched = Watched(store)
    await assign(watched, clock, department, gazetteer)
    assert watched.emitted[0].id == caused_by(EVENT.id, "case.assigned")


@pytest.mark.parametrize(
    ("tray", "reason"),
    [("automatic", "automatic_mail"), ("spam", "spam"), ("unreadable", "unreadable")],
)
async def test_a_case_of_another_tray_is_held_whatever_it_says(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
    tray: str,
    reason: str,
) -> None:
    await keep(store, a_case(tray=tray), "à Laval")
    case = await assign(Watched(store), clock, department, gazetteer)
    assert case.held is not None
    assert (case.state, case.held.reason) == ("held", reason)


async def test_who_saved_first_is_not_overwritten(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    await keep(store, a_case(), "Bonjour")
    watched = Watched(store)
    loaded = await store.cases.get(EVENT.case_id)
    assert loaded is not None
    watched.saved_by_another = loaded.changed(office_chosen="CA-STG")
    case = await assign(watched, clock, department, gazetteer)
    assert (case.unit_id, case.office_chosen) == ("CA-STG", "CA-STG")
    assert len(watched.emitted) == 1


async def test_a_long_text_is_searched_up_to_its_limit_with_the_address_kept(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    person = Complainant(postal_address="Gatineau J8X 2A1")
    await keep(store, a_case(complainant=person), "mot " * 50_000 + "à Laval")
    case = await assign(Watched(store), clock, department, gazetteer)
    assert case.unit_id == "DR-07"


async def test_a_case_that_is_not_there_is_poison(
    store: SqliteStore, clock: ToldClock, department: Department, gazetteer: Gazetteer
) -> None:
    with pytest.raises(Poison, match="not in the store"):
        await assign(Watched(store), clock, department, gazetteer)


async def test_the_day_of_receipt_is_the_local_day(
    store: SqliteStore,
    clock: ToldClock,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    late = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # still Friday evening in Québec
    await keep(store, a_case(received_at=late), "à Laval")
    case = await assign(Watched(store), clock, department, gazetteer)
    assert case.contact_due_on == date(2026, 11, 24)
