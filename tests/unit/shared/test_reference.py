"""References: spelled one way, forgiving to read, and unwilling to be wrong."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.reference import (
    ALPHABET,
    parse_reference,
    reference_for,
    references_in,
    year_of,
)

ids = st.uuids().map(str)


@given(ids, st.integers(2000, 2099))
def test_a_reference_reads_back_as_itself(case_id: str, year: int) -> None:
    reference = reference_for(case_id, year)
    assert parse_reference(reference) == reference
    assert parse_reference(reference.lower().replace("-", " ")) == reference


@given(ids, st.integers(2, 9), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(case_id: str, place: int, letter: str) -> None:
    compact = reference_for(case_id, 2026).replace("-", "")
    wrong = compact[:place] + letter + compact[place + 1 :]
    assert (parse_reference(wrong) is None) == (wrong != compact)


@given(ids, st.integers(0, 8))
def test_two_swapped_neighbours_are_noticed_but_for_the_pair_that_luhn_confuses(
    case_id: str, place: int
) -> None:
    compact = reference_for(case_id, 2026).replace("-", "")
    pair = compact[place : place + 2]
    swapped = compact[:place] + pair[::-1] + compact[place + 2 :]
    confused = set(pair) == {"0", "Z"}  # as 0 and 9 are in decimal Luhn
    if swapped != compact and not confused:
        assert parse_reference(swapped) is None


def test_a_clash_takes_the_next_forty_bits() -> None:
    case_id = str(uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"))
    found = [reference_for(case_id, 2026, attempt=attempt) for attempt in range(3)]
    assert len(set(found)) == 3
    assert all(parse_reference(reference) for reference in found)


def test_letters_that_are_misread_are_forgiven() -> None:
    reference = reference_for("00000000-0000-0000-0000-000000000000", 2026)
    body = reference.replace("0", "O").replace("1", "l")
    assert parse_reference(body) == reference


@pytest.mark.parametrize("text", ["", "26", "26-7K3Q", "99-AAAA-AAAA-A-A", "éà-7K3Q-9F2M-H"])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert parse_reference(text) is None


def test_references_are_found_in_a_subject_once_each() -> None:
    one, two = (reference_for(str(uuid.UUID(int=number << 88)), 2026) for number in (5, 9))
    text = f"Re: [{one}] et {two.lower()}, encore {one}; dossier 26-0000-0000-9"
    assert references_in(text) == (one, two)


def test_the_year_is_that_of_the_day_in_quebec() -> None:
    assert year_of(datetime(2027, 1, 1, 3, 0, tzinfo=UTC)) == 2026
