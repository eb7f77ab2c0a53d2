"""Outgoing mail: notices by state, one of them, and what a person decides about it.

Nothing of what a notice says is shown, and of a person's address one letter and the domain, but
to those who may read every case.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk.acting import Actor
from services.desk.desk import Desk, refusal
from services.desk.keeping_letters import keep_carried
from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import Act, posted, release, retry, stop, told
from services.desk.operations.masking import masked_address
from services.desk.operations.places import Asked, ask, shared_with_office, show_tab
from services.desk.paths import PATHS
from services.desk.reception import Visitor, see_other
from shared.domain.document import instant
from shared.domain.envelope import Language
from shared.domain.notice import Notice, NoticeState
from shared.errors import Refused
from shared.ports.query import AllOf, In, Query

#: States that call for the same look, the most urgent first.
GROUPS: dict[str, tuple[NoticeState, ...]] = {
    "failed": ("technical", "permanent", "gave_up"),
    "withheld": ("withheld",),
    "to_print": ("to_print",),
    "waiting": ("temporary", "created", "sending", "gathered"),
    "gone": ("sent", "delivered", "in_digest", "printed", "told"),
}
ACTS: dict[str, Act] = {
    "retry": retry,
    "release": release,
    "stop": stop,
    "posted": posted,
    "told": told,
}
#: Acts by which a person without e-mail learns something: clocks may begin or stand by them.
CARRIED = frozenset({"posted", "told"})
PAGE = 40


def routes(desk: Desk, language: Language) -> list[Route]:
    notice = "/outgoing/{notice_id}"
    return [
        shared_with_office(desk, language, "/outgoing", show_notices),
        shared_with_office(desk, language, notice, show_notice),
        shared_with_office(desk, language, f"{notice}/{{act}}", ask_act),
        shared_with_office(desk, language, f"{notice}/{{act}}", do_act, "POST"),
    ]


async def show_notices(desk: Desk, visitor: Visitor, request: Request) -> Response:
    counts = await desk.store.notices.count_by("state", AllOf(()))
    groups = {name: sum(counts.get(one, 0) for one in states) for name, states in GROUPS.items()}
    group = request.query_params.get("groupe", "")
    if group not in GROUPS:
        group = next((name for name, count in groups.items() if count), "failed")
    after = _after(request.query_params.get("apres", ""))
    query = Query(
        In("state", GROUPS[group]), sort="created_at", descending=True, after=after, limit=PAGE + 1
    )
    found = await desk.store.notices.find(query)
    return show_tab(
        desk,
        visitor,
        request,
        "ops_outgoing.html",
        "outgoing",
        groups=groups,
        group=group,
        notices=found[:PAGE],
        more=_place(found[PAGE - 1]) if len(found) > PAGE else "",
        recipient=partial(recipient_for, visitor),
    )


async def show_notice(desk: Desk, visitor: Visitor, request: Request) -> Response:
    notice = await desk.store.notices.get(request.path_params["notice_id"])
    if notice is None:
        return refusal(desk, visitor.language, "unknown", 404)
    return show_tab(
        desk,
        visitor,
        request,
        "ops_notice.html",
        "outgoing",
        notice=notice,
        reference=await _reference(desk, visitor, notice),
        recipient=partial(recipient_for, visitor),
        acts=acts_for(notice, desk.clock.now()),
    )


async def ask_act(desk: Desk, visitor: Visitor, request: Request) -> Response:
    notice = await desk.store.notices.get(request.path_params["notice_id"])
    act = request.path_params["act"]
    if notice is None or act not in ACTS:
        return refusal(desk, visitor.language, "unknown", 404)
    try:
        ACTS[act](notice, visitor.by, desk.clock.now())
    except Refused as error:
        return _form(desk, visitor, request, notice, act, fault=error.code)
    return _form(desk, visitor, request, notice, act)


async def do_act(desk: Desk, visitor: Visitor, request: Request) -> Response:
    notice = await desk.store.notices.get(request.path_params["notice_id"])
    act = request.path_params["act"]
    if notice is None or act not in ACTS:
        return refusal(desk, visitor.language, "unknown", 404)
    try:
        await _keep(desk, visitor, notice, act)
    except Refused as error:
        return _form(desk, visitor, request, notice, act, fault=error.code)
    return see_other(f"{PATHS[visitor.language].operations}/outgoing/{notice.id}?fait={act}")


async def _keep(desk: Desk, visitor: Visitor, notice: Notice, act: str) -> None:
    """Save the act; a letter that somebody carried brings about what it tells, in its case."""
    at = desk.clock.now()
    if act in CARRIED:
        actor = Actor(by=visitor.by, at=at, department=desk.department)
        await keep_carried(ACTS[act], notice, desk.store, actor)
    else:
        await keep_act(ACTS[act], notice, desk.store, by=visitor.by, at=at)


def acts_for(notice: Notice, now: datetime) -> list[str]:
    """Return the acts that can be done with a notice as it is now."""
    return [name for name, act in ACTS.items() if _possible(act, notice, now)]


def recipient_for(visitor: Visitor, notice: Notice) -> str:
    """Return a recipient as this visitor may see it; mailboxes of the department are no secret."""
    if notice.role != "complainant" or visitor.rights.may("steer") or not notice.recipient:
        return notice.recipient
    return masked_address(notice.recipient)


def _possible(act: Act, notice: Notice, now: datetime) -> bool:
    try:
        act(notice, "somebody", now)
    except Refused:
        return False
    return True


def _form(
    desk: Desk, visitor: Visitor, request: Request, notice: Notice, act: str, *, fault: str = ""
) -> Response:
    asked = Asked(
        tab="outgoing",
        act=f"notice_{act}",
        about=notice.id,
        back=f"/outgoing/{notice.id}",
        asks_why=False,
        fault=fault,
    )
    return ask(desk, visitor, request, asked)


async def _reference(desk: Desk, visitor: Visitor, notice: Notice) -> str:
    """Return the reference of the notice's case for those who may open it."""
    if not visitor.rights.may("read"):
        return ""
    case = await desk.store.cases.get(notice.case_id)
    return case.reference if case and visitor.rights.sees(case) else ""


def _place(notice: Notice) -> str:
    return f"{instant(notice.created_at)}_{notice.id}"


def _after(text: str) -> tuple[str, str] | None:
    moment, _, id_ = text.partition("_")
    return (moment, id_) if moment and id_ else None
