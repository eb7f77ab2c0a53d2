"""A text as long as any may be, made to keep the search for signs busy, ends all the same."""

from __future__ import annotations

import time
from datetime import date

import pytest

from services.intake.signs.proposal import triage

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "piece",
    [
        "refus aide je veux ", "Mme M. agente ", "3 novembre il y a 2 jours 03/11/2026 ", "1", "1/",
        "Ab Cd, agent au bureau ", "parlé à Ab du bureau ", "un certain Ab ",
        "son nom est agent Ab ",
        "\n", "œ", "e\u0301", "1) 2) perdu ", "tva contacter ", "ne pas ", "agent Xy Xy ", "😀",
    ],
)  # fmt: skip
def test_a_hostile_mebibyte_takes_no_longer_than_a_plain_one(piece: str) -> None:
    text = (piece * (2**20 // len(piece) + 1))[: 2**20]
    start = time.process_time()
    triage(text, subject=text, signature=text, sender_name=text, received_on=TODAY)
    assert time.process_time() - start < 20
