"""Who is it? Passwords, one-time links and sessions: what is checked, and what is kept of it.

A wrong name costs as much time as a wrong password, and gets the same answer: nobody learns from
it who has an account.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.desk.passwords import Passwords
from shared.domain.account import Account, OneTimeLink, Session
from shared.domain.document import new_id
from shared.errors import Conflict, Refused
from shared.ports.query import Equal, Query
from shared.ports.store import Store

#: Wrong passwords in a row before an account waits; then it waits twice as long each time.
FREE_FAILURES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
#: A session ends after a day's work, or when nothing was asked of it for so long.
LONGEST_SESSION = timedelta(hours=12)
IDLE_SESSION = timedelta(hours=2)
#: `seen_at` is written at most this often.
SEEN_EVERY = timedelta(minutes=5)
LINK_LASTS = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; `secret` goes into the cookie and stands nowhere else."""

    account: Account
    session: Session
    secret: str


def sha256_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_link(now: datetime, *, sets_password: bool = True) -> tuple[OneTimeLink, str]:
    """Return a one-time link as it is kept, and its secret."""
    secret = secrets.token_urlsafe(24)
    kept = OneTimeLink(
        secret_sha256=sha256_of(secret), until=now + LINK_LASTS, sets_password=sets_password
    )
    return kept, secret


async def account_named(store: Store, name: str) -> Account | None:
    found = await store.accounts.find(Query(Equal("name", name.strip().lower()), limit=1))
    return found[0] if found else None


async def sign_in(
    store: Store, passwords: Passwords, name: str, password: str, now: datetime
) -> SignedIn | None:
    """Begin a session for the right password, or return None; a wrong one is counted.

    A password is not even looked at while the account waits.
    """
    account = await account_named(store, name)
    waits = account is not None and account.locked_until is not None and now < account.locked_until
    hash_ = account.password_hash if account and not waits and not account.closed_at else None
    right = await passwords.verifies(hash_, password)
    if account is None or waits:
        return None
    if not right:
        await _count_failure(store, account, now)
        return None
    if account.failures or account.locked_until:
        account = await store.accounts.save(account.changed(failures=0, locked_until=None))
    return await begin(store, account, now, how="password")


async def account_of_link(
    store: Store, account_id: str, secret: str, now: datetime
) -> Account | None:
    """Return the account that a one-time link opens now, or None: used, run out or never given."""
    account = await store.accounts.get(account_id)
    if account is None or account.link is None or account.closed_at or now >= account.link.until:
        return None
    genuine = secrets.compare_digest(account.link.secret_sha256, sha256_of(secret))
    return account if genuine else None


async def use_link(
    store: Store, account: Account, now: datetime, *, password_hash: str | None
) -> SignedIn:
    """Use a one-time link up and begin a session; `password_hash` becomes the account's own.

    Raise Refused when the link was used at the same moment.
    """
    fresh = account.changed(link=None, failures=0, locked_until=None)
    if password_hash is not None:
        fresh = fresh.changed(password_hash=password_hash)
    try:
        kept = await store.accounts.save(fresh)
    except Conflict:
        raise Refused("link_used", "This link was used at the same moment.") from None
    return await begin(store, kept, now, how="link")


async def begin(store: Store, account: Account, now: datetime, *, how: str) -> SignedIn:
    """Begin a session."""
    secret = secrets.token_urlsafe(32)
    session = Session.model_validate(
        {
            "id": sha256_of(secret),
            "account_id": account.id,
            "begun_at": now,
            "seen_at": now,
            "until": now + LONGEST_SESSION,
            "how": how,
        }
    )
    await store.sessions.add(session)
    return SignedIn(account, session, secret)


async def session_of(store: Store, secret: str, now: datetime) -> tuple[Account, Session] | None:
    """Return whose session a cookie is, or None when it is over, was revoked or is not ours."""
    session = await store.sessions.get(sha256_of(secret))
    if session is None or session.ended_at or now >= session.until:
        return None
    if now - session.seen_at >= IDLE_SESSION:
        return None
    account = await store.accounts.get(session.account_id)
    if account is None or account.closed_at:
        return None
    if account.sessions_from and session.begun_at < account.sessions_from:
        return None
    if now - session.seen_at >= SEEN_EVERY:
        with suppress(Conflict):  # another request of the same browser has written it
            session = await store.sessions.save(session.changed(seen_at=now))
    return account, session


async def end(store: Store, session: Session, now: datetime) -> None:
    """End one session."""
    try:
        await store.sessions.save(session.changed(ended_at=now))
    except Conflict:
        fresh = await store.sessions.get(session.id)
        if fresh is not None:
            await store.sessions.save(fresh.changed(ended_at=now))


def new_account(name: str, full_name: str, **fields: object) -> Account:
    """Return an account that is not saved yet."""
    return Account.model_validate(
        {"id": new_id(), "name": name.strip().lower(), "full_name": full_name.strip(), **fields}
    )


async def _count_failure(store: Store, account: Account, now: datetime) -> None:
    """Count a wrong password. Whoever tries many at once meets Conflict, and is counted again."""
    for _ in range(3):
        failures = account.failures + 1
        until = None
        if failures >= FREE_FAILURES:
            doubled = FIRST_WAIT * 2 ** min(failures - FREE_FAILURES, 10)
            until = now + min(doubled, LONGEST_WAIT)
        try:
            await store.accounts.save(account.changed(failures=failures, locked_until=until))
        except Conflict:
            fresh = await store.accounts.get(account.id)
            if fresh is None:
                return
            account = fresh
        else:
            return
