"""Who may open a case by a link."""

from __future__ import annotations

from services.desk.access import Answer, answer_for
from shared.domain.case import Case
from tests.pages_samples import OFFICE, assigned_case, held_case


def answer(
    case: Case | None, unit_id: str = OFFICE, *, genuine: bool = True, in_time: bool = True
) -> Answer:
    return answer_for(
        genuine=genuine, in_time=in_time, case=case, unit_id=unit_id, complaints_office="DPRC"
    )


def test_the_unit_that_has_a_case_opens_it() -> None:
    assert answer(assigned_case().case) is Answer.OPEN


def test_the_complaints_office_opens_every_case() -> None:
    assert answer(assigned_case().case, "DPRC") is Answer.OPEN
    assert answer(held_case().case, "DPRC") is Answer.OPEN


def test_a_unit_that_no_longer_has_a_case_does_not_open_it() -> None:
    assert answer(assigned_case().case, "DR-16") is Answer.ELSEWHERE
    assert answer(held_case().case) is Answer.ELSEWHERE


def test_a_link_that_is_not_ours_tells_nothing() -> None:
    assert answer(assigned_case().case, genuine=False) is Answer.UNKNOWN
    assert answer(None, genuine=False, in_time=False) is Answer.UNKNOWN


def test_a_link_that_ran_out_says_so_whatever_became_of_the_case() -> None:
    assert answer(None, in_time=False) is Answer.EXPIRED


def test_a_case_that_is_not_there_is_unknown() -> None:
    assert answer(None) is Answer.UNKNOWN
