"""The labelled texts: what was tuned on stays right, what was held out stays a measure."""

from __future__ import annotations

import pytest

from tests.triage.labelled import HELD_OUT, TUNED, Labelled, faults, labelled

#: How many texts, and how many of them were right when the rules first met them.
FIRST_TIME = {"held_out": (42, 39), "last": (20, 15)}


@pytest.mark.parametrize(
    "one",
    [one for name in TUNED for one in labelled(name) if not one.missed],
    ids=lambda one: f"{one.text or one.subject}"[:50],
)
def test_a_labelled_text_is_understood_as_a_person_understands_it(one: Labelled) -> None:
    assert faults(one) == []


def test_what_is_known_to_be_missed_is_still_missed() -> None:
    known = [one for name in TUNED for one in labelled(name) if one.missed]
    assert known
    assert all(faults(one) for one in known)


@pytest.mark.parametrize("name", HELD_OUT)
def test_held_out_texts_are_understood_as_well_as_on_the_first_day(name: str) -> None:
    texts = labelled(name)
    right = sum(not faults(one) for one in texts)
    assert (len(texts), min(right, FIRST_TIME[name][1])) == FIRST_TIME[name]
