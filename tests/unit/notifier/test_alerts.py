"""Which alert a case calls for, day by day."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from services.notifier.alerts import alert_for, alert_id
from services.notifier.composing import compose_alert
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.domain.assignment import Held
from shared.domain.case import Case
from shared.domain.clocks import paused
from shared.domain.envelope import Language
from shared.domain.reading import Flag
from shared.domain.standards import AlertKind
from tests.shipped import department, renderer

TORONTO = ZoneInfo("America/Toronto")
REAL = department()
#: One unit beside the complaints office, the real calendar, the invented standards.
SAMPLE = sample_department()
OFFICE = SAMPLE.units["exemple"].model_copy(
    update={"id": "office", "mailbox": "o@ministere.example"}
)
DEPARTMENT = SAMPLE.model_copy(
    update={
        "units": {**SAMPLE.units, "office": OFFICE},
        "complaints_office": "office",
        "calendar": REAL.calendar,
    }
)
RENDERER = renderer()
SENSITIVE = Flag(name="sensitive", words="x", start=0, end=1)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TORONTO).astimezone(UTC)


def assigned(received: date = date(2026, 11, 20), **fields: object) -> Case:
    case = sample_case("fr", SAMPLE)
    assert case.assignment is not None
    moment = at(received)
    to = case.assignment.model_copy(update={"at": moment})
    return case.changed(opened_at=moment, received_at=moment, assignment=to, **fields)


def held(received: date = date(2026, 11, 20), **fields: object) -> Case:
    why = Held(reason="no_place", at=at(received))
    return assigned(received).changed(
        **{"state": "held", "assignment": None, "held": why, **fields}
    )


def told(case: Case, first: date, last: date, *, opened: bool = True, hour: int = 10) -> list[str]:
    """Return what is told for the first time on each day: "day kind"."""
    seen: set[str] = set()
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        alert = alert_for(case, DEPARTMENT, at(day, hour), opened=opened)
        if alert and (key := alert_id(case, alert, alert.tell[0])) not in seen:
            seen.add(key)
            found.append(f"{day:%m-%d} {alert.kind}")
    return found


def test_a_case_that_nobody_touches_is_told_of_again_and_again() -> None:
    """Received Friday 20 November, due 18 December; Christmas is closed."""
    case = assigned(contacted_at=at(date(2026, 11, 20), 11))
    assert told(case, date(2026, 11, 20), date(2027, 1, 8)) == [
        "11-30 idle", "12-07 idle", "12-11 reminder", "12-17 reminder", "12-21 late",
        "12-28 late", "01-04 late", "01-07 late",
    ]  # fmt: skip


def test_a_person_with_whom_nobody_gets_in_touch_is_told_of_until_the_reminders_begin() -> None:
    """Contact is promised by Tuesday 24 November; from the second time on the office hears it."""
    case = assigned()
    assert told(case, date(2026, 11, 20), date(2026, 12, 20)) == [
        "11-25 no_contact", "11-27 no_contact", "12-01 no_contact", "12-03 no_contact",
        "12-07 no_contact", "12-09 no_contact", "12-11 reminder", "12-17 reminder",
    ]  # fmt: skip
    tells = [
        alert.tell
        for day in (date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27))
        if (alert := alert_for(case, DEPARTMENT, at(day), opened=False))
    ]
    assert tells == [("unit",), ("unit",), ("unit", "complaints_office")]


def test_contact_in_time_stops_the_alert_and_a_unit_that_got_the_case_late_has_a_day() -> None:
    first, last = date(2026, 11, 20), date(2026, 11, 27)
    assert told(assigned(contacted_at=at(date(2026, 11, 24))), first, last) == []
    assert told(assigned(answered_at=at(date(2026, 11, 24))), first, last) == []
    case = assigned()
    assert case.assignment is not None
    late = case.assignment.model_copy(update={"at": at(date(2026, 11, 26), 9)})
    assert told(case.changed(assignment=late), first, last) == ["11-27 no_contact"]
    assert "11-25 unsorted" in told(held(), first, last)


def test_who_acts_is_told_later_of_a_late_case() -> None:
    case = assigned(acted_at=at(date(2026, 12, 28)))
    assert told(case, date(2026, 12, 19), date(2027, 1, 8)) == [
        "12-21 late",
        "01-04 late",
        "01-07 late",
    ]


def test_a_case_that_nobody_opens_is_told_of_to_unit_and_office() -> None:
    case = assigned(contacted_at=at(date(2026, 11, 20), 11))
    days = told(case, date(2026, 11, 20), date(2026, 11, 27), opened=False)
    assert days == ["11-24 unread", "11-26 unread"]
    alert = alert_for(case, DEPARTMENT, at(date(2026, 11, 24)), opened=False)
    assert alert is not None
    assert alert.tell == ("unit", "complaints_office")


def test_a_case_without_a_unit_is_told_of_each_day_to_the_office_alone() -> None:
    case = held()
    assert told(case, date(2026, 11, 20), date(2026, 11, 27)) == [
        "11-24 unsorted", "11-25 unsorted", "11-26 unsorted", "11-27 unsorted",
    ]  # fmt: skip
    late = alert_for(case, DEPARTMENT, at(date(2026, 12, 21)), opened=False)
    assert late is not None
    assert (late.kind, late.tell) == ("late", ("complaints_office",))


def test_a_case_that_the_router_never_reached_is_unsorted_too() -> None:
    case = held(state="opened", held=None)
    assert told(case, date(2026, 11, 20), date(2026, 11, 24)) == ["11-24 unsorted"]


def test_automatic_mail_in_its_tray_is_told_of_once_and_spam_never() -> None:
    last = date(2026, 11, 30)
    assert told(held(tray="automatic"), date(2026, 11, 20), last) == ["11-24 unsorted"]
    assert told(held(tray="spam"), date(2026, 11, 20), last) == []


@pytest.mark.parametrize("fields", [{"state": "closed"}, {"answered_at": at(date(2026, 12, 2))}])
def test_what_is_closed_or_answered_is_not_late(fields: dict[str, object]) -> None:
    kinds = {
        line.split()[1]
        for line in told(assigned().changed(**fields), date(2026, 12, 3), date(2027, 1, 8))
    }
    assert kinds <= {"idle"}
    if "state" in fields:
        assert not kinds


def test_a_paused_case_is_not_told_of() -> None:
    case = paused(assigned(), reason="pièce demandée", by="Unité", at=at(date(2026, 11, 23)))
    assert told(case, date(2026, 11, 20), date(2027, 1, 8), opened=False) == []


@pytest.mark.parametrize(
    ("day", "hour", "minute", "is_told"),
    [
        (date(2026, 12, 21), 8, 29, False),
        (date(2026, 12, 21), 8, 30, True),
        (date(2026, 12, 21), 16, 29, True),
        (date(2026, 12, 21), 16, 30, False),
        (date(2026, 12, 21), 0, 0, False),
        (date(2026, 12, 24), 10, 0, False),
        (date(2026, 12, 26), 10, 0, False),
        (date(2026, 12, 31), 10, 0, False),
        (date(2027, 1, 1), 10, 0, False),
        (date(2027, 1, 2), 10, 0, False),
        (date(2027, 1, 4), 10, 0, True),
    ],
)
def test_alerts_leave_in_working_hours_and_sensitive_ones_at_any(
    day: date, hour: int, minute: int, is_told: bool
) -> None:
    now = at(day, hour, minute)
    assert bool(alert_for(assigned(), DEPARTMENT, now, opened=True)) is is_told
    assert alert_for(assigned(flags=(SENSITIVE,)), DEPARTMENT, now, opened=True)


def test_a_sensitive_case_does_not_wait_for_monday() -> None:
    case = assigned(date(2026, 11, 19), flags=(SENSITIVE,))
    days = told(case, date(2026, 11, 19), date(2026, 11, 23), opened=False, hour=0)
    assert days == ["11-21 unread", "11-23 unread"]


@given(number=st.integers(0, 200), minutes=st.integers(0, 24 * 60 - 1), opened=st.booleans())
def test_nothing_leaves_at_night_or_on_closed_days(number: int, minutes: int, opened: bool) -> None:
    now = at(date(2026, 11, 20)) + timedelta(days=number, minutes=minutes)
    local = now.astimezone(TORONTO)
    alert = alert_for(assigned(), DEPARTMENT, now, opened=opened)
    if alert:
        assert REAL.calendar.is_business_day(local.date())
        assert time(8, 30) <= local.time() < time(16, 30)


@given(
    received=st.dates(date(2026, 1, 1), date(2027, 6, 1)),
    number=st.integers(0, 120),
    minutes=st.tuples(st.integers(0, 479), st.integers(0, 479)),
)
def test_the_same_day_gives_the_same_alert_whoever_looks(
    received: date, number: int, minutes: tuple[int, int]
) -> None:
    case, opening = assigned(received), at(received + timedelta(days=number), 8, 30)
    one, two = (
        alert_for(case, DEPARTMENT, opening + timedelta(minutes=minute), opened=False)
        for minute in minutes
    )
    assert one == two


def test_a_clock_that_jumps_and_comes_back_tells_nothing_twice() -> None:
    case = assigned()
    before = alert_for(case, DEPARTMENT, at(date(2026, 12, 21)), opened=True)
    alert_for(case, DEPARTMENT, at(date(2030, 1, 4)), opened=True)
    assert alert_for(case, DEPARTMENT, at(date(2026, 12, 22)), opened=True) == before


def test_an_alert_to_the_office_has_its_own_link_and_text() -> None:
    head = sample_head(DEPARTMENT)
    now = at(date(2026, 12, 21))
    unit = compose_alert("late", assigned(), head, now, to_office=False)
    office = compose_alert("late", assigned(), head, now, to_office=True)
    assert (unit.recipient, unit.role) == ("equipe@ministere.example", "unit")
    assert (office.recipient, office.role) == ("o@ministere.example", "complaints_office")
    assert "/exemple/" in str(unit.values["desk_url"])
    assert "/office/" in str(office.values["desk_url"])
    assert office.values["late_days"] == 1


def words_of(kind: AlertKind, language: Language, *, to_office: bool, **values: object) -> str:
    case = sample_case(language, DEPARTMENT, kind=kind)
    letter = compose_alert(kind, case, sample_head(DEPARTMENT), RECEIVED, to_office=to_office)
    letter = replace(letter, languages=(language,), values={**letter.values, **values})
    raw = RENDERER.render(letter, message_id="1.2@ministere.example", at=RECEIVED).raw
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    parts = [mail.get_body((form,)) for form in ("plain", "html")]
    text, html = (part.get_content().replace("\xa0", " ") for part in parts if part)
    seen = LexborHTMLParser(html)
    for head in seen.css("head"):
        head.decompose()
    assert seen.body is not None
    said = set(re.findall(r"\w+", seen.body.text(separator=" ").casefold()))
    link = str(letter.values["desk_url"])
    assert said == set(re.findall(r"\w+", text.replace(link, "").casefold()))
    assert html.count(link) == text.count(link) == 1
    return str(text)


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("kind", get_args(AlertKind))
def test_both_parts_say_the_same_to_either_reader(kind: AlertKind, language: Language) -> None:
    to_unit = words_of(kind, language, to_office=False)
    to_office = words_of(kind, language, to_office=True)
    to_one, to_other = (re.sub(r"https:\S+", "", text) for text in (to_unit, to_office))
    # Whoever gives a case its unit reads one text; the rest asks something else of each reader
    assert (to_one == to_other) is (kind == "unsorted")
    assert words_of(kind, language, to_office=True, has_unit=False)


@pytest.mark.parametrize(
    ("language", "days", "said"),
    [
        ("fr", 5, "le lundi 23 novembre 2026 : il reste 5 jours ouvrables."),
        ("fr", 1, "le lundi 23 novembre 2026 : il reste 1 jour ouvrable."),
        ("fr", 0, "Réponse due aujourd’hui, le lundi 23 novembre 2026."),
        ("en", 1, "Answer due on Monday, November 23, 2026: 1 business day left."),
        ("en", 0, "Answer due today, Monday, November 23, 2026."),
    ],
)
def test_a_reminder_counts_in_words(language: Language, days: int, said: str) -> None:
    assert said in words_of("reminder", language, to_office=False, left_days=days)
