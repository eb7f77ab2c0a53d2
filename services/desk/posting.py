"""A form with documents, read within the limits of the public form while it streams in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import ClientDisconnect, Request

from services.intake.holding import HeldDocuments
from services.intake.limits import FormLimits
from services.intake.uploads import Form, InFlight, read_form
from shared.domain.keys import Keys
from shared.errors import Refused
from shared.ports.clock import Clock

MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Papers:
    """What the desk takes of documents, and where those of a page that comes back wait."""

    limits: FormLimits
    held: HeldDocuments
    in_flight: InFlight


def papers_of(
    folder: Path | None, keys: Keys, clock: Clock, limits: FormLimits | None = None
) -> Papers:
    """Return the limits of the public form, with the same folder for documents that wait."""
    limits = limits or FormLimits()
    held = HeldDocuments(folder, keys=keys, clock=clock, limits=limits)
    return Papers(limits, held, InFlight(limits.in_flight_bytes))


async def take_posted(papers: Papers, request: Request, *, documents: bool) -> None:
    """Read a form that may carry documents; it stands with the request afterwards, for `posted`.

    Without `documents` their bytes are dropped, and the words beside them are kept. Raise Refused
    when the body is no form, is far too large or does not come in whole. The caller gives what was
    taken back with `give_back`.
    """
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        return
    limits = papers.limits if documents else papers.limits.model_copy(update={"files": 0})
    try:
        async with asyncio.timeout(limits.body_seconds):
            request.state.posted = await read_form(
                request.stream(),
                request.headers["content-type"],
                limits=limits,
                in_flight=papers.in_flight,
            )
    except (ClientDisconnect, TimeoutError):
        raise Refused("cut_off", "the form did not come in whole") from None


def posted(request: Request) -> Form | None:
    """Return the form that `take_posted` read, or None for one without documents."""
    form = getattr(request.state, "posted", None)
    return form if isinstance(form, Form) else None


def give_back(papers: Papers, request: Request) -> None:
    """Let go of the documents of a request."""
    form = posted(request)
    if form is not None:
        papers.in_flight.give_back(form.taken)
