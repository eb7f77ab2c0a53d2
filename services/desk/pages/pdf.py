"""The pages of a PDF of a case as pictures, one at a time."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.desk.desk import Desk, refusal
from services.desk.pages.of_case import message_of
from services.desk.paths import PATHS
from services.desk.pdf_pages import Picture, page_picture
from services.desk.reception import Visitor, show
from services.intake.reading.parts import extract
from shared.domain.case import Case
from shared.errors import Poison, Refused

PDF = "application/pdf"


async def show_pages(desk: Desk, visitor: Visitor, case: Case, request: Request) -> Response:
    """Return the page around one picture, with the way to the others."""
    found = await _picture(desk, case, request)
    if isinstance(found, str):
        return refusal(desk, visitor.language, "picture", 404)
    given = request.path_params
    path = PATHS[visitor.language].case(case.reference)
    return show(
        desk,
        visitor,
        request,
        "pdf.html",
        case=case,
        case_path=path,
        document=f"{path}/document/{given['message_id']}/{given['part']}",
        number=given["number"],
        pages=found.pages,
    )


async def give_picture(desk: Desk, visitor: Visitor, case: Case, request: Request) -> Response:
    """Return the picture itself."""
    found = await _picture(desk, case, request)
    if isinstance(found, str):
        return refusal(desk, visitor.language, "picture", 404)
    return Response(found.png, 200, {"Content-Type": "image/png"})


async def _picture(desk: Desk, case: Case, request: Request) -> Picture | str:
    """Return the picture that is asked for, or a code of why there is none."""
    given = request.path_params
    message = await message_of(desk, case, given["message_id"], given["part"])
    raw = await desk.store.envelopes.raw(message.envelope_id) if message else None
    if raw is None:
        return "no_document"
    try:
        _, detected, data = await asyncio.to_thread(extract, raw, given["part"])
        if detected.partition(";")[0].strip().lower() != PDF:
            return "no_pdf"
        return await desk.children.run(page_picture, data, given["number"])
    except (Refused, Poison) as error:
        return error.code
