"""The department and the gazetteer of the repository, read once: they are what is tested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from services.router.locating.gazetteer import Gazetteer, locate
from shared.department import Department
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.place import Location
from tests import shipped
from tests.shipped import FOLDER as FOLDER

NOW = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)


@pytest.fixture(scope="session")
def department() -> Department:
    return shipped.department()


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return shipped.gazetteer()


@pytest.fixture
def locating(department: Department, gazetteer: Gazetteer) -> Callable[..., Location]:
    def locating(text: str, on: date = date(2026, 11, 20)) -> Location:
        return locate(text, gazetteer, on=on, units=department.units)

    return locating


@pytest.fixture
def a_case() -> Callable[..., Case]:
    def a_case(**fields: object) -> Case:
        case = Case(
            id="5b1f0c0e-0000-5000-8000-000000000001",
            reference="26-7K3Q-9F2M-H",
            opened_at=NOW,
            received_at=NOW,
            channel="mail",
            complainant=Complainant(name="Julie Exemple"),
        )
        return case.changed(**fields)

    return a_case
