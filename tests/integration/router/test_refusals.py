"""A unit that refused a case does not get it back by itself."""

from __future__ import annotations

from collections.abc import Callable

from services.router.assigning import decide_from_store
from services.router.locating.gazetteer import Gazetteer
from services.router.refusals import unless_refused
from services.router.replaying import outcome_of
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Department
from shared.domain.assignment import Alternative, Assignment, Held, Refusal
from shared.domain.case import Case
from shared.domain.reading import Message, Reading
from tests.unit.router.conftest import NOW

OTHERS = tuple(
    Alternative(unit_id=unit, why_not="other_clues") for unit in ("DR-07", "DR-16", "DR-13")
)


def refusal(unit: str) -> Refusal:
    return Refusal(at=NOW, unit_id=unit, by="Lise", because="b", had_since=NOW)


def test_a_decision_for_a_unit_that_refused_is_a_persons_to_make(
    a_case: Callable[..., Case],
) -> None:
    decision = Assignment(unit_id="DR-13", rule_id="R", at=NOW, alternatives=OTHERS)
    held = unless_refused(decision, a_case(refusals=(refusal("DR-13"), refusal("DR-16"))))
    assert isinstance(held, Held)
    assert held.reason == "refused"
    assert [one.unit_id for one in held.candidates] == ["DR-07"]
    assert unless_refused(decision, a_case()) is decision
    assert unless_refused(held, a_case(refusals=(refusal("DR-13"),))) is held


async def test_rules_that_lead_back_to_it_leave_the_case_with_a_person(
    store: SqliteStore,
    department: Department,
    gazetteer: Gazetteer,
    a_case: Callable[..., Case],
) -> None:
    """New rules are asked in the same way, and free no case that their unit refused."""
    held = Held(reason="refused", at=NOW)
    for case, reason in (
        (a_case(state="held", held=held, refusals=(refusal("DR-13"),)), "refused"),
        (a_case(state="held", held=held, refusals=(refusal("DR-07"),)), ""),
    ):
        reading = Reading(own_text="J’habite à Laval.", text="J’habite à Laval.")
        message = Message(
            id="m", case_id=case.id, envelope_id="e", at=NOW, channel="mail", reading=reading
        )
        decision = await decide_from_store(
            case.changed(first_message_id="m"), [message], store=store, department=department,
            gazetteer=gazetteer, at=NOW,
        )  # fmt: skip
        outcome = outcome_of(case, decision)
        assert outcome.reason == reason
        assert outcome.kind == ("stays" if reason else "freed")
