"""Alerts that are gathered → one digest for each recipient and day.

An alert is claimed in the same way whether it leaves alone or with others: whoever adds its notice
first has it, so nothing is told twice though one process sees six and another five. One that is to
be told with others has no mail; it waits as `gathered`. Then any process, this one or the next one
that makes a round, writes what is gathered into a digest:

* The digests of one recipient and day are numbered. Whoever writes number n has seen all before it
  and leaves out what they cover; the id of number n can be added once. So each alert stands in one.
* A crash after a claim leaves it gathered, and the next round tells it. A crash after the digest
  leaves claims that it covers; the next round only marks them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, get_args

from services.notifier.digests import digest_id, digest_of
from services.notifier.letter import Letterhead
from services.notifier.notices import Owed
from services.notifier.telling import keep_letter
from shared.domain.standards import AlertKind
from shared.errors import Conflict, Transient
from shared.ports.query import Equal, In, Query
from shared.runtime.logs import describe

if TYPE_CHECKING:
    from services.notifier.rendering import Renderer
    from shared.domain.case import Case
    from shared.domain.notice import Notice, RecipientRole
    from shared.ports.store import Store

_log = logging.getLogger(__name__)

#: Gathered alerts read at once; what is over them follows in the next round.
MOST = 5000
#: Cases read at once.
PAGE = 100


class Reader(NamedTuple):
    """Who gets a digest, and the day of the alerts in it."""

    role: RecipientRole
    recipient: str
    day: date


@dataclass(frozen=True, slots=True)
class Gatherer:
    """What digests are written with."""

    store: Store
    head: Letterhead
    renderer: Renderer

    async def tell_gathered(self, now: datetime) -> int:
        """Write the digests of what is gathered; return how many. Raise Transient when the store
        does not answer. What is wrong with one does not keep the others waiting."""
        query = Query(Equal("state", "gathered"), sort="created_at", limit=MOST)
        written = 0
        for reader, claims in self._by_reader(await self.store.notices.find(query)).items():
            try:
                written += await self._tell(reader, claims, now)
            except Transient:
                raise
            except Exception as error:  # noqa: BLE001 - the others must be told
                extra = {"role": reader.role, "reason": describe(error)}
                _log.error("digest not written", extra=extra)
        return written

    def _by_reader(self, claims: Iterable[Notice]) -> dict[Reader, list[Notice]]:
        found: dict[Reader, list[Notice]] = {}
        for claim in claims:
            day = self.head.department.calendar.day_of(claim.created_at)
            found.setdefault(Reader(claim.role, claim.recipient, day), []).append(claim)
        return found

    async def _tell(self, reader: Reader, claims: Sequence[Notice], now: datetime) -> int:
        """Write what no digest of this reader covers into the next one; return 1 if it was us."""
        number, written = 0, 0
        while claims:
            id_ = digest_id(*reader, number)
            digest = await self.store.notices.get(id_)
            if digest is None:
                written += await self._write(id_, reader, claims, now)
                continue  # ours or another's: it is there now, and says what it covers
            covered = frozenset(digest.covers)
            await self._mark([claim for claim in claims if claim.id in covered], id_)
            claims = [claim for claim in claims if claim.id not in covered]
            number += 1
        return written

    async def _write(
        self, id_: str, reader: Reader, claims: Sequence[Notice], now: datetime
    ) -> bool:
        cases = await self._cases(claims)
        alerts = [
            (kind, cases[claim.case_id])
            for claim in claims
            for kind in get_args(AlertKind)
            if kind == claim.kind
        ]
        letter, case = digest_of(
            alerts, self.head, now, role=reader.role, recipient=reader.recipient
        )
        return await keep_letter(
            letter,
            Owed("digest", id_),
            case,
            head=self.head,
            renderer=self.renderer,
            store=self.store,
            now=now,
            covers=tuple(claim.id for claim in claims),
        )

    async def _cases(self, claims: Sequence[Notice]) -> dict[str, Case]:
        ids = list(dict.fromkeys(claim.case_id for claim in claims))
        pages = [ids[at : at + PAGE] for at in range(0, len(ids), PAGE)]
        found = [await self.store.cases.find(Query(In("id", page), limit=PAGE)) for page in pages]
        return {case.id: case for cases in found for case in cases}

    async def _mark(self, claims: Sequence[Notice], id_: str) -> None:
        """Note in which digest they are told, unless somebody has noted it."""
        await asyncio.gather(*(self._mark_one(claim, id_) for claim in claims))

    async def _mark_one(self, claim: Notice, id_: str) -> None:
        try:
            await self.store.notices.save(claim.changed(state="in_digest", digest_id=id_))
        except Conflict:
            _log.debug("told in a digest already", extra={"notice_id": claim.id})
