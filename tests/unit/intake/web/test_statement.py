"""A submission as a message: readable, whole, and the same when it is made twice."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from services.intake.answers import Answers
from services.intake.documents import Posted
from services.intake.reading.identity import message_identity
from services.intake.statement import envelope_id_for, message_of, statement_of, subject_of
from shared.domain.envelope import Submission
from shared.pages.rendering import HERE
from shared.pages.texts import NBSP, load_texts

ROOT = Path(__file__).parents[4]
TEXTS = load_texts("fr", HERE / "texts", ROOT / "services" / "intake" / "texts")
AT = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
ENVELOPE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
PDF = Posted("avis d’octobre.pdf", b"%PDF-1.4 \x00\xff" * 9, "pdf")
STORY = "J’attends depuis six semaines.\n\nFrom here on, nobody answers.\n" + "é" * 500


def message(
    *documents: Posted, address: str | None = "g@courriel.example", at: datetime = AT
) -> bytes:
    return message_of(
        envelope_id=ENVELOPE,
        submission=Submission(language="fr", name="Zoé, d’Été", address=address),
        statement=STORY,
        subject="Plainte : ça va mal",
        documents=documents,
        to="plaintes@ministere.example",
        at=at,
    )


def parsed(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_strict_parser_finds_no_defect() -> None:
    found = parsed(message(PDF, PDF._replace(name="b.pdf")))
    assert [part.defects for part in found.walk()] == [[]] * 4


def test_the_words_come_back_as_they_were_written() -> None:
    body = parsed(message(PDF)).get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == STORY


def test_a_document_comes_back_byte_for_byte() -> None:
    (found,) = parsed(message(PDF)).iter_attachments()
    assert found.get_filename() == PDF.name
    assert found.get_content_type() == "application/pdf"
    assert found.get_payload(decode=True) == PDF.data


def test_the_headers_say_who_and_when() -> None:
    found = parsed(message())
    assert found["From"].addresses[0].addr_spec == "g@courriel.example"
    assert found["From"].addresses[0].display_name == "Zoé, d’Été"
    assert found["To"] == "plaintes@ministere.example"
    assert found["Subject"] == "Plainte : ça va mal"
    assert found["Date"].datetime == AT
    assert found["Message-ID"] == f"<form.{ENVELOPE}@ministere.example>"


def test_without_an_address_the_sender_can_never_be_written_to() -> None:
    sender = parsed(message(address=None))["From"].addresses[0].addr_spec
    assert sender == "sans-adresse@ministere.example.invalid"


def test_the_same_page_sent_later_is_the_same_message() -> None:
    later = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
    assert message_identity(message(PDF)) == message_identity(message(PDF, at=later))


def test_every_line_is_short_enough_for_any_relay() -> None:
    assert max(len(line) for line in message(PDF).split(b"\r\n")) <= 78


def test_line_ends_are_those_of_mail() -> None:
    assert b"\n" not in message(PDF).replace(b"\r\n", b"")


def test_a_page_with_other_words_is_another_envelope() -> None:
    first = envelope_id_for("page", Answers(recit="un"), [PDF])
    assert first == envelope_id_for("page", Answers(recit="un"), [PDF])
    assert first != envelope_id_for("page", Answers(recit="deux"), [PDF])
    assert first != envelope_id_for("page", Answers(recit="un"), [])
    assert first != envelope_id_for("other page", Answers(recit="un"), [PDF])


def test_the_statement_begins_with_the_persons_own_words() -> None:
    typed = Answers(recit="Mon histoire.", lieu="J4K 2T4", reponse="telephone", tel="450 555-0142")
    found = statement_of(typed, office_name="", documents=2, texts=TEXTS)
    assert found.startswith("Mon histoire.\n\n")
    assert f"Lieu de résidence{NBSP}: J4K 2T4" in found
    assert f"Me répondre{NBSP}: par téléphone" in found
    assert f"Documents joints{NBSP}: 2" in found
    assert "Nom" not in found


def test_a_subject_is_the_first_words_cut_between_two() -> None:
    assert subject_of("Bref.", "Plainte : ") == "Plainte : Bref."
    long = subject_of("mot " * 50, "")
    assert long.endswith("mot…")
    assert len(long) <= 71
