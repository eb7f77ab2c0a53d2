"""Texts as long as any may be, made to keep a reader busy, take no time to speak of."""

from __future__ import annotations

import time

import pytest

from services.intake.reading.language import mixed_of
from services.intake.reading.own_words import parts_of

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
