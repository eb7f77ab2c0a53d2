"""Keyed marks: ours verify, nobody else's do, and each is good for one purpose only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.keys import (
    MARK_CHARACTERS,
    Keys,
    desk_link_is_good,
    desk_path,
    reply_address,
    reply_token,
    status_path,
    verp_address,
    verp_notice,
)

REFERENCE = "26-7K3Q-9F2M-H"
NOTICE = "0f8fad5b-d9cb-469f-a165-70867728950e"
NOW = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)


def test_a_mark_holds_at_least_eighty_bits() -> None:
    assert MARK_CHARACTERS * 5 >= 80


def test_a_reply_address_leads_back_whatever_case_a_relay_gives_it(keys: Keys) -> None:
    address = reply_address(keys, REFERENCE, "plaintes@ministere.example")
    assert reply_token(keys, address.upper()) == "267k3q9f2mh"
    assert len(address.partition("@")[0]) <= 64


def test_a_forged_or_foreign_reply_address_leads_nowhere(keys: Keys) -> None:
    address = reply_address(keys, REFERENCE, "plaintes@ministere.example")
    stranger = Keys([b"x" * 32])
    assert reply_token(stranger, address) is None
    assert reply_token(keys, address.replace("267k", "267m")) is None
    assert reply_token(keys, "plaintes@ministere.example") is None
    assert reply_token(keys, "plaintes+@ministere.example") is None


def test_a_return_path_leads_to_its_notice(keys: Keys) -> None:
    address = verp_address(keys, NOTICE, "plaintes@ministere.example")
    assert verp_notice(keys, address) == NOTICE
    assert len(address.partition("@")[0]) <= 64
    assert verp_notice(keys, address.replace("+b0", "+b1")) is None
    assert reply_token(keys, address) is None


def test_a_mark_made_for_one_purpose_is_worth_nothing_for_another(keys: Keys) -> None:
    assert keys.verifies(keys.mark("status", REFERENCE), "status", REFERENCE)
    assert not keys.verifies(keys.mark("status", REFERENCE), "reply", REFERENCE)


def test_the_first_secret_signs_and_all_verify() -> None:
    old, new = b"o" * 32, b"n" * 32
    mark = Keys([old]).mark("status", REFERENCE)
    assert Keys([new, old]).verifies(mark, "status", REFERENCE)
    assert Keys([new, old]).mark("status", REFERENCE) != mark
    assert not Keys([new]).verifies(mark, "status", REFERENCE)


def test_a_status_path_verifies_with_its_dashes(keys: Keys) -> None:
    reference, _, secret = status_path(keys, REFERENCE).partition("/")
    assert keys.verifies(secret, "status", reference)


def test_a_desk_link_is_good_until_it_runs_out_and_for_its_unit_only(keys: Keys) -> None:
    case_id, unit_id, expiry, mark = desk_path(
        keys, "case", "DR-13", NOW + timedelta(days=7)
    ).split("/")

    def good(unit: str, expires: str, now: datetime) -> bool:
        return desk_link_is_good(
            keys, case_id=case_id, unit_id=unit, expiry=expires, mark=mark, now=now
        )

    assert good(unit_id, expiry, NOW)
    assert not good(unit_id, expiry, NOW + timedelta(days=8))
    assert not good("DR-06", expiry, NOW)
    assert not good(unit_id, str(int(expiry) + 1), NOW)
    assert not good(unit_id, "9" * 40, NOW)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keys([b"short"])
