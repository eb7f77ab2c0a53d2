"""Documents for other programs: their list, and their bytes, which are only ever to be saved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Query as Asked
from starlette.responses import Response

from services.desk.api.answers import PaperPage
from services.desk.api.callers import Reader, Served, read_case
from services.desk.api.problems import documented
from services.desk.api.shown import papers_of
from services.desk.downloads import BARE, SAFE_TYPES
from services.desk.pages.of_case import download_of
from services.desk.worklist import place_after, place_in
from shared.errors import Refused
from shared.ports.query import Equal, Query

#: Messages whose documents stand on one page.
PAGE = 50
ORIGINAL = "original"

_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_GIVEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes, to be saved",
        "content": dict.fromkeys((BARE, *sorted(SAFE_TYPES)), _BYTES),
    },
    **documented(),
}

router = APIRouter()
Place = Annotated[str, Asked(max_length=200, description="`next` of the page before.")]


@router.get("/cases/{reference}/documents", responses=documented())
async def list_documents(
    desk: Served, caller: Reader, reference: str, after: Place = ""
) -> PaperPage:
    """List the documents of a case, oldest message first; the reading is recorded."""
    if after and place_in(after) is None:
        raise Refused("bad_place")
    case = await read_case(desk, caller, reference, "case")
    query = Query(Equal("case_id", case.id), sort="at", after=place_in(after), limit=PAGE + 1)
    found = await desk.store.messages.find(query)
    page = found[:PAGE]
    return PaperPage(
        documents=tuple(paper for message in page for paper in papers_of(message)),
        next=place_after(page[-1], query) if len(found) > PAGE else None,
    )


@router.get("/cases/{reference}/messages/{message}/documents", responses=documented())
async def list_documents_of_message(
    desk: Served, caller: Reader, reference: str, message: str
) -> PaperPage:
    """List the documents of one message; the reading is recorded."""
    case = await read_case(desk, caller, reference, "case")
    found = await desk.store.messages.get(message)
    if found is None or found.case_id != case.id:
        raise Refused("unknown")
    return PaperPage(documents=papers_of(found), next=None)


@router.get(
    "/cases/{reference}/messages/{message}/documents/{part}",
    response_class=Response,
    responses=_GIVEN,
)
async def read_document(
    desk: Served, caller: Reader, reference: str, message: str, part: str
) -> Response:
    """Download a document; the reading is recorded. One with a virus in it is given to nobody."""
    if part == ORIGINAL:
        raise Refused("no_document")
    case = await read_case(desk, caller, reference, "document")
    return await download_of(desk, case, message, part)


@router.get(
    "/cases/{reference}/messages/{message}/original", response_class=Response, responses=_GIVEN
)
async def read_original(desk: Served, caller: Reader, reference: str, message: str) -> Response:
    """Download a whole message as it came in; the reading is recorded."""
    case = await read_case(desk, caller, reference, ORIGINAL)
    return await download_of(desk, case, message, ORIGINAL)
