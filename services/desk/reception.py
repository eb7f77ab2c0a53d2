"""Who asks, and may they? What stands between a request and every page behind the sign-in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.desk.desk import Desk, refusal
from services.desk.paths import PATHS, in_other_language
from services.desk.posting import MULTIPART, give_back, posted, take_posted
from services.desk.rights import Doing, Rights, rights_of
from services.desk.signing_in import SignedIn, session_of
from shared.domain.account import Account, Session
from shared.domain.envelope import Language
from shared.errors import Refused, Transient

#: A text to a person has 30,000 characters at most; browsers send up to nine bytes for one.
MOST_FORM_FIELD = 300_000
MOST_FORM_FIELDS = 200
#: A field that asks for the page once more before anything is kept.
SHOW_FIRST = "revoir"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in. `token` proves that a form came from a page of ours."""

    account: Account
    session: Session
    rights: Rights
    token: str
    language: Language

    @property
    def by(self) -> str:
        """How acts name them."""
        return self.account.full_name


Page = Callable[[Desk, Visitor, Request], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def behind_sign_in(
    desk: Desk, language: Language, page: Page, doing: Doing | None = None
) -> Endpoint:
    """Return `page` for those who are signed in and may do `doing`; everybody else is told."""
    return partial(_receive, desk, language, page, doing)


def taking_documents(desk: Desk, language: Language, page: Page, doing: Doing) -> Endpoint:
    """Return the same for a page whose form carries documents; nobody else's are taken in."""
    return partial(_receive_documents, desk, language, page, doing)


async def _receive(
    desk: Desk, language: Language, page: Page, doing: Doing | None, request: Request
) -> Response:
    try:
        visitor = await visitor_of(desk, language, request)
        return await _answer(desk, language, visitor, page, doing, request)
    except Transient:
        return refusal(desk, language, "down", 503)


async def _receive_documents(
    desk: Desk, language: Language, page: Page, doing: Doing, request: Request
) -> Response:
    try:
        visitor = await visitor_of(desk, language, request)
        may = visitor is not None and visitor.rights.may(doing)
        try:
            await take_posted(desk.papers, request, documents=may)
        except Refused as refused:
            if refused.code == "too_large":
                return refusal(desk, language, "too_large", 413)
            return refusal(desk, language, "cut_off", 400)
        try:
            return await _answer(desk, language, visitor, page, doing, request)
        finally:
            give_back(desk.papers, request)
    except Transient:
        return refusal(desk, language, "down", 503)


async def _answer(
    desk: Desk,
    language: Language,
    visitor: Visitor | None,
    page: Page,
    doing: Doing | None,
    request: Request,
) -> Response:
    if visitor is None:
        return await _not_signed_in(desk, language, request)
    if doing is not None and not visitor.rights.may(doing):
        return forbidden(desk, visitor, request)
    if request.method == "POST" and not await _came_from_us(desk, visitor, request):
        return await _again(desk, visitor, request)
    return await page(desk, visitor, request)


async def visitor_of(desk: Desk, language: Language, request: Request) -> Visitor | None:
    """Return who sent a request, or None when nobody is signed in."""
    secret = request.cookies.get(cookie_name(desk), "")
    found = await session_of(desk.store, secret, desk.clock.now()) if secret else None
    if found is None:
        return None
    account, session = found
    today = desk.department.calendar.day_of(desk.clock.now())
    rights = rights_of(account, desk.department, today)
    return Visitor(account, session, rights, desk.keys.mark("form", session.id), language)


def cookie_name(desk: Desk) -> str:
    """Behind HTTPS a name that the browser ties to this host and to HTTPS (RFC 6265bis)."""
    return "__Host-recours" if desk.desk_url.startswith("https:") else "recours"


def with_session(desk: Desk, response: Response, signed_in: SignedIn) -> Response:
    """Give the browser the session. Lax: a link in a mail must find its reader signed in."""
    response.set_cookie(
        cookie_name(desk),
        signed_in.secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=desk.desk_url.startswith("https:"),
    )
    return response


def show(
    desk: Desk,
    visitor: Visitor,
    request: Request,
    template: str,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Return a page for somebody who is signed in."""
    html = desk.render(
        template,
        visitor.language,
        visitor=visitor,
        paths=PATHS[visitor.language],
        here=request.url.path,
        other=in_other_language(_address(request), visitor.language),
        **values,
    )
    return HTMLResponse(html, status)


def forbidden(desk: Desk, visitor: Visitor, request: Request) -> HTMLResponse:
    """Return the page that says that this is somebody else's work."""
    return show(desk, visitor, request, "forbidden.html", 403)


def see_other(path: str) -> RedirectResponse:
    """Send the browser to a page after an act, so that reloading it does not repeat the act."""
    return RedirectResponse(path, 303)


async def form_of(request: Request) -> FormData:
    """Return what a form sent; larger ones are refused by the parser. Documents are taken by the
    pages that ask for them, and nothing of a form that carries some by any other."""
    form = posted(request)
    if form is not None:
        return FormData([(name, one) for name, each in form.answers.items() for one in each])
    if request.headers.get("content-type", "").lower().startswith(MULTIPART):
        return FormData()
    return await request.form(max_fields=MOST_FORM_FIELDS, max_part_size=MOST_FORM_FIELD)


def typed(form: FormData, name: str) -> str:
    """Return one typed field, with the line ends of our texts."""
    value = form.get(name)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def safe_next(path: str) -> str:
    """Return a page of the desk to go on to, or "" for an address that is not one."""
    roots = tuple(f"{paths.root}/" for paths in PATHS.values())
    plain = path.startswith(roots) and "\\" not in path and "//" not in path.partition("?")[0]
    return path if plain else ""


def _address(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


async def _not_signed_in(desk: Desk, language: Language, request: Request) -> Response:
    if request.method == "POST":
        return await _kept(desk, language, request, None)
    wanted = safe_next(_address(request))
    query = f"?suite={quote(wanted, safe='')}" if wanted else ""
    return see_other(f"{PATHS[language].sign_in}{query}")


async def _came_from_us(desk: Desk, visitor: Visitor, request: Request) -> bool:
    token = typed(await form_of(request), "jeton")
    return desk.keys.verifies(token, "form", visitor.session.id)


async def _again(desk: Desk, visitor: Visitor, request: Request) -> Response:
    """A form of an earlier session, or of another site: shown, and sent only when confirmed."""
    return await _kept(desk, visitor.language, request, visitor)


async def _kept(
    desk: Desk, language: Language, request: Request, visitor: Visitor | None
) -> Response:
    """Return a page that holds what was typed, to be sent again by the person themselves."""
    fields = _texts_of(await form_of(request))
    lost = posted(request) is not None
    html = desk.render(
        "again.html",
        language,
        fields=[*fields, (SHOW_FIRST, "1")] if lost else fields,
        lost=lost,
        action=_address(request),
        token=visitor.token if visitor else "",
        sign_in=PATHS[language].sign_in,
        other=PATHS["en" if language == "fr" else "fr"].root,
    )
    return HTMLResponse(html, 403 if visitor else 401)


def _texts_of(form: FormData) -> Sequence[tuple[str, str]]:
    return [
        (name, value)
        for name, value in form.multi_items()
        if name != "jeton" and not isinstance(value, UploadFile)
    ]
