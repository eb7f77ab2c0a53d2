"""Names of the department's people, and of everybody else."""

from __future__ import annotations

import pytest

from services.intake.signs.staff import names_of_staff
from services.intake.signs.terms import find


def named(text: str, own_names: str = "") -> list[str]:
    seen = names_of_staff(text, find(text), own_names=own_names)
    return [text[one.start : one.end] for one in seen]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’agente Mme Tremblay m’a raccroché au nez.", "agente Mme Tremblay"),
        ("mon agente, Julie Modèle, ne rappelle pas", "agente, Julie Modèle"),
        ("votre employé M. X. Gabarit est bête", "employé M. X"),
        ("my caseworker Ms. Jane Dummy refused", "caseworker Ms. Jane Dummy"),
        ("LA DIRECTRICE MME GABARIT REFUSE", "DIRECTRICE MME GABARIT"),
        ("Mme Gabarit, votre agente, est impolie", "Mme Gabarit"),
        ("l'agente d'aide sociale Marie-Ève Modèle", "agente d'aide sociale Marie-Ève Modèle"),
        ("un agent qui s'appelle kevin", "agent qui s'appelle kevin"),
        ("I spoke with Mr. Sample about it", "Mr. Sample"),
        ("Julie Modèle, agente au CLE, a ri de moi", "Julie Modèle"),
        ("Kevin, mon agent, ne rappelle pas", "Kevin"),
        ("Julie Modèle du bureau de Laval a ri", "Julie Modèle"),
        ("parlé à une certaine Karine hier", "une certaine Karine"),
        ("A clerk yelled. Her name was Brenda.", "Her name was Brenda"),
    ],
)
def test_a_post_or_a_deed_makes_a_name_one_of_ours(text: str, words: str) -> None:
    found = named(text)
    assert len(found) == 1
    assert found[0].startswith(words[:8])
    assert words in found[0] or found[0] in words


@pytest.mark.parametrize(
    "text",
    [
        "Madame, Monsieur, je vous écris au sujet de mon agente.",
        "Mon médecin, M. Gabarit, m'a dit de vous écrire.",
        "L'agent Services Québec m'a répondu. L'agente est partie.",
        "MON AGENT NE RÉPOND JAMAIS ET MA CAUSE TRAÎNE",
        "Je demeure avec Mme Gabarit.",
        "my landlord Mr. Sample told me to write",
        "Solange Gabarit, directrice\nCarrefour du Gabarit",
        "J'attends au bureau de Val Bélair du ministère.",
        "J'ai attendu un certain temps, une certaine somme manque.",
        "Mon propriétaire, un certain Gabarit, attend.",
        "Mon fils est malade. Son nom est Kevin.",
    ],
)
def test_other_people_are_not_named(text: str) -> None:
    assert named(text) == []


def test_the_persons_own_name_is_not_that_of_staff() -> None:
    text = "Je suis intervenante.\n\nIntervenante Mme Jocelyne Modèle"
    assert named(text, "Jocelyne Modèle") == []
    assert named(text) == ["Intervenante Mme Jocelyne Modèle"]


def test_a_signature_with_a_post_and_an_office_is_the_persons_own() -> None:
    assert named("Julie Modèle, agente au CLE", "Julie Modèle") == []
