"""Drafts: texts to a person that somebody goes on with later."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from services.desk.acting import LONGEST_TEXT
from shared.domain.account import Account
from shared.domain.case import Case
from shared.domain.draft import Draft, draft_id
from shared.errors import Conflict
from shared.ports.query import Equal, Query
from shared.ports.store import Store


async def keep_draft(
    store: Store, case: Case, account: Account, act: str, text: str, at: datetime
) -> None:
    """Keep what somebody has written so far; "" forgets it. The last of two windows wins."""
    id_ = draft_id(case.id, account.id, act)
    there = await store.drafts.get(id_)
    if there is None and not text:
        return
    first = Draft(id=id_, case_id=case.id, account_id=account.id, act=act, text="", at=at)
    kept = (there or first).changed(text=text[:LONGEST_TEXT], at=at)
    with suppress(Conflict):
        await store.drafts.save(kept)


async def draft_text(store: Store, case: Case, account: Account, act: str) -> str:
    """Return what somebody has written so far for an act, or ""."""
    there = await store.drafts.get(draft_id(case.id, account.id, act))
    return there.text if there else ""


async def drafts_of(store: Store, case: Case, account: Account) -> list[Draft]:
    """Return the drafts of one person about a case."""
    found = await store.drafts.find(Query(Equal("case_id", case.id)))
    return [one for one in found if one.account_id == account.id and one.text]
