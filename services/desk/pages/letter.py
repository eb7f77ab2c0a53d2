"""The letter of a person without e-mail, for the unit to print and post, or to read out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.desk.desk import Desk, refusal
from services.desk.opening_case import open_case
from services.desk.pages.case import REFUSALS, link_of
from services.notifier.printing import letter_to_print
from shared.domain.envelope import Language
from shared.errors import Transient

#: The letter carries its own style sheet, as it does in a mail; nothing else may run or be fetched.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


async def show_letter(desk: Desk, language: Language, request: Request) -> Response:
    """Return a letter of this case, and of no other; the reading is recorded first."""
    link = link_of(request)
    try:
        answer, case = await open_case(desk, link, what="letter")
        if case is None:
            return refusal(desk, language, REFUSALS[answer], answer.value, link.path)
        notice = await desk.store.notices.get(request.path_params["notice_id"])
        if notice is None or notice.case_id != case.id or notice.way == "mail":
            return refusal(desk, language, "document", 404, link.path)
        raw = await desk.store.notices.raw(notice.id)
    except Transient:
        return refusal(desk, language, "down", 503, link.path)
    html = letter_to_print(raw or b"", case.complainant)
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})
