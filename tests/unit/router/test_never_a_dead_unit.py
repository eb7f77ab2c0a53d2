"""Whatever the tables say of closed units, nobody is ever sent to one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.router.checking import check
from services.router.locating.gazetteer import Gazetteer
from services.router.routing import route
from shared.department import Department
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from tests import shipped
from tests.unit.router.conftest import NOW

TODAY = date(2026, 11, 20)
TEXTS = (
    "à Laval, H7N 1A1", "le bureau de Longueuil", "Boucherville", "en Gaspésie", "J0J 1A0",
    "CLE de Pointe-aux-Trembles", "Laval J4H 1A1", "Saint-Raphaël", "rien",
)  # fmt: skip
SHIPPED, PLACES = shipped.department(), shipped.gazetteer()
IDS = sorted(SHIPPED.units)
DAYS = st.dates(date(2014, 1, 1), TODAY)


@st.composite
def departments(draw: st.DrawFn) -> Department:
    """Close any units on any days, with any other as successor, cycles included."""
    closed = draw(
        st.dictionaries(st.sampled_from(IDS), st.tuples(DAYS, st.sampled_from([*IDS, ""])))
    )
    changed = {
        unit: SHIPPED.units[unit].model_copy(update={"valid_to": day, "successor": heir or None})
        for unit, (day, heir) in closed.items()
    }
    return SHIPPED.model_copy(update={"units": {**SHIPPED.units, **changed}})


# Each example makes the automaton of names again, and shrinking would do so a thousand times
@settings(max_examples=20, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(
    departments(),
    st.sampled_from(TEXTS),
    st.none() | DAYS,
    st.none() | st.sampled_from(IDS),
    st.lists(st.sampled_from(sorted(SHIPPED.addresses.units)), max_size=2),
)
def test_who_gets_a_case_is_there_today_and_so_is_every_candidate(
    department: Department,
    text: str,
    happened_on: date | None,
    chosen: str | None,
    addressees: list[str],
) -> None:
    case = Case(
        id="5b1f0c0e-0000-5000-8000-000000000001", reference="26-7K3Q-9F2M-H", opened_at=NOW,
        received_at=NOW, channel="mail", complainant=Complainant(), happened_on=happened_on,
        office_chosen=chosen, addressees=tuple(addressees),
    )  # fmt: skip
    found = route(case, text, department=department, gazetteer=PLACES, at=NOW)
    others = found.alternatives if isinstance(found, Assignment) else found.candidates
    units = [one.unit_id for one in others]
    if isinstance(found, Assignment):
        assert found.unit_id not in units
        units.append(found.unit_id)
    assert all(department.units[unit].live_on(TODAY) for unit in units)
    assert len(set(units)) == len(units)


@pytest.mark.parametrize("places", [PLACES])
def test_a_unit_that_closes_without_heir_leaves_rules_that_are_told(places: Gazetteer) -> None:
    closed = SHIPPED.units["DR-13"].model_copy(update={"valid_to": TODAY - timedelta(days=1)})
    broken = SHIPPED.model_copy(update={"units": {**SHIPPED.units, "DR-13": closed}})
    messages = [one.message for one in check(broken, places, on=TODAY)]
    assert "unit DR-13 is not there on all days of rule R-13" in messages
    assert "DR-13 ended on 2026-11-19 and no successor is live" in messages
    assert any("from municipality 65005 to a living unit" in one for one in messages)
