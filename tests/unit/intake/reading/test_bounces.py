"""Delivery reports: who failed, whether the address is dead, and of which mail."""

from __future__ import annotations

import pytest

from services.intake.reading import read
from shared.domain.reading import Bounce

TOP = "From: MAILER-DAEMON@x.example\nTo: avis@m.example\nSubject: Undelivered Mail\n"
REPORT = (
    TOP + "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n"
    "--r\n\nIt failed.\n--r\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; x.example\n\n{blocks}\n--r\n"
    "Content-Type: text/rfc822-headers\n\nMessage-ID: <avis-1@M.example>\nTo: a@x.example\n--r--\n"
)


def block(address: str = "a@x.example", action: str = "failed", status: str = "5.1.1") -> str:
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"


def bounce_of(text: str) -> Bounce:
    bounce = read(text.encode()).bounce
    assert bounce is not None
    return bounce


def of_report(*blocks: str) -> Bounce:
    return bounce_of(REPORT.format(blocks="\n".join(blocks)))


def in_prose(words: str) -> Bounce:
    return bounce_of(f"{TOP}\nYour mail was not delivered.\n\n<a@x.example>: {words}\n")


def test_a_report_names_the_recipient_and_our_mail() -> None:
    bounce = of_report(block())
    assert bounce.failed == ("a@x.example",)
    assert bounce.permanent
    assert bounce.original_message_id == "avis-1@m.example"


@pytest.mark.parametrize(
    ("status", "said", "permanent"),
    [
        ("5.1.1", "", True),
        ("5.1.2", "", True),
        ("5.1.10", "", True),
        ("5.1.8", "sender address does not exist", False),
        ("5.0.0", "550 no such user", True),
        ("5.0.0", "554 rejected", False),
        ("5.4.1", "Recipient address rejected: Access denied", True),
        ("5.2.2", "mailbox full", False),
        ("5.1.1", "552 over quota", False),
        ("5.7.1", "blocked by policy", False),
        ("5.3.4", "message size exceeds limit", False),
        ("4.4.7", "delivery time expired", False),
    ],
)
def test_only_an_address_that_does_not_exist_is_dead(
    status: str, said: str, permanent: bool
) -> None:
    bounce = of_report(block(status=status) + f"Diagnostic-Code: smtp; {said}\n")
    assert bounce.permanent is permanent


def test_a_late_mail_is_not_a_dead_address() -> None:
    bounce = of_report(block(action="delayed", status="4.4.1"))
    assert (bounce.failed, bounce.permanent) == (("a@x.example",), False)


def test_of_several_recipients_those_that_failed_count() -> None:
    late, gone = block("b@x.example", "delayed", "4.4.1"), block("c@x.example")
    fine = block("d@x.example", "delivered", "2.0.0")
    bounce = of_report(late, gone, fine)
    assert (bounce.failed, bounce.permanent) == (("c@x.example",), True)


def test_a_report_of_success_names_nobody() -> None:
    bounce = of_report(block(action="delivered", status="2.0.0"))
    assert (bounce.failed, bounce.permanent) == ((), False)


@pytest.mark.parametrize(
    ("words", "permanent"),
    [
        ("550 user unknown", True),
        ("destinataire inconnu", True),
        ("l’utilisateur n’existe pas", True),
        ("Host or domain name not found", True),
        ("boîte aux lettres pleine", False),
        ("552 mailbox is full", False),
        ("554 rejected as spam", False),
        ("connection timed out", False),
    ],
)
def test_a_report_in_prose_is_understood(words: str, permanent: bool) -> None:
    bounce = in_prose(words)
    assert (bounce.failed, bounce.permanent) == (("a@x.example",), permanent)


@pytest.mark.parametrize(
    ("words", "permanent"),
    [
        ("host mx said: 550 5.1.1 see our pages", True),
        ("Sorry, no mailbox here by that name. (#5.1.1)", True),
        ("550 5.7.1 Recipient address rejected: Message not accepted", False),
        ("550 Recipient address rejected: Access denied (in reply to RCPT TO command)", True),
        ("550 unknown user (in reply to end of DATA command)", False),
        ("after RCPT TO:<a@x.example>: 554 5.7.1 unknown user", True),
        ("after MAIL FROM:<avis@m.example>: 553 domain does not exist", False),
        ("556 5.1.10 domain does not accept mail", True),
        ("550 ce compte a été désactivé", False),
        ("Host not found, try again", False),
        ("C’est une erreur permanente; aucun autre essai ne sera fait.", True),
        ("C’est un refus.", False),
    ],
)
def test_who_said_it_and_when_tells_whether_an_address_is_dead(words: str, permanent: bool) -> None:
    bounce = in_prose(words)
    assert (bounce.failed, bounce.permanent) == (("a@x.example",), permanent)


@pytest.mark.parametrize(
    ("answers", "permanent"),
    [
        (">>> RCPT TO:<a@x.example>\n<<< 553 Unknown user", True),
        (">>> DATA\n<<< 550 Unknown user", False),
        (">>> DATA\n<<< 550 Unknown user\n<<< 503 need RCPT first", True),
    ],
)
def test_a_filter_that_hides_behind_an_unknown_user_is_told_apart(
    answers: str, permanent: bool
) -> None:
    assert in_prose(f"failed\n{answers}").permanent is permanent


def test_a_full_mailbox_in_the_words_goes_before_the_code() -> None:
    assert in_prose("550 5.1.1 user unknown. The mailbox is full.").permanent is False


def test_the_header_of_exim_names_the_recipient() -> None:
    text = f"{TOP}X-Failed-Recipients: a@x.example, b@x.example\n\nNo such user.\n"
    assert bounce_of(text).failed == ("a@x.example", "b@x.example")


@pytest.mark.parametrize(
    "copy",
    ["--- Message original ---", "--- Message d’origine ---", "Copie de votre message :",
     "En-têtes du message :", "Ce que vous avez écrit :"],
)  # fmt: skip
def test_the_identifier_of_the_mail_it_quotes_is_no_recipient(copy: str) -> None:
    quoted = f"{copy}\nMessage-ID: <avis-1@m2.example>\nFrom: avis@m.example"
    text = f"{TOP}\nVotre message n’a pas pu être remis à b@y.example.\n\n{quoted}\n"
    assert bounce_of(text).failed == ("b@y.example",)


def test_our_own_address_and_the_mail_systems_are_never_named() -> None:
    words = "Write to postmaster@x.example. avis@m.example wrote to <b@y.example>: unknown user"
    text = f"{TOP}\n{words}\n"
    assert bounce_of(text).failed == ("b@y.example",)


@pytest.mark.parametrize(
    "text",
    [
        "From: ana@x.example\nSubject: Plainte\n\n<b@x.example>: user unknown, ai-je lu.\n",
        "From: ana@x.example\nSubject: Réponse automatique\n\nÉcrivez à b@x.example.\n",
        "Return-Path: <>\nFrom: ana@x.example\nSubject: Absente\n\nÉcrivez à b@x.example.\n",
    ],
)
def test_what_is_no_delivery_report_has_no_bounce(text: str) -> None:
    assert read(text.encode()).bounce is None


def test_a_complaint_of_a_reader_is_no_bounce() -> None:
    text = REPORT.format(blocks=block()).replace(
        "message/delivery-status", "message/feedback-report"
    )
    reading = read(text.encode())
    assert reading.automatic
    assert reading.bounce is None
