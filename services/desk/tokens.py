"""Tokens of integrations: made once, found by their secret, revoked. See docs/api.md."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime

from services.desk.signing_in import sha256_of
from shared.domain.account import Mandate
from shared.domain.api_token import ApiToken
from shared.domain.document import new_id
from shared.errors import Conflict, Refused
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store

#: Says in a log or a leak what it is; scanners of repositories look for such words.
PREFIX = "recours_"


async def make(
    store: Store, name: str, mandates: Sequence[Mandate], now: datetime, *, until: date, today: date
) -> tuple[ApiToken, str]:
    """Return a new token with its secret, which stands nowhere else; refuse a name in use."""
    name = name.strip()
    if not name:
        raise Refused("token_unnamed", "A token needs the name of the program that uses it.")
    if until < today:
        raise Refused("day_past", f"{until} has gone by. Nothing was made.")
    if await good_token(store, name, today):
        raise Refused("token_named", f"A token named {name} is good. Revoke it first.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        id=new_id(),
        secret_sha256=sha256_of(secret),
        name=name,
        mandates=tuple(mandates),
        made_at=now,
        valid_until=until,
    )
    return await store.tokens.save(token), secret


async def revoke(store: Store, name: str, now: datetime) -> list[ApiToken]:
    """End every token of a name, or the one of an id, at once."""
    by_id = await store.tokens.get(name)
    found = [by_id] if by_id else await _named(store, name)
    live = [one for one in found if one.revoked_at is None]
    if not live:
        raise Refused("no_such_token", f"No token is named {name}. `recours token list`.")
    return [await _revoked(store, one, now) for one in live]


async def token_of(store: Store, secret: str, today: date) -> ApiToken | None:
    """Return the good token of a secret, or None; the day is noted, once a day."""
    where = Equal("secret_sha256", sha256_of(secret))
    found = await store.tokens.find(Query(where, limit=1))
    token = found[0] if found else None
    if token is None or not token.good_on(today):
        return None
    if token.last_used_on != today:
        with suppress(Conflict):  # another request noted it, or it was revoked: the next one sees
            token = await store.tokens.save(token.changed(last_used_on=today))
    return token


async def good_token(store: Store, name: str, today: date) -> ApiToken | None:
    """Return the good token of a name, or None; there is one at most."""
    return next((one for one in await _named(store, name) if one.good_on(today)), None)


async def _named(store: Store, name: str) -> list[ApiToken]:
    return await store.tokens.find(Query(AllOf((Equal("name", name.strip()),)), limit=1000))


async def _revoked(store: Store, token: ApiToken, now: datetime) -> ApiToken:
    while True:
        try:
            return await store.tokens.save(token.changed(revoked_at=now))
        except Conflict:
            token = await store.tokens.get(token.id) or token
