"""Where an act that was refused leads: to the field that must be mended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.desk.paths import PATHS
from tests.at_the_desk import account, do, the_desk
from tests.pages_samples import assigned_case

FR = PATHS["fr"]
CLOSING = {"outcome": "partly", "motive": "delays", "text": "Nous avons vérifié."}


@pytest.mark.parametrize(
    ("act", "fields", "leads_to"),
    [
        ("told", {"text": "Au comptoir.", "day": "2027-01-04"}, "day"),
        ("told", {"text": "Au comptoir.", "day": "demain"}, "day"),
        ("close", {**CLOSING, "told": "orally", "told_on": "2027-01-04"}, "told_on"),
        ("close", {**CLOSING, "outcome": ""}, "outcome-founded"),
        ("close", CLOSING, "told-notice"),
        ("language", {}, "language-fr"),
    ],
)
async def test_a_fault_leads_to_a_place_that_takes_the_focus(
    tmp_path: Path, act: str, fields: dict[str, str], leads_to: str
) -> None:
    async with the_desk(tmp_path) as at:
        case = await assigned_case().keep(at.store)
        async with await at.sign_in(account("mel", "agent")) as client:
            page = await do(client, FR.act(case.reference, act), **fields)
    assert page.status_code == 400
    assert re.findall(r'<li><a href="#([^"]+)"', page.text) == [leads_to]
    assert re.search(rf'<(input|select|textarea)[^>]* id="{leads_to}"', page.text)
