"""What pages of a case have in common, whoever opened it: the file, its documents, its letters."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from services.desk.casefile import (
    MOST_MESSAGES,
    MOST_NOTICES,
    MOST_RELATED,
    MOST_REMARKS,
    CaseFile,
)
from services.desk.desk import Desk, refusal
from services.desk.downloads import download_headers
from services.desk.kinds import kind_of
from services.desk.rights import Rights
from services.intake.reading.parts import extract
from services.notifier.printing import letter_to_print
from shared.domain.case import Case
from shared.domain.envelope import Language
from shared.domain.reading import Message
from shared.domain.remark import Remark
from shared.errors import Poison, Refused
from shared.pages.rendering import map_shapes
from shared.pages.texts import Texts
from shared.ports.query import AllOf, AnyOf, Condition, ContainsAny, Equal, In, Query

#: The letter carries its own style sheet, as it does in a mail; nothing else may run or be fetched.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


async def load_file(
    desk: Desk, case: Case, *, rights: Rights | None = None, related: bool = False
) -> CaseFile:
    """Return everything that belongs to a case; raise Transient when the store is away.

    `rights` are those of who looks, None for a signed link, which shows no remark: whoever does not
    answer for the case reads of them only what was put to their unit, and the replies. `related`
    cases are those that the rights let see.
    """
    of_case = Equal("case_id", case.id)
    messages, notices, remarks, reads, others = await asyncio.gather(
        desk.store.messages.find(Query(of_case, sort="at", limit=MOST_MESSAGES)),
        desk.store.notices.find(Query(of_case, sort="created_at", limit=MOST_NOTICES)),
        desk.store.remarks.find(Query(of_case, sort="at", limit=MOST_REMARKS)),
        desk.store.reads.count(of_case),
        _related(desk, case, rights.visible) if rights and related else _none(),
    )
    # Who hears of a sensitive complaint is nobody else's to know.
    notices = [notice for notice in notices if notice.role != "authorities"]
    # The reading that was just recorded is this one.
    return CaseFile(
        case=case,
        messages=messages,
        notices=notices,
        remarks=[one for one in remarks if rights and _may_read(one, case, rights)],
        related=others,
        reads=max(reads - 1, 0),
        department=desk.department,
        now=desk.clock.now(),
    )


def _may_read(remark: Remark, case: Case, rights: Rights) -> bool:
    if rights.may_with("work", case):
        return True
    if remark.among_colleagues:
        return False
    return remark.kind == "reply" or (remark.kind == "question" and remark.to in rights.units)


async def _related(desk: Desk, case: Case, visible: Condition) -> list[Case]:
    """Return cases that are linked to this one, then others of the same person."""
    ties: list[Condition] = [In("id", case.linked_case_ids)]
    if case.participants:
        ties.append(ContainsAny("participants", case.participants))
    query = Query(
        AllOf((AnyOf(ties), visible)), sort="opened_at", descending=True, limit=MOST_RELATED
    )
    found = [one for one in await desk.store.cases.find(query) if one.id != case.id]
    return sorted(found, key=lambda one: one.id not in case.linked_case_ids)


async def _none() -> list[Case]:
    return []


def values_of(file: CaseFile) -> dict[str, Any]:
    """Return what the templates of a case need beside the case itself."""
    return {
        "file": file,
        "kind_of": kind_of,
        "region_names": region_names,
        "silence": silence,
        "map_shapes": map_shapes() if file.regions else "",
    }


async def document_of(
    desk: Desk, language: Language, case: Case, message_id: str, part: str, *, back: str
) -> Response:
    """Return one document, or a whole message as it came, for saving and never for showing."""
    try:
        return await download_of(desk, case, message_id, part)
    except Refused as refused:
        if refused.code == "infected":
            return refusal(desk, language, "infected", 403, back)
        return refusal(desk, language, "document", 404, back)


async def download_of(desk: Desk, case: Case, message_id: str, part: str) -> Response:
    """Return a document of this case, and of no other, or with the part "original" a whole message
    as it came. Raise Refused when there is none (no_document), or a virus is in it (infected)."""
    message = await desk.store.messages.get(message_id)
    if message is None or message.case_id != case.id:
        raise Refused("no_document")
    if _is_infected(message, part):
        raise Refused("infected")
    raw = await desk.store.envelopes.raw(message.envelope_id)
    if raw is None:
        raise Refused("no_document")
    if part == "original":
        headers = download_headers(f"{case.reference}.eml", "message/rfc822")
        return Response(raw, 200, headers)
    try:
        name, detected, data = await asyncio.to_thread(extract, raw, part)
    except (Refused, Poison):
        raise Refused("no_document") from None
    return Response(data, 200, download_headers(name, detected))


async def message_of(desk: Desk, case: Case, message_id: str, part: str) -> Message | None:
    """Return the message of this case that holds a part, unless a virus was found in it."""
    message = await desk.store.messages.get(message_id)
    if message is None or message.case_id != case.id or _is_infected(message, part):
        return None
    return message


async def letter_of(
    desk: Desk, language: Language, case: Case, notice_id: str, *, back: str
) -> Response:
    """Return a letter of this case, and of no other, to be printed or read out."""
    notice = await desk.store.notices.get(notice_id)
    if notice is None or notice.case_id != case.id or notice.way == "mail":
        return refusal(desk, language, "document", 404, back)
    raw = await desk.store.notices.raw(notice.id)
    html = letter_to_print(raw or b"", case.complainant)
    return HTMLResponse(html, headers={"Content-Security-Policy": _LETTER_POLICY})


def region_names(regions: Sequence[str], texts: Texts) -> str:
    """Return the names of regions, by their codes, as one enumeration."""
    return ", ".join(texts.get(f"region.{code}", code) for code in regions)


def silence(reasons: Sequence[str], texts: Texts) -> Markup:
    """Return in words why no automatic answer goes out; marks of automatic mail are one reason."""
    words = (texts.get(f"silence.{reason}", texts("silence.automatic")) for reason in reasons)
    return Markup(", ").join(dict.fromkeys(words))


def _is_infected(message: Message, part: str) -> bool:
    """Tell whether a virus was found in what is asked for: the original holds every document."""
    infected = {each.part for each in message.documents if each.state == "infected"}
    return part in infected or (part == "original" and bool(infected))
