"""A case for those who are signed in: its page, its documents, and the acts on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.acting import Actor
from services.desk.acts import ACTS, ON_ANY_VERSION, ActForm, acts_for
from services.desk.desk import Desk, refusal
from services.desk.drafting import draft_text, drafts_of, keep_draft
from services.desk.opening_case import case_among, for_unit
from services.desk.pages.of_case import document_of, letter_of, load_file, values_of
from services.desk.pages.pdf import give_picture, show_pages
from services.desk.paths import PATHS
from services.desk.performing import (
    MOTIVES,
    OUTCOMES,
    SINCES,
    TOLD,
    Performer,
    field_of,
    letter_act,
    perform,
    unit_asking,
)
from services.desk.reception import Visitor, behind_sign_in, form_of, see_other, show, typed
from services.desk.rights import rights_of
from shared.domain.account import Account
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from shared.domain.envelope import Language
from shared.domain.unit import Unit
from shared.errors import Refused
from shared.ports.query import Query

#: What the page of a case may be asked to say that has just been done.
DONE = frozenset({*ACTS, "draft"})

Show = Callable[[Desk, Visitor, Case, Request], Awaitable[Response]]

FIELDS = (
    "text",
    "until",
    "unit",
    "colleague",
    "because",
    "day",
    "language",
    "outcome",
    "motive",
    "satisfied",
    "told",
    "told_on",
    "cleared",
    "event",
    *(f"since_{one}" for one in SINCES),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A form as it was sent: what was typed, and what was wrong with it."""

    given: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    about: str = ""
    preview: tuple[str, str] | None = None


def routes(desk: Desk, language: Language) -> list[Route]:
    case = PATHS[language].case("{reference}")

    def route(path: str, page: Show, *, what: str = "case", method: str = "GET") -> Route:
        opened = partial(_open, page=page, what=what)
        return Route(path, behind_sign_in(desk, language, opened, "read"), methods=[method])

    document = f"{case}/document/{{message_id}}/{{part}}"
    return [
        route(case, _show_case),
        route(document, _give_document, what="document"),
        route(f"{document}/pages/{{number:int}}", show_pages, what=""),
        route(f"{document}/picture/{{number:int}}", give_picture, what="document"),
        route(f"{case}/letter/{{notice_id}}", _show_letter, what="letter"),
        route(f"{case}/{{act}}", _show_act, what=""),
        route(f"{case}/{{act}}", _do_act, what="", method="POST"),
    ]


async def _open(
    desk: Desk, visitor: Visitor, request: Request, *, page: Show, what: str
) -> Response:
    """Find a case among those the visitor may see; the reading is recorded before it is shown.

    One that exists elsewhere is answered like one that does not exist at all.
    """
    case = await visible_case(desk, visitor, request.path_params["reference"])
    if case is None:
        return refusal(desk, visitor.language, "unknown", 404)
    if what:
        if request.path_params.get("part") == "original":
            what = "original"
        by = f"account:{visitor.account.id}"
        at = desk.clock.now()
        read = CaseRead(id=new_id(), case_id=case.id, at=at, by=by, what=what)
        await desk.store.reads.add(read)
    return await page(desk, visitor, case, request)


async def visible_case(desk: Desk, visitor: Visitor, reference: str) -> Case | None:
    """Return a case by its reference if the visitor may see it: rights stand in the query."""
    return await case_among(desk.store, visitor.rights, reference)


async def _show_case(desk: Desk, visitor: Visitor, case: Case, request: Request) -> Response:
    shown = case if visitor.rights.everywhere else for_unit(case)
    file = await load_file(desk, shown, rights=visitor.rights, related=True)
    path = PATHS[visitor.language].case(case.reference)
    return show(
        desk,
        visitor,
        request,
        "case.html",
        reader=None,
        for_office=visitor.rights.everywhere,
        until=None,
        link=path,
        own="",
        acts=acts_for(case, visitor.rights, visitor.account.id),
        reads_path=f"{path}/reads" if visitor.rights.may_with("lead", case) else "",
        done=done if (done := request.query_params.get("fait", "")) in DONE else "",
        drafts=[one.act for one in await drafts_of(desk.store, case, visitor.account)],
        **values_of(file),
    )


async def _give_document(desk: Desk, visitor: Visitor, case: Case, request: Request) -> Response:
    given = request.path_params
    return await document_of(
        desk, visitor.language, case, given["message_id"], given["part"], back=""
    )


async def _show_letter(desk: Desk, visitor: Visitor, case: Case, request: Request) -> Response:
    notice_id = request.path_params["notice_id"]
    return await letter_of(desk, visitor.language, case, notice_id, back="")


async def _show_act(desk: Desk, visitor: Visitor, case: Case, request: Request) -> Response:
    form = _allowed(visitor, case, request)
    if form is None:
        return refusal(desk, visitor.language, "unknown", 404)
    text = await draft_text(desk.store, case, visitor.account, form.name) if form.writes else ""
    tried = Tried({"text": text} if text else {})
    return await _act_page(desk, visitor, case, form, request, tried, 200)


async def _do_act(desk: Desk, visitor: Visitor, case: Case, request: Request) -> Response:
    """Do what the form asks for, unless the case is another one by now; or show the letter."""
    sent = await form_of(request)
    given = {name: value for name in FIELDS if (value := typed(sent, name))}
    name = request.path_params["act"]
    form = ACTS.get(name)
    if form is None or not visitor.rights.may_with(form.doing, case):
        return refusal(desk, visitor.language, "unknown", 404)
    version = typed(sent, "version")
    if version != str(case.version) and form.name not in ON_ANY_VERSION:
        tried = Tried(given, "changed_meanwhile")
        return await _act_page(desk, visitor, case, form, request, tried, 409)
    actor = Actor(by=visitor.by, at=desk.clock.now(), department=desk.department)
    path = PATHS[visitor.language]
    if typed(sent, "garder") and form.writes:
        await keep_draft(
            desk.store, case, visitor.account, form.name, given.get("text", ""), actor.at
        )
        return see_other(f"{path.case(case.reference)}?fait=draft")
    try:
        if typed(sent, "voir") and form.writes:
            acted, _ = letter_act(form.name, given)(case, actor)
            preview = await desk.previews.text_of(acted, actor.at)
            tried = Tried(given, preview=preview)
            return await _act_page(desk, visitor, case, form, request, tried, 200)
        await perform(Performer(desk.store, actor, visitor.account), case, form, given)
    except Refused as refused:
        tried = Tried(given, refused.code, field_of(refused.code, form.name))
        status = 409 if refused.code == "changed_meanwhile" else 400
        fresh = await visible_case(desk, visitor, case.reference) or case
        return await _act_page(desk, visitor, fresh, form, request, tried, status)
    if form.writes:
        await keep_draft(desk.store, case, visitor.account, form.name, "", actor.at)
    still = await visible_case(desk, visitor, case.reference)
    return see_other(f"{path.case(case.reference)}?fait={form.name}" if still else path.cases)


def _allowed(visitor: Visitor, case: Case, request: Request) -> ActForm | None:
    acts = acts_for(case, visitor.rights, visitor.account.id)
    return next((one for one in acts if one.name == request.path_params["act"]), None)


async def _act_page(
    desk: Desk,
    visitor: Visitor,
    case: Case,
    form: ActForm,
    request: Request,
    tried: Tried,
    status: int,
) -> Response:
    shown = case if visitor.rights.everywhere else for_unit(case)
    file = await load_file(desk, shown, rights=visitor.rights)
    today = desk.department.calendar.day_of(desk.clock.now())
    return show(
        desk,
        visitor,
        request,
        "act.html",
        status,
        form=form,
        tried=tried,
        today=today,
        outcomes=OUTCOMES,
        motives=MOTIVES,
        sinces=SINCES,
        ways=TOLD,
        recourses=[one for one in desk.department.recourses if one.live_on(today)],
        units=_units(desk, case, form) if "unit" in form.fields else [],
        colleagues=await _colleagues(desk, visitor, case, form)
        if "colleague" in form.fields
        else [],
        case_path=PATHS[visitor.language].case(case.reference),
        **values_of(file),
    )


def _units(desk: Desk, case: Case, form: ActForm) -> list[Unit]:
    """Return the units that a case can go to, or that can be asked about it."""
    today = desk.department.calendar.day_of(desk.clock.now())
    live = [one for one in desk.department.units.values() if one.live_on(today)]
    return [one for one in live if one.id != case.unit_id or form.name == "question"]


async def _colleagues(desk: Desk, visitor: Visitor, case: Case, form: ActForm) -> list[Account]:
    """Return who may work on the case, or be asked about it: others of its unit, readers or not. A
    department has some hundreds of accounts."""
    today = desk.department.calendar.day_of(desk.clock.now())
    accounts = await desk.store.accounts.find(Query(sort="name", limit=1000))
    rights = [(one, rights_of(one, desk.department, today)) for one in accounts]
    if form.name == "question":
        unit = unit_asking(case, desk.department)
        others = [(one, has) for one, has in rights if one.id != visitor.account.id]
        return [one for one, has in others if unit in has.serves]
    return [one for one, has in rights if has.may_with("work", case)]
