"""A plain request to be answered in a language is found, and nothing else is taken for one."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.signs.asked_language import asked_language
from services.intake.signs.proposal import triage
from services.intake.signs.terms import find
from shared.domain.envelope import Language

IN_ENGLISH = (
    "Please answer in English.",
    "J'ai attendu trois semaines. English please.",
    "Please reply to me in English, my French is poor.",
    "Kindly respond in English.",
    "Could you please write back in English?",
    "Can you answer me in English?",
    "I would like an answer in English.",
    "I'd like to receive a response in English.",
    "I prefer to communicate in English.",
    "I want to be answered in English.",
    "Hello, in English please.",
    "Thank you. Reply in English, please.",
    "My preferred language is English.",
    "I would appreciate a reply in English.",
    "I need service in English.",
    "Répondez-moi en anglais.",
    "Bonjour, répondez en anglais s'il vous plaît.",
    "Veuillez me répondre en anglais.",
    "Pourriez-vous me répondre en anglais ?",
    "Merci de me répondre en anglais.",
    "J’aimerais recevoir une réponse en anglais.",
    "Je préfère recevoir ma réponse en anglais.",
    "Mon dossier traîne. En anglais SVP.",
    "Ma langue de correspondance est l'anglais.",
    "Please answer in English, not in French.",
    "S'il vous plaît, répondez-moi en anglais.",
)
IN_FRENCH = (
    "Please answer in French.",
    "My cheque is late. En français s'il vous plaît.",
    "French please!",
    "Répondez-moi en français.",
    "Veuillez répondre en français.",
    "Pouvez-vous m'écrire ? Pouvez-vous me répondre en français ?",
    "Je voudrais une réponse en français.",
    "Je souhaite être servi en français.",
    "Prière de me répondre en français.",
    "I would like to receive the answer in French.",
    "Could you write to me in French?",
    "Je préfère le français.",
    "En francais svp",
    "Je désire que vous me répondiez en français.",
    "Répondez en français, pas en anglais.",
)
IN_NONE = (
    "J'ai attendu trois semaines et personne ne m'a rappelé.",
    "The agent refused to answer in English.",
    "Nobody would answer me in English at the counter.",
    "I asked to be answered in English and she hung up.",
    'I said: "please answer in English", and he laughed.',
    "J'ai dit : répondez-moi en anglais. Il a ri.",
    "J'ai demandé, veuillez me répondre en français, sans succès.",
    "Vous me répondez en anglais et c'est inacceptable.",
    "On me répond toujours en anglais.",
    "Please do not answer in English.",
    "Ne me répondez pas en anglais.",
    "Pas en anglais s'il vous plaît.",
    "You need not reply in English.",
    "Please answer in English or French.",
    "Veuillez me répondre en français ou en anglais.",
    "Please reply in French or in English.",
    "I don't want an answer in English.",
    "The letter was written in English.",
    "La lettre était en français.",
    "Le formulaire n'existe pas en anglais.",
    "My English is poor.",
    "I took a course in English last year.",
    "Je suis un cours de français.",
    "The sign says please call in French.",
    "They will write in English only if you insist.",
    "I was told to write in French please, so I did.",
    "Mon fils étudie en anglais.",
    "I need the form in English please, and a stamp.",
    "Please answer in English. Veuillez répondre en français.",
)


def asked(text: str) -> Language | None:
    return asked_language((find(text),))


@pytest.mark.parametrize("text", IN_ENGLISH)
def test_a_plain_request_for_english_is_found(text: str) -> None:
    assert asked(text) == "en"


@pytest.mark.parametrize("text", IN_FRENCH)
def test_a_plain_request_for_french_is_found(text: str) -> None:
    assert asked(text) == "fr"


@pytest.mark.parametrize("text", IN_NONE)
def test_what_is_told_denied_or_left_open_asks_for_nothing(text: str) -> None:
    assert asked(text) is None


def test_a_subject_may_ask_and_a_subject_against_the_text_asks_for_nothing() -> None:
    day = date(2026, 11, 20)
    ours = triage("Mon chèque est en retard.", subject="English please", received_on=day)
    assert ours.asked_language == "en"
    against = triage("Répondez-moi en français.", subject="English please", received_on=day)
    assert against.asked_language is None
