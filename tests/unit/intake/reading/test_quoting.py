"""A person's own words, apart from the history below them."""

from __future__ import annotations

import pytest

from services.intake.reading.own_words import parts_of

NBSP, NNBSP = "\u00a0", "\u202f"


def split(text: str) -> tuple[str, str]:
    return parts_of(text)[:2]


@pytest.mark.parametrize("gap", ["", " ", NBSP, NNBSP])
def test_french_attribution_with_any_blank_before_the_colon_starts_history(gap: str) -> None:
    attribution = f"Le mar. 3 mars 2026 à 09:12, Bureau <b@m.example> a écrit{gap}:"
    own, quoted = split(f"Merci.\n\n{attribution}\nVotre plainte est reçue.")
    assert own == "Merci."
    assert quoted == f"{attribution}\nVotre plainte est reçue."


def test_attribution_wrapped_between_a_and_ecrit_is_history() -> None:
    own, quoted = split(
        "Merci.\n\nLe mar. 3 mars 2026 à 09:12, Bureau des plaintes <b@m.example> a\n"
        f"écrit{NBSP}:\n\n> Bonjour\n"
    )
    assert own == "Merci."
    assert quoted.startswith("Le mar. 3 mars")


def test_a_name_with_le_in_it_is_no_obstacle() -> None:
    own, _ = split("Oui.\n\nLe 2026-03-03 à 09:12, Ville de Le Gardeur a écrit :\n> Bonjour")
    assert own == "Oui."


def test_english_attribution_over_two_lines_is_history() -> None:
    own, quoted = split(
        "Yes.\n\nOn Tue, Mar 3, 2026 at 9:12 AM The Office of Complaints\n"
        "<office@m.example> wrote:\n\n> Hello"
    )
    assert own == "Yes."
    assert "On Tue" in quoted


def test_words_below_a_marked_quotation_stay_the_persons() -> None:
    own, quoted = split("On Mar 3, 2026 at 9:12 Office wrote:\n> Come back.\n\nI did, in vain.")
    assert own == "I did, in vain."
    assert quoted.endswith("> Come back.")


@pytest.mark.parametrize(
    "block",
    [
        "De : Bureau <b@m.example>\nEnvoyé : 3 mars 2026 09:12\nÀ : Jean\nObjet : Dossier",
        f"De{NBSP}: Bureau\nDate{NBSP}: 3 mars\nÀ{NBSP}: Jean\nObjet{NBSP}: Dossier",
        "*De :* Bureau\n*Envoyé :* 3 mars\n*À :* Jean\n*Objet :* Dossier",
        "From: Office\nSent: Tuesday, March 3, 2026\nTo: John\nSubject: File",
        "-----Message d’origine-----\nDe : Bureau",
        "-------- Original Message --------",
        "Début du message transféré :",
    ],
)
def test_the_block_that_a_mail_program_puts_above_starts_history(block: str) -> None:
    own, quoted = parts_of(f"Ma réponse.\n\n{block}\n\nAncien texte", "RE: Dossier")[:2]
    assert own == "Ma réponse."
    assert quoted.endswith("Ancien texte")


@pytest.mark.parametrize(
    "words",
    [
        "Le 3 mars, votre agent m’a écrit :\n« Revenez demain. »\nC’est inacceptable.",
        "Voici les faits :\n1. attente\n2. refus",
        "De : je ne sais qui, j’ai reçu un refus.\nMerci.",
        "Objet : ma plainte\nDe mon côté, rien.",
        "On Tuesday the agent wrote:\nno\nand that is all.",
    ],
)
def test_a_persons_own_sentence_is_not_history(words: str) -> None:
    assert split(words) == (words, "")


def test_own_text_is_all_of_it_when_everything_is_quoted() -> None:
    text = "> une\n> deux"
    assert split(text) == (text, "")


def test_no_line_is_lost_or_doubled() -> None:
    text = "un\n\nOn 2026-03-03 x@y.example wrote:\n> deux\n> trois\n\nquatre"
    own, quoted = split(text)
    lines = [*own.split("\n"), *quoted.split("\n")]
    assert sorted(filter(None, lines)) == sorted(filter(None, text.split("\n")))


LETTER = "De : Jean Exemple\nÀ : Direction des plaintes\nDate : 12 mars 2026\nObjet : Plainte"


@pytest.mark.parametrize("subject", ["Plainte", "RE: Accusé de réception"])
def test_a_letter_pasted_below_a_greeting_is_the_persons_own(subject: str) -> None:
    text = f"Bonjour, voici ma plainte.\n\n{LETTER}\n\nMadame, Monsieur,\n\nJ’attends."
    assert parts_of(text, subject, ("Jean Exemple", "jean@x.example"))[:2] == (text, "")


@pytest.mark.parametrize("who", ["Jean Exemple", "Jean Exemple, jean@x.example"])
def test_a_letter_of_somebody_else_is_not_history_without_a_sign_of_a_program(who: str) -> None:
    letter = LETTER.replace("Jean Exemple", who)
    text = f"Bonjour, voici la plainte de mon frère.\n\n{letter}\n\nJ’attends."
    parts = parts_of(text, "Plainte", ("Ana Exemple", "ana@x.example"))
    assert (parts.own, parts.forwarded) == (text, None)


@pytest.mark.parametrize(
    "sign",
    ["________________________________\n", "----- Courrier de la semaine -----\n\n"],
)
def test_headings_below_a_drawn_line_are_history_with_that_line(sign: str) -> None:
    parts = parts_of(f"Ma réponse.\n\n{sign}{LETTER}\n\nAncien texte", "Plainte")
    assert parts.own == "Ma réponse."
    assert parts.quoted.startswith(sign[:5])


def test_what_the_author_wrote_before_is_history_when_a_program_quotes_it() -> None:
    block = LETTER.replace("12 mars 2026", "12 mars 2026 10:24")
    own, quoted = parts_of(f"Rien encore.\n\n{block}\n\nJ’attends.", "RE: x", ("Jean Exemple",))[:2]
    assert own == "Rien encore."
    assert quoted.endswith("J’attends.")
