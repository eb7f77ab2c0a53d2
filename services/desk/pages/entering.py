"""Signing in and out: by password, by a one-time link; and the sessions of one's own account."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services.desk.desk import Desk, refusal
from services.desk.passwords import LONGEST, SHORTEST
from services.desk.paths import PATHS, in_other_language
from services.desk.reception import (
    Visitor,
    behind_sign_in,
    cookie_name,
    form_of,
    safe_next,
    see_other,
    show,
    typed,
    visitor_of,
    with_session,
)
from services.desk.signing_in import account_of_link, end, sign_in, use_link
from shared.domain.account import Account
from shared.domain.envelope import Language
from shared.errors import Conflict, Refused, Transient


def routes(desk: Desk, language: Language) -> list[Route]:
    paths = PATHS[language]
    link = f"{paths.link}/{{account_id}}/{{secret}}"
    return [
        Route(paths.sign_in, partial(_ask, desk, language)),
        Route(paths.sign_in, partial(_sign_in, desk, language), methods=["POST"]),
        Route(link, partial(_ask_link, desk, language)),
        Route(link, partial(_use_link, desk, language), methods=["POST"]),
        Route(paths.sign_out, behind_sign_in(desk, language, _sign_out), methods=["POST"]),
        Route(paths.sessions, behind_sign_in(desk, language, _own_account)),
        Route(paths.sessions, behind_sign_in(desk, language, _end_all), methods=["POST"]),
    ]


async def _ask(desk: Desk, language: Language, request: Request) -> Response:
    suite = safe_next(request.query_params.get("suite", ""))
    try:
        if await visitor_of(desk, language, request) is not None:
            return see_other(suite or PATHS[language].cases)
    except Transient:
        return refusal(desk, language, "down", 503)
    return sign_in_page(desk, language, suite=suite)


async def _sign_in(desk: Desk, language: Language, request: Request) -> Response:
    form = await form_of(request)
    name, suite = typed(form, "nom"), safe_next(typed(form, "suite"))
    given = form.get("secret")
    password = given if isinstance(given, str) else ""
    now = desk.clock.now()
    source = request.client.host if request.client else ""
    if not desk.pace.allows(source, now):
        return sign_in_page(desk, language, suite=suite, name=name, fault="pace", status=429)
    try:
        signed_in = await sign_in(desk.store, desk.passwords, name, password, now)
    except (Transient, Conflict):
        return refusal(desk, language, "down", 503)
    if signed_in is None:
        return sign_in_page(desk, language, suite=suite, name=name, fault="wrong", status=403)
    own = PATHS[signed_in.account.language]
    return with_session(desk, see_other(suite or own.cases), signed_in)


async def _ask_link(desk: Desk, language: Language, request: Request) -> Response:
    """Show whose link it is. Only the button uses it up: programs that look at links do not."""
    try:
        account = await _account_of(desk, request)
    except Transient:
        return refusal(desk, language, "down", 503)
    if account is None:
        return sign_in_page(desk, language, fault="link", status=410)
    return _link_page(desk, language, request, account)


async def _use_link(desk: Desk, language: Language, request: Request) -> Response:
    form = await form_of(request)
    first, second = form.get("secret"), form.get("encore")
    try:
        account = await _account_of(desk, request)
        if account is None or account.link is None:
            return sign_in_page(desk, language, fault="link", status=410)
        hash_ = None
        if account.link.sets_password or first:
            if first != second or not isinstance(first, str):
                return _link_page(desk, language, request, account, fault="differ")
            if not SHORTEST <= len(first) <= LONGEST:
                return _link_page(desk, language, request, account, fault="short")
            hash_ = await desk.passwords.hashed(first)
        signed_in = await use_link(desk.store, account, desk.clock.now(), password_hash=hash_)
    except Transient:
        return refusal(desk, language, "down", 503)
    except Refused:
        return sign_in_page(desk, language, fault="link", status=410)
    return with_session(desk, see_other(PATHS[signed_in.account.language].cases), signed_in)


async def _account_of(desk: Desk, request: Request) -> Account | None:
    given = request.path_params
    now = desk.clock.now()
    return await account_of_link(desk.store, given["account_id"], given["secret"], now)


async def _sign_out(desk: Desk, visitor: Visitor, request: Request) -> Response:
    del request
    await end(desk.store, visitor.session, desk.clock.now())
    response = see_other(PATHS[visitor.language].sign_in)
    response.delete_cookie(cookie_name(desk), path="/")
    return response


async def _own_account(desk: Desk, visitor: Visitor, request: Request) -> Response:
    return show(desk, visitor, request, "own_account.html", units=desk.department.units)


async def _end_all(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """End every session of this account, this one too: somebody else may have its cookie."""
    del request
    account = await desk.store.accounts.get(visitor.account.id) or visitor.account
    try:
        await desk.store.accounts.save(account.changed(sessions_from=desk.clock.now()))
    except Conflict:
        return refusal(desk, visitor.language, "down", 503)
    return see_other(PATHS[visitor.language].sign_in)


def sign_in_page(
    desk: Desk,
    language: Language,
    *,
    suite: str = "",
    name: str = "",
    fault: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Return the page on which people sign in, with what went wrong before."""
    html = desk.render(
        "sign_in.html",
        language,
        paths=PATHS[language],
        suite=suite,
        name=name,
        fault=fault,
        provider=desk.provider.name if desk.provider else "",
        other=PATHS["en" if language == "fr" else "fr"].sign_in,
    )
    return HTMLResponse(html, status, {"Retry-After": "60"} if status == 429 else {})


def _link_page(
    desk: Desk, language: Language, request: Request, account: Account, *, fault: str = ""
) -> HTMLResponse:
    html = desk.render(
        "link.html",
        language,
        account=account,
        fault=fault,
        shortest=SHORTEST,
        action=request.url.path,
        other=in_other_language(request.url.path, language),
    )
    return HTMLResponse(html, 400 if fault else 200)
