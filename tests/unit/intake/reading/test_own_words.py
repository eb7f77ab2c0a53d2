"""Whatever the text: no line is lost, none is doubled, and it never takes long."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.reading.language import mixed_of
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


MEBIBYTE = 1 << 20
HOSTILE = {
    "quote_marks": ">",
    "quote_lines": ">\n",
    "nested_marks": "> > ",
    "colon_lines": ":\n",
    "colons": ":",
    "blocks": "De : a@b.example\nEnvoyé : 3 mars 2026 10:15\nÀ : x\nObjet : y\n\nz\n",
    "first_labels": "De :\n",
    "labels_without_author": "À : x\nCc : y\nDate : z\nObjet : w\n",
    "verbs": "a écrit :\n",
    "attributions": "Le 3 mars 2026 à 10 h 15, X a écrit :\n",
    "answers": "Le 3 mars 2026 à 10 h 15, X a écrit :\n> q\nr\n",
    "separators": "---------- Message transféré ---------\n",
    "one_line_of_labels": "----- Forwarded Message ----- De : x Objet : y ",
    "open_addresses": "<a@",
    "one_long_line": "x",
    "blanks": " ",
    "dashes": "-",
    "dash_lines": "--\n",
    "devices": "Envoyé de mon iPhone\n",
    "closings": "Merci,\nx@y.example\n",
    "notices": "Ce courriel est confidentiel, destinataire\n",
    "open_citations": "« je ne the that ",
    "streets": "rue de la je ne sais the and that ",
    "no_break_blanks": "\u00a0",
    "marks_of_direction": "\u200e",
    "digits": "1 <\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mebibyte_takes_no_time_to_speak_of(name: str) -> None:
    text = HOSTILE[name] * (MEBIBYTE // len(HOSTILE[name]))
    start = time.process_time()
    parts_of(f"Bonjour.\n{text}", "TR: x")
    parts_of(text)
    mixed_of(text)
    assert time.process_time() - start < 10
