"""Letters as mail."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from typing import get_args

import pytest
from selectolax.lexbor import LexborHTMLParser

from services.notifier.composing import compose
from services.notifier.preview import preview
from services.notifier.rendering import KINDS, LANGUAGES, Mail
from services.notifier.sample import (
    RECEIVED,
    sample_case,
    sample_department,
    sample_head,
    sample_letters,
)
from shared.domain.assignment import HeldReason
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.domain.notice import NoticeKind
from shared.domain.place import Evidence
from tests.shipped import renderer

DEPARTMENT = sample_department()
HEAD = sample_head(DEPARTMENT)
RENDERER = renderer()
MESSAGE_ID = "59db3fa0-37bf-5c15-85d8-0ac466c59fca.mark@ministere.example"


def rendered(kind: NoticeKind, case: Case) -> Mail:
    return RENDERER.render(compose(kind, case, HEAD, RECEIVED), message_id=MESSAGE_ID, at=RECEIVED)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(raw: bytes) -> str:
    part = parsed(raw).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(raw: bytes) -> str:
    part = parsed(raw).get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


LETTERS = list(sample_letters(DEPARTMENT))


@pytest.mark.parametrize("number", range(len(LETTERS)))
def test_every_mail_parses_without_a_defect(number: int) -> None:
    letter = LETTERS[number]
    raw = RENDERER.render(letter, message_id=MESSAGE_ID, at=RECEIVED).raw
    message = parsed(raw)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert not [part.defects for part in message.walk() if part.defects]
    assert not [name for name, value in message.items() if value.defects]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 200
    assert raw.isascii()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same(kind: NoticeKind, language: Language) -> None:
    raw = preview(kind, language, DEPARTMENT, RENDERER)
    page = LexborHTMLParser(html_of(raw))
    links = [str(link.attributes["href"]) for link in page.css("a")]
    for unseen in page.css("head, .days"):
        unseen.decompose()
    assert page.body is not None
    in_html = re.findall(r"\w+", page.body.text(separator=" ").casefold())
    text = text_of(raw)
    for link in links:
        assert link in text
        text = text.replace(link, "")
    in_text = [w for w in re.findall(r"\w+", text.casefold()) if not re.fullmatch(r"\d|_+", w)]
    assert sorted(set(in_text)) == sorted({w for w in in_html if not re.fullmatch(r"\d", w)})


def test_an_acknowledgement_says_what_a_person_needs() -> None:
    text = text_of(rendered("acknowledgement", sample_case("fr", DEPARTMENT)).raw).replace(
        "\xa0", " "
    )
    for said in (
        "Votre numéro de référence : 26-",
        "Reçue le vendredi 20 novembre 2026 à 9 h 41.",
        "Confiée à cette unité : Bureau de l’Exemple. Vous l’avez choisie dans le formulaire.",
        "Réponse au plus tard le vendredi 18 décembre 2026, soit 20 jours ouvrables.",
        "communique avec vous d’ici le mardi 24 novembre 2026",
        "https://plaintes.ministere.example/suivi/26-",
        "elle n’arrête pas leurs délais",
        "- Révision : par écrit, dans les 90 jours. 418 555-0111",
        "Le courriel n’est pas tout à fait sûr",
        "une personne le vérifie et décide",
        "Ce message est envoyé automatiquement, une seule fois.",
    ):
        assert said in text


def test_a_held_acknowledgement_says_that_a_person_chooses_the_unit() -> None:
    case = sample_case("en", DEPARTMENT, kind="acknowledgement_held")
    text = text_of(rendered("acknowledgement_held", case).raw)
    assert "A person on our team is choosing who will answer you." in text
    assert "Example office" not in text
    assert "it does not stop their time limits" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", get_args(HeldReason))
def test_the_acknowledgement_of_a_held_case_does_not_tell_why_it_is_held(
    language: Language, reason: HeldReason
) -> None:
    case = sample_case(language, DEPARTMENT, kind="acknowledgement_held")
    assert case.held is not None
    other = case.changed(held=case.held.model_copy(update={"reason": reason}))
    mails = [rendered("acknowledgement_held", each) for each in (case, other)]
    assert [mails[0].subject, text_of(mails[0].raw)] == [mails[1].subject, text_of(mails[1].raw)]
    assert html_of(mails[0].raw) == html_of(mails[1].raw)


def test_a_possible_disclosure_is_told_to_the_complaints_office_alone() -> None:
    case = sample_case("fr", DEPARTMENT, kind="held")
    assert case.held is not None
    held = case.held.model_copy(update={"reason": "possible_disclosure"})
    letter = compose("held", case.changed(held=held), HEAD, RECEIVED)
    assert (letter.role, letter.recipient) == ("complaints_office", DEPARTMENT.office().mailbox)
    assert "acte répréhensible" in text_of(rendered("held", case.changed(held=held)).raw)


def test_nothing_that_the_person_wrote_comes_back_to_them() -> None:
    case = sample_case("fr", DEPARTMENT)
    planted = Evidence(kind="municipality", value="x", words="MARQUE-PREUVE")
    assignment = case.assignment
    assert assignment is not None
    case = case.changed(
        subject="MARQUE-OBJET",
        summary="MARQUE-TEXTE",
        complainant=case.complainant.model_copy(update={"name": "MARQUE-NOM"}),
        assignment=assignment.model_copy(update={"evidence": (planted,)}),
    )
    for kind in ("acknowledgement", "acknowledgement_held"):
        raw = rendered(kind, case).raw
        assert "MARQUE" not in text_of(raw) + html_of(raw)
        assert b"MARQUE" not in raw
    assert "MARQUE-TEXTE" in text_of(rendered("assigned", case).raw)


def test_html_of_a_complaint_stays_text() -> None:
    case = sample_case("fr", DEPARTMENT).changed(summary='<script>alert(1)</script> & "ceci"')
    raw = rendered("assigned", case).raw
    assert "<script>" not in html_of(raw)
    assert "&lt;script&gt;" in html_of(raw)
    assert "<script>alert(1)</script>" in text_of(raw)


def test_headers_of_an_acknowledgement_stop_every_automatic_answer() -> None:
    case = sample_case("fr", DEPARTMENT).changed(message_ids=("abc@courriel.example",))
    message = parsed(rendered("acknowledgement", case).raw)
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["In-Reply-To"] == "<abc@courriel.example>"
    assert message["References"] == "<abc@courriel.example>"
    assert message["Message-ID"] == f"<{MESSAGE_ID}>"
    assert message["From"] == "Bureau des plaintes <plaintes@ministere.example>"
    assert message["To"] == "personne@courriel.example"
    assert message["Reply-To"].startswith("plaintes+26")
    assert message["Date"] == "Fri, 20 Nov 2026 09:41:00 -0500"
    assert message["Content-Language"] == "fr-CA"
    assert message["Precedence"] is None


def test_mail_to_a_unit_is_auto_generated_and_answers_nobody() -> None:
    case = sample_case("fr", DEPARTMENT).changed(message_ids=("abc@courriel.example",))
    message = parsed(rendered("assigned", case).raw)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] is None
    assert message["Reply-To"] is None


def test_both_languages_come_in_one_mail_french_first() -> None:
    case = sample_case("en", DEPARTMENT).changed(language_confidence=0.5)
    mail = rendered("acknowledgement", case)
    text, html = text_of(mail.raw), html_of(mail.raw)
    assert mail.subject == (
        f"Nous avons reçu votre plainte {case.reference} / "
        f"We have received your complaint {case.reference}"
    )
    assert text.index("The English text follows.") < text.index("Bonjour") < text.index("Hello")
    assert html.index('lang="fr-CA"') < html.index("Bonjour") < html.index("Hello")
    assert html.count("<html") == html.count("</html>") == 1
    assert parsed(mail.raw)["Content-Language"] == "fr-CA, en-CA"


def test_a_person_s_own_words_stand_once_in_a_letter_of_both_languages() -> None:
    case = sample_case("fr", DEPARTMENT, kind="answer").changed(language_confidence=0.5)
    raw = rendered("answer", case).raw
    for page in (text_of(raw), html_of(raw)):
        assert page.count("Nous avons vérifié votre dossier.") == 1
        assert page.count("The text of the person who answers you stands above.") == 1


def test_the_same_letter_gives_the_same_bytes() -> None:
    case = sample_case("fr", DEPARTMENT)
    assert rendered("assigned", case) == rendered("assigned", case)


@pytest.mark.parametrize("kind", KINDS)
def test_french_texts_are_set_as_french_is(kind: NoticeKind) -> None:
    raw = preview(kind, "fr", DEPARTMENT, RENDERER)
    body = re.sub(r"<style>.*?</style>", "", html_of(raw), flags=re.DOTALL)
    for page in (text_of(raw), body):
        assert not re.search(r"\S [:;?!»%$]", page)
        assert "« " not in page
        assert "'" not in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", get_args(HeldReason))
def test_every_reason_to_hold_a_case_has_its_words(reason: str, language: Language) -> None:
    case = sample_case(language, DEPARTMENT, kind="held")
    held = case.held
    assert held is not None
    text = text_of(
        rendered("held", case.changed(held=held.model_copy(update={"reason": reason}))).raw
    )
    assert re.search(r"RETENUE\n\n\S.*\.\n", text)
