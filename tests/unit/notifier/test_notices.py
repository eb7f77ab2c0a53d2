"""Which notices an event calls for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier.notices import message_id_for, notices_for, unsendable
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.domain.case import Case
from shared.events import CaseAssigned, CaseHeld, MessageAdded

DEPARTMENT = sample_department()
ASSIGNED = sample_case("fr", DEPARTMENT)
HELD = sample_case("fr", DEPARTMENT, kind="held")


def assigned(case: Case) -> CaseAssigned:
    return CaseAssigned(id="e1", at=RECEIVED, case_id=case.id)


def held(case: Case) -> CaseHeld:
    return CaseHeld(id="e2", at=RECEIVED, case_id=case.id)


def added(case: Case, message_id: str = "m1") -> MessageAdded:
    return MessageAdded(id="e3", at=RECEIVED, case_id=case.id, message_id=message_id)


def kinds(case: Case, event: CaseAssigned | CaseHeld | MessageAdded) -> list[str]:
    return [owed.kind for owed in notices_for(case, event, DEPARTMENT)]


def test_an_assigned_case_is_acknowledged_and_told_to_its_unit() -> None:
    assert kinds(ASSIGNED, assigned(ASSIGNED)) == ["acknowledgement", "assigned"]


def test_a_held_case_is_acknowledged_and_told_to_the_complaints_office() -> None:
    assert kinds(HELD, held(HELD)) == ["acknowledgement_held", "held"]


@pytest.mark.parametrize("address", [None, ""])
def test_a_person_without_an_address_is_not_written_to(address: str | None) -> None:
    case = ASSIGNED.changed(acknowledge_to=address)
    assert kinds(case, assigned(case)) == ["assigned"]


def test_a_case_that_must_stay_silent_is_told_to_its_unit_only() -> None:
    case = ASSIGNED.changed(silent_because=("auto_submitted",))
    assert kinds(case, assigned(case)) == ["assigned"]


def test_a_case_marked_as_spam_is_told_to_nobody() -> None:
    case = HELD.changed(tray="spam", silent_because=("spam",))
    assert kinds(case, held(case)) == []
    assert kinds(case, added(case)) == []


def test_a_late_held_event_says_nothing_once_a_unit_has_the_case() -> None:
    case = ASSIGNED.changed(held=HELD.held)
    assert kinds(case, held(case)) == []
    assert kinds(case, assigned(case)) == ["acknowledgement", "assigned"]


def test_an_assigned_event_says_nothing_once_nobody_has_the_case() -> None:
    assert kinds(HELD, assigned(HELD)) == []


def test_a_person_is_owed_one_acknowledgement_held_or_not() -> None:
    first = notices_for(HELD, held(HELD), DEPARTMENT)[0]
    second = notices_for(ASSIGNED, assigned(ASSIGNED), DEPARTMENT)[0]
    assert first.notice_id == second.notice_id


def test_the_same_event_twice_owes_the_same_notices() -> None:
    once = notices_for(ASSIGNED, assigned(ASSIGNED), DEPARTMENT)
    assert once == notices_for(ASSIGNED, assigned(ASSIGNED), DEPARTMENT)


def test_a_unit_that_gets_a_case_back_is_told_again() -> None:
    assignment = ASSIGNED.assignment
    assert assignment is not None
    later = assignment.model_copy(update={"at": RECEIVED + timedelta(days=1)})
    again = ASSIGNED.changed(assignment=later)
    first = notices_for(ASSIGNED, assigned(ASSIGNED), DEPARTMENT)
    second = notices_for(again, assigned(again), DEPARTMENT)
    assert first[0] == second[0]
    assert first[1].notice_id != second[1].notice_id


def test_each_message_that_joins_a_case_is_told_once() -> None:
    ids = {
        owed.notice_id
        for message_id in ("m1", "m2", "m1")
        for owed in notices_for(ASSIGNED, added(ASSIGNED, message_id), DEPARTMENT)
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("recipient", "because"),
    [
        ("personne@courriel.example", ""),
        ("prénom.nom@courriel.example", ""),
        ("plaintes@ministere.example", "address_is_ours"),
        ("plaintes+26x.mac@ministere.example", "address_is_ours"),
        ("a@b.example\r\nBcc: c@d.example", "address_malformed"),
        ("a@b.example, c@d.example", "address_malformed"),
        ("<a@b.example>", "address_malformed"),
        ("a@b@c.example", "address_malformed"),
        ("personne", "address_malformed"),
        ("", "address_malformed"),
    ],
)
def test_mail_to_ourselves_or_to_no_address_is_withheld(recipient: str, because: str) -> None:
    assert unsendable(recipient, DEPARTMENT) == because


def test_a_message_id_cannot_be_guessed_and_is_always_the_same() -> None:
    keys = sample_head(DEPARTMENT).keys
    message_id = message_id_for("n1", keys, DEPARTMENT)
    assert message_id == message_id_for("n1", keys, DEPARTMENT)
    assert message_id.startswith("n1.")
    assert message_id.endswith("@ministere.example")
    assert len(message_id.split("@")[0]) > 20
