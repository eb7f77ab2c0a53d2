"""A page for each unit, for anybody: how to complain about it, who answers, by when, what else.

All of it is the department's data. A unit that is no more points to the one that followed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services.intake.door import PATHS, Door, other
from services.intake.offices import offices_by_region
from services.intake.showing import message_page
from services.intake.standing import due_days
from shared.domain.envelope import Language
from shared.domain.unit import Unit


class Standing(NamedTuple):
    """Whether a unit serves people on a day, and who does when it does not any more."""

    live: bool
    follower: Unit | None = None


def unit_routes(door: Door, language: Language) -> list[Route]:
    """Return the list of units and the page of each."""
    path = PATHS[language].units
    return [
        Route(path, partial(_list, door, language)),
        Route(f"{path}/{{unit_id}}", partial(_unit, door, language)),
    ]


def standing_on(unit: Unit, units: Mapping[str, Unit], day: date) -> Standing:
    """Return how a unit stands on a day; followers that are no more either are passed over."""
    if unit.live_on(day):
        return Standing(live=True)
    seen, next_id = {unit.id}, unit.successor
    while next_id and next_id in units and next_id not in seen:
        if units[next_id].live_on(day):
            return Standing(live=False, follower=units[next_id])
        seen.add(next_id)
        next_id = units[next_id].successor
    return Standing(live=False)


async def _list(door: Door, language: Language, request: Request) -> Response:
    del request
    path = PATHS[other(language)].units
    if door.department is None:
        return _page(door, language, "units.html", path, status=503, regions=[], closed=[])
    today, texts = door.today(), door.pages.texts(language)
    units = door.department.units
    closed = [
        (unit, standing_on(unit, units, today).follower)
        for unit in units.values()
        if unit.valid_to and unit.valid_to < today
    ]
    return _page(
        door,
        language,
        "units.html",
        path,
        regions=offices_by_region(door.live_units().values(), texts, branches_apart=False),
        closed=sorted(closed, key=lambda one: one[0].name(language)),
    )


async def _unit(door: Door, language: Language, request: Request) -> Response:
    asked = request.path_params["unit_id"]
    path = f"{PATHS[other(language)].units}/{asked}"
    if door.department is None:
        return _page(door, language, "units.html", path, status=503, regions=[], closed=[])
    unit = door.department.units.get(asked)
    if unit is None:
        return message_page(door, language, "missing", 404)
    today = door.today()
    standing = standing_on(unit, door.department.units, today)
    return _page(
        door,
        language,
        "unit.html",
        path,
        unit=unit,
        standing=standing,
        public_url=door.public_url,
        answer_target=door.department.standards.on("answer", today).target,
        due=due_days(door.department, door.clock.now()),
    )


def _page(
    door: Door,
    language: Language,
    template: str,
    other_path: str,
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    html = door.pages.render(
        template,
        language,
        paths=PATHS[language],
        other=other_path,
        today=door.today(),
        main_address=door.addresses.main,
        **values,
    )
    # Data of the department alone, the same for everybody
    kept = {"Cache-Control": "public, max-age=300"} if status == 200 else {"Retry-After": "60"}
    return HTMLResponse(html, status, kept)
