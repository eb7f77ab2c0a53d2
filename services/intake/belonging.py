"""Find the case that a message belongs to, and the notice of ours that it answers."""

from __future__ import annotations

from collections.abc import Iterable

from services.intake.threads import Claims, Home, home_of
from shared.domain.case import Case
from shared.domain.notice import Notice
from shared.domain.reading import Reading
from shared.ports.query import ContainsAny, In, Query
from shared.ports.store import Store

#: Cases looked at for one claim: a Message-ID that many cases know says little.
MOST_CASES = 10


async def notice_answered(claims: Claims, store: Store) -> Notice | None:
    """Return the notice of ours that a message answers or bounces, if it shows that it does."""
    for notice_id in claims.notice_ids:
        if notice := await store.notices.get(notice_id):
            return notice
    if not claims.ancestors:
        return None
    where = In("message_id", claims.ancestors)
    return next(iter(await store.notices.find(Query(where=where, limit=1))), None)


async def find_home(claims: Claims, reading: Reading, notice: Notice | None, store: Store) -> Home:
    """Return where a message belongs; a first mail claims nothing and costs no look."""
    replied = await _named([claims.reply_reference], store) if claims.reply_reference else []
    noticed = await store.cases.get(notice.case_id) if notice else None
    if replied or noticed:
        return home_of(reading, claims, replied=next(iter(replied), None), noticed=noticed)
    named = await _named(claims.subject_references, store) if claims.subject_references else []
    related: list[Case] = []
    if claims.ancestors:
        where = ContainsAny("message_ids", claims.ancestors)
        related = await store.cases.find(Query(where=where, limit=MOST_CASES))
    return home_of(reading, claims, named=named, related=related)


async def _named(references: Iterable[str], store: Store) -> list[Case]:
    """Return the cases of these references, in their order."""
    wanted = list(references)[:MOST_CASES]
    found = await store.cases.find(Query(where=In("reference", wanted), limit=MOST_CASES))
    return sorted(found, key=lambda case: wanted.index(case.reference))
