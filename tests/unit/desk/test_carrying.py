"""Acts for a person without e-mail: a letter or a call, which counts once it is carried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.commands.acting_on_case import how_told
from services.desk.acting import Acted, Actor, Ending, answer, ask, close, extend
from services.desk.carrying import Carried, carried, carried_at
from shared.domain.case import Case
from shared.domain.clocks import clocks_of
from shared.domain.complainant import Complainant
from shared.domain.delays import Pause, running_pause
from shared.domain.notice import Notice
from shared.domain.way import is_owed, notice_of_act, way_to
from shared.errors import Refused
from tests.unit.desk.test_acting import CASE, FOUNDED, HERE, MONDAY, NO_ADDRESS, at

POST = CASE.changed(
    acknowledge_to=None, complainant=Complainant(postal_address="12, rue X", phone="450 555-0142")
)
PHONE = CASE.changed(acknowledge_to=None, complainant=Complainant(phone="450 555-0142"))
WEDNESDAY = at(date(2026, 11, 25))
LATER = date(2027, 1, 15)


def letter_of(case: Case, number: int = 0) -> Notice:
    return Notice(
        id=notice_of_act(case.id, number), case_id=case.id, kind=case.acts[number].kind,
        role="complainant", recipient="", language="fr", message_id="m@ministere.example",
        created_at=MONDAY.at, state="to_print", way="post",
    )  # fmt: skip


def posted(acted: Acted, actor: Actor = WEDNESDAY) -> tuple[Case, str]:
    after = carried(acted[0], letter_of(acted[0]), actor)
    assert after.case is not None
    return after.case, after.said


@pytest.mark.parametrize(("case", "way"), [(CASE, "mail"), (POST, "post"), (PHONE, "phone")])
def test_a_letter_goes_before_a_call_and_mail_before_both(case: Case, way: str) -> None:
    assert way_to(case) == way
    acted, _ = answer(case, MONDAY, "Voici.")
    assert is_owed(acted, acted.acts[0])
    assert (acted.answered_at is None) is (way != "mail")


@pytest.mark.parametrize("case", [POST, PHONE])
def test_the_clock_stands_from_the_day_on_which_the_question_was_told(case: Case) -> None:
    asked = ask(case, MONDAY, "La lettre ?")
    assert running_pause(asked[0].pauses) is None
    assert asked[0].contacted_at is None
    after, said = posted(asked)
    pause = running_pause(after.pauses)
    assert pause is not None
    assert (pause.began_at, after.contacted_at) == (WEDNESDAY.at, WEDNESDAY.at)
    assert said == "The clock stands."
    again = carried(after, letter_of(after), at(date(2026, 11, 26))).case
    assert again is not None
    assert again.pauses == after.pauses


@pytest.mark.parametrize(
    ("on", "moment"),
    [
        (date(2026, 11, 24), datetime(2026, 11, 24, 17, tzinfo=UTC)),  # noon at Québec
        (MONDAY.today, datetime(2026, 11, 23, 17, tzinfo=UTC)),
        (WEDNESDAY.today, WEDNESDAY.at),
    ],
)
def test_a_day_that_has_been_stands_for_its_noon(on: date, moment: datetime) -> None:
    asked, _ = ask(POST, MONDAY, "La lettre ?")
    late = replace(WEDNESDAY, at=WEDNESDAY.at.replace(hour=13))
    written = replace(MONDAY, at=MONDAY.at.replace(hour=20))
    assert carried_at(letter_of(asked), on, WEDNESDAY) == moment
    assert carried_at(letter_of(asked), WEDNESDAY.today, late) == late.at
    notice = letter_of(asked).changed(created_at=written.at)
    assert carried_at(notice, MONDAY.today, WEDNESDAY) == written.at


@pytest.mark.parametrize(
    ("on", "code"), [(date(2026, 11, 26), "day_to_come"), (date(2026, 11, 22), "before_written")]
)
def test_nothing_is_posted_before_it_is_written_nor_on_a_day_to_come(on: date, code: str) -> None:
    asked, _ = ask(POST, MONDAY, "La lettre ?")
    with pytest.raises(Refused) as refused:
        carried_at(letter_of(asked), on, WEDNESDAY)
    assert refused.value.code == code


def test_a_day_recorded_later_stops_the_clock_from_then_and_puts_nothing_back() -> None:
    asked, _ = ask(POST, MONDAY, "La lettre ?")
    seen = asked.changed(acted_at=WEDNESDAY.at)
    tuesday = replace(WEDNESDAY, at=carried_at(letter_of(asked), date(2026, 11, 24), WEDNESDAY))
    after = carried(seen, letter_of(asked), tuesday).case
    assert after is not None
    pause = running_pause(after.pauses)
    assert pause is not None
    assert (pause.began_at, after.contacted_at) == (tuesday.at, tuesday.at)
    assert after.acted_at == WEDNESDAY.at


def test_days_that_stood_already_are_not_counted_again() -> None:
    asked, _ = ask(POST, MONDAY, "La lettre ?")
    stood = Pause(began_at=MONDAY.at - timedelta(days=1), reason="x", by="L", ended_at=WEDNESDAY.at)
    tuesday = at(date(2026, 11, 24))
    after = carried(asked.changed(pauses=(stood,)), letter_of(asked), tuesday).case
    assert after is not None
    assert after.pauses[-1].began_at == WEDNESDAY.at


def test_more_time_told_in_time_and_recorded_late_holds() -> None:
    extended_case, _ = extend(POST, MONDAY, "Un relevé manque.", until=LATER)
    notice = letter_of(extended_case)
    recorded = at(date(2027, 1, 5))
    late = carried(extended_case, notice, recorded)
    day = carried_at(notice, date(2026, 11, 25), recorded)
    in_time = carried(extended_case, notice, replace(recorded, at=day))
    assert "does not hold" in late.said
    assert in_time.case is not None
    assert in_time.case.due_on == LATER


def test_a_question_posted_when_the_answer_is_late_stops_no_clock() -> None:
    after, said = posted(ask(POST, MONDAY, "La lettre ?"), at(date(2026, 12, 21)))
    assert after.pauses == ()
    assert "does not stand" in said


def test_a_later_day_holds_once_it_is_posted_before_the_day_due() -> None:
    acted = extend(POST, MONDAY, "Plus de temps.", until=LATER)
    assert (acted[0].due_on, acted[0].extensions) == (date(2026, 12, 18), ())
    after, said = posted(acted)
    extension = after.extensions[0]
    assert (after.due_on, extension.told_at) == (LATER, WEDNESDAY.at)
    assert extension.notice_id == notice_of_act(POST.id, 0)
    assert str(LATER) in said
    again = carried(after, letter_of(after), at(date(2026, 11, 26))).case
    assert again is not None
    assert (again.due_on, len(again.extensions)) == (LATER, 1)


@pytest.mark.parametrize("day", [date(2026, 12, 18), date(2026, 12, 21)])
def test_a_later_day_posted_on_the_day_due_or_after_does_not_hold(day: date) -> None:
    after, said = posted(extend(POST, MONDAY, "Plus de temps.", until=LATER), at(day))
    assert (after.due_on, after.extensions) == (date(2026, 12, 18), ())
    assert "does not hold" in said


def test_a_later_day_ends_a_pause_only_when_it_is_told() -> None:
    paused, _ = posted(ask(POST, MONDAY, "La lettre ?"))
    acted, _ = extend(paused, at(date(2026, 11, 26)), "Plus de temps.", until=LATER)
    assert running_pause(acted.pauses) is not None
    after = carried(acted, letter_of(acted, 1), at(date(2026, 11, 27))).case
    assert after is not None
    assert (running_pause(after.pauses), after.due_on) == (None, LATER)


@pytest.mark.parametrize(("case", "how"), [(POST, "letter"), (PHONE, "orally")])
def test_a_closing_by_hand_tells_the_recourses_and_has_no_day_before_it_is_carried(
    case: Case, how: str
) -> None:
    closed = close(case, MONDAY, "Raisons.", FOUNDED)
    assert closed[0].closing is not None
    told = closed[0].closing.told
    assert told is not None
    assert (told.how, told.on, closed[0].state) == (how, None, "closed")
    assert told.recourses
    assert closed[0].answered_at is None
    after, _ = posted(closed)
    assert after.answered_at == WEDNESDAY.at
    clock = clocks_of(after, HERE.calendar, HERE.standards, WEDNESDAY.today)["answer"]
    assert (clock.done, clock.state) == (WEDNESDAY.today, "met")


@pytest.mark.parametrize(
    ("case", "by_letter", "owed"), [(POST, True, False), (POST, False, True), (PHONE, False, False)]
)
def test_a_closing_that_somebody_told_already_owes_no_second_letter_or_call(
    case: Case, by_letter: bool, owed: bool
) -> None:
    ending = Ending("founded", "delays", told_on=MONDAY.today, told_by_letter=by_letter)
    closed, _ = close(case, MONDAY, "Raisons.", ending)
    assert is_owed(closed, closed.acts[0]) is owed
    assert (closed.answered_at is None) is owed


def test_nothing_can_be_told_to_a_person_who_gave_no_way_at_all() -> None:
    later = MONDAY.today + timedelta(days=60)
    acts: list[Callable[[], Acted]] = [
        lambda: ask(NO_ADDRESS, MONDAY, "La lettre ?"),
        lambda: extend(NO_ADDRESS, MONDAY, "Plus de temps.", until=later),
        lambda: answer(NO_ADDRESS, MONDAY, "Voici."),
        lambda: close(NO_ADDRESS, MONDAY, "Raisons.", FOUNDED),
    ]
    for act in acts:
        with pytest.raises(Refused, match="no e-mail, no postal address and no phone"):
            act()


def test_an_acknowledgement_by_post_changes_no_case() -> None:
    acted, _ = answer(POST, MONDAY, "Voici.")
    other = letter_of(acted).changed(id="another")
    assert carried(acted, other, WEDNESDAY) == Carried(None)


def test_who_acts_is_told_what_is_left_to_do() -> None:
    said = [how_told(answer(case, MONDAY, "Voici.")[0]) for case in (CASE, POST, PHONE)]
    assert said[0] == "The person is told by e-mail."
    assert said[1].startswith("A letter waits to be posted")
    assert said[2].startswith("A call waits to be made")
    assert notice_of_act(CASE.id, 0)[:8] in said[1]
