"""Mail that no person wrote: noted on what it answers, or a case that nobody answers."""

from __future__ import annotations

import pytest

from shared.adapters.sqlite_store import SqliteStore
from shared.department import Addresses
from shared.domain.case import Case
from shared.domain.keys import Keys, reply_address, verp_address
from shared.domain.notice import Notice, NoticeState
from tests.conftest import ToldClock
from tests.taking_in import GINETTE, MAIN, Intake, mail


@pytest.fixture
def intake(store: SqliteStore, clock: ToldClock, keys: Keys, addresses: Addresses) -> Intake:
    return Intake(store, clock, keys, addresses)


async def a_notice(intake: Intake, case: Case, state: NoticeState = "sent") -> Notice:
    notice = Notice(
        id="0f8fad5b-d9cb-469f-a165-70867728950e", case_id=case.id, kind="acknowledgement",
        role="complainant", recipient=GINETTE, language="fr", state=state,
        message_id="avis.marque@ministere.example", created_at=intake.clock.now(),
    )  # fmt: skip
    return await intake.store.notices.save(notice)


BOUNCE = (
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nUndeliverable.\r\n"
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    "Final-Recipient: rfc822; ginette@courriel.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    "Message-ID: <avis.marque@ministere.example>\r\n\r\n--b--\r\n"
)


async def test_a_bounce_is_noted_on_its_notice_and_opens_nothing(intake: Intake) -> None:
    await intake.take(mail())
    notice = await a_notice(intake, await intake.the_case())
    raw = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {MAIN}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <b@mx.example>\r\nMIME-Version: 1.0\r\n{BOUNCE}"
    ).encode()
    address = verp_address(intake.keys, notice.id, MAIN)
    for number, rcpt in enumerate((MAIN, address)):
        copy = raw.replace(b"<b@mx", f"<b{number}@mx".encode())
        envelope = await intake.take(copy, mail_from="", rcpt_tos=(rcpt,))
        assert envelope.outcome_kind == "noted"
    bounced = await intake.store.notices.get(notice.id)
    assert bounced is not None
    assert (bounced.state, bounced.last_error) == ("permanent", "bounced")
    assert len(await intake.cases()) == 1


def report(notice: Notice, number: int, fields: str, words: str = "A report.") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {MAIN}\r\nSubject: Delivery status\r\n"
        f"Message-ID: <r{number}@mx.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\n{words}\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {notice.recipient}\r\n{fields}\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("fields", "state", "says"),
    [
        ("Action: delivered\r\nStatus: 2.0.0\r\n", "delivered", "delivered"),
        ("Action: relayed\r\nStatus: 2.0.0\r\n", "sent", "passed_on"),
        ("Action: deliverable\r\nStatus: 2.1.5\r\n", "sent", "passed_on"),
        ("Action: delayed\r\nStatus: 4.4.1\r\n", "sent", "delayed"),
        ("Action: failed\r\nStatus: 5.2.2\r\n", "sent", "full"),
        ("Action: failed\r\nStatus: 4.2.2\r\n", "sent", "full"),
        ("Action: failed\r\nStatus: 4.4.7\r\n", "sent", "refused"),
        ("Action: failed\r\nStatus: 5.7.1\r\n", "sent", "refused"),
        ("Action: failed\r\nStatus: 5.1.1\r\n", "permanent", "dead"),
        ("Action: failed\r\nStatus: 5.1.10\r\n", "permanent", "dead"),
        ("Action: expanded\r\nStatus: 2.0.0\r\n", "sent", "passed_on"),
        ("Action: failed\r\nStatus: 5.2.1\r\n", "sent", "refused"),
        ("Action: failed\r\nStatus: 5.3.4\r\n", "sent", "refused"),
        ("Action: failed\r\nStatus: 5.1.2\r\n", "permanent", "dead"),
        (
            "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 User unknown\r\n",
            "permanent",
            "dead",
        ),
        (
            "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 552 Mailbox is full\r\n",
            "sent",
            "full",
        ),
    ],
)
async def test_a_delivery_report_says_what_became_of_its_notice(
    intake: Intake, fields: str, state: str, says: str
) -> None:
    await intake.take(mail())
    notice = await a_notice(intake, await intake.the_case())
    address = verp_address(intake.keys, notice.id, MAIN)
    for number in range(2):
        raw = report(notice, number, fields)
        envelope = await intake.take(raw, mail_from="", rcpt_tos=(address,))
        assert envelope.outcome_kind == "noted"
    noted = await intake.store.notices.get(notice.id)
    assert noted is not None
    assert (noted.state, noted.report) == (state, says)
    assert len(await intake.cases()) == 1
    assert noted.version == notice.version + 1  # the second report said nothing new


@pytest.mark.parametrize(
    ("subject", "words", "state", "says"),
    [
        (
            "failure notice",
            "Hi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to "
            "deliver your message to the following addresses.\r\nThis is a permanent error; I've "
            "given up.\r\n\r\n<{to}>:\r\nSorry, no mailbox here by that name. (#5.1.1)",
            "permanent",
            "dead",
        ),
        (
            "Mail delivery failed: returning message to sender",
            "This message was created automatically by mail delivery software.\r\n\r\nA message "
            "that you sent could not be delivered to one or more of its recipients.\r\n\r\n  {to}"
            "\r\n    SMTP error from remote mail server after RCPT TO:<{to}>:\r\n    550 5.1.1 "
            "unknown user",
            "permanent",
            "dead",
        ),
        (
            "Non remis : Votre plainte",
            "Votre message n'a pas été remis aux destinataires suivants :\r\n\r\n{to}\r\n"
            "La boîte aux lettres est pleine.",
            "sent",
            "full",
        ),
        (
            "Undelivered Mail Returned to Sender",
            "<{to}>: host mx.example said: 554 5.7.1 rejected as spam",
            "sent",
            "refused",
        ),
        (
            "Avis de non-remise",
            "Échec de la remise à ces destinataires :\r\n\r\n{to}\r\n550 destinataire inconnu",
            "permanent",
            "dead",
        ),
    ],
)
async def test_a_bounce_in_prose_says_what_became_of_its_notice(
    intake: Intake, subject: str, words: str, state: str, says: str
) -> None:
    await intake.take(mail())
    notice = await a_notice(intake, await intake.the_case())
    address = verp_address(intake.keys, notice.id, MAIN)
    raw = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {address}\r\nSubject: {subject}\r\n"
        "Message-ID: <p1@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    ) + words.format(to=notice.recipient)
    envelope = await intake.take(raw.encode(), mail_from="", rcpt_tos=(address,))
    noted = await intake.store.notices.get(notice.id)
    assert noted is not None
    assert (envelope.outcome_kind, noted.state, noted.report) == ("noted", state, says)
    assert len(await intake.cases()) == 1


async def test_an_out_of_office_to_a_notice_is_noted_and_changes_no_notice(intake: Intake) -> None:
    await intake.take(mail())
    case = await intake.the_case()
    notice = await a_notice(intake, case)
    address = reply_address(intake.keys, case.reference, MAIN)
    raw = mail(
        message_id="ooo@courriel.example", subject="Absence du bureau",
        extra="Auto-Submitted: auto-replied\r\nIn-Reply-To: <avis.marque@ministere.example>\r\n",
    )  # fmt: skip
    envelope = await intake.take(raw, rcpt_tos=(address,))
    assert envelope.outcome_kind == "noted"
    assert await intake.store.notices.get(notice.id) == notice
    assert (await intake.the_case()).version == case.version


async def test_other_automatic_mail_opens_a_case_that_is_held_and_not_answered(
    intake: Intake,
) -> None:
    await intake.take(mail(extra="List-Id: <liste.exemple>\r\nPrecedence: list\r\n"))
    case = await intake.the_case()
    assert case.tray == "automatic"
    assert case.silent_because


async def test_spam_marked_by_our_relay_goes_to_a_tray_of_its_own(intake: Intake) -> None:
    await intake.take(mail(), spam=True)
    case = await intake.the_case()
    assert (case.tray, "spam" in case.silent_because) == ("spam", True)


async def test_mail_that_names_none_of_our_addresses_is_kept_and_not_answered(
    intake: Intake,
) -> None:
    await intake.take(mail(to="undisclosed-recipients:;"))
    assert (await intake.the_case()).silent_because == ("not_addressed_to_us",)


async def test_unreadable_mail_becomes_a_case_for_a_person(intake: Intake) -> None:
    nested = b"".join(
        f"Content-Type: multipart/mixed; boundary={n}\r\n\r\n--{n}\r\n".encode() for n in range(99)
    )
    await intake.take(b"From: <a@courriel.example>\r\nSubject: x\r\n" + nested)
    case = await intake.the_case()
    assert case.tray == "unreadable"
    assert "unreadable" in case.silent_because


async def test_a_persons_reply_that_exchange_has_marked_joins_the_case(intake: Intake) -> None:
    await intake.take(mail())
    case = await intake.the_case()
    address = reply_address(intake.keys, case.reference, MAIN)
    raw = mail(
        message_id="2@x.example",
        to=address,
        extra="X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n",
    )
    envelope = await intake.take(raw, rcpt_tos=(address,))
    assert (envelope.outcome_kind, envelope.case_id) == ("added", case.id)
