"""What stands below a person's words, and what only looks like a signature."""

from __future__ import annotations

import pytest

from services.intake.reading.own_words import parts_of

WORDS = "Ma rue n’est pas déneigée.\n\nJ’attends votre réponse."
NOTICE_FR = (
    "AVIS DE CONFIDENTIALITÉ : Ce courriel est confidentiel et s’adresse au seul destinataire.\n"
    "Si vous l’avez reçu par erreur, veuillez le détruire."
)
NOTICE_EN = (
    "This e-mail and any attachments may contain confidential information. If you are not the\n"
    "intended recipient, please delete it."
)


@pytest.mark.parametrize("dashes", ["-- ", "--", "—"])
def test_what_stands_below_the_dashes_is_the_signature(dashes: str) -> None:
    parts = parts_of(f"{WORDS}\n\n{dashes}\nJean Roy\nSyndicat de l’Est\n418 555-0123")
    assert parts.own == WORDS
    assert parts.signature == f"{dashes}\nJean Roy\nSyndicat de l’Est\n418 555-0123"


@pytest.mark.parametrize(
    "line",
    [
        "Envoyé de mon iPhone",
        "Envoyé depuis mon téléphone Android",
        "Envoyé à partir de mon appareil Samsung Galaxy",
        "Envoyé depuis l’application mobile Yahoo Mail",
        "Envoyé à partir de Outlook pour Android",
        "Envoyé avec la messagerie sécurisée Proton Mail.",
        "Obtenez Outlook pour iOS<https://o.example/x>",
        "Télécharger Outlook pour Android",
        "Provenance : Courrier pour Windows",
        "Envoyé depuis l’application Courriel Vidéotron",
        "Envoyé depuis ma messagerie Vidéotron",
        "Envoyé à partir de Bell Courriel",
        "Envoyé par Courriel Cogeco",
        "Envoyé avec Zoho Mail",
        "[Image supprimée par l’expéditeur. Avast]",
        "<#DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2>",
        "<https://www.avast.example/sig-email?utm_medium=email> Sans virus.www.avast.example",
        "Sent from my iPhone",
        "Sent from Yahoo Mail on Android",
        "Sent from Mail for Windows",
        "Sent via the Samsung Galaxy S26, an AT&T 5G smartphone",
        "Get Outlook for iOS",
        "Garanti sans virus. www.antivirus.example",
        "Sent from my phone, please excuse any typos.",
        "(Envoyé de mon cellulaire)",
    ],
)
def test_the_line_that_a_device_adds_is_a_signature(line: str) -> None:
    assert parts_of(f"{WORDS}\n\n{line}")[:3] == (WORDS, "", line)
    below = "Le 3 nov. 2026 à 10:15, Bureau <b@m.example> a écrit :\n\n> Bonjour"
    assert parts_of(f"{WORDS}\n\n{line}\n\n{below}")[:3] == (WORDS, below, line)


@pytest.mark.parametrize("notice", [NOTICE_FR, NOTICE_EN, f"{NOTICE_FR}\n\n{NOTICE_EN}"])
def test_a_notice_on_secrecy_is_no_word_of_the_person(notice: str) -> None:
    assert parts_of(f"{WORDS}\n\n{notice}")[:3] == (WORDS, "", notice)


@pytest.mark.parametrize("formula", ["Cordialement,", "Bien à vous", "Best regards,", "Thank you!"])
def test_a_name_with_a_telephone_below_the_closing_formula_is_a_signature(formula: str) -> None:
    name = "Jean Roy\nSyndicat de l’Est\nTél. : 418 555-0123\njean@x.example"
    parts = parts_of(f"{WORDS}\n\n{formula}\n\n{name}")
    assert (parts.own, parts.signature) == (f"{WORDS}\n\n{formula}", name)


def test_an_address_in_a_signature_is_kept_for_the_router() -> None:
    parts = parts_of(f"{WORDS}\n\nMerci,\nJean Roy\n12, rue des Érables\nQuébec G1R 2B5")
    assert "G1R 2B5" in parts.signature


@pytest.mark.parametrize(
    "words",
    [
        "Ma plainte.\n\nMerci,\nJean Roy",
        "Ma plainte.\n\nMerci,\nJean Roy\nDossier 12345\n418 555-0123",
        "Ma plainte.\n\nDossier : 12345\n12, rue des Érables\nQuébec G1R 2B5",
        "Merci\nJe vous écris car 418 555-0123 ne répond jamais, jour après jour, depuis un mois "
        "entier.",
        "Voici ma lettre.\n--\n" + "\n".join(f"Je raconte le jour {n}." for n in range(20)),
        "Envoyé de mon iPhone",
        "J’ai reçu ce message confidentiel par erreur, au nom d’un autre destinataire.",
        "Mon courrier a été envoyé de Québec le 3 mars par la poste.",
        "Mon dossier a été transmis par erreur.\n\nEnvoyé de Québec le 3 mars, reçu en avril.",
        "--\nMa plainte commence ici.",
        "Premier point.\n—\nPuis, le 3 mars, on m’a dit de revenir le lendemain matin.",
        "Obtenir un appareil auditif est impossible.\n\nTélécharger le formulaire aussi.",
        "Je me plains.\n\nEnvoyé via courrier recommandé le 3 mars.",
        "Je me plains.\n\nJ’ai reçu ce message confidentiel par erreur, pas le destinataire.",
        "I complain.\n\nI got this message by error; it is confidential, for another recipient.",
        "Voici un message confidentiel pour le destinataire : ce courriel de votre agent est une "
        "insulte.",
        "I complain.\n\nThis confidential message from your office had another recipient.",
        "Ma lettre est restée sans réponse.\n\nEnvoyé par courriel le 3 mars",
        "Ma lettre est restée sans réponse.\n\nEnvoyé par messagerie Rapide",
        "Voici la preuve.\n\n<https://photos.example/porte.jpg>",
        "Ma plainte.\n\nMerci\nJ’habite au 12, rue X\nAppelez-moi au 418 555-0123",
        "My complaint.\n\nI called you from my phone",
    ],
)
def test_what_a_person_says_is_never_taken_for_a_signature(words: str) -> None:
    assert parts_of(words)[:3] == (words, "", "")


def test_a_signature_below_the_history_is_one_and_words_there_are_not() -> None:
    top = "Oui.\n\nLe 3 nov. 2026 à 10:15, Bureau <b@m.example> a écrit :\n> Bonjour\n"
    assert parts_of(f"{top}\n--\nJean Roy").signature == "--\nJean Roy"
    assert parts_of(f"{top}\nEt encore ceci.").own == "Oui.\n\n\nEt encore ceci."


def test_answers_below_the_history_stay_when_a_signature_stands_above_it() -> None:
    parts = parts_of(
        "Voir plus bas.\n--\nJean Roy\n\nOn 2026-11-03 10:15, Office wrote:\n> When?\n\nIn March."
    )
    assert parts.signature == "--\nJean Roy\n"[:-1]
    assert parts.own.split("\n") == ["Voir plus bas.", "", "In March."]
