"""French, English, both: and how sure that is."""

from __future__ import annotations

import pytest

from services.intake.reading.language import language_of, mixed_of

#: Below this a person is answered in both languages.
SURE = 0.85


@pytest.mark.parametrize(
    "text",
    [
        "Hi",
        "Plainte",
        "Merci!",
        "Jean Roy",
        "Hi, snow on rue Saint-Denis",
        "Bonjour/Hi, there is a problem on rue Saint-Denis",
        "Bonjour Hi, rue de la Montagne, boulevard René-Lévesque",
        "Jean Roy, 12, rue des Érables, Québec",
        "Bonjour, je veux me plaindre. The agent was rude and would not listen to me.",
    ],
)
def test_few_words_or_words_of_both_languages_are_never_sure(text: str) -> None:
    assert language_of(text)[1] < SURE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le service est lent.", "fr"),
        ("Ma rue n’est pas déneigée et personne ne répond à mes appels depuis lundi.", "fr"),
        ("Je vous écris du 12 Maple Street, près de Sherbrooke, au sujet du bruit.", "fr"),
        ("Nobody answers the phone.", "en"),
        ("There has been no pickup on rue de la Montagne since Monday, and nobody answers.", "en"),
        ("I live on chemin de la Côte-des-Neiges, near parc Jean-Drapeau; the noise is bad.", "en"),
    ],
)
def test_plain_sentences_are_sure_whatever_street_they_name(text: str, language: str) -> None:
    found, confidence = language_of(text)
    assert found == language
    assert confidence >= SURE


FRENCH = "Je vous écris parce que votre bureau a fermé mon dossier sans me donner de raison."
ENGLISH = "I am writing to you because your office closed my file without giving any reason."


@pytest.mark.parametrize("between", ["\n\n", "\n", " ", "\n\n---\n\n"])
def test_whole_sentences_in_both_languages_are_a_mix(between: str) -> None:
    assert mixed_of(f"{FRENCH}{between}{ENGLISH}")
    assert mixed_of(f"{ENGLISH}{between}{FRENCH}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        FRENCH,
        ENGLISH,
        f"{FRENCH} Thank you very much.",
        f"{FRENCH} L’agent a dit : « {ENGLISH} »",
        f"{ENGLISH} Merci beaucoup pour votre aide.",
        f"{ENGLISH} I live on rue de la Montagne, and you are on boulevard de la Côte-Vertu.",
        f"{ENGLISH} The clerk said “{FRENCH}”",
    ],
)
def test_a_greeting_a_street_or_a_citation_is_no_mix(text: str) -> None:
    assert not mixed_of(text)
