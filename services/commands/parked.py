"""Parked envelopes: kept, but no case could be made of them."""

from __future__ import annotations

from rich.console import Console

from services.commands import listing
from services.commands.opened import with_backends
from services.intake.receiving import received
from shared.domain.envelope import Envelope
from shared.errors import Refused, Transient
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.runtime.settings import Settings


def list_parked(settings: Settings, out: Console) -> None:
    async def work(store: Store, _: object) -> None:
        await listing.show_parked(out, store)

    with_backends(settings, work)


def show_parked(settings: Settings, out: Console, envelope_id: str) -> None:
    async def work(store: Store, _: object) -> None:
        envelope = await _parked(store, envelope_id)
        raw = await store.envelopes.raw(envelope.id) or b""
        out.print(raw.decode("utf-8", errors="replace"), markup=False, highlight=False)

    with_backends(settings, work)


def retry_parked(settings: Settings, out: Console, envelope_id: str) -> None:
    async def work(store: Store, bus: Bus) -> None:
        envelope = await _parked(store, envelope_id)
        if not await bus.publish([received(envelope)]):
            raise Transient("not_published", "The queue did not take it; it is still parked")
        out.print(f"{envelope.id} will be read again.")

    with_backends(settings, work)


async def _parked(store: Store, envelope_id: str) -> Envelope:
    envelope = await store.envelopes.get(envelope_id)
    if envelope is None or envelope.outcome_kind != "parked":
        raise Refused(
            "not_parked", f"{envelope_id} is not parked. `recours parked list` shows all."
        )
    return envelope
