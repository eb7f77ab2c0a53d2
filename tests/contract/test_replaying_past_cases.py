"""New rules over the cases of a store: shown for all of them, applied to those that may move."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from services.commands.replaying_rules import Replay, applied, prepared_replay, replayed
from services.desk.carrying_out import give
from services.router.assigning import assign_case
from shared.adapters.system_clock import SystemClock
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.reading import DocumentText, Message, Reading
from shared.domain.reference import reference_for
from shared.errors import Refused
from shared.events import CaseOpened
from shared.ports.query import Query
from shared.runtime.settings import Settings
from tests.contract.conftest import Stores
from tests.unit.router.conftest import FOLDER

START = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
TEXTS = ("J’habite à Laval.", "J’habite à Gatineau.", "Personne ne répond.", "J0J 1A0")


@pytest.fixture
def out() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    """Laval goes to Longueuil, and the postal area J0J gets a unit of its own."""
    rules = (FOLDER / "rules.csv").read_text(encoding="utf-8")
    assert "R-13,region,13,DR-13,,," in rules
    rules = rules.replace("R-13,region,13,DR-13,,,", "R-13,region,13,MO-LON,,,")
    new = tmp_path / "new.csv"
    new.write_text(f"{rules.rstrip()}\nR-J0J,fsa,J0J,DR-05,,,invented\n", encoding="utf-8")
    return prepared_replay(new, Settings(department=FOLDER))


async def fill(stores: Stores, replay: Replay, number: int) -> None:
    """Keep cases as the rules in force decide them, several at one moment."""
    for count in range(number):
        case_id = derived_id("case", str(count))
        at = START + timedelta(hours=count // 3)
        message = Message(
            id=derived_id("message", case_id),
            envelope_id=derived_id("envelope", case_id),
            case_id=case_id,
            at=at,
            channel="mail",
            reading=Reading(own_text=TEXTS[count % 4], text=TEXTS[count % 4]),
        )
        await stores.store.messages.add(message)
        case = Case(
            id=case_id,
            reference=reference_for(case_id, 2026),
            opened_at=at,
            received_at=at,
            channel="mail",
            complainant=Complainant(),
            first_message_id=message.id,
        )
        await stores.store.cases.add(case)
        await assign_case(
            CaseOpened(id=derived_id("e", case_id), at=at, case_id=case_id),
            store=stores.store,
            clock=SystemClock(),
            department=replay.in_force,
            gazetteer=replay.gazetteer,
        )


async def units(stores: Stores) -> list[str]:
    cases = await stores.store.cases.find(Query(sort="opened_at", limit=1000))
    return sorted(case.unit_id or "held" for case in cases)


async def test_a_replay_pages_through_all_cases_and_changes_nothing(
    stores: Stores, replay: Replay, out: Console, tmp_path: Path
) -> None:
    await fill(stores, replay, 24)
    before = await units(stores)
    file = tmp_path / "out.csv"
    tally = await replayed(replay, stores.store, out, since=None, csv_file=file, page=5)
    assert tally.ways == {
        ("moves", "DR-13", "MO-LON"): 6,
        ("freed", "held", "DR-05"): 6,
    }
    assert (tally.seen, tally.kinds["stays"]) == (24, 12)
    assert await units(stores) == before
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 12
    assert {(row["from"], row["to"], row["rule"]) for row in rows} == {
        ("DR-13", "MO-LON", "R-13"),
        ("held", "DR-05", "R-J0J"),
    }


async def test_a_replay_since_a_day_leaves_older_cases_out(
    stores: Stores, replay: Replay, out: Console
) -> None:
    await fill(stores, replay, 12)
    since = START + timedelta(hours=2)
    tally = await replayed(replay, stores.store, out, since=since, csv_file=None)
    assert tally.seen == 6


async def test_applied_rules_move_cases_with_who_and_why_and_tell_their_units(
    stores: Stores, replay: Replay, out: Console
) -> None:
    await fill(stores, replay, 8)
    told = len(await stores.emitted())
    tally = await replayed(replay, stores.store, out, since=None, csv_file=None)
    assert await applied(replay, tally, stores.store, out, by="Lise Essai") == 4
    assert await units(stores) == [
        *["DR-05"] * 2, *["DR-07"] * 2, *["MO-LON"] * 2, *["held"] * 2,
    ]  # fmt: skip
    events = (await stores.emitted())[told:]
    assert [event.type for event in events] == ["case.assigned"] * 4
    moved = [case for case in await stores.store.cases.find(Query()) if case.moves]
    assert {(case.moves[0].by, case.moves[0].how) for case in moved} == {("Lise Essai", "rules")}
    assert all("new.csv" in case.moves[0].because for case in moved)
    assert {case.assignment.rules_version for case in moved if case.assignment} == {
        replay.new.version
    }
    again = await replayed(replay, stores.store, out, since=None, csv_file=None)
    assert (again.kinds["stays"], again.applicable) == (8, [])


async def test_a_case_that_somebody_gave_to_its_unit_is_listed_apart_and_never_moved(
    stores: Stores, replay: Replay, out: Console
) -> None:
    await fill(stores, replay, 4)
    cases = await stores.store.cases.find(Query())
    (laval,) = [case for case in cases if case.unit_id == "DR-13"]
    unit = replay.in_force.units["DR-07"]
    await give(
        laval, unit, stores.store, replay.in_force, by="Lise", because="déménagée", at=replay.at
    )
    with pytest.raises(Refused, match="at the same moment"):
        await give(laval, unit, stores.store, replay.in_force, by="x", because="y", at=replay.at)
    tally = await replayed(replay, stores.store, out, since=None, csv_file=None)
    assert tally.ways["by_person", "DR-07", "MO-LON"] == 1
    assert laval.id not in [case_id for case_id, _, _ in tally.applicable]


async def test_a_case_that_changed_after_the_replay_is_left_as_it_is(
    stores: Stores, replay: Replay, out: Console
) -> None:
    await fill(stores, replay, 4)
    tally = await replayed(replay, stores.store, out, since=None, csv_file=None)
    (laval,) = [case for case in await stores.store.cases.find(Query()) if case.unit_id == "DR-13"]
    await stores.store.cases.save(laval.changed(subject="autre"))
    assert await applied(replay, tally, stores.store, out, by="Lise") == 1
    unchanged = await stores.store.cases.get(laval.id)
    assert unchanged is not None
    assert (unchanged.unit_id, unchanged.moves) == ("DR-13", ())


async def test_a_message_added_later_may_have_led_a_case_to_its_unit(
    stores: Stores, replay: Replay, out: Console
) -> None:
    await fill(stores, replay, 4)
    held = [case for case in await stores.store.cases.find(Query()) if case.unit_id is None]
    first = [await stores.store.messages.get(case.first_message_id) for case in held]
    (case,) = [
        case for case, one in zip(held, first, strict=True) if one and "répond" in one.reading.text
    ]
    letter = DocumentText(
        part="2", name="a.pdf", type="application/pdf", state="read", text="J’habite à Gatineau."
    )
    message = Message(
        id=derived_id("later", case.id), envelope_id="e", case_id=case.id,
        at=START + timedelta(days=1), channel="mail", reading=Reading(), documents=(letter,),
    )  # fmt: skip
    await stores.store.messages.add(message)
    led = Assignment(unit_id="DR-07", rule_id="R-07", at=START)
    await stores.store.cases.save(case.changed(state="assigned", assignment=led, held=None))
    same = replace(replay, new=replay.in_force)
    tally = await replayed(same, stores.store, out, since=None, csv_file=None)
    assert tally.kinds["stays"] == 4
