"""Where a message belongs: what is believed, and what is only noted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.intake.threads import ANCESTORS, Claims, Home, claims_of, home_of, is_participant
from services.intake.triage import first_case
from shared.department import Addresses
from shared.domain.case import Case, State
from shared.domain.envelope import Envelope
from shared.domain.keys import Keys, reply_address, verp_address
from shared.domain.reading import Bounce, Reading
from shared.domain.reference import reference_for

NOTICE = "0f8fad5b-d9cb-469f-a165-70867728950e"
CASE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
REFERENCE = reference_for(CASE, 2026)


def envelope_to(*rcpt_tos: str) -> Envelope:
    return Envelope(
        id="e",
        channel="mail",
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        mail_from="ginette@courriel.example",
        rcpt_tos=rcpt_tos,
        size=1,
        sha256="",
    )


def test_a_first_mail_claims_nothing(keys: Keys) -> None:
    claims = claims_of(Reading(subject="délai"), envelope_to("plaintes@ministere.example"), keys)
    assert not any(claims.model_dump().values())


def test_a_reply_address_is_believed_and_spelled_out(keys: Keys) -> None:
    address = reply_address(keys, REFERENCE, "plaintes@ministere.example")
    assert claims_of(Reading(), envelope_to(address), keys).reply_reference == REFERENCE


def test_a_return_path_names_its_notice(keys: Keys) -> None:
    address = verp_address(keys, NOTICE, "plaintes@ministere.example")
    assert claims_of(Reading(), envelope_to(address), keys).notice_ids == (NOTICE,)


def test_the_nearest_ancestors_come_first_and_not_without_end(keys: Keys) -> None:
    reading = Reading(
        in_reply_to=("b@x.example",),
        references=(*(f"{number}@x.example" for number in range(500)), "a@x.example"),
        bounce=Bounce(original_message_id="n@x.example"),
    )
    ancestors = claims_of(reading, envelope_to("plaintes@ministere.example"), keys).ancestors
    assert ancestors[:3] == ("n@x.example", "b@x.example", "a@x.example")
    assert len(ancestors) == ANCESTORS


def test_a_reference_in_a_subject_is_a_claim_and_no_more(keys: Keys, addresses: Addresses) -> None:
    envelope = envelope_to("plaintes@ministere.example")
    reading = Reading(subject=f"Re: {REFERENCE}", from_address="Ginette@courriel.example")
    assert claims_of(reading, envelope, keys).subject_references == (REFERENCE,)
    case = first_case(CASE, envelope, reading, addresses=addresses)
    assert is_participant(case, reading)
    assert not is_participant(case, Reading(from_address="autre@courriel.example"))
    assert not is_participant(case, Reading())


def a_case(addresses: Addresses, number: int, state: State = "held") -> Case:
    case_id = CASE[:-1] + str(number)
    reading = Reading(from_address="ginette@courriel.example", message_id=f"{number}@x.example")
    envelope = envelope_to("plaintes@ministere.example")
    return first_case(case_id, envelope, reading, addresses=addresses).changed(state=state)


GINETTE, STRANGER = (
    Reading(from_address="Ginette@courriel.example"),
    Reading(from_address="autre@courriel.example"),
)


def test_claims_are_believed_in_their_order(addresses: Addresses) -> None:
    one, two, three, four = (a_case(addresses, number) for number in range(4))
    everything: dict[str, Any] = {
        "replied": one, "noticed": two, "named": [three], "related": [four]
    }  # fmt: skip
    for case in (one, two, three, four):
        assert home_of(GINETTE, Claims(), **everything).case == case
        everything.pop(next(iter(everything)))
    assert home_of(GINETTE, Claims()) == Home()


def test_a_reply_address_and_our_message_id_are_believed_of_anybody(addresses: Addresses) -> None:
    case = a_case(addresses, 1)
    assert home_of(STRANGER, Claims(), replied=case).case == case
    assert home_of(STRANGER, Claims(), noticed=case).case == case


def test_a_stranger_who_names_a_case_opens_another_that_claims_it(addresses: Addresses) -> None:
    case = a_case(addresses, 1)
    claims = Claims(subject_references=(case.reference,))
    expected = Home(claims_reference=case.reference)
    assert home_of(STRANGER, claims, named=[case]) == expected
    assert home_of(STRANGER, Claims(), related=[case]) == expected


def test_a_reference_that_nobody_has_is_claimed_all_the_same() -> None:
    assert home_of(GINETTE, Claims(subject_references=(REFERENCE,))).claims_reference == REFERENCE


def test_a_reply_to_a_closed_case_belongs_to_it_and_changes_nothing_of_it(
    addresses: Addresses,
) -> None:
    closed = a_case(addresses, 1, state="closed")
    home = home_of(GINETTE, Claims(), replied=closed)
    assert home.case is not None
    assert home.case == closed
