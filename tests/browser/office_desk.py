"""A desk of the complaints office that listens: cases to sort, trays, and who signs in."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import uvicorn

from services.desk.app import build_app
from services.desk.signing_in import begin, new_account
from shared.domain.account import Mandate
from shared.domain.act import SetAside
from tests.browser.conftest import _config, _listening
from tests.desk_people import (
    OFFICE_MANDATE,
    Office,
    another_held,
    in_tray,
    maybe_disclosing,
    office_in,
)
from tests.pages_samples import KEYS, OFFICE, RECEIVED, Sample, assigned_case, department, held_case

DISCLOSING, TO_SORT, TO_ASSIGN = maybe_disclosing(50), held_case(), another_held(60)


def _set_aside() -> Sample:
    sample = in_tray(40, "spam", subject="Un prix pour vous")
    aside = SetAside(at=RECEIVED, by="Isabelle Essai")
    return replace(sample, case=sample.case.changed(state="closed", set_aside=aside))


class OfficeDesk(threading.Thread):
    """A desk with held cases, in an event loop of its own until `stop` is called."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self._socket = _listening()
        self._server: uvicorn.Server | None = None
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.secret = ""
        self.agent = ""
        self.ready = threading.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    def stop(self) -> None:
        if self._server:
            self._server.should_exit = True
        self.join(timeout=20)

    async def _serve(self) -> None:
        async with office_in(self._folder) as office:
            await self._fill(office)
            app = build_app(
                store=office.store,
                clock=office.clock,
                keys=KEYS,
                department=department(),
                desk_url=self.url,
            )
            self._server = uvicorn.Server(_config(app))
            self.ready.set()
            await self._server.serve(sockets=[self._socket])

    async def _fill(self, office: Office) -> None:
        store, now = office.store, office.clock.now()
        sorter = new_account("isabelle", "Isabelle Essai", mandates=(OFFICE_MANDATE,))
        agent = new_account("paul", "Paul Essai", mandates=(Mandate(role="agent", unit_id=OFFICE),))
        self.agent = (await store.accounts.save(agent)).id
        signed_in = await begin(store, await store.accounts.save(sorter), now, how="password")
        self.secret = signed_in.secret
        trays = (*(in_tray(n, "spam", subject="Un prix pour vous") for n in (20, 21, 22)),)
        samples = (
            assigned_case(),
            TO_SORT,
            TO_ASSIGN,
            DISCLOSING,
            in_tray(30, "unreadable"),
            _set_aside(),
        )
        for sample in (*samples, *trays, *(another_held(number) for number in range(1, 8))):
            await office.keep(sample)
