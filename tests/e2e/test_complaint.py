"""One complaint, from the door to the person's and the unit's mail, on both shapes."""

from __future__ import annotations

import re
from email.message import EmailMessage

from shared.domain.case import Case
from shared.ports.query import AllOf, Equal, Query
from tests.e2e.conftest import Start, Whole
from tests.waiting import until

MAIN = "plaintes@ministere.example"
GINETTE = "ginette@courriel.example"
LAVAL = "equipe.region-laval@ministere.example"
OFFICE = "equipe.direction.plaintes@ministere.example"


def mail(
    text: str, *, subject: str = "Mon dossier", message_id: str = "1@courriel.example",
    to: str = MAIN, sender: str = GINETTE, extra: str = "",
) -> bytes:  # fmt: skip
    return (
        f"From: Ginette Exemple <{sender}>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{message_id}>\r\nDate: Fri, 20 Nov 2026 09:41:00 -0500\r\n{extra}"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


LAVAL_MAIL = mail(
    "Bonjour,\r\n\r\nJ’attends depuis six semaines la réponse à ma demande d’aide, et personne ne "
    "me rappelle.\r\n\r\n12, rue des Exemples, Laval (Québec) H7N 1A1"
)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def deliver_to_laval(system: Whole) -> EmailMessage:
    await system.deliver(LAVAL_MAIL, mail_from=GINETTE, rcpt_tos=(MAIN,))
    return await system.mail_to(GINETTE)


async def the_case(system: Whole) -> Case:
    (case,) = await system.store.cases.find(Query())
    return case


def link_in(message: EmailMessage, base: str) -> str:
    found = re.search(re.escape(base) + r"(/[\w/.-]+)", text_of(message))
    assert found is not None
    return found.group(1)


async def test_a_complaint_reaches_its_unit_and_the_person_is_told(start: Start) -> None:
    async with start() as system:
        told = await deliver_to_laval(system)
        case = await the_case(system)
        assert (case.state, case.unit_id) == ("assigned", "DR-13")
        assert told["X-Envelope-From"] == "<>"
        assert told["Auto-Submitted"] == "auto-replied"
        assert told["In-Reply-To"] == "<1@courriel.example>"
        assert case.reference in text_of(told)
        assert "Laval" in text_of(told)
        assert "six semaines" not in text_of(told)  # nothing of the original goes out again
        unit = await system.mail_to(LAVAL)
        assert unit["X-Envelope-From"] != "<>"
        assert case.reference in text_of(unit)
        assert "six semaines" in text_of(unit)
        assert not list(unit.iter_attachments())


async def test_the_links_in_the_mail_open_the_case_and_its_status(start: Start) -> None:
    async with start() as system:
        told = await deliver_to_laval(system)
        case = await the_case(system)
        status = await system.page(system.web + link_in(told, "http://public.example"))
        assert status.status_code == 200
        assert case.reference in status.text
        assert "Ginette" not in status.text
        assert "six semaines" not in status.text
        link = link_in(await system.mail_to(LAVAL), "http://desk.example")
        page = await system.page(system.desk + link)
        assert page.status_code == 200
        assert "six semaines" in page.text
        assert await system.store.reads.count(Equal("case_id", case.id)) == 1
        forged = link[:-1] + ("a" if link[-1] != "a" else "b")
        assert (await system.page(system.desk + forged)).status_code in {403, 404, 410}
        assert await system.store.reads.count(Equal("case_id", case.id)) == 1


async def test_a_case_without_a_place_is_held_and_both_sides_are_told(start: Start) -> None:
    async with start() as system:
        raw = mail("Personne ne répond jamais au téléphone, c’est inacceptable.")
        await system.deliver(raw, mail_from=GINETTE, rcpt_tos=(MAIN,))
        told = await system.mail_to(GINETTE)
        case = await the_case(system)
        assert case.held is not None
        assert (case.state, case.held.reason) == ("held", "no_place")
        assert case.reference in text_of(told)
        assert case.reference in text_of(await system.mail_to(OFFICE))


async def test_an_english_complaint_is_answered_in_english(start: Start) -> None:
    async with start() as system:
        raw = mail(
            "Hello, I have been waiting for six weeks for an answer about my application, and "
            "nobody calls me back. I live at 12 Example Street, Laval, Quebec H7N 1A1.",
            subject="No answer",
        )
        await system.deliver(raw, mail_from=GINETTE, rcpt_tos=(MAIN,))
        told = await system.mail_to(GINETTE)
        assert told["Subject"].startswith("We have received your complaint")


async def test_a_reply_joins_the_case_and_the_unit_is_told(start: Start) -> None:
    async with start() as system:
        told = await deliver_to_laval(system)
        await system.mail_to(LAVAL)
        address = str(told["Reply-To"]).strip("<>")
        extra = f"In-Reply-To: {told['Message-ID']}\r\n"
        raw = mail("J’oubliais : mon numéro est le 450 555-0142.", message_id="2@x.example",
                   to=address, extra=extra)  # fmt: skip
        await system.deliver(raw, mail_from=GINETTE, rcpt_tos=(address,))
        await until(lambda: len(system.mails_to(LAVAL)) == 2, 20)
        case = await the_case(system)
        assert len(case.envelope_ids) == 2
        assert len(system.mails_to(GINETTE)) == 1


async def test_a_bounce_of_the_units_notice_finds_it_and_alarms_the_office(start: Start) -> None:
    async with start() as system:
        await deliver_to_laval(system)
        unit = await system.mail_to(LAVAL)
        return_path = str(unit["X-Envelope-From"]).strip("<>")
        raw = (
            f"From: MAILER-DAEMON@mx.example\r\nTo: {return_path}\r\nSubject: Undelivered mail\r\n"
            "Message-ID: <b@mx.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example"
            f"\r\n\r\nFinal-Recipient: rfc822; {LAVAL}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
            "--b--\r\n"
        ).encode()
        before = len(system.mails())
        for copy in (raw, raw.replace(b"<b@mx", b"<c@mx")):
            await system.deliver(copy, mail_from="", rcpt_tos=(return_path,))

        async def bounced() -> int:
            return await system.store.notices.count(Equal("state", "permanent"))

        assert await until(bounced, 20) == 1
        alarm = await system.mail_to(OFFICE)
        assert LAVAL in text_of(alarm)
        assert len(system.mails()) == before + 1
        assert await system.store.cases.count(AllOf(())) == 1


async def test_automatic_mail_is_kept_for_a_person_and_never_answered(start: Start) -> None:
    automatic = {
        "ooo": "Auto-Submitted: auto-replied\r\n",
        "list": "List-Id: <liste.exemple>\r\nPrecedence: list\r\n",
        "suppress": "X-Auto-Response-Suppress: All\r\n",
    }
    async with start() as system:
        for name, extra in automatic.items():
            raw = mail("Je suis absente à Laval.", message_id=f"{name}@x.example", extra=extra)
            await system.deliver(raw, mail_from=GINETTE, rcpt_tos=(MAIN,))
        null = mail("Avis", message_id="null@x.example")
        await system.deliver(null, mail_from="", rcpt_tos=(MAIN,))

        async def held() -> bool:
            return await system.store.cases.count(Equal("state", "held")) == 4

        await until(held, 20)
        await until(lambda: len(system.mails_to(OFFICE)) == 4, 20)
        assert len(system.mails()) == 4
