"""A possible disclosure goes to no unit by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk_people import (
    maybe_disclosing,
    office_in,
)
from tests.integration.desk.office.test_sorting_page import choice, plain


@pytest.mark.parametrize("typed", [{"unit": "DR-16"}, {"unit": "", "autre": "Montérégie"}])
async def test_a_possible_disclosure_goes_to_no_unit_without_the_box(
    tmp_path: Path, typed: dict[str, str]
) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(maybe_disclosing(1))
        sorter = await office.sorter()
        values: dict[str, str | list[str]] = {"version": str(case.version), **typed}
        refused = await sorter.send(f"/bureau/tri/{case.reference}", values)
        still = await office.now(case)
        ticked = {**values, "cleared": "1"}
        given = await sorter.send(f"/bureau/tri/{case.reference}", ticked)
        after = await office.now(case)
    assert (refused.status_code, still.state) == (400, "held")
    assert "cochez la case" in plain(refused)
    assert (given.status_code, after.unit_id) == (303, "DR-16")


async def test_the_complaints_office_keeps_a_possible_disclosure_itself(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        case = await office.keep(maybe_disclosing(1))
        sorter = await office.sorter()
        await sorter.send(f"/bureau/tri/{case.reference}", choice(case, "DPRC"))
        after = await office.now(case)
    assert (after.state, after.unit_id) == ("assigned", "DPRC")
