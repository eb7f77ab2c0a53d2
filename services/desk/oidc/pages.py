"""Signing in with the department's identity service: there, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.desk.desk import Desk, refusal
from services.desk.oidc.attempt import LASTS, Attempt, from_cookie, new_attempt, to_cookie
from services.desk.oidc.linking import account_of
from services.desk.pages.entering import sign_in_page
from services.desk.paths import PATHS
from services.desk.reception import cookie_name, safe_next, see_other, with_session
from services.desk.signing_in import begin
from shared.domain.envelope import Language
from shared.errors import RecoursError, Refused, Transient
from shared.pages.pace import Pace

#: The one address that the identity service sends people back to, whatever their language.
RETURN = f"{PATHS['fr'].sign_in}/oidc/retour"
LONGEST_CODE = 4096
#: Ways there and back of one source at once, and seconds until one more. Nobody can guess anything
#: here, and a whole office may have one address; it only spares the identity service.
BURST, SECONDS_EACH = 120, 0.5


def routes(desk: Desk, language: Language) -> list[Route]:
    """Return no route at all where no identity service is set."""
    if desk.provider is None:
        return []
    pace = Pace(burst=BURST, seconds_each=SECONDS_EACH)
    there = Route(f"{PATHS[language].sign_in}/oidc", partial(_go, desk, language, pace))
    back = Route(RETURN, partial(_come_back, desk, pace))
    return [there, back] if language == "fr" else [there]


async def _go(desk: Desk, language: Language, pace: Pace, request: Request) -> Response:
    """Send the browser to the identity service, with a cookie that the answer must fit."""
    assert desk.provider is not None  # noqa: S101 - there is no route without one
    now = desk.clock.now()
    if not pace.allows(_source(request), now):
        return sign_in_page(desk, language, fault="pace", status=429)
    attempt = new_attempt(language, safe_next(request.query_params.get("suite", "")), now)
    try:
        address = await desk.provider.address_for(attempt, _redirect_uri(desk), now)
    except (Transient, Refused) as error:
        return _failed(desk, attempt, error)
    response = RedirectResponse(address, 302)
    response.set_cookie(
        _cookie(desk),
        to_cookie(attempt, desk.keys),
        max_age=int(LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=desk.desk_url.startswith("https:"),
    )
    return response


async def _come_back(desk: Desk, pace: Pace, request: Request) -> Response:
    """Begin a session for the person that the answer names; the cookie serves once."""
    given, now = request.query_params, desk.clock.now()
    attempt = from_cookie(request.cookies.get(_cookie(desk), ""), desk.keys, now)
    if not pace.allows(_source(request), now):
        return sign_in_page(desk, _spoken(attempt), fault="pace", status=429)
    if attempt is None or not _fits(desk, attempt, given):
        response: Response = sign_in_page(desk, _spoken(attempt), fault="oidc", status=403)
    else:
        response = await _received(desk, attempt, given.get("code", ""))
    response.delete_cookie(_cookie(desk), path="/", secure=desk.desk_url.startswith("https:"))
    return response


async def _received(desk: Desk, attempt: Attempt, code: str) -> Response:
    assert desk.provider is not None  # noqa: S101 - there is no route without one
    now = desk.clock.now()
    if not code or len(code) > LONGEST_CODE:  # the person said no there, or the service did
        return _failed(desk, attempt, Refused("oidc_wrong"))
    try:
        person = await desk.provider.person_of(code, attempt, _redirect_uri(desk), now)
        account = await account_of(desk.store, desk.provider, person, now)
        if account is None:
            return sign_in_page(
                desk, attempt.language, suite=attempt.suite, fault="stranger", status=403
            )
        signed_in = await begin(desk.store, account, now, how="oidc")
    except (Transient, Refused) as error:
        return _failed(desk, attempt, error)
    own = PATHS[account.language]
    return with_session(desk, see_other(attempt.suite or own.cases), signed_in)


def _fits(desk: Desk, attempt: Attempt, given: Mapping[str, str]) -> bool:
    """Tell whether an answer is to this try, and of this service if it says so (RFC 9207)."""
    issuer = desk.provider.issuer if desk.provider else ""
    return given.get("state") == attempt.state and given.get("iss", issuer) == issuer


def _failed(desk: Desk, attempt: Attempt, error: RecoursError) -> Response:
    """Say that it did not work, and nothing of why: what the service said stays with us."""
    if not error.code.startswith("oidc_"):
        return refusal(desk, attempt.language, "down", 503)
    status = 502 if isinstance(error, Transient) else 403
    return sign_in_page(desk, attempt.language, suite=attempt.suite, fault="oidc", status=status)


def _redirect_uri(desk: Desk) -> str:
    return f"{desk.desk_url}{RETURN}"


def _cookie(desk: Desk) -> str:
    return f"{cookie_name(desk)}-oidc"


def _spoken(attempt: Attempt | None) -> Language:
    return attempt.language if attempt else "fr"


def _source(request: Request) -> str:
    return request.client.host if request.client else ""
