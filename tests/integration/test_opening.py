"""What becomes of an envelope: one outcome, whatever is repeated, mixed up or forged."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from services.intake.opening import park_envelope
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.envelope import Envelope, Submission
from shared.domain.keys import Keys, reply_address
from shared.errors import Conflict, Transient
from shared.events import EnvelopeReceived
from shared.ports.query import AllOf, Equal
from shared.runtime.ledger import SETTLED, reckon
from tests.conftest import ToldClock
from tests.taking_in import GINETTE, MAIN, UNIT, Intake, mail


@pytest.fixture
def intake(store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses) -> Intake:
    return Intake(store, clock, keys, addresses)


async def test_a_complaint_opens_a_case_that_says_who_wrote_what_and_when(intake: Intake) -> None:
    envelope = await intake.take(mail())
    case = await intake.the_case()
    assert envelope.outcome is not None
    assert (envelope.outcome.kind, envelope.outcome.case_id) == ("opened", case.id)
    assert (case.complainant.name, case.complainant.address) == ("Ginette Exemple", GINETTE)
    assert case.summary == "Six semaines sans réponse à ma demande."
    assert (case.state, case.tray, case.silent_because) == ("opened", "ordinary", ())
    assert case.reference.startswith("26-")
    message = await intake.store.messages.get(case.first_message_id)
    assert message is not None
    assert message.envelope_id == envelope.id


async def test_the_same_event_twice_or_after_a_crash_changes_nothing(intake: Intake) -> None:
    event = await intake.keep(mail())
    first = await intake.open(event)
    assert await intake.open(event) == first
    # A crash between saving the case and the outcome: the envelope says "waiting" again.
    await intake.store.envelopes.save(first.changed(outcome=None))
    again = await intake.open(event)
    assert again.outcome_kind == "opened"
    assert len(await intake.cases()) == 1
    assert await intake.store.messages.count(AllOf(())) == 1


async def test_one_mail_to_two_addresses_at_the_same_moment_is_one_case_fifty_times(
    intake: Intake,
) -> None:
    async def twice(number: int) -> list[Envelope]:
        raw = mail(message_id=f"{number}@courriel.example", to=f"{MAIN}, {UNIT}")
        events = [await intake.keep(raw), await intake.keep(raw, rcpt_tos=(UNIT,))]
        return await asyncio.gather(*(stubborn(event) for event in events))

    async def stubborn(event: EnvelopeReceived) -> Envelope:
        while True:
            with suppress(Conflict):
                return await intake.open(event)

    pairs = await asyncio.gather(*(twice(number) for number in range(50)))
    cases = await intake.cases()
    assert len(cases) == 50
    assert all(sorted(e.outcome_kind for e in pair) == ["added", "opened"] for pair in pairs)
    assert all(set(case.addressees) == {MAIN, UNIT} for case in cases)
    assert all(len(case.envelope_ids) == 2 for case in cases)
    assert await intake.store.messages.count(AllOf(())) == 50


async def test_the_same_message_id_with_another_body_is_another_case_and_linked(
    intake: Intake,
) -> None:
    await intake.take(mail(text="Première plainte."))
    await intake.take(mail(text="Tout autre chose."))
    first, second = sorted(await intake.cases(), key=lambda case: len(case.linked_case_ids))
    assert second.linked_case_ids == (first.id,)


async def test_mail_without_a_message_id_is_never_taken_for_its_twin(intake: Intake) -> None:
    await intake.take(mail(message_id=""))
    await intake.take(mail(message_id=""))
    assert len(await intake.cases()) == 2


async def test_a_reply_to_the_reply_address_joins_its_case(intake: Intake) -> None:
    await intake.take(mail())
    case = await intake.the_case()
    address = reply_address(intake.keys, case.reference, MAIN)
    envelope = await intake.take(
        mail(sender="soeur@courriel.example", message_id="2@x.example", to=address),
        mail_from="soeur@courriel.example", rcpt_tos=(address,),
    )  # fmt: skip
    assert (envelope.outcome_kind, envelope.case_id) == ("added", case.id)
    case = await intake.the_case()
    assert "soeur@courriel.example" in case.participants
    assert await intake.store.messages.count(Equal("case_id", case.id)) == 2


async def test_a_reference_in_a_subject_counts_only_from_somebody_the_case_knows(
    intake: Intake,
) -> None:
    await intake.take(mail())
    case = await intake.the_case()
    subject = f"Re: {case.reference}"
    known = await intake.take(mail(message_id="2@x.example", subject=subject))
    assert known.case_id == case.id
    stranger = await intake.take(
        mail(sender="autre@courriel.example", message_id="3@x.example", subject=subject),
        mail_from="autre@courriel.example",
    )
    assert stranger.outcome_kind == "opened"
    new = await intake.store.cases.get(stranger.case_id or "")
    assert new is not None
    assert new.claims_reference == case.reference


async def test_a_form_is_believed_where_a_header_is_not(intake: Intake) -> None:
    submission = Submission(
        language="en", kind="legal", name="B. Modele", organisation="Gabarit inc.",
        address="direction@gabarit.example", office="BSQ-LONGUEUIL",
    )  # fmt: skip
    extra = "X-Recours-Office: DPRC\r\nPrecedence: list\r\n"
    await intake.take(
        mail(extra=extra), mail_from="direction@gabarit.example", submission=submission
    )
    case = await intake.the_case()
    assert (case.language, case.language_confidence) == ("en", 1.0)
    assert case.complainant.kind == "legal"
    assert case.office_chosen == "BSQ-LONGUEUIL"
    assert (case.tray, case.silent_because) == ("ordinary", ())
    assert case.acknowledge_to == "direction@gabarit.example"


async def test_a_parked_envelope_can_be_opened_later(intake: Intake) -> None:
    event = await intake.keep(mail())
    await park_envelope(event, store=intake.store, clock=intake.clock)
    envelope = await intake.store.envelopes.get(event.envelope_id)
    assert envelope is not None
    assert envelope.outcome_kind == "parked"
    assert (await intake.open(event)).outcome_kind == "opened"


async def test_an_event_whose_envelope_is_not_there_is_tried_again_later(intake: Intake) -> None:
    event = EnvelopeReceived(id="e", at=intake.clock.now(), envelope_id="nowhere")
    with pytest.raises(Transient):
        await intake.open(event)


async def test_the_ledger_names_what_does_not_add_up(intake: Intake) -> None:
    await intake.take(mail())
    waiting = await intake.keep(mail(message_id="2@x.example"))
    lost = await intake.take(mail(message_id="3@x.example"))
    assert lost.outcome is not None
    outcome = lost.outcome.model_copy(update={"case_id": "nowhere"})
    await intake.store.envelopes.save(lost.changed(outcome=outcome))
    ledger = await reckon(intake.store, now=intake.clock.now() + 2 * SETTLED)
    assert (ledger.accepted, ledger.opened, ledger.waiting) == (3, 2, 1)
    named = {difference.id for difference in ledger.differences}
    assert {waiting.envelope_id, lost.id} <= named
    assert not ledger.adds_up


def test_our_domains_are_those_of_our_addresses(addresses: Addresses) -> None:
    assert addresses.domains == frozenset({"ministere.example"})
