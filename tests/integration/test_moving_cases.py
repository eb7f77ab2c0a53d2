"""`recours assign`, `recours cases --state held` and `recours rules replay` at a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.domain.assignment import Assignment, Candidate, Held
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.place import Evidence
from shared.domain.reading import Flag, Message, Reading
from shared.domain.reference import reference_for
from tests.commands import Said, recours
from tests.conftest import ROOT

OPENED = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
CLUE = Evidence(kind="municipality", value="65005", words="Laval", regions=("13",))
RULES = ROOT / "deploy" / "department" / "rules.csv"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite_store(tmp_path / "recours.db")
    yield store
    await store.close()


async def say(store: SqliteStore, folder: Path, *arguments: str | Path) -> Said:
    env = {"RECOURS_STORE": f"sqlite:///{folder}/recours.db"}
    return await recours(*map(str, arguments), env=env)


async def keep(store: SqliteStore, name: str, text: str = "à Laval", **fields: object) -> Case:
    case_id = derived_id("case", name)
    message = Message(
        id=derived_id("message", case_id), envelope_id="e", case_id=case_id, at=OPENED,
        channel="mail", reading=Reading(own_text=text, text=text),
    )  # fmt: skip
    case = Case(
        id=case_id, reference=reference_for(case_id, 2026), opened_at=OPENED, received_at=OPENED,
        channel="mail", complainant=Complainant(), first_message_id=message.id,
    )  # fmt: skip
    await store.messages.add(message)
    await store.cases.add(case.changed(**fields))
    kept = await store.cases.get(case_id)
    assert kept is not None
    return kept


def held(**fields: object) -> Held:
    candidates = (Candidate(unit_id="DR-13", evidence=(CLUE,)), Candidate(unit_id="DR-16"))
    basis = {"reason": "several_units", "at": OPENED, "candidates": candidates}
    return Held.model_validate({**basis, **fields})


async def test_held_cases_are_listed_oldest_first_with_age_and_first_candidate(
    store: SqliteStore, tmp_path: Path
) -> None:
    young = await keep(store, "a", state="held", held=held(), opened_at=OPENED + timedelta(1))
    old = await keep(store, "b", state="held", held=held(candidates=()))
    said = await say(store, tmp_path, "cases", "--state", "held")
    rows = said.out.splitlines()[1:-1]
    assert [row.split()[0] for row in rows] == [old.reference, young.reference]
    assert "nobody" in rows[0]
    assert "DR-13 (Laval), 1 more" in rows[1]
    assert " d, late" in rows[1]


async def test_a_person_assigns_and_transfers_and_the_case_says_who_and_why(
    store: SqliteStore, tmp_path: Path
) -> None:
    case = await keep(store, "a", state="held", held=held())
    why = ("--by", "Lise Essai", "--because", "appel du 3 mai")
    said = await say(store, tmp_path, "assign", case.reference, "DR-13", *why)
    assert said.out.startswith(f"{case.reference}: held → DR-13")
    said = await say(store, tmp_path, "assign", case.reference, "DR-07", *why)
    assert said.out.startswith(f"{case.reference}: DR-13 → DR-07")
    shown = await say(store, tmp_path, "show", case.reference, "--language", "en")
    assert "chosen by Lise Essai: “appel du 3 mai”" in shown.out
    assert "held (several_units) → DR-13, by Lise Essai: appel du 3 mai" in shown.out
    assert "DR-13 → DR-07, by Lise Essai" in shown.out
    queue = store.file.read("SELECT queue FROM queue ORDER BY queue")
    assert [row[0] for row in queue] == ["notifier.telling"] * 2


async def test_an_assignment_that_may_not_be_changes_nothing(
    store: SqliteStore, tmp_path: Path
) -> None:
    flag = Flag(name="possible_disclosure", words="pot-de-vin", start=0, end=10)
    case = await keep(store, "a", state="held", held=held(), flags=(flag,))
    why = ("--by", "Lise", "--because", "x")
    for arguments, words in (
        (("DR-13", *why), "--not-a-disclosure"),
        (("MO-BOU", *why), "MO-LON"),
        (("DR-13", "--not-a-disclosure", "--by", " ", "--because", "x"), "who decides"),
    ):
        said = await say(store, tmp_path, "assign", case.reference, *arguments)
        assert said.status == 2
        assert words in said.err
    assert await store.cases.get(case.id) == case
    cleared = await say(
        store, tmp_path, "assign", case.reference, "DR-13", "--not-a-disclosure", *why
    )
    assert cleared.status == 0


async def test_a_replay_shows_and_draws_and_moves_only_when_somebody_says_so(
    store: SqliteStore, tmp_path: Path
) -> None:
    assigned = Assignment(unit_id="DR-13", rule_id="R-13", at=OPENED)
    case = await keep(store, "a", state="assigned", assignment=assigned)
    new, drawn, lines = tmp_path / "new.csv", tmp_path / "map.svg", tmp_path / "out.csv"
    rules = RULES.read_text(encoding="utf-8")
    new.write_text(rules.replace("R-13,region,13,DR-13", "R-13,region,13,MO-LON"), encoding="utf-8")
    command = ("rules", "replay", new, "--since", "2026-11-01", "--csv", lines, "--map", drawn)
    said = await say(store, tmp_path, *command)
    assert said.status == 0, said.err
    assert "DR-13  MO-LON  1      would move" in said.out
    assert said.out.splitlines()[-1] == "Nothing was changed."
    assert "Laval : 1" in drawn.read_text(encoding="utf-8")
    assert lines.read_text(encoding="utf-8").splitlines()[1] == (
        f"{case.reference},moves,DR-13,MO-LON,R-13,,"
    )
    refused = await say(store, tmp_path, *command, "--apply")
    assert refused.status == 2
    assert "--yes-i-am" in refused.err
    assert await store.cases.get(case.id) == case
    moved = await say(store, tmp_path, *command, "--apply", "--yes-i-am", "Lise Essai")
    assert "1 of 1 cases moved" in moved.out
    shown = await say(store, tmp_path, "show", case.reference)
    assert "DR-13 → MO-LON, with new rules, by Lise Essai: new rules new.csv" in shown.out


async def test_a_replay_of_broken_rules_is_refused_with_their_lines(
    store: SqliteStore, tmp_path: Path
) -> None:
    new = tmp_path / "new.csv"
    rules = RULES.read_text(encoding="utf-8").rstrip()
    new.write_text(f"{rules}\nR-X,region,13,DR-07,,,x\n", encoding="utf-8")
    said = await say(store, tmp_path, "rules", "replay", new)
    assert said.status == 2
    line = len(rules.splitlines()) + 1
    assert f"new.csv line {line}: rule R-X overlaps R-13" in said.err
