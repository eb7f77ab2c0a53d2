"""What may be done with whose account, and what an account is like now. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from services.desk.signing_in import IDLE_SESSION
from shared.domain.account import Account, Mandate, Session
from shared.errors import Refused

State = Literal["closed", "in_use", "invited", "expired", "no_password"]


def state_of(account: Account, now: datetime) -> State:
    """Return in a word how somebody can sign in with an account."""
    if account.closed_at:
        return "closed"
    if account.password_hash or account.subject:
        return "in_use"
    if account.link is None:
        return "no_password"
    return "invited" if now < account.link.until else "expired"


def is_open(session: Session, account: Account, now: datetime) -> bool:
    """Tell whether a session would still be taken for one."""
    if session.ended_at or now >= session.until or now - session.seen_at >= IDLE_SESSION:
        return False
    return not (account.sessions_from and session.begun_at < account.sessions_from)


def refuse_older(version: str, account: Account) -> None:
    """Raise Refused when the page shows an account as it is no more."""
    if version != str(account.version):
        raise Refused("changed_meanwhile", "The account is another one by now.")


def refuse_own_last_office(
    account: Account, kept: Iterable[Mandate], by_account: str, today: date
) -> None:
    """Raise Refused when somebody would shut themselves out of the complaints office: whoever
    does that by mistake may leave nobody who can undo it."""
    if account.id != by_account or not _in_office(account.mandates, today):
        return
    if not _in_office(kept, today):
        raise Refused("own_office", "Nobody ends their own last mandate at the complaints office.")


def _in_office(mandates: Iterable[Mandate], today: date) -> bool:
    return any(one.role == "complaints_office" and one.live_on(today) for one in mandates)
