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
     "Out of Office", "Undelivered Mail Returned to Sender", "Échec de la remise", "Non remis : x",
     "Réponse automatique/Automatic reply: Dossier", "[EXTERNE] Réponse automatique : Dossier",
     "Absent(e) du bureau : Dossier", "Absente du bureau Re: Dossier", "Out of office - Dossier",
     "Message d’absence", "RÉP. AUTO : Plainte", "Réponse d’absence du bureau",
     "Avis de non-remise", "[Auto-Reply] x",
     "Courriel automatique - ne pas y répondre",
     "Je suis présentement absente", "OOO: back on Monday", "Absent, de retour le 3 mars",
     "Delivery Status Notification (Failure)"],
)  # fmt: skip
def test_a_subject_gives_a_machine_away(subject: str) -> None:
    assert reasons(PERSON.replace(b"Plainte", subject.encode())) == ("subject_pattern",)


def said(subject: str, text: str) -> tuple[str, ...]:
    return reasons(PERSON.replace(b"Plainte", subject.encode()) + f"\n{text}\n".encode())


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Automatic reply", "Hello,\n\nI am out of the office until March 24."),
        ("Re: Réponse automatique : x", "Je suis actuellement absente du bureau."),
        ("En vacances", "Bonjour, je suis en vacances et de retour le 24 mars."),
        ("On leave", "I will be away from May 2 and back in June."),
        ("Re: Undelivered Mail", "Your message could not be delivered to a@b.example."),
        ("Retour à l’expéditeur", "Votre message n’a pas pu être remis à a@b.example."),
        ("Mailbox full", "Your message to a@b.example could not be delivered."),
        ("Congé de maternité", "Je suis en congé. Ce message est automatique."),
        ("Je suis en congé", "Je suis présentement en congé jusqu’au 3 avril."),
        ("Delivery problem", "a@b.example: 550 5.1.1 no mailbox here"),
        ("Lu : Avis", "Votre message\n À : plaintes\n Objet : Avis\na été lu le 3 mars."),
        ("We have received your request", "This is an automated message."),
        ("Nous avons bien reçu votre courriel", "Nous avons bien reçu votre message et "
         "communiquerons avec vous."),
        ("Confirmation de réception", "Ne pas répondre à ce courriel."),
    ],
)  # fmt: skip
def test_a_doubtful_subject_counts_with_words_of_its_kind(subject: str, text: str) -> None:
    assert said(subject, text) == ("subject_pattern",)
    assert said(subject, "J’attends mon chèque depuis deux mois.") == ()
    assert said("Plainte", text) == ()


@pytest.mark.parametrize(
    "subject",
    ["Plainte", "Votre bureau était fermé", "Delivery of my cheque", "Failure to answer my calls",
     "Mail that never came", "Absence de réponse", "Message à la ministre",
     "Lu dans le journal", "Je suis en congé de maladie et on me coupe",
     "Messages automatiques incompréhensibles",
     "Absente à mon rendez-vous, je suis pénalisée", "Your request for papers",
     "Automatic door broken", "Retour de mon dossier",
     "RE: Réponse automatique : Ma plainte", "TR: Réponse automatique : Plainte",
     "Réponse automatique, jamais de suivi", "Chèque non remis", "Undelivered cheque",
     "Delivery failure of my cheque", "Échec de la remise de mon chèque", "TR : Non remis",
     "Retour à l’expéditeur", "Out of office hours service", "Hors du bureau tout le temps",
     "Lu : votre lettre du 3 mars", "On leave and benefits cut", "Mail problem with your office",
     "Auto: frais de déplacement refusés", "Remis : mes documents, aucune réponse",
     "Re: Confirmation de réception de votre plainte", "Mailbox full at your office",
     "Fwd: Delivery Status Notification (Failure)", "Relevé de mars : non remis",
     "Absence : mon agent jamais là"],
)  # fmt: skip
def test_a_complaint_about_such_things_is_a_persons(subject: str) -> None:
    assert said(subject, "Mon chèque n’a pas pu être remis par le facteur. J’attends.") == ()
    assert said(subject, "My cheque could not be delivered. Your agent is out of the office.") == ()


def test_the_words_of_a_quoted_absence_do_not_count() -> None:
    quoted = "Le 3 mars 2026 à 9 h 12, Ana <b@x.example> a écrit :\n\n> Je suis absente du bureau."
    assert said("RE: Réponse automatique", f"Encore! J’attends.\n\n{quoted}") == ()


REPORT = (
    "---------- Forwarded message ---------\n"
    "De : Mail Delivery Subsystem <mailer-daemon@x.example>\n"
    "Date: mer. 12 mars 2026 à 10:24\nSubject: Undeliverable\n\nUnknown user: b@x.example\n"
)


def test_a_report_that_a_person_passes_on_with_a_word_about_it_is_the_persons() -> None:
    words = "Voyez ce que je reçois quand j’écris à votre bureau."
    reading = read(
        PERSON.replace(b"Plainte", b"Fwd: Undeliverable") + f"\n{words}\n\n{REPORT}".encode()
    )
    assert (reading.automatic_reasons, reading.bounce) == ((), None)


def test_a_report_that_a_mailbox_rule_passes_on_is_no_persons() -> None:
    assert said("Fwd: Undeliverable", f"Voir ci-dessous.\n\n{REPORT}") == ("subject_pattern",)
    notice = REPORT.replace("Undeliverable", "Votre prestation").replace(
        "mailer-daemon", "no-reply"
    )
    assert said("Fwd: Votre prestation", f"Voir ci-dessous.\n\n{notice}") == ()


def test_what_claims_to_come_from_us_is_named() -> None:
    assert reasons(PERSON.replace(b"ana@x.example", b"ana@M.example")) == ("own_domain",)
    assert reasons(PERSON, mail_from="avis+1@m.example") == ("own_domain",)
