"""Letters that owe recourses, and a catalogue that has them."""

from __future__ import annotations

from datetime import date

import pytest

from services.notifier.obligations import REQUIRED, faults_in, refuse_missing
from services.notifier.rendering import Renderer
from services.notifier.sample import sample_department
from shared.department import Department
from shared.errors import Misconfigured
from tests.shipped import department

DEPARTMENT = sample_department()
TODAY = date(2026, 11, 20)


def without(id_: str) -> Department:
    kept = tuple(one for one in DEPARTMENT.recourses if one.id != id_)
    return DEPARTMENT.model_copy(update={"recourses": kept})


def test_a_catalogue_with_nothing_in_it_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match="no recourse to tell"):
        Renderer(DEPARTMENT.model_copy(update={"recourses": ()}))


@pytest.mark.parametrize("id_", REQUIRED)
def test_a_recourse_that_the_policy_names_may_not_be_missing(id_: str) -> None:
    with pytest.raises(Misconfigured, match=f"{id_} is missing"):
        refuse_missing(without(id_), TODAY)


def test_a_recourse_that_ended_is_missing_the_day_after() -> None:
    ended = tuple(one.model_copy(update={"valid_to": TODAY}) for one in DEPARTMENT.recourses)
    department = DEPARTMENT.model_copy(update={"recourses": ended})
    assert faults_in(department, TODAY) == []
    assert len(faults_in(department, date(2026, 11, 21))) == len(REQUIRED)


def test_a_recourse_without_a_source_and_one_that_stands_twice_are_found() -> None:
    first = DEPARTMENT.recourses[0]
    twice = (*DEPARTMENT.recourses, first.model_copy(update={"source": ""}))
    found = faults_in(DEPARTMENT.model_copy(update={"recourses": twice}), TODAY)
    assert found == [f"{first.id} has no source", f"{first.id} stands twice for the same days"]


def test_a_new_version_after_the_old_one_is_no_double() -> None:
    first, *others = DEPARTMENT.recourses
    old = first.model_copy(update={"valid_to": date(2026, 3, 31)})
    new = first.model_copy(update={"valid_from": date(2026, 4, 1)})
    department = DEPARTMENT.model_copy(update={"recourses": (old, new, *others)})
    assert faults_in(department, TODAY) == []


def test_the_department_s_own_catalogue_is_whole() -> None:
    assert faults_in(department(), TODAY) == []
