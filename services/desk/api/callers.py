"""Which program asks, and may it? No cookie counts here, so no page can ask in somebody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from services.desk.acting import Actor
from services.desk.desk import Desk
from services.desk.opening_case import case_among
from services.desk.rights import Rights, rights_of
from services.desk.tokens import token_of
from shared.domain.account import Account
from shared.domain.api_token import ApiToken
from shared.domain.case import Case
from shared.domain.case_read import CaseRead
from shared.domain.document import new_id
from shared.errors import Refused
from shared.pages.pace import Pace

#: Requests of one token at once, and seconds until it may send one more; per desk process.
BURST, SECONDS_EACH = 60, 0.5
#: Wrong tokens of one source at once, and seconds until one more is looked at in earnest.
STRANGERS_BURST, STRANGERS_EACH = 20, 6.0

SCHEME = HTTPBearer(
    auto_error=False, description="The token that `recours token make` printed. See docs/api.md."
)
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a good token; `account` stands for it in acts and lists."""

    token: ApiToken
    account: Account
    rights: Rights
    today: date

    def actor(self, desk: Desk) -> Actor:
        return Actor(by=self.token.name, at=desk.clock.now(), department=desk.department)


@dataclass(frozen=True, slots=True)
class Paces:
    """How fast tokens, and sources without a good one, may ask."""

    tokens: Pace
    strangers: Pace


def usual_paces() -> Paces:
    return Paces(
        Pace(burst=BURST, seconds_each=SECONDS_EACH),
        Pace(burst=STRANGERS_BURST, seconds_each=STRANGERS_EACH),
    )


def desk_of(request: Request) -> Desk:
    """Return the desk that the application was built for."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)  # noqa: S101 - build_api puts it there
    return desk


async def reading(request: Request, given: Given) -> Caller:
    """Return the caller; raise Refused without a good token, or for one that reads no cases."""
    found = await _caller_of(desk_of(request), request.app.state.paces, request, given)
    if not found.rights.may("read"):
        raise Refused("not_allowed")
    return found


async def seen_case(desk: Desk, caller: Caller, reference: str) -> Case:
    """Return a case of these rights; one of another unit is answered like one that is not."""
    case = await case_among(desk.store, caller.rights, reference)
    if case is None:
        raise Refused("unknown")
    return case


async def read_case(desk: Desk, caller: Caller, reference: str, what: str) -> Case:
    """Return a case, its reading recorded first; raise Transient when it cannot be."""
    case = await seen_case(desk, caller, reference)
    at = desk.clock.now()
    await desk.store.reads.add(
        CaseRead(id=new_id(), case_id=case.id, at=at, by=caller.token.reader, what=what)
    )
    return case


async def _caller_of(
    desk: Desk, paces: Paces, request: Request, given: HTTPAuthorizationCredentials | None
) -> Caller:
    now = desk.clock.now()
    today = desk.department.calendar.day_of(now)
    token = await token_of(desk.store, given.credentials, today) if given else None
    if token is None:
        source = request.client.host if request.client else ""
        if not paces.strangers.allows(source, now):
            raise Refused("too_fast")
        raise Refused("wrong_token" if given else "no_token")
    if not paces.tokens.allows(token.id, now):
        raise Refused("too_fast")
    account = token.as_account()
    return Caller(token, account, rights_of(account, desk.department, today), today)


Reader = Annotated[Caller, Depends(reading)]
Served = Annotated[Desk, Depends(desk_of)]
