"""Who comes into the pages of operations, and what each of them has around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services.desk.desk import Desk
from services.desk.paths import PATHS
from services.desk.reception import Page, Visitor, behind_sign_in, forbidden, show
from shared.domain.envelope import Language
from shared.errors import Transient
from shared.ports.bus import Bus

#: The tabs of operations; the complaints office has those about mail, as it decides about it.
TABS = ("", "dead", "parked", "outgoing", "settings")
OF_OFFICE = ("parked", "outgoing")
#: Statuses of what a person can mend by typing something else, or that somebody else has done.
FAULTS = {
    "no_because": 400,
    "because_long": 400,
    "no_reference": 400,
    "no_such_case": 400,
    "conflict": 409,
    "busy": 409,
    "not_withheld": 409,
    "nowhere_to_send": 409,
    "not_to_retry": 409,
    "not_to_stop": 409,
    "not_to_print": 409,
}


def operated(desk: Desk, language: Language, path: str, page: Page, method: str = "GET") -> Route:
    """Return a route for operations alone."""
    where = f"{PATHS[language].operations}{path}"
    return Route(where, behind_sign_in(desk, language, page, "operate"), methods=[method])


def shared_with_office(
    desk: Desk, language: Language, path: str, page: Page, method: str = "GET"
) -> Route:
    """Return a route for operations and for the complaints office."""

    async def either(desk: Desk, visitor: Visitor, request: Request) -> Response:
        if not (visitor.rights.may("operate") or visitor.rights.may("steer")):
            return forbidden(desk, visitor, request)
        return await page(desk, visitor, request)

    where = f"{PATHS[language].operations}{path}"
    return Route(where, behind_sign_in(desk, language, either), methods=[method])


def for_office(desk: Desk, language: Language, path: str, page: Page, method: str = "GET") -> Route:
    """Return a route for those who may read every case: here stands what a person wrote."""
    where = f"{PATHS[language].operations}{path}"
    return Route(where, behind_sign_in(desk, language, page, "steer"), methods=[method])


def show_tab(
    desk: Desk,
    visitor: Visitor,
    request: Request,
    template: str,
    tab: str,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Return a page with the tabs that its visitor may open."""
    tabs = TABS if visitor.rights.may("operate") else OF_OFFICE
    done = request.query_params.get("fait", "")
    return show(desk, visitor, request, template, status, tabs=tabs, tab=tab, done=done, **values)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that asks whether something is meant, and why: nothing is done before.

    `act` names its texts, `about` the id that it is done to, `back` the page to go back to.
    `fault` is our word for what was wrong with the answer; what was typed is kept.
    """

    tab: str
    act: str
    about: str
    back: str
    queue: str = ""
    asks_why: bool = True
    asks_case: bool = False
    fault: str = ""
    because: str = ""
    reference: str = ""


def ask(desk: Desk, visitor: Visitor, request: Request, asked: Asked) -> HTMLResponse:
    """Return the page; one that comes back says with its status whose fault that is."""
    status = FAULTS.get(asked.fault, 503) if asked.fault else 200
    return show_tab(desk, visitor, request, "ops_act.html", asked.tab, status, asked=asked)


def bus_of(desk: Desk) -> Bus:
    """Return the bus; raise Transient for a desk that was put together without one."""
    if desk.bus is None:
        raise Transient("no_bus")
    return desk.bus
