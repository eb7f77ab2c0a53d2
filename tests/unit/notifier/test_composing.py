"""What letters carry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.notifier.composing import compose, shortened, why
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.domain.assignment import Held
from shared.domain.case import Case
from shared.domain.keys import desk_link_is_good, reply_token
from shared.domain.language import languages_of
from shared.domain.place import Evidence
from shared.domain.recourse import Recourse, ToldRecourse
from shared.errors import Transient

DEPARTMENT = sample_department()
HEAD = sample_head(DEPARTMENT)
CASE = sample_case("fr", DEPARTMENT)


def clue(kind: str, words: str = "") -> Evidence:
    return Evidence.model_validate({"kind": kind, "value": "x", "words": words})


def test_an_acknowledgement_carries_the_facts_a_person_needs() -> None:
    letter = compose("acknowledgement", CASE, HEAD, RECEIVED)
    values = letter.values
    assert letter.role == "complainant"
    assert letter.recipient == "personne@courriel.example"
    assert values["reference"] == CASE.reference
    assert values["due_on"] == date(2026, 12, 18)
    assert values["contact_due_on"] == date(2026, 11, 24)
    assert values["answer_days"] == 20
    assert values["unit"] is DEPARTMENT.units["exemple"]
    assert values["why"] == "unit_chosen"
    assert str(values["status_url"]).startswith(f"{HEAD.public_url}/suivi/{CASE.reference}/")


def test_the_moment_received_is_in_local_time() -> None:
    late = CASE.changed(received_at=datetime(2026, 11, 21, 3, 30, tzinfo=UTC))
    values = compose("acknowledgement", late, HEAD, RECEIVED).values
    assert str(values["received_at"]) == "2026-11-20 22:30:00-05:00"
    assert values["due_on"] == date(2026, 12, 18)


def test_days_that_the_case_already_has_are_not_computed_again() -> None:
    extended = CASE.changed(due_on=date(2027, 1, 15), contact_due_on=date(2026, 11, 27))
    values = compose("acknowledgement", extended, HEAD, RECEIVED).values
    assert values["due_on"] == date(2027, 1, 15)
    assert values["contact_due_on"] == date(2026, 11, 27)
    assert values["answer_days"] == 40


def test_only_recourses_live_on_the_day_of_receipt_are_told() -> None:
    day = date(2026, 11, 20)
    over = Recourse(
        id="a", name_fr="a", name_en="a", rule_fr="", rule_en="", valid_to=date(2026, 11, 19)
    )
    live = over.model_copy(update={"id": "b", "valid_to": day, "valid_from": day})
    to_come = over.model_copy(
        update={"id": "c", "valid_to": None, "valid_from": date(2026, 11, 21)}
    )
    head = sample_head(DEPARTMENT.model_copy(update={"recourses": (over, live, to_come)}))
    told = compose("acknowledgement", CASE, head, RECEIVED).values["recourses"]
    assert told == (ToldRecourse(live),)


def test_a_reply_to_an_acknowledgement_finds_its_case() -> None:
    letter = compose("acknowledgement", CASE, HEAD, RECEIVED)
    assert reply_token(HEAD.keys, letter.reply_to) == CASE.reference.replace("-", "").lower()


@pytest.mark.parametrize(
    ("channel", "message_ids", "answered"),
    [
        ("mail", ("abc@courriel.example",), "abc@courriel.example"),
        ("mail", (), ""),
        ("mail", ("a b>\r\nBcc: c@d.example",), ""),
        ("mail", ("é@courriel.example",), ""),
        ("form", ("abc@plaintes.example",), ""),
    ],
)
def test_an_acknowledgement_names_the_mail_it_answers(
    channel: str, message_ids: tuple[str, ...], answered: str
) -> None:
    case = CASE.changed(channel=channel, message_ids=message_ids)
    assert compose("acknowledgement", case, HEAD, RECEIVED).in_reply_to == answered


@pytest.mark.parametrize(
    ("changes", "languages"),
    [
        ({}, ("fr",)),
        ({"language": "en"}, ("en",)),
        ({"language": "en", "language_confidence": 0.84}, ("fr", "en")),
        ({"language": "en", "language_confidence": 0.85}, ("en",)),
        ({"language": "en", "language_confidence": 0.5, "channel": "form"}, ("en",)),
    ],
)
def test_a_doubt_about_the_language_is_answered_in_both(
    changes: dict[str, object], languages: tuple[str, ...]
) -> None:
    assert languages_of(CASE.changed(**changes)) == languages


def test_a_legal_person_is_written_to_in_french_unless_outside_quebec() -> None:
    company = CASE.complainant.model_copy(update={"kind": "legal"})
    case = CASE.changed(complainant=company, language="en")
    assert languages_of(case) == ("fr",)
    held = Held(reason="outside_quebec", at=RECEIVED)
    assert languages_of(case.changed(held=held)) == ("en",)


def test_the_strongest_clue_says_why() -> None:
    assert why((clue("region"), clue("postal_code"), clue("municipality"))) == "postal_code"
    assert why(()) == "person"


def test_a_unit_gets_a_link_that_is_good_for_seven_days() -> None:
    url = str(compose("assigned", CASE, HEAD, RECEIVED).values["desk_url"])
    base, _, path = url.partition("/bureau/")
    case_id, unit_id, expiry, mark = path.split("/")
    assert base == HEAD.desk_url
    for days, good in ((6.9, True), (7.1, False)):
        assert good == desk_link_is_good(
            HEAD.keys,
            case_id=case_id,
            unit_id=unit_id,
            expiry=expiry,
            mark=mark,
            now=RECEIVED + timedelta(days=days),
        )


def test_a_unit_gets_a_short_summary_and_at_most_five_clues() -> None:
    evidence = tuple(clue("locality", f"lieu {number} " + "x" * 100) for number in range(9))
    assignment = CASE.assignment
    assert assignment is not None
    case = CASE.changed(
        summary="mot \r\n" * 200, assignment=assignment.model_copy(update={"evidence": evidence})
    )
    values = compose("assigned", case, HEAD, RECEIVED).values
    assert len(str(values["summary"])) <= 280
    assert "\n" not in str(values["summary"])
    clues = values["clues"]
    assert isinstance(clues, tuple)
    assert len(clues) == 5
    assert all(len(one.words) <= 60 for one in clues)


def test_a_summary_is_cut_at_a_word_and_never_grows() -> None:
    assert shortened("un deux trois", 13) == "un deux trois"
    assert shortened("un deux trois", 12) == "un deux…"
    assert shortened("x" * 20, 10) == "x" * 9 + "…"


def test_a_held_case_goes_to_the_complaints_office_with_known_candidates_only() -> None:
    case = sample_case("fr", DEPARTMENT, kind="held")
    held = case.held
    assert held is not None
    ghost = held.candidates[0].model_copy(update={"unit_id": "disparue"})
    case = case.changed(held=held.model_copy(update={"candidates": (ghost, *held.candidates)}))
    letter = compose("held", case, HEAD, RECEIVED)
    candidates = letter.values["candidates"]
    assert isinstance(candidates, tuple)
    assert [unit.id for unit, _ in candidates] == ["exemple"]
    assert letter.role == "complaints_office"
    assert letter.values["sort_by"] == date(2026, 11, 23)


def test_a_unit_that_our_tables_lack_is_asked_for_again_later() -> None:
    assignment = CASE.assignment
    assert assignment is not None
    case: Case = CASE.changed(assignment=assignment.model_copy(update={"unit_id": "nouvelle"}))
    with pytest.raises(Transient) as raised:
        compose("assigned", case, HEAD, RECEIVED)
    assert raised.value.code == "unit_not_in_tables"
