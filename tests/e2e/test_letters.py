"""A complaint whose mail only says "see attached": its letter leads it to its unit."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.ports.query import Query
from tests import papers
from tests.e2e.conftest import Start
from tests.letters import letter, tesseract
from tests.taking_in import GINETTE, MAIN

LAVAL = "equipe.region-laval@ministere.example"


async def test_a_letter_leads_to_the_unit_that_served_the_person(start: Start) -> None:
    async with start(scans="off") as system:
        raw = letter(("lettre.pdf", papers.pdf(papers.LETTER)))
        await system.deliver(raw, mail_from=GINETTE, rcpt_tos=(MAIN,))
        await system.mail_to(LAVAL)
        (message,) = await system.store.messages.find(Query(limit=10))
        assert [each.text for each in message.documents] == [papers.LETTER]


async def test_a_scanned_letter_leads_there_later(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tesseract(tmp_path, ("Je", "demeure", "à", "Laval", "H7N", "1A1"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    async with start() as system:
        raw = letter(("lettre.pdf", papers.picture("PDF")))
        await system.deliver(raw, mail_from=GINETTE, rcpt_tos=(MAIN,))
        await system.mail_to(LAVAL)
        await system.quiet()
        assert len(system.mails_to(GINETTE)) == 1
        assert all(depth.dead == 0 for depth in await system.bus.depths())
