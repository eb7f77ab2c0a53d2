"""What is shown of a message to somebody who may not read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.desk.operations.masking import Reason, masked, masked_address, reason_of
from shared.events import EnvelopeReceived, encode
from shared.ports.bus import DeadLetter

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def letter(body: str, reason: str = "Poison (no_case)") -> DeadLetter:
    return DeadLetter(
        id="l1", queue="intake.opening", reason=reason, attempt=2, died_at=AT, body=body
    )


def test_an_event_is_shown_by_its_ids() -> None:
    event = EnvelopeReceived(id="e1", at=AT, envelope_id="v1")
    shown = masked(letter(encode(event).decode()))
    assert shown.facts["envelope_id"] == "v1"
    assert shown.event_id == "e1"
    assert shown.facts["type"] == "envelope.received"


@pytest.mark.parametrize("body", ["Je suis zyxmarque", '{"type": "zyxmarque"}', ""])
def test_a_body_that_is_no_event_is_not_shown(body: str) -> None:
    shown = masked(letter(body))
    assert shown.facts == {}
    assert shown.size == len(body)
    assert "zyxmarque" not in repr(shown)


def test_a_reason_is_kind_code_and_our_own_lines() -> None:
    text = "Poison (unknown_unit) services/router/rules.py:88 < shared/runtime/consuming.py:60"
    frames = ("services/router/rules.py:88", "shared/runtime/consuming.py:60")
    assert reason_of(text) == Reason("Poison", "unknown_unit", frames)
    assert reason_of("KeyError services/x.py:3") == Reason("KeyError", "", ("services/x.py:3",))
    assert reason_of("ValueError").kind == "ValueError"
    assert reason_of("delivery_limit").kind == "delivery_limit"


@pytest.mark.parametrize("text", ["zyxmarque", "zyxmarque a écrit ceci", "zyxmarque.py:3", ""])
def test_a_reason_that_is_not_ours_is_left_out(text: str) -> None:
    assert reason_of(text) == Reason()


def test_of_an_address_one_letter_and_the_domain_are_left() -> None:
    assert masked_address("marie.tremblay@courriel.example") == "m…@courriel.example"
    assert masked_address("no address") == "…"
    assert masked_address("@courriel.example") == "…@courriel.example"
