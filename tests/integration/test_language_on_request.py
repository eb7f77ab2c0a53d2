"""A person who plainly asks for a language gets it; the ground is kept with the case."""

from __future__ import annotations

import pytest

from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.envelope import Submission
from shared.domain.keys import Keys, reply_address
from shared.domain.language import ground_of, languages_of
from tests.conftest import ToldClock
from tests.taking_in import MAIN, Intake, mail

FRENCH = "J'attends depuis six semaines une réponse à ma demande, et personne ne me rappelle."
ASKS = f"{FRENCH}\r\n\r\nEnglish please."
QUOTED = f"{FRENCH}\r\n\r\nLe 3 novembre 2026, Centre <c@exemple.example> a écrit :\r\n"


@pytest.fixture
def intake(store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses) -> Intake:
    return Intake(store, clock, keys, addresses)


async def test_words_in_french_that_ask_for_english_are_answered_in_english(intake: Intake) -> None:
    await intake.take(mail(text=ASKS))
    case = await intake.the_case()
    assert (languages_of(case), case.language_ground) == (("en",), "asked")


async def test_a_request_in_quoted_history_asks_for_nothing(intake: Intake) -> None:
    await intake.take(mail(text=f"{QUOTED}> Please answer in English.\r\n"))
    case = await intake.the_case()
    assert (case.language, case.language_ground) == ("fr", "wrote")


async def test_what_the_form_s_text_asks_goes_before_the_page_it_was_written_on(
    intake: Intake,
) -> None:
    said = Submission(language="fr", address="ginette@courriel.example")
    await intake.take(mail(text=ASKS), submission=said)
    case = await intake.the_case()
    assert (languages_of(case), ground_of(case)) == (("en",), "asked")


async def test_a_legal_person_in_quebec_that_asks_for_english_is_answered_in_french(
    intake: Intake,
) -> None:
    said = Submission(
        language="fr", kind="legal", organisation="Exemple inc.", address="a@courriel.example"
    )
    await intake.take(mail(text=ASKS), submission=said)
    case = await intake.the_case()
    assert (languages_of(case), case.language_ground) == (("fr",), "legal_person")


@pytest.mark.parametrize(
    ("extra", "languages"), [("", ("en",)), ("Auto-Submitted: auto-replied\r\n", ("fr",))]
)
async def test_a_person_may_ask_in_a_reply_and_a_program_may_not(
    intake: Intake, extra: str, languages: tuple[str, ...]
) -> None:
    await intake.take(mail(text=FRENCH))
    case = await intake.the_case()
    address = reply_address(intake.keys, case.reference, MAIN)
    reply = mail(text=ASKS, message_id="2@courriel.example", to=address, extra=extra)
    await intake.take(reply, rcpt_tos=(address,))
    after = await intake.store.cases.get(case.id)
    assert after is not None
    assert languages_of(after) == languages
