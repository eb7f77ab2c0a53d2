"""Accounts: who has one, with which mandates; invited, given a mandate, closed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.desk import enrolling
from services.desk.desk import Desk, refusal
from services.desk.office.mandates import is_open, refuse_older, refuse_own_last_office, state_of
from services.desk.paths import PATHS
from services.desk.performing import day_in
from services.desk.reception import Visitor, behind_sign_in, form_of, see_other, show, typed
from services.desk.signing_in import account_named
from services.desk.worklist import place_after, place_in
from shared.domain.account import Account, Mandate
from shared.domain.document import instant
from shared.domain.envelope import Language
from shared.errors import Refused
from shared.ports.query import AllOf, Equal, Query, Range

PAGE = 50
FIELDS = ("nom", "personne", "langue", "role", "unite", "du", "au")
ACTS = ("withdraw", "add", "sessions", "close", "link")
#: The field that a refusal is about; others are about the account as a whole.
ABOUT = {
    "account_unnamed": "nom",
    "name_spaces": "nom",
    "name_taken": "nom",
    "no_such_role": "role",
    "role_needs_unit": "unite",
    "no_such_unit": "unite",
    "days_crossed": "au",
    "bad_day": "du",
    "same_mandate": "role",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """A form as it was sent: what was typed, and what was wrong with it."""

    given: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    @property
    def about(self) -> str:
        return ABOUT.get(self.fault, "")


def routes(desk: Desk, language: Language) -> list[Route]:
    path = PATHS[language].accounts
    invite, one = f"{path}/invite", f"{path}/{{account_id}}"
    return [
        Route(path, behind_sign_in(desk, language, _list, "accounts")),
        Route(invite, behind_sign_in(desk, language, _ask, "accounts")),
        Route(invite, behind_sign_in(desk, language, _invite, "accounts"), methods=["POST"]),
        Route(one, behind_sign_in(desk, language, _show, "accounts")),
        Route(f"{one}/{{act}}", behind_sign_in(desk, language, _back, "accounts")),
        Route(f"{one}/{{act}}", behind_sign_in(desk, language, _act, "accounts"), methods=["POST"]),
    ]


async def _list(desk: Desk, visitor: Visitor, request: Request) -> Response:
    after = request.query_params.get("apres", "")[:200]
    query = Query(sort="name", after=place_in(after), limit=PAGE + 1)
    found = await desk.store.accounts.find(query)
    page, now = found[:PAGE], desk.clock.now()
    return show(
        desk,
        visitor,
        request,
        "accounts.html",
        accounts=[(one, state_of(one, now)) for one in page],
        total=await desk.store.accounts.count(AllOf(())),
        units=desk.department.units,
        after=after,
        more=place_after(page[-1], query) if len(found) > PAGE else "",
    )


async def _ask(desk: Desk, visitor: Visitor, request: Request) -> Response:
    return _invite_page(desk, visitor, request, Tried({"langue": "fr"}), 200)


async def _invite(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Make an account and show its link. A name that is taken is somebody else's account: its
    link would let one person in as the other."""
    form = await form_of(request)
    given = {name: typed(form, name)[:200] for name in FIELDS}
    try:
        mandate = _mandate(desk, given)
        await _refuse_name(desk, given["nom"])
        language: Language = "en" if given["langue"] == "en" else "fr"
        account, secret = await enrolling.invite(
            desk.store,
            given["nom"],
            given["personne"],
            mandate,
            desk.clock.now(),
            language=language,
        )
    except Refused as refused:
        return _invite_page(desk, visitor, request, Tried(given, refused.code), 400)
    _told("invited", account, visitor)
    return _link_page(desk, visitor, request, account, secret)


async def _refuse_name(desk: Desk, name: str) -> None:
    if len(name.split()) > 1:
        raise Refused("name_spaces", "A sign-in name has no blanks.")
    if await account_named(desk.store, name) is not None:
        raise Refused("name_taken", "This sign-in name is taken.")


async def _show(desk: Desk, visitor: Visitor, request: Request) -> Response:
    account = await desk.store.accounts.get(request.path_params["account_id"])
    if account is None:
        return refusal(desk, visitor.language, "unknown", 404)
    return await _account_page(desk, visitor, request, account, Tried(), 200)


async def _back(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Lead back to an account: the other language of a page that refused an act."""
    del desk
    return see_other(f"{PATHS[visitor.language].accounts}/{request.path_params['account_id']}")


async def _act(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """Do one act on an account, unless it is another one by now."""
    act = request.path_params["act"]
    account = await desk.store.accounts.get(request.path_params["account_id"])
    if account is None or act not in ACTS:
        return refusal(desk, visitor.language, "unknown", 404)
    form = await form_of(request)
    given = {name: typed(form, name)[:200] for name in (*FIELDS, "mandat")}
    try:
        refuse_older(typed(form, "version"), account)
        secret = await _perform(desk, visitor, account, act, given)
    except Refused as refused:
        fresh = await desk.store.accounts.get(account.id) or account
        status = 409 if refused.code == "changed_meanwhile" else 400
        tried = Tried(given, refused.code)
        return await _account_page(desk, visitor, request, fresh, tried, status)
    _told(act, account, visitor)
    if secret:
        fresh = await desk.store.accounts.get(account.id) or account
        return _link_page(desk, visitor, request, fresh, secret)
    return see_other(f"{PATHS[visitor.language].accounts}/{account.id}?fait={act}")


async def _perform(
    desk: Desk, visitor: Visitor, account: Account, act: str, given: Mapping[str, str]
) -> str:
    """Do the act; return the secret of a link that it makes, "" for none."""
    store, now = desk.store, desk.clock.now()
    today, me = desk.department.calendar.day_of(now), visitor.account.id
    match act:
        case "withdraw":
            mandate = _numbered(account, given["mandat"])
            kept = [one for one in account.mandates if one != mandate]
            refuse_own_last_office(account, kept, me, today)
            await enrolling.take_away(store, account, mandate)
        case "add" if account.closed_at:
            mandate = _mandate(desk, given)
            return (await enrolling.invite(store, account.name, account.full_name, mandate, now))[1]
        case "add":
            await enrolling.grant(store, account, _mandate(desk, given))
        case "sessions":
            await enrolling.end_sessions(store, account, now)
        case "close":
            refuse_own_last_office(account, (), me, today)
            await enrolling.close_account(store, account.name, now)
        case _:
            return (await enrolling.link_again(store, account.name, now))[1]
    return ""


def _numbered(account: Account, number: str) -> Mandate:
    """Return the mandate of a line of the page, which shows this version of the account."""
    if number.isdigit() and len(number) < 4 and int(number) < len(account.mandates):
        return account.mandates[int(number)]
    raise Refused("no_such_mandate", "There is no such mandate.")


def _mandate(desk: Desk, given: Mapping[str, str]) -> Mandate:
    return enrolling.mandate_for(
        given["role"],
        given["unite"] or None,
        desk.department,
        valid_from=day_in(given, "du"),
        valid_to=day_in(given, "au"),
    )


def _invite_page(
    desk: Desk, visitor: Visitor, request: Request, tried: Tried, status: int
) -> Response:
    return show(desk, visitor, request, "invite.html", status, tried=tried, **_choices(desk))


async def _account_page(
    desk: Desk, visitor: Visitor, request: Request, account: Account, tried: Tried, status: int
) -> Response:
    now, done = desk.clock.now(), request.query_params.get("fait", "")
    live = AllOf((Equal("account_id", account.id), Range("until", at_least=instant(now))))
    sessions = await desk.store.sessions.find(Query(live, sort="until", limit=200))
    return show(
        desk,
        visitor,
        request,
        "account.html",
        status,
        account=account,
        state=state_of(account, now),
        sessions=sum(1 for one in sessions if is_open(one, account, now)),
        tried=tried,
        done=done if done in ACTS else "",
        path=f"{PATHS[visitor.language].accounts}/{account.id}",
        all_units=desk.department.units,
        **_choices(desk),
    )


def _choices(desk: Desk) -> dict[str, object]:
    today = desk.department.calendar.day_of(desk.clock.now())
    live = [one for one in desk.department.units.values() if one.live_on(today)]
    return {"roles": enrolling.ROLES, "units": live}


def _link_page(
    desk: Desk, visitor: Visitor, request: Request, account: Account, secret: str
) -> Response:
    """Show a link, in the answer itself: an address that led to it would keep it in a history."""
    return show(
        desk,
        visitor,
        request,
        "account_link.html",
        account=account,
        address=enrolling.link_address(desk.desk_url, account, secret),
        path=f"{PATHS[visitor.language].accounts}/{account.id}",
    )


def _told(what: str, account: Account, visitor: Visitor) -> None:
    """Say in the log who did what with whose account: ids, and nothing that was typed."""
    by = visitor.account.id
    _log.info("account changed", extra={"account_id": account.id, "by": by, "kind": what})
