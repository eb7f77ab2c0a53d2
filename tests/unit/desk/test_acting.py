"""What a person may do with a case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.desk.acting import (
    GIVEN_AGAIN,
    LONGEST_TEXT,
    PIECE_WANTED,
    Acted,
    Actor,
    Ending,
    answer,
    answer_in,
    ask,
    close,
    extend,
    resume,
    thank,
)
from services.desk.escalating import escalated, linked, refuse_escalation
from shared.domain.act import Closing
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.delays import running_pause
from shared.domain.document import derived_id
from shared.domain.language import languages_of
from shared.errors import Refused
from tests.shipped import department

HERE = department()
RECEIVED = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
UNIT = next(id_ for id_ in HERE.units if id_ != HERE.complaints_office)
CASE = Case(
    id=derived_id("case", "acting"),
    reference="26-7K3Q-9F2M-H",
    opened_at=RECEIVED,
    received_at=RECEIVED,
    channel="mail",
    complainant=Complainant(address="ginette@courriel.example"),
    acknowledge_to="ginette@courriel.example",
    state="assigned",
    assignment=Assignment(unit_id=UNIT, rule_id="R1", at=RECEIVED),
    due_on=date(2026, 12, 18),
)
NO_ADDRESS = CASE.changed(acknowledge_to=None, complainant=Complainant())
FOUNDED = Ending(outcome="founded", motive="delays")


def at(day: date, hour: int = 15) -> Actor:
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Actor(by="Mélanie", at=moment, department=HERE)


MONDAY = at(date(2026, 11, 23))


def closing_of(acted: Acted) -> Closing:
    closing = acted[0].closing
    assert closing is not None
    return closing


def test_an_act_is_kept_with_its_words_and_told_by_one_event() -> None:
    case, event = answer(CASE, MONDAY, "  Voici.  ")
    assert [(act.kind, act.text, act.by) for act in case.acts] == [("answer", "Voici.", "Mélanie")]
    assert (event.case_id, event.act) == (CASE.id, 0)
    again, second = answer(case, MONDAY, "Encore.")
    assert (len(again.acts), second.act) == (2, 1)
    assert second.id != event.id
    assert answer(CASE, MONDAY, "Autre.")[1].id == event.id


def test_an_act_given_again_at_once_is_told_as_done_and_an_hour_later_it_is_another() -> None:
    case, _ = answer(CASE, MONDAY, "Voici.")
    soon = Actor(by="Mélanie", at=MONDAY.at + GIVEN_AGAIN / 2, department=HERE)
    with pytest.raises(Refused, match=r"word for word.*Nothing was changed"):
        answer(case, soon, "Voici. ")
    for other in (Actor(by="Luc", at=soon.at, department=HERE), at(date(2026, 11, 23), 17)):
        assert len(answer(case, other, "Voici.")[0].acts) == 2


def test_a_question_given_again_at_once_is_told_as_done_though_the_clock_stands() -> None:
    asked, _ = ask(CASE, MONDAY, "La lettre ?")
    with pytest.raises(Refused, match="word for word"):
        ask(asked, MONDAY, "La lettre ?")


def test_a_question_stops_the_clock_and_an_answer_ends_the_pause() -> None:
    asked, _ = ask(CASE, MONDAY, "La lettre ?", by_day=date(2026, 12, 1))
    pause = running_pause(asked.pauses)
    assert pause is not None
    assert (pause.began_at, pause.reason) == (MONDAY.at, PIECE_WANTED)
    assert asked.acts[0].pauses
    answered, _ = answer(asked, MONDAY, "Voici.")
    assert running_pause(answered.pauses) is None
    assert (answered.answered_at, answered.acted_at) == (MONDAY.at, MONDAY.at)


def test_days_on_which_the_clock_stood_are_added_over_the_holidays() -> None:
    asked, _ = ask(CASE, at(date(2026, 12, 16)), "La lettre ?")
    # from the 16th to 5 January: 17, 18, 21, 22, 23, 28, 29, 30 December, 4 and 5 January
    resumed = resume(asked, at(date(2027, 1, 5)))
    assert running_pause(resumed.pauses) is None
    assert resumed.due_on == HERE.calendar.after(date(2026, 12, 18), 10) == date(2027, 1, 7)


def test_a_question_does_not_make_a_late_answer_less_late() -> None:
    asked, _ = ask(CASE, at(date(2026, 12, 21)), "La lettre ?")
    assert not asked.pauses
    assert not asked.acts[0].pauses


def test_a_clock_that_runs_cannot_be_resumed() -> None:
    with pytest.raises(Refused, match="runs"):
        resume(CASE, MONDAY)


def test_an_answer_is_put_off_before_the_day_due_only() -> None:
    until = date(2027, 1, 15)
    later, event = extend(CASE, at(date(2026, 12, 17)), "Plus de temps.", until=until)
    assert (later.due_on, later.acts[event.act].day) == (until, until)
    with pytest.raises(Refused, match="was due on 2026-12-18"):
        extend(CASE, at(date(2026, 12, 18)), "Plus de temps.", until=until)


def test_the_day_before_the_day_due_is_that_of_quebec() -> None:
    # 3:30 in the morning of the 18th in UTC is still the evening of the 17th
    later, _ = extend(CASE, at(date(2026, 12, 18), 3), "Plus.", until=date(2027, 1, 15))
    assert later.due_on == date(2027, 1, 15)


@pytest.mark.parametrize(
    "until", [date(2026, 12, 18), date(2026, 12, 25), date(2027, 1, 2), date(2026, 11, 30)]
)
def test_a_new_day_is_a_later_business_day(until: date) -> None:
    with pytest.raises(Refused, match="no business day after"):
        extend(CASE, MONDAY, "Plus de temps.", until=until)


def test_a_day_that_was_told_holds_and_ends_a_pause() -> None:
    asked, _ = ask(CASE, MONDAY, "La lettre ?")
    later, _ = extend(asked, MONDAY, "Plus.", until=date(2027, 1, 15))
    assert running_pause(later.pauses) is None
    assert [(one.to_day, one.by) for one in later.extensions] == [(date(2027, 1, 15), "Mélanie")]


def test_closing_tells_the_recourses_by_its_mail() -> None:
    closed = close(CASE, MONDAY, "Raisons.", FOUNDED)
    told = closing_of(closed).told
    assert closed[0].state == "closed"
    assert told is not None
    assert told.how == "notice"
    assert {"complaints_office", "review", "protecteur"} <= set(told.recourses)


def test_closing_without_a_recourse_told_is_refused_unless_the_person_is_satisfied() -> None:
    with pytest.raises(Refused, match="nobody told the person"):
        close(NO_ADDRESS, MONDAY, "Raisons.", FOUNDED)
    satisfied = Ending(outcome="founded", motive="delays", said_satisfied=True)
    assert closing_of(close(NO_ADDRESS, MONDAY, "Raisons.", satisfied)).told is None


@pytest.mark.parametrize(("letter", "how"), [(False, "orally"), (True, "letter")])
def test_recourses_may_have_been_told_in_another_way(letter: bool, how: str) -> None:
    ending = Ending(
        outcome="founded", motive="delays", told_on=date(2026, 11, 23), told_by_letter=letter
    )
    told = closing_of(close(NO_ADDRESS, MONDAY, "Raisons.", ending)).told
    assert told is not None
    assert (told.how, told.on, told.by) == (how, date(2026, 11, 23), "Mélanie")


def test_no_case_is_closed_while_the_catalogue_has_nothing_in_force() -> None:
    empty = Actor("Mélanie", RECEIVED, HERE.model_copy(update={"recourses": ()}))
    with pytest.raises(Refused, match="none in force"):
        close(CASE, empty, "Raisons.", FOUNDED)


def test_a_day_to_come_is_no_fact() -> None:
    tomorrow = date(2026, 11, 24)
    for ending in (
        Ending(outcome="founded", motive="delays", told_on=tomorrow),
        Ending(outcome="founded", motive="delays", known=(("decision", tomorrow),)),
    ):
        with pytest.raises(Refused, match="has not come yet"):
            close(CASE, MONDAY, "Raisons.", ending)


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_TEXT + 1)])
def test_a_person_is_sent_a_text_of_a_length_that_can_be(text: str) -> None:
    with pytest.raises(Refused):
        answer(CASE, MONDAY, text)


def test_nothing_is_done_to_a_closed_case_or_one_that_nobody_has() -> None:
    closed, _ = close(CASE, MONDAY, "Raisons.", FOUNDED)
    for case, why in ((closed, "is closed"), (CASE.changed(state="held"), "No unit has")):
        with pytest.raises(Refused, match=why):
            answer(case, MONDAY, "Voici.")
        with pytest.raises(Refused, match=why):
            close(case, MONDAY, "Raisons.", FOUNDED)


def test_who_acts_is_always_known() -> None:
    nobody = Actor(by=" ", at=RECEIVED, department=HERE)
    with pytest.raises(Refused, match="--by"):
        answer(CASE, nobody, "Voici.")


def test_only_what_was_read_as_thanks_is_thanked() -> None:
    with pytest.raises(Refused, match="not as thanks"):
        thank(CASE, MONDAY, "Merci.")
    thanked, _ = thank(CASE.changed(kind="thanks"), MONDAY, "Merci.")
    assert (thanked.state, thanked.acts[0].kind) == ("closed", "thanks")


def test_both_languages_may_be_chosen_and_taken_back_but_not_for_a_legal_person() -> None:
    both = answer_in(CASE, "both", MONDAY)
    assert languages_of(both) == ("fr", "en")
    assert languages_of(answer_in(both, "en", MONDAY)) == ("en",)
    with pytest.raises(Refused, match="legal person"):
        answer_in(CASE.changed(complainant=Complainant(kind="legal")), "both", MONDAY)


def test_a_person_who_asks_is_answered_in_english_and_a_legal_person_is_not() -> None:
    asked = answer_in(CASE, "en", MONDAY)
    assert (asked.language, asked.language_ground) == ("en", "asked")
    with pytest.raises(Refused, match="legal person"):
        answer_in(CASE.changed(complainant=Complainant(kind="legal")), "en", MONDAY)


def test_a_complaint_goes_up_once_with_a_clock_of_its_own() -> None:
    later = at(date(2026, 12, 22))
    second, event = escalated(CASE, later, "Pas satisfaite.")
    assert (second.level, second.first_level, second.unit_id) == (
        2,
        CASE.reference,
        HERE.complaints_office,
    )
    # 23, 28, 29, 30 December, 4 to 8, 11 to 15, 18 to 22 January, 25 January
    assert second.due_on == HERE.calendar.after(date(2026, 12, 22), 20) == date(2027, 1, 25)
    assert second.reference != CASE.reference
    again, same = escalated(CASE, at(date(2026, 12, 23)), "Encore.")
    assert (again.id, same.id) == (second.id, event.id)
    first = linked(CASE, second)
    with pytest.raises(Refused, match="went up already"):
        refuse_escalation(first, later)
    with pytest.raises(Refused, match="complaints office has"):
        refuse_escalation(second, later)


def test_a_closed_complaint_may_go_up() -> None:
    closed, _ = close(CASE, MONDAY, "Raisons.", FOUNDED)
    refuse_escalation(closed, at(MONDAY.today + timedelta(days=40)))
