"""Something in every page of the desk and of the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage

from fastapi import FastAPI

from services.desk.keeping import asked_of, remark
from services.desk.signing_in import new_link
from services.intake.limits import FormLimits
from services.intake.web import build_app as build_door
from services.notifier.two_part_mail import two_part_mail
from shared.domain.act import Closing
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from shared.domain.keys import desk_path, status_path
from shared.domain.notice import Notice
from shared.domain.reading import Attachment
from shared.ports.store import Store
from tests.at_the_desk import account
from tests.browser.rows_of_cases import actor, sensitive
from tests.browser.whole_desk import WholeDesk
from tests.desk_people import another_held, in_tray, maybe_disclosing
from tests.many_cases import drawn_cases
from tests.operating import ASSIGNING, ENVELOPE_ID, fill, look_back
from tests.pages_samples import (
    KEYS,
    NOW,
    OFFICE,
    Sample,
    StoppedClock,
    assigned_case,
    department,
    held_case,
)
from tests.papers import pdf

#: Cases of all sorts, for lists and figures that fill more than a sheet.
DRAWN = 250
READS = 60
LONG_WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 2
LETTER = two_part_mail(
    [("To", "")],
    text="La plainte est reçue.",
    html="<html lang='fr-CA'><head><title>Accusé de réception</title></head><body>"
    "<header><p>Bureau des plaintes</p></header><main><h1>Votre plainte</h1><p>Elle est reçue. "
    "<a href='https://ministere.example/suivi'>La suivre</a></p></main></body></html>",
    boundary="=_x",
)


def full_case() -> Sample:
    """Return a case with a document of two pages and words that no line holds."""
    sample = assigned_case()
    first, (second, _) = sample.messages
    mail = EmailMessage()
    mail["Subject"] = "La lettre"
    mail.set_content("La voici.")
    mail.add_attachment(
        pdf("Un", "Deux"), maintype="application", subtype="pdf", filename="avis.pdf"
    )
    paper = Attachment(
        name=f"{LONG_WORD}.pdf",
        content_type="application/pdf",
        detected_type="application/pdf",
        size=25,
        sha256="",
        part="2",
    )
    reading = second.reading.model_copy(
        update={
            "attachments": (paper,),
            "own_text": f"J’ai oublié la lettre. https://courriel.example/{LONG_WORD}",
        }
    )
    told = second.model_copy(update={"reading": reading})
    return replace(sample, messages=(first, (told, mail.as_bytes())))


def closed_case() -> Case:
    ending = Closing(outcome="founded", motive="delays", at=NOW, by="Odile", said_satisfied=True)
    base = assigned_case(name="Plaignante entendue").case
    return base.changed(state="closed", closing=ending, answered_at=NOW, acted_at=NOW)


def letter_of(case: Case) -> Notice:
    return Notice(
        id="0f8fad5b-d9cb-469f-a165-000000000077",
        case_id=case.id,
        kind="acknowledgement",
        role="complainant",
        recipient="",
        language="fr",
        message_id="lettre@ministere.example",
        created_at=NOW,
        state="to_print",
    ).changed(way="post")


async def fill_desk(desk: WholeDesk) -> Mapping[str, str]:
    """Keep all of it and return the names that stand in addresses."""
    store, case = desk.system.store, full_case().case
    await desk.children.start()  # seconds on a busy machine, which no page shall wait for
    await full_case().keep(store)
    await store.notices.add(letter_of(case), raw=LETTER)
    for kind in ("note", "question"):
        words = f"Vu au comptoir, {LONG_WORD}"
        await store.remarks.add(remark(case, actor(), kind, words))
    asked = remark(case, actor(), "question", f"Est-ce bien {LONG_WORD} ?")
    asked = await store.remarks.save(asked_of(asked, desk.people["colleague"], OFFICE))
    await _keep_others(store, desk)
    look_back(desk.system)
    letter = await fill(desk.system)
    link, secret = new_link(NOW, sets_password=True)
    guest = await store.accounts.save(account("lien", "agent", OFFICE, link=link))
    agent = desk.people["agent"].id
    signed = desk_path(KEYS, case.id, OFFICE, NOW + timedelta(days=30)).split("/")
    return {
        **dict(zip(("case_id", "unit_id", "expiry", "mark"), signed, strict=True)),
        "reference": case.reference,
        "held": held_case().case.reference,
        "closed": closed_case().reference,
        "message_id": full_case().messages[1][0].id,
        "part": "2",
        "number": "1",
        "notice_id": letter_of(case).id,
        "account_id": guest.id,
        "secret": secret,
        "question_id": asked.id,
        "way": "phone",
        "entered_mark": KEYS.mark("entered", case.reference, "phone", agent),
        "queue": ASSIGNING,
        "letter_id": letter,
        "envelope_id": ENVELOPE_ID,
    }


async def _keep_others(store: Store, desk: WholeDesk) -> None:
    held = (held_case(), maybe_disclosing(50), another_held(61), another_held(62))
    for sample in (*held, *(in_tray(number, "spam") for number in range(20, 24))):
        await sample.keep(store)
    alarming = sensitive(assigned_case(name=f"Plaignante {LONG_WORD}").case, desk.people)
    for case in (closed_case(), alarming):
        await store.cases.add(case)
    for case in drawn_cases(3, DRAWN, first=date(2026, 1, 5), days=320):
        await store.cases.add(case)
    for number in range(READS):
        at, who = NOW - timedelta(minutes=13 * number), ("link:MTL-NO", "token:surveillance")
        await store.reads.add(
            CaseRead(id=new_id(), case_id=full_case().case.id, at=at, by=who[number % 2])
        )


async def build_filled_door(store: Store) -> FastAPI:
    """Make a door whose complaints can be followed."""
    await assigned_case().keep(store)
    await store.cases.add(closed_case())
    tables = department()
    return build_door(
        store=store,
        clock=StoppedClock(),
        keys=KEYS,
        addresses=tables.addresses,
        department=tables,
        public_url="http://plaintes.example",
        limits=FormLimits(burst=1000),
    )


def names_of_the_door() -> Mapping[str, str]:
    """Return the names that stand in addresses of the filled door."""
    sample, closed = assigned_case(), closed_case().reference
    reference, envelope = sample.case.reference, sample.messages[0][0].envelope_id
    _, secret = status_path(KEYS, reference).split("/")
    return {
        "reference": reference,
        "secret": secret,
        "envelope_id": envelope,
        "documents": "2",
        "received_mark": KEYS.mark("received", reference, envelope, "2"),
        "unit_id": OFFICE,
        "closed": closed,
        "opinion_mark": KEYS.mark("opinion", closed),
    }
