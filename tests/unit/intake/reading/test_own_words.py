"""Whatever the text: no line is lost and none is doubled."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.reading.own_words import parts_of

LINES = st.sampled_from(
    [
        "", " ", ">", "> ", ">> oui", "> Le 3 mars 2026 à 10 h 15, X <x@y.example> a écrit :",
        "Bonjour,", "Ma rue n’est pas déneigée.", "Merci,", "Jean Roy", "418 555-0123", "--", "-- ",
        "Le 3 mars 2026 à 10 h 15, X <x@y.example>", "a écrit :", "écrit :", "> wrote:", "<", ">:",
        "On 2026-03-03 10:15, X wrote:", "2026-03-03 10:15 GMT-05:00 X", "| cité", "C> cité",
        "De : X <x@y.example>", "Envoyé : 3 mars 2026 10:15", "À : Y", "Objet : Z", "Cc :",
        "Date: x", "_____________", "-----Message d’origine-----", "Début du message transféré :",
        "---------- Forwarded message ---------", "Envoyé de mon iPhone", "\ufeff", "\u200e> x",
        "Ce courriel est confidentiel ; si vous n’êtes pas le destinataire, détruisez-le.",
        "----- Message transmis ----- De : X <x@y.example>Envoyé : 3 mars 2026 10:15Objet : Z",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(LINES, st.text(max_size=12)), max_size=24).map("\n".join)
LIMITS = settings(max_examples=400, deadline=None)


@LIMITS
@given(text=TEXTS, subject=st.sampled_from(["", "RE: x", "TR: x", "x"]))
def test_every_line_is_in_exactly_one_part(text: str, subject: str) -> None:
    parts = parts_of(text, subject)
    found = Counter[str]()
    for part in (parts.own, parts.quoted, parts.signature):
        found.update(line for line in part.split("\n") if line)
    assert found == Counter(line for line in text.split("\n") if line)


@LIMITS
@given(text=TEXTS, subject=st.sampled_from(["", "RE: x", "TR: x", "x"]))
def test_own_words_are_empty_only_when_the_text_is(text: str, subject: str) -> None:
    assert bool(parts_of(text, subject).own.strip()) == bool(text.strip())


@LIMITS
@given(text=TEXTS, subject=st.sampled_from(["", "RE: x", "TR: x", "x"]))
def test_what_is_passed_on_is_text_of_the_mail(text: str, subject: str) -> None:
    found = parts_of(text, subject).forwarded
    if found is not None:
        assert found.from_address in text
        assert all(word in text for word in found.text.split())
        assert found.date is None or found.date.utcoffset() is not None
