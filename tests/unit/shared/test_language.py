"""The language of an answer, and its ground."""

from __future__ import annotations

import pytest

from services.notifier.sample import RECEIVED, sample_case, sample_department
from shared.domain.assignment import Held, Move
from shared.domain.complainant import Complainant
from shared.domain.language import ground_of, languages_of

CASE = sample_case("en", sample_department())
LEGAL = CASE.changed(complainant=Complainant(kind="legal"))


@pytest.mark.parametrize(
    ("changes", "ground", "languages"),
    [
        ({"language_confidence": 0.99}, "wrote", ("en",)),
        ({"language_confidence": 0.5}, "unsure", ("fr", "en")),
        ({"language_confidence": 0.5, "channel": "form"}, "form", ("en",)),
        ({"language_confidence": 0.5, "language_ground": "asked"}, "asked", ("en",)),
        ({"language_confidence": 0.99, "language_ground": "both"}, "both", ("fr", "en")),
        ({"language": "fr", "language_confidence": 0.99}, "wrote", ("fr",)),
    ],
)
def test_a_person_is_answered_in_their_language_and_in_both_when_unsure(
    changes: dict[str, object], ground: str, languages: tuple[str, ...]
) -> None:
    case = CASE.changed(**changes)
    assert ground_of(case) == ground
    assert languages_of(case) == languages


def test_a_legal_person_in_quebec_is_answered_in_french_whatever_it_asks() -> None:
    asked = LEGAL.changed(language_ground="asked")
    assert (ground_of(asked), languages_of(asked)) == ("legal_person", ("fr",))


def test_a_legal_person_outside_quebec_keeps_its_language_when_a_unit_has_the_case() -> None:
    held = LEGAL.changed(held=Held(reason="outside_quebec", at=RECEIVED), assignment=None)
    assert languages_of(held) == ("en",)
    move = Move(
        at=RECEIVED, how="person", by="a", because="b", from_unit=None, to_unit="exemple",
        held_because="outside_quebec",
    )  # fmt: skip
    assert languages_of(LEGAL.changed(moves=(move,))) == ("en",)
