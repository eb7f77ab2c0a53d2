"""A complaint that a colleague hands in is that of the person who wrote it; so is its day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.forwards import original_of
from services.intake.triage import first_case
from shared.department import Addresses
from shared.domain.case import Case
from shared.domain.envelope import Envelope, Submission
from shared.domain.reading import Forwarded, Reading, Triage

CASE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
CLERK = "Commis@Ministere.example"
CITIZEN = "Ginette@courriel.example"
FORWARDED = Forwarded(
    from_address=CITIZEN,
    from_name="Ginette Exemplaire",
    date=NOW - timedelta(days=6),
    subject="Ma plainte",
    text="On a perdu mon bail.",
)


def envelope_from(mail_from: str) -> Envelope:
    return Envelope(
        id="e",
        channel="mail",
        received_at=NOW,
        mail_from=mail_from,
        rcpt_tos=("plaintes@ministere.example",),
        size=1,
        sha256="",
    )


def reading(**fields: object) -> Reading:
    return Reading.model_validate(
        {
            "subject": "TR : Ma plainte",
            "from_address": CLERK,
            "from_name": "Commis Gabarit",
            "to": ("plaintes@ministere.example",),
            "text": "Pour traitement.",
            "own_text": "Pour traitement.",
            "forwarded": FORWARDED,
            "automatic": True,
            "automatic_reasons": ("own_domain",),
            **fields,
        }
    )


def opened(addresses: Addresses, mail_from: str = CLERK, **fields: object) -> Case:
    return first_case(CASE, envelope_from(mail_from), reading(**fields), addresses=addresses)


def test_the_language_is_that_of_the_person_and_not_of_the_colleague(addresses: Addresses) -> None:
    words = "My file was lost twice at your office, and nobody ever called me back about it."
    english = FORWARDED.model_copy(update={"subject": "My complaint", "text": words})
    assert opened(addresses, language="fr", forwarded=english).language == "en"


def test_both_senders_are_ours_or_nobody_handed_anything_in(addresses: Addresses) -> None:
    stranger = "moi@courriel.example"
    assert opened(addresses, from_address=stranger).forwarded_by == ""
    assert opened(addresses, mail_from=stranger).forwarded_by == ""


def test_person_day_and_words_are_those_of_the_original(addresses: Addresses) -> None:
    case = opened(addresses)
    assert (case.complainant.name, case.complainant.address) == ("Ginette Exemplaire", CITIZEN)
    assert case.received_at == NOW - timedelta(days=6)
    assert case.opened_at == NOW
    assert (case.subject, case.summary) == ("Ma plainte", "On a perdu mon bail.")
    assert case.participants == (CITIZEN.lower(),)
    assert (case.forwarded_by, case.tray) == (CLERK.lower(), "ordinary")


def test_the_acknowledgement_waits_and_never_goes_to_the_colleague(addresses: Addresses) -> None:
    case = opened(addresses)
    assert case.acknowledge_to == CITIZEN
    assert case.silent_because == ("address_only_in_text",)


def test_what_else_forbids_an_acknowledgement_still_does(addresses: Addresses) -> None:
    case = opened(addresses, automatic_reasons=("own_domain", "list_headers"))
    assert case.silent_because == ("address_only_in_text", "list_headers")
    assert case.tray == "automatic"


def test_an_address_that_cannot_be_one_is_kept_and_never_answered(addresses: Addresses) -> None:
    broken = FORWARDED.model_copy(update={"from_address": "ginette chez@courriel"})
    case = opened(addresses, forwarded=broken)
    assert case.complainant.address == "ginette chez@courriel"
    assert case.acknowledge_to is None


def test_a_forward_by_a_citizen_stays_the_citizens_complaint(addresses: Addresses) -> None:
    case = opened(
        addresses, mail_from="yvan@courriel.example", from_address="yvan@courriel.example"
    )
    assert case.complainant.address == "yvan@courriel.example"
    assert (case.forwarded_by, case.received_at) == ("", NOW)
    assert case.summary == "Pour traitement."


@pytest.mark.parametrize("address", ["", "directrice@ministere.example"])
def test_a_colleagues_own_mail_is_nobodys_complaint_handed_in(
    address: str, addresses: Addresses
) -> None:
    within = FORWARDED.model_copy(update={"from_address": address})
    assert opened(addresses, forwarded=within).forwarded_by == ""


def passed_on(by: str, text: str) -> str:
    return (
        f"Pour toi.\n\n---------- Message transféré ----------\nDe : {by}\n"
        f"Date : 14 novembre 2026 09:00\nObjet : Ma plainte\n"
        f"À : Roy <roy@ministere.example>\n\n{text}"
    )


def through(colleagues: int) -> Forwarded:
    """Return what the last of some colleagues forwarded: each had it from the one before."""
    text = passed_on(f"Lise Exemplaire <{CITIZEN}>", "On a perdu mon bail.")
    for _ in range(colleagues - 1):
        text = passed_on("Roy <roy@ministere.example>", text)
    return FORWARDED.model_copy(update={"from_address": "roy@ministere.example", "text": text})


@pytest.mark.parametrize("colleagues", [1, 2, 4])
def test_a_complaint_is_found_below_the_forwards_of_several_colleagues(
    colleagues: int, addresses: Addresses
) -> None:
    case = opened(addresses, forwarded=through(colleagues))
    assert (case.complainant.name, case.complainant.address) == ("Lise Exemplaire", CITIZEN)
    assert (case.summary, case.forwarded_by) == ("On a perdu mon bail.", CLERK.lower())
    assert case.received_at == datetime(2026, 11, 14, 14, 0, tzinfo=UTC)


def test_a_complaint_that_lies_too_deep_stays_that_of_the_colleague(addresses: Addresses) -> None:
    assert opened(addresses, forwarded=through(20)).forwarded_by == ""


def test_a_form_is_never_a_forward(addresses: Addresses) -> None:
    envelope = envelope_from(CLERK).changed(submission=Submission(language="fr"))
    assert original_of(envelope, reading(), addresses=addresses) is None


def test_domains_of_staff_count_beside_those_of_the_addresses(addresses: Addresses) -> None:
    envelope, staff = envelope_from("commis@equipe.example"), frozenset({"equipe.example"})
    assert original_of(envelope, reading(), addresses=addresses) is None
    assert original_of(envelope, reading(), addresses=addresses, staff_domains=staff) is not None


@pytest.mark.parametrize(
    ("written", "received"),
    [
        (None, NOW),
        (NOW + timedelta(minutes=1), NOW),
        (NOW - timedelta(days=900), NOW),
        (datetime(2026, 11, 14, 9, 0), datetime(2026, 11, 14, 14, 0, tzinfo=UTC)),  # noqa: DTZ001 (as mail programs forward it)
    ],
)
def test_a_date_that_cannot_be_is_not_taken(
    written: datetime | None, received: datetime, addresses: Addresses
) -> None:
    dated = FORWARDED.model_copy(update={"date": written})
    assert opened(addresses, forwarded=dated).received_at == received


def test_a_case_keeps_what_was_proposed_of_it(addresses: Addresses) -> None:
    proposed = Triage(kind="request", complainant_kind="legal", happened_on=NOW.date())
    case = first_case(CASE, envelope_from(CLERK), reading(), addresses=addresses, triage=proposed)
    assert (case.kind, case.complainant.kind) == ("request", "legal")
    assert case.happened_on == NOW.date()
