"""What the form accepts: nearly everything."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.answers import Answers, faults_in, read_answers, submission_of
from services.intake.limits import FormLimits
from shared.department import Addresses

TODAY = date(2026, 11, 24)
OURS = Addresses(intake=("plaintes@ministere.example",))


def answers(**given: str) -> Answers:
    return read_answers({"recit": ["Une histoire."]} | {k: [v] for k, v in given.items()})


def faults(**given: str) -> list[tuple[str, str]]:
    found = faults_in(
        answers(**given),
        addresses=OURS,
        offices=frozenset({"MTL-NO"}),
        today=TODAY,
        limits=FormLimits(answer_characters=100),
    )
    return [(fault.field, fault.key) for fault in found]


def test_a_story_alone_is_enough() -> None:
    assert faults() == []


def test_a_story_is_the_one_mandatory_answer() -> None:
    assert faults(recit="  \n ") == [("recit", "story_missing")]


def test_a_story_beyond_the_limit_is_told_so() -> None:
    assert faults(recit="x" * 101) == [("recit", "story_long")]


@pytest.mark.parametrize(
    "address",
    [
        "g.fortier@courriel",
        "g.fortier",
        "g fortier@courriel.example",
        "gé@courriel.example",
        "g@courriel.example, h@courriel.example",
        "<g@courriel.example>",
        ".g@courriel.example",
        "g..f@courriel.example",
        "g@-courriel.example",
        "x" * 65 + "@courriel.example",
    ],
)
def test_an_address_that_cannot_be_written_to_is_a_fault(address: str) -> None:
    assert faults(courriel=address) == [("courriel", "address_wrong")]


@pytest.mark.parametrize(
    "address",
    ["g@courriel.example", "O'Neil+plainte@sous.courriel.example", "mailto:g@courriel.example"],
)
def test_an_ordinary_address_is_good(address: str) -> None:
    assert faults(courriel=address) == []


def test_our_own_address_is_refused_so_that_we_never_write_to_ourselves() -> None:
    assert faults(courriel="Plaintes+x@ministere.example") == [("courriel", "address_ours")]


@pytest.mark.parametrize(
    ("way", "field"), [("courriel", "courriel"), ("telephone", "tel"), ("poste", "adresse")]
)
def test_a_chosen_way_needs_its_field(way: str, field: str) -> None:
    assert faults(reponse=way) == [(field, f"{field}_missing")]


def test_a_short_phone_number_is_a_fault() -> None:
    assert faults(tel="555-01") == [("tel", "phone_short")]


def test_an_office_that_is_not_in_the_list_is_a_fault() -> None:
    assert faults(bureau="MTL-XX") == [("bureau", "office_gone")]
    assert faults(bureau="MTL-NO") == []


def test_faults_come_in_page_order() -> None:
    found = faults(recit="", quand="32/13/2026", courriel="g@", tel="1", nom="x" * 201)
    assert [field for field, _ in found] == ["recit", "quand", "nom", "courriel", "tel"]


def test_no_line_of_a_header_can_be_typed_into_a_name() -> None:
    assert answers(nom="Zoé\r\nBcc: x@y.example").nom == "Zoé Bcc: x@y.example"


def test_control_characters_and_lone_surrogates_are_dropped() -> None:
    assert answers(recit="a\x00b\ud800c\x1b").recit == "abc"


def test_line_breaks_of_a_story_stay() -> None:
    assert answers(recit="un\r\n\r\ndeux").recit == "un\n\ndeux"


def test_an_unknown_choice_counts_as_none() -> None:
    typed = answers(qualite="roi", reponse="pigeon")
    assert (typed.qualite, typed.reponse) == ("personne", "")


def test_the_way_that_was_filled_in_is_the_way_to_answer() -> None:
    found = submission_of(answers(tel="450 555-0142"), language="fr", today=TODAY)
    assert found.answer_by == "phone"


def test_a_submission_says_what_was_chosen() -> None:
    typed = answers(
        qualite="organisme",
        organisme="Épicerie Exemple",
        quand="le 6 novembre",
        bureau="MTL-NO",
        courriel="g@courriel.example",
    )
    found = submission_of(typed, language="en", today=TODAY)
    assert (found.kind, found.organisation) == ("legal", "Épicerie Exemple")
    assert (found.language, found.office) == ("en", "MTL-NO")
    assert found.happened_on == date(2026, 11, 6)
    assert found.address == "g@courriel.example"


def test_a_person_without_organisation_keeps_none_even_when_one_was_typed() -> None:
    found = submission_of(answers(organisme="Épicerie"), language="fr", today=TODAY)
    assert (found.kind, found.organisation) == ("natural", "")
