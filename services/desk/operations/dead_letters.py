"""Dead letters: listed, shown without a body, put back or discarded by a person who says why."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.desk import Desk, refusal
from services.desk.operations.figures import depths_of
from services.desk.operations.intervening import intervene, latest, reason_typed
from services.desk.operations.masking import Masked, masked
from services.desk.operations.places import Asked, ask, bus_of, operated, show_tab
from services.desk.paths import PATHS
from services.desk.reception import Page, Visitor, form_of, see_other, typed
from shared.domain.envelope import Language
from shared.errors import Refused, Transient
from shared.ports.bus import Bus
from shared.ports.query import Equal
from shared.topology import BY_NAME, QUEUES

Act = Literal["requeue", "discard"]
ACTS: tuple[Act, ...] = ("requeue", "discard")
#: Letters of one queue that the list shows; the oldest come first.
LISTED = 20
#: Letters of one queue among which one is looked for.
SEARCHED = 10_000
#: How often a letter is looked for, and seconds between the first two looks.
LOOKS, BETWEEN = 3, 0.1


def routes(desk: Desk, language: Language) -> list[Route]:
    letter = "/dead/{queue}/{letter_id}"
    return [
        operated(desk, language, "/dead", show_letters),
        operated(desk, language, letter, show_letter),
        *(
            operated(desk, language, f"{letter}/{act}", page, method)
            for act in ACTS
            for page, method in _pages_of(act)
        ),
    ]


async def show_letters(desk: Desk, visitor: Visitor, request: Request) -> Response:
    depths = await depths_of(desk.bus)
    counts = {depth.name: depth.dead for depth in depths or ()}
    lying = {name: await _listed(bus_of(desk), name) for name, count in counts.items() if count}
    return show_tab(
        desk,
        visitor,
        request,
        "ops_dead.html",
        "dead",
        status=200 if depths is not None else 503,
        reachable=depths is not None,
        letters=lying,
        counts=counts,
        deeds=await latest(desk),
    )


async def show_letter(desk: Desk, visitor: Visitor, request: Request) -> Response:
    found = await _wanted(desk, request)
    if found is None:
        return _gone(desk, visitor)
    deeds = await latest(desk, Equal("about", found.id))
    return show_tab(desk, visitor, request, "ops_letter.html", "dead", letter=found, deeds=deeds)


async def find_letter(bus: Bus, queue: str, letter_id: str) -> Masked | None:
    """Return a dead letter without its body, or None when it is not there (any more).

    On RabbitMQ a letter is away for a moment while somebody else looks at it, so that one that is
    not there is looked for again.
    """
    for look in range(LOOKS if queue in BY_NAME else 0):
        await asyncio.sleep(BETWEEN * look)
        letters = await bus.dead_letters(queue, limit=SEARCHED)
        if found := next((masked(one) for one in letters if one.id == letter_id), None):
            return found
    return None


async def end_letter(bus: Bus, act: Act, queue: str, letter_id: str) -> bool:
    """Put a dead letter back or discard it; False when it is not there any more."""
    end = bus.requeue_dead if act == "requeue" else bus.discard_dead
    for _ in range(LOOKS):
        if await end(queue, letter_id):
            return True
        if await find_letter(bus, queue, letter_id) is None:
            break
    return False


async def letter_of_envelope(bus: Bus, envelope_id: str) -> Masked | None:
    """Return the dead letter that keeps an envelope from being opened, or None."""
    letters = await bus.dead_letters(QUEUES[0].name, limit=SEARCHED)
    found = (masked(one) for one in letters)
    return next((one for one in found if one.facts.get("envelope_id") == envelope_id), None)


def _pages_of(act: Act) -> tuple[tuple[Page, str], tuple[Page, str]]:
    return (partial(_ask, act), "GET"), (partial(_do, act), "POST")


async def _ask(act: Act, desk: Desk, visitor: Visitor, request: Request) -> Response:
    found = await _wanted(desk, request)
    return _form(desk, visitor, request, act, found) if found else _gone(desk, visitor)


async def _do(act: Act, desk: Desk, visitor: Visitor, request: Request) -> Response:
    bus, because = bus_of(desk), typed(await form_of(request), "because")
    found = await _wanted(desk, request)
    if found is None:
        return see_other(f"{PATHS[visitor.language].operations}/dead?fait=gone")
    try:
        kept = await intervene(
            desk,
            visitor,
            "dead_requeue" if act == "requeue" else "dead_discard",
            found.id,
            partial(end_letter, bus, act, found.queue, found.id),
            because=reason_typed(because),
            queue=found.queue,
            event=found.event_id,
        )
    except (Refused, Transient) as error:
        return _form(desk, visitor, request, act, found, fault=error.code, because=because)
    done = act if kept.result == "done" else "gone"
    return see_other(f"{PATHS[visitor.language].operations}/dead?fait={done}")


def _form(
    desk: Desk,
    visitor: Visitor,
    request: Request,
    act: Act,
    letter: Masked,
    *,
    fault: str = "",
    because: str = "",
) -> Response:
    asked = Asked(
        tab="dead",
        act=f"dead_{act}",
        about=letter.id,
        back=f"/dead/{letter.queue}/{letter.id}",
        queue=letter.queue,
        fault=fault,
        because=because,
    )
    return ask(desk, visitor, request, asked)


async def _wanted(desk: Desk, request: Request) -> Masked | None:
    given = request.path_params
    return await find_letter(bus_of(desk), given["queue"], given["letter_id"])


async def _listed(bus: Bus, queue: str) -> list[Masked]:
    return [masked(one) for one in await bus.dead_letters(queue, limit=LISTED)]


def _gone(desk: Desk, visitor: Visitor) -> Response:
    return refusal(desk, visitor.language, "unknown", 404)
