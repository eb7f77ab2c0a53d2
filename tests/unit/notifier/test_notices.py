"""Which notices an event calls for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier.composing import compose
from services.notifier.notices import message_id_for, notices_for, unsendable
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.domain.act import Act
from shared.domain.assignment import Move, Refusal
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.reading import Flag, FlagName
from shared.events import CaseActed, CaseAssigned, CaseHeld, MessageAdded

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


def flagged(case: Case, *names: FlagName) -> Case:
    return case.changed(flags=tuple(Flag(name=n, words="x", start=0, end=1) for n in names))


def moved(case: Case, *units: str | None) -> Case:
    """Return the case after it went from each of these units to the next one."""
    moves = tuple(
        Move(at=RECEIVED, how="person", by="a", because="b", from_unit=unit, to_unit="exemple")
        for unit in units
    )
    return case.changed(moves=moves)


def test_what_may_be_a_review_is_acknowledged_as_such_and_handed_on_once() -> None:
    case, waits = flagged(ASSIGNED, "possible_review"), flagged(HELD, "possible_review")
    assert kinds(case, assigned(case)) == ["acknowledgement_review", "assigned", "review"]
    assert kinds(waits, held(waits)) == ["acknowledgement_review", "held", "review"]
    first = notices_for(waits, held(waits), DEPARTMENT)
    second = notices_for(case, assigned(case), DEPARTMENT)
    assert (first[0].notice_id, first[2].notice_id) == (second[0].notice_id, second[2].notice_id)


def test_a_case_that_goes_from_unit_to_unit_is_told_to_the_person_and_the_new_unit() -> None:
    case = moved(ASSIGNED, "a")
    assert kinds(case, assigned(case)) == ["acknowledgement", "moved", "transferred"]
    from_sorting = moved(ASSIGNED, None)
    assert kinds(from_sorting, assigned(from_sorting)) == ["acknowledgement", "assigned"]
    silent = case.changed(silent_because=("auto_submitted",))
    assert kinds(silent, assigned(silent)) == ["transferred"]


def test_a_case_that_changed_units_twice_is_told_to_the_complaints_office_once() -> None:
    twice, thrice = moved(ASSIGNED, "a", "b"), moved(ASSIGNED, None, "a", "b", "c")
    assert "refused_twice" not in kinds(moved(ASSIGNED, None, "a"), assigned(ASSIGNED))
    told = [notices_for(each, assigned(each), DEPARTMENT)[-1] for each in (twice, thrice)]
    assert [owed.kind for owed in told] == ["refused_twice"] * 2
    assert told[0] == told[1]


def test_refusals_and_transfers_count_alike_and_new_rules_refuse_nothing() -> None:
    no = Refusal(at=RECEIVED, unit_id="a", by="a", because="b", had_since=RECEIVED)
    by_rules = moved(ASSIGNED, "a", "b")
    rules = tuple(one.model_copy(update={"how": "rules"}) for one in by_rules.moves)
    after = tuple(
        one.model_copy(update={"held_because": "refused"}) for one in moved(ASSIGNED, "a").moves
    )
    for case, owes in (
        (HELD.changed(refusals=(no,)), False),
        (HELD.changed(refusals=(no, no)), True),
        (HELD.changed(refusals=(no,), moves=moved(HELD, "a").moves), True),
        (HELD.changed(refusals=(no,), moves=after), False),
        (HELD.changed(moves=rules), False),
    ):
        assert ("refused_twice" in kinds(case, held(case))) is owes


def test_a_sensitive_case_is_told_to_each_authority_and_a_disclosure_to_the_office_alone() -> None:
    two = DEPARTMENT.model_copy(update={"authorities": ("a@x.example", "b@x.example")})
    office = DEPARTMENT.office().mailbox
    for flags, expected in (
        (("sensitive",), ["a@x.example", "b@x.example"]),
        (("sensitive", "possible_disclosure"), [office]),
    ):
        case = flagged(HELD, *flags)
        owed = [o for o in notices_for(case, held(case), two) if o.kind == "sensitive"]
        assert [o.recipient for o in owed] == expected
        assert len({o.notice_id for o in owed}) == len(expected)


def test_a_sensitive_notice_carries_nothing_of_the_person() -> None:
    case = flagged(ASSIGNED, "sensitive").changed(
        summary="MARQUE", subject="MARQUE", complainant=Complainant(name="MARQUE")
    )
    letter = compose("sensitive", case, sample_head(DEPARTMENT), RECEIVED, recipient="a@x.example")
    assert set(letter.values) == {"reference", "received_at"}
    assert (letter.role, letter.recipient) == ("authorities", "a@x.example")


def test_each_act_is_told_once_and_only_where_there_is_an_address() -> None:
    act = Act(kind="answer", at=RECEIVED, by="a", text="b")
    case = ASSIGNED.changed(acts=(act, act.model_copy(update={"kind": "closed"})))
    events = [CaseActed(id="e", at=RECEIVED, case_id=case.id, act=number) for number in (0, 1, 1)]
    owed = [notices_for(case, event, DEPARTMENT)[0] for event in events]
    assert [(o.kind, o.act) for o in owed] == [("answer", 0), ("closed", 1), ("closed", 1)]
    assert len({o.notice_id for o in owed}) == 2
    nowhere = case.changed(acknowledge_to=None, complainant=Complainant())
    assert notices_for(nowhere, events[0], DEPARTMENT) == ()


def test_a_complaint_that_went_up_is_announced_to_the_person_and_assigned_to_the_office() -> None:
    case = flagged(ASSIGNED, "possible_review", "sensitive").changed(
        level=2, first_level="26-7K3Q-9F2M-H", acknowledge_to=None
    )
    assert kinds(case, assigned(case)) == ["escalated", "assigned"]


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
