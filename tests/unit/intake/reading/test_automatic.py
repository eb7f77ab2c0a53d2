"""Who wrote it, a person or a machine."""

from __future__ import annotations

import pytest

from services.intake.reading import read

PERSON = b"From: Ana <ana@x.example>\nTo: plaintes@m.example\nSubject: Plainte\n"


def reasons(fields: bytes, *, mail_from: str | None = "ana@x.example") -> tuple[str, ...]:
    reading = read(
        fields + b"\nBonjour\n", mail_from=mail_from, own_domains=frozenset({"m.example"})
    )
    assert reading.automatic is bool(reading.automatic_reasons)
    return reading.automatic_reasons


@pytest.mark.parametrize(
    "more",
    [
        b"",
        b"Auto-Submitted: no\n",
        b"Auto-Submitted: (a person) No; because=yes\n",
        b"Precedence: first-class\n",
        b"X-Autoreply: no\n",
        b"X-Auto-Response-Suppress: None\n",
        b"Return-Path: <ana@x.example>\n",
        b"In-Reply-To: <avis@m.example>\n",
        b"X-Spam-Status: Yes\n",
    ],
)
def test_a_persons_mail_is_not_automatic(more: bytes) -> None:
    assert reasons(PERSON + more) == ()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (b"Auto-Submitted: auto-replied\n", "auto_submitted"),
        (b"Auto-Submitted: Auto-Generated; owner=x\n", "auto_submitted"),
        (b"List-Unsubscribe: <mailto:x@x.example>\n", "list_headers"),
        (b"Feedback-ID: 1:2\n", "list_headers"),
        (b"Precedence: Bulk\n", "precedence"),
        (b"X-Precedence: auto_reply\n", "precedence"),
        (b"X-Auto-Response-Suppress: DR, OOF, AutoReply\n", "auto_response_suppress"),
        (b"X-Autorespond: x\n", "x_autoreply"),
        (b"X-Loop: yes\n", "loop_marker"),
        (b"X-Loop: MAILER-DAEMON@x.example\n", "loop_marker"),
        (b"X-Failed-Recipients: a@b.example\n", "failed_recipients"),
        (b"Delivered-To: autoresponder\n", "delivered_to_autoresponder"),
        (b"X-POST-MessageClass: 9; Autoresponder\n", "post_message_class"),
        (b"Return-Path: <>\n", "null_sender"),
        (b"Content-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b--\n", "report_type"),
        (b"Received: x\n" * 50, "received_count"),
    ],
)
def test_a_header_gives_a_machine_away(more: bytes, reason: str) -> None:
    assert reason in reasons(PERSON + more)


@pytest.mark.parametrize("sender", ["", "<>"])
def test_the_null_sender_is_a_machine(sender: str) -> None:
    assert reasons(PERSON, mail_from=sender) == ("null_sender",)


def test_a_lists_loop_marker_says_nothing_of_who_wrote() -> None:
    assert reasons(PERSON + b"X-Loop: citoyens@liste.example\n") == ()
    assert reasons(PERSON + b"X-Loop: <Ana@x.example>\n") == ("loop_marker",)


def test_a_file_without_an_envelope_has_no_null_sender() -> None:
    assert reasons(PERSON, mail_from=None) == ()


@pytest.mark.parametrize(
    "local",
    ["MAILER-DAEMON", "postmaster", "no-reply", "noreply", "ne-pas-repondre", "nepasrepondre",
     "do_not_reply", "service-no-reply", "bounce+123", "list-bounces", "owner-list", "x-request",
     "listserv", "nobody"],
)  # fmt: skip
def test_a_sender_that_no_person_writes_from_is_a_machine(local: str) -> None:
    fields = PERSON.replace(b"ana@", local.encode() + b"@")
    assert "sender_local_part" in reasons(fields)
    assert "sender_local_part" in reasons(PERSON, mail_from=f"{local}@x.example")


@pytest.mark.parametrize("local", ["norbert", "noreen.plyler", "denise.reply", "rootbeer.fan"])
def test_a_sender_that_only_looks_like_one_is_a_person(local: str) -> None:
    assert reasons(PERSON.replace(b"ana@", local.encode() + b"@")) == ()


@pytest.mark.parametrize(
    "subject",
    ["Réponse automatique : Plainte", "Automatic reply: File", "Absence du bureau",
     "TR : Non remis", "Out of Office", "Re: Undelivered Mail Returned to Sender",
     "Échec de la remise",
     "Message d’absence", "Avis de non-remise", "[Auto-Reply] x",
     "Courriel automatique - ne pas y répondre",
     "Je suis présentement absente", "Nous avons bien reçu votre courriel", "OOO: back on Monday",
     "We have received your request", "Absent, de retour le 3 mars",
     "Delivery Status Notification (Failure)"],
)  # fmt: skip
def test_a_subject_gives_a_machine_away(subject: str) -> None:
    assert reasons(PERSON.replace(b"Plainte", subject.encode())) == ("subject_pattern",)


@pytest.mark.parametrize(
    "subject",
    ["Plainte", "Votre bureau était fermé", "Delivery of my cheque", "Failure to answer my calls",
     "Mail that never came", "Absence de réponse", "Message à la ministre",
     "Lu dans le journal", "Je suis en congé de maladie et on me coupe",
     "Messages automatiques incompréhensibles",
     "Absente à mon rendez-vous, je suis pénalisée", "Your request for papers",
     "Automatic door broken", "Retour de mon dossier"],
)  # fmt: skip
def test_a_complaint_about_such_things_is_a_persons(subject: str) -> None:
    assert reasons(PERSON.replace(b"Plainte", subject.encode())) == ()


def test_what_claims_to_come_from_us_is_named() -> None:
    assert reasons(PERSON.replace(b"ana@x.example", b"ana@M.example")) == ("own_domain",)
    assert reasons(PERSON, mail_from="avis+1@m.example") == ("own_domain",)
