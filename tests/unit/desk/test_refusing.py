"""A unit says that a case is not its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.desk.acting import Actor, ask
from services.desk.refusing import refused
from services.router.handover import chosen_by_a_person, handed_over
from shared.domain.assignment import Alternative, Assignment
from shared.domain.case import Case
from shared.domain.clocks import clocks_of
from shared.domain.complainant import Complainant
from shared.domain.delays import running_pause
from shared.domain.document import derived_id
from shared.domain.place import Evidence
from shared.errors import Refused
from tests.shipped import department

HERE = department()
RECEIVED = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
CLUE = Evidence(kind="municipality", value="65005", words="Laval", regions=("13",))
OTHERS = tuple(
    Alternative(unit_id=unit, rule_id="R", evidence=(CLUE,), why_not="narrower_rule")
    for unit in ("DR-07", "DR-13")
)
CASE = Case(
    id=derived_id("case", "refusing"),
    reference="26-7K3Q-9F2M-H",
    opened_at=RECEIVED,
    received_at=RECEIVED,
    channel="mail",
    complainant=Complainant(address="ginette@courriel.example"),
    acknowledge_to="ginette@courriel.example",
    state="assigned",
    assignment=Assignment(
        unit_id="DR-13", rule_id="R-13", at=RECEIVED, evidence=(CLUE,), alternatives=OTHERS
    ),
    contact_due_on=date(2026, 11, 24),
    due_on=date(2026, 12, 18),
)


def actor(day: int = 23, by: str = "Lise Essai") -> Actor:
    return Actor(by=by, at=datetime(2026, 11, day, 15, tzinfo=UTC), department=HERE)


def given(case: Case, unit: str, day: int) -> Case:
    who = actor(day, "Bureau")
    chosen = chosen_by_a_person(case, HERE.units[unit], HERE, by=who.by, because="tri", at=who.at)
    return handed_over(case, chosen, HERE, how="person", by=who.by, because="tri")[0]


def test_the_case_goes_back_to_sorting_and_keeps_who_refused_and_what_was_promised() -> None:
    case, event = refused(CASE, actor(), " pas notre région ")
    assert (case.state, case.unit_id, event.case_id) == ("held", None, case.id)
    assert case.held is not None
    assert (case.held.reason, case.held.evidence) == ("refused", (CLUE,))
    assert [one.unit_id for one in case.held.candidates] == ["DR-07"]
    (refusal,) = case.refusals
    assert (refusal.unit_id, refusal.by, refusal.because, refusal.had_since) == (
        "DR-13", "Lise Essai", "pas notre région", RECEIVED,
    )  # fmt: skip
    assert (case.due_on, case.contact_due_on) == (CASE.due_on, CASE.contact_due_on)
    assert case.acts == ()


def test_a_second_refusal_has_an_event_of_its_own_and_no_unit_that_refused_is_a_candidate() -> None:
    first, told_first = refused(CASE, actor(), "a")
    second, told_second = refused(given(first, "DR-07", 24), actor(25), "b")
    assert told_first.id != told_second.id
    assert second.refused_by == ("DR-13", "DR-07")
    assert second.times_refused == 2
    assert second.held is not None
    assert second.held.candidates == ()


def test_another_unit_takes_it_over_from_the_one_that_refused() -> None:
    """The person knows of the first unit, and is told of the second one as after a transfer."""
    held, _ = refused(CASE, actor(), "a")
    moved = given(held, "DR-07", 24)
    assert (moved.moves[-1].from_unit, moved.moves[-1].held_because) == ("DR-13", "refused")
    assert moved.due_on == CASE.due_on
    back = given(held, "DR-13", 24)
    assert back.moves[-1].from_unit is None
    assert back.times_refused == 1


def test_a_clock_that_stands_runs_again() -> None:
    waiting, _ = ask(CASE, actor(23), "la lettre")
    assert running_pause(waiting.pauses)
    held, _ = refused(waiting, actor(25), "a")
    assert running_pause(held.pauses) is None
    assert held.due_on == date(2026, 12, 22)


def test_sorting_that_was_done_in_time_stays_so_after_a_refusal() -> None:
    held, _ = refused(CASE, actor(), "a")
    today = date(2026, 11, 24)
    assert clocks_of(held, HERE.calendar, HERE.standards, today)["sorting"].state == "running"
    moved = given(held, "DR-07", 27)
    assert clocks_of(moved, HERE.calendar, HERE.standards, today)["sorting"].state == "met"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (CASE.changed(state="closed"), "is closed"),
        (CASE.changed(state="held", assignment=None), "No unit has"),
        (
            CASE.changed(
                assignment=Assignment(unit_id=HERE.complaints_office, rule_id="p", at=RECEIVED)
            ),
            "takes what no unit has",
        ),
    ],
)
def test_what_no_unit_has_cannot_be_refused(case: Case, words: str) -> None:
    with pytest.raises(Refused, match=words):
        refused(case, actor(), "a")


def test_a_refusal_needs_a_name_and_a_reason() -> None:
    for who, why in ((actor(by=" "), "a"), (actor(), " ")):
        with pytest.raises(Refused, match="--because"):
            refused(CASE, who, why)


def test_a_clock_that_goes_back_makes_no_case_younger() -> None:
    early = Actor(by="Lise", at=RECEIVED - timedelta(days=1), department=HERE)
    assert refused(CASE, early, "a")[0].due_on == CASE.due_on
