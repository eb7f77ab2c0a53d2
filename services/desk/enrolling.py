"""Accounts: made, given mandates, invited by a one-time link, closed. Nothing has a default
password: who has an account chooses one, by a link that works once."""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args

from services.desk.signing_in import account_named, new_account, new_link
from shared.department import Department
from shared.domain.account import Account, Mandate, Role
from shared.domain.envelope import Language
from shared.errors import Conflict, Refused
from shared.ports.store import Store

ROLES: tuple[Role, ...] = get_args(Role)
#: Roles that mean something only for one unit.
OF_A_UNIT: frozenset[Role] = frozenset({"staff", "agent", "manager"})


def mandate_for(
    role: str,
    unit: str | None,
    department: Department,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Mandate:
    """Return a mandate; raise Refused in words for one that would mean nothing."""
    known = next((one for one in ROLES if one == role), None)
    if known is None:
        raise Refused("no_such_role", f"{role!r} is no role. They are: {', '.join(ROLES)}.")
    if known in OF_A_UNIT and not unit:
        raise Refused("role_needs_unit", f"The role {known} needs a unit (--unit).")
    if unit and unit not in department.units:
        raise Refused("no_such_unit", f"{unit} is not in units.csv. Nothing was changed.")
    if valid_from and valid_to and valid_to < valid_from:
        raise Refused("days_crossed", f"{valid_to} is before {valid_from}. Nothing was changed.")
    unit_id = unit if known in OF_A_UNIT else None
    return Mandate(role=known, unit_id=unit_id, valid_from=valid_from, valid_to=valid_to)


async def invite(
    store: Store,
    name: str,
    full_name: str,
    mandate: Mandate,
    now: datetime,
    *,
    language: Language = "fr",
    sets_password: bool = True,
) -> tuple[Account, str]:
    """Make an account, or add the mandate to one that is there; return it with a new link's
    secret."""
    if not name.strip() or not full_name.strip():
        raise Refused("account_unnamed", "An account needs a sign-in name and a person's name.")
    link, secret = new_link(now, sets_password=sets_password)
    there = await account_named(store, name)
    if there is None:
        account = new_account(name, full_name, language=language, mandates=(mandate,), link=link)
    else:
        kept = tuple(dict.fromkeys((*there.mandates, mandate)))
        account = there.changed(mandates=kept, link=link, closed_at=None)
    return await _save(store, account), secret


async def link_again(store: Store, name: str, now: datetime) -> tuple[Account, str]:
    """Return a new one-time link for an account; one given before is worth nothing any more."""
    account = await named(store, name)
    if account.closed_at:
        raise Refused("account_closed", f"The account {account.name} is closed. Invite it again.")
    link, secret = new_link(now)
    return await _save(store, account.changed(link=link)), secret


async def withdraw(store: Store, name: str, role: str, unit: str | None) -> Account:
    """Take a mandate away."""
    account = await named(store, name)
    kept = tuple(one for one in account.mandates if (one.role, one.unit_id) != (role, unit or None))
    if kept == account.mandates:
        raise Refused("no_such_mandate", f"{account.name} has no such mandate.")
    return await _save(store, account.changed(mandates=kept))


async def close_account(store: Store, name: str, now: datetime) -> Account:
    """Close an account: its sessions end, its link and its password are forgotten."""
    account = await named(store, name)
    closed = account.changed(closed_at=now, sessions_from=now, link=None, password_hash=None)
    return await _save(store, closed)


async def grant(store: Store, account: Account, mandate: Mandate) -> Account:
    """Give an open account one mandate more; its password and sessions stay."""
    if account.closed_at:
        raise Refused("account_closed", f"The account {account.name} is closed. Invite it again.")
    if mandate in account.mandates:
        raise Refused("same_mandate", f"{account.name} has this mandate. Nothing was changed.")
    return await _save(store, account.changed(mandates=(*account.mandates, mandate)))


async def take_away(store: Store, account: Account, mandate: Mandate) -> Account:
    """Take exactly one mandate away: the same role between other days stays."""
    kept = tuple(one for one in account.mandates if one != mandate)
    if kept == account.mandates:
        raise Refused("no_such_mandate", f"{account.name} has no such mandate.")
    return await _save(store, account.changed(mandates=kept))


async def end_sessions(store: Store, account: Account, now: datetime) -> Account:
    """End every session of an account."""
    return await _save(store, account.changed(sessions_from=now))


async def named(store: Store, name: str) -> Account:
    account = await account_named(store, name)
    if account is None:
        raise Refused("no_such_account", f"No account is named {name}. `recours account list`.")
    return account


def link_address(desk_url: str, account: Account, secret: str) -> str:
    """Return the address of a one-time link, in the account's language."""
    page = "/en/desk/link" if account.language == "en" else "/bureau/lien"
    return f"{desk_url.rstrip('/')}{page}/{account.id}/{secret}"


async def _save(store: Store, account: Account) -> Account:
    try:
        return await store.accounts.save(account)
    except Conflict:
        raise Refused("changed_meanwhile", "Somebody changed this account. Try again.") from None
