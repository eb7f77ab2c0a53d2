"""A complaint from its receipt to its closing, with a told clock: each act, each mail."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import partial

import pytest

from services.desk.acting import answer
from services.intake.web import build_app
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.keys import Keys, verp_notice
from tests.conftest import ToldClock
from tests.office import (
    HERE,
    PUBLIC,
    Office,
    act,
    answered_and_closed,
    asked_and_resumed,
    local_noon,
)
from tests.pages_samples import browser_of


@pytest.fixture
def office(store: SqliteStore, clock: ToldClock, keys: Keys) -> Office:
    return Office(store, clock, keys)


async def test_a_complaint_is_acknowledged_and_asked_about_over_the_holidays(
    office: Office,
) -> None:
    case = await asked_and_resumed(office)
    assert case.language_ground == "wrote"
    mails = await office.mails(case)
    # 20 business days past 24, 25 and 31 December and 1 January
    due = "Réponse au plus tard le mardi 19 janvier 2027, soit 20 jours ouvrables."
    assert due in mails["acknowledgement"][1]
    assert "La lettre, svp." in mails["asked"][1]
    assert "le délai de notre réponse est suspendu" in mails["asked"][1]
    # 21, 22, 23, 28 and 29 December do not count
    assert case.due_on == date(2027, 1, 26)


async def test_a_complaint_is_extended_answered_and_closed_with_its_recourses(
    office: Office,
) -> None:
    case = await answered_and_closed(office)
    assert case.state == "closed"
    mails = await office.mails(case)
    assert list(mails) == ["acknowledgement", "asked", "extended", "answer", "closed"]
    notice, text = mails["extended"]
    assert "au plus tard le mardi 9 février 2027" in text
    assert notice.created_at.date() < date(2027, 1, 26)
    assert "Un.\n\nDeux.\n\nMélanie Essai\n" in mails["answer"][1]
    notice, text = mails["closed"]
    assert "elle est fondée en partie" in text
    # presumed received on 10 December; 90 days later is Wednesday 10 March
    assert "Demande de révision de la décision : au plus tard le mercredi 10 mars 2027." in text
    assert all(one.name_fr in text for one in HERE.recourses)
    assert verp_notice(office.keys, notice.return_path) == notice.id


async def test_the_links_of_the_closing_mail_work(office: Office) -> None:
    case = await answered_and_closed(office)
    mails = await office.mails(case)
    opinion = re.search(rf"{PUBLIC}(/avis/\S+)", mails["closed"][1])
    status = re.search(rf"{PUBLIC}(/suivi/\S+)", mails["extended"][1])
    assert opinion is not None
    assert status is not None
    app = build_app(
        store=office.store, clock=office.clock, keys=office.keys, addresses=HERE.addresses,
        department=HERE, public_url=PUBLIC,
    )  # fmt: skip
    async with browser_of(app) as client:
        assert (await client.get(opinion[1])).status_code == 200
        await client.post(opinion[1], data={"avis": "oui"})
        assert "Votre plainte est close" in (await client.get(status[1])).text
    said = (await office.case(case.id)).satisfaction
    assert said is not None
    assert said.answer == "yes"


async def test_days_are_right_across_24_june_and_1_july(office: Office) -> None:
    office.clock.moment = local_noon(date(2026, 6, 22))
    case = await office.receive("J’attends une réponse depuis six semaines.")
    _, text = (await office.mails(case))["acknowledgement"]
    assert "d’ici le jeudi 25 juin 2026" in text
    assert "Réponse au plus tard le mercredi 22 juillet 2026" in text


async def test_an_english_complaint_is_answered_in_english(office: Office) -> None:
    english = "I have been waiting for an answer for six weeks and nobody ever calls me back."
    case = await office.receive(english, subject="Nobody answers")
    case = await act(office, case, date(2026, 11, 23), partial(answer, text="We apologize."))
    notice, text = (await office.mails(case))["answer"]
    assert notice.language == "en"
    assert text.startswith(HERE.name_en)
    assert "Bonjour" not in text


async def test_a_complaint_that_is_perhaps_a_review_keeps_its_hour_and_is_handed_on(
    office: Office,
) -> None:
    office.clock.moment = datetime(2026, 11, 21, 15, 5, tzinfo=UTC)  # a Saturday
    case = await office.receive("Je veux une révision de la décision du 16 octobre.")
    assert "possible_review" in {flag.name for flag in case.flags}
    mine, theirs = await office.mails(case), await office.mails(case, "complaints_office")
    for _, text in (mine["acknowledgement_review"], theirs["review"]):
        assert "samedi 21 novembre 2026 à 10 h 05" in text
        assert "lundi 23 novembre 2026" in text
    assert "aucune décision n’est prise par une machine" in mine["acknowledgement_review"][1]
