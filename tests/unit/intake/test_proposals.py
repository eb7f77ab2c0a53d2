"""What a message proposes with its documents and its forward, and what the form says first."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.intake.proposals import COVER_NOTE, FLAGS, proposal_of
from services.intake.triage import first_case
from shared.department import Addresses
from shared.domain.document import Value
from shared.domain.envelope import Envelope, Submission
from shared.domain.reading import DocumentText, Forwarded, Reading, Triage

TODAY = date(2026, 11, 20)
ENVELOPE = Envelope(
    id="e",
    channel="mail",
    received_at=datetime(2026, 11, 20, tzinfo=UTC),
    mail_from="ginette@courriel.example",
    rcpt_tos=("plaintes@ministere.example",),
    size=1,
    sha256="",
)
LETTER = "Le 3 novembre 2026, on a refusé ma demande. Je demande une révision de la décision."


class Mail(Value):
    """One message as opening hands it over."""

    envelope: Envelope = ENVELOPE
    reading: Reading = Reading(own_text="Voir la lettre jointe.")
    documents: tuple[DocumentText, ...] = ()

    def triage(self, addresses: Addresses) -> Triage:
        return proposal_of(
            self.envelope, self.reading, self.documents, addresses=addresses, received_on=TODAY
        )


def letter(text: str, part: str = "2", **fields: object) -> DocumentText:
    return DocumentText.model_validate(
        {"part": part, "name": "l.pdf", "type": "pdf", "state": "read", "text": text, **fields}
    )


def test_a_letter_speaks_for_the_mail_that_only_announces_it(addresses: Addresses) -> None:
    found = Mail(documents=(letter(LETTER),)).triage(addresses)
    assert {(flag.name, flag.where) for flag in found.flags} == {("possible_review", "2")}
    assert all(LETTER[flag.start : flag.end] == flag.words for flag in found.flags)
    assert (found.kind, found.happened_on) == ("complaint", date(2026, 11, 3))


def test_a_letter_adds_flags_and_no_day_to_a_mail_that_speaks_for_itself(
    addresses: Addresses,
) -> None:
    story = Reading(own_text="On a perdu mon bail et personne ne rappelle. " * (COVER_NOTE // 20))
    found = Mail(reading=story, documents=(letter(LETTER),)).triage(addresses)
    assert {flag.where for flag in found.flags} == {"2"}
    assert found.happened_on is None


def test_what_was_not_read_of_a_document_proposes_nothing(addresses: Addresses) -> None:
    unread = letter(LETTER, state="by_a_person", because="too_many_pages")
    assert Mail(documents=(unread,)).triage(addresses).flags == ()


def test_many_documents_leave_a_bounded_number_of_flags(addresses: Addresses) -> None:
    many = tuple(letter(LETTER, part=str(part)) for part in range(200))
    assert len(Mail(documents=many).triage(addresses).flags) == FLAGS


def test_the_words_of_a_forwarded_complaint_count_and_not_the_colleagues(
    addresses: Addresses,
) -> None:
    reading = Reading(
        from_address="commis@ministere.example",
        own_text="Possible poursuite, à traiter.",
        forwarded=Forwarded(
            from_address="ginette@courriel.example",
            text="Je conteste la décision d'hier.",
            date=datetime(2026, 11, 10, 2, 0, tzinfo=UTC),
        ),
    )
    envelope = ENVELOPE.changed(mail_from="commis@ministere.example")
    found = Mail(envelope=envelope, reading=reading).triage(addresses)
    assert {(flag.name, flag.where) for flag in found.flags} == {("possible_review", "forwarded")}
    assert found.happened_on == date(2026, 11, 8)  # the day before it was written, in Québec


def test_what_the_form_says_goes_before_what_was_read(addresses: Addresses) -> None:
    said = Submission(language="fr", kind="natural", happened_on=date(2026, 10, 1))
    envelope = ENVELOPE.changed(submission=said)
    mail = Mail(envelope=envelope, reading=Reading(own_text=f"Notre entreprise attend. {LETTER}"))
    proposed = mail.triage(addresses)
    assert (proposed.complainant_kind, proposed.happened_on) == ("legal", date(2026, 11, 3))
    case = first_case("0" * 32, envelope, mail.reading, addresses=addresses, triage=proposed)
    assert (case.complainant.kind, case.happened_on) == ("natural", date(2026, 10, 1))
    assert case.flags == proposed.flags


def test_what_looks_like_history_in_a_first_mail_is_searched_for_what_is_grave(
    addresses: Addresses,
) -> None:
    quoted = "Le 3 mars, l’agente a écrit : dossier fermé.\nJe vais me suicider."
    told = Reading(own_text="Bonjour,", quoted_text=quoted)
    (flag,) = Mail(reading=told).triage(addresses).flags
    assert (flag.name, flag.where) == ("sensitive", "quoted_text")
    assert quoted[flag.start : flag.end] == flag.words
    answer = told.model_copy(update={"in_reply_to": ("avis@ministere.example",)})
    assert Mail(reading=answer).triage(addresses).flags == ()


def test_what_a_colleague_says_above_a_forward_is_searched_too(addresses: Addresses) -> None:
    forwarded = Forwarded(from_address="g@courriel.example", text="On a perdu mon bail.")
    above = "Elle dit au téléphone qu’elle veut se suicider."
    reading = Reading(own_text=above, from_address="commis@ministere.example", forwarded=forwarded)
    clerk = ENVELOPE.changed(mail_from="commis@ministere.example")
    (flag,) = Mail(envelope=clerk, reading=reading).triage(addresses).flags
    assert (flag.name, flag.where) == ("sensitive", "own_text")
    assert above[flag.start : flag.end] == flag.words
