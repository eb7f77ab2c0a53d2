"""Whose account is it? By the subject of the identity service; the first time by e-mail.

The subject decides, because an address can pass to another person and a subject never does. An
address links an account once, when the service has verified it, it is the account's sign-in name,
and no subject stands there yet. Nobody gets an account here by having one there.
"""

from __future__ import annotations

from datetime import datetime

from services.desk.oidc.provider import Identity, Provider
from services.desk.signing_in import account_named
from shared.domain.account import Account
from shared.errors import Conflict
from shared.ports.query import Equal, Query
from shared.ports.store import Store


async def account_of(
    store: Store, provider: Provider, person: Identity, now: datetime
) -> Account | None:
    """Return the open account of a person, linked now if need be; None for a stranger."""
    found = await store.accounts.find(Query(Equal("subject", person.subject), limit=1))
    if found:
        return None if found[0].closed_at else found[0]
    email = await provider.email_of(person, now)
    account = await account_named(store, email) if email else None
    if account is None or account.closed_at or account.subject is not None:
        return None
    try:
        return await store.accounts.save(account.changed(subject=person.subject))
    except Conflict:
        # Two windows at once, or a change of mandates: what stands there now decides
        fresh = await store.accounts.get(account.id)
        return fresh if fresh and fresh.subject == person.subject else None
