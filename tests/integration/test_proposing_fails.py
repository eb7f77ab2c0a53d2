"""What a message's words propose may hang, bloat or die: the message is read all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.intake.opening import open_envelope
from services.intake.readers import Readers
from services.intake.understood import Ours, Understood
from services.router.assigning import assign_case
from shared.adapters.sqlite_store import open_sqlite_store
from shared.department import Addresses
from shared.domain.document import new_id
from shared.domain.envelope import Envelope, Submission
from shared.domain.keys import Keys
from shared.domain.reading import NOTHING_PROPOSED, DocumentText, Reading
from shared.events import CaseOpened
from shared.ports.query import Query
from tests import shipped
from tests.conftest import ToldClock
from tests.hostile import Bloating, Dying, Failing, Hanging
from tests.taking_in import GINETTE, MAIN, Intake, mail

WORDS = "J’attends depuis six semaines, à Laval."
ADDRESSES = Addresses(intake=(MAIN,))
FAILURES = (Hanging, Bloating, Dying, Failing)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readers() -> AsyncIterator[Readers]:
    pool = Readers(max_workers=1, seconds=2, megabytes=256)
    await pool.start()
    yield pool
    await pool.close()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def understood(
    readers: Readers, clock: ToldClock, tables: type[Failing], raw: bytes, **fields: object
) -> Understood:
    envelope = Envelope(
        id=new_id(), channel="mail", received_at=clock.now(), mail_from=GINETTE,
        rcpt_tos=(MAIN,), size=len(raw), sha256="",
    ).changed(**fields)  # fmt: skip
    ours = Ours(ADDRESSES, tables(("bureau.example",)))
    return await readers.understand(raw, envelope, ours=ours)


@pytest.mark.parametrize("tables", FAILURES)
async def test_a_message_is_read_though_nothing_can_be_proposed(
    readers: Readers, clock: ToldClock, tables: type[Failing]
) -> None:
    found = await understood(readers, clock, tables, mail(text=WORDS))
    assert (found.reading.state, found.reading.own_text) == ("read", WORDS)
    assert NOTHING_PROPOSED in found.reading.defects
    assert found.triage.flags == ()
    assert found.trouble
    assert "citizen" not in found.trouble


@pytest.mark.parametrize("tables", [Hanging, Failing])
async def test_of_a_form_nothing_is_cut_though_nothing_can_be_proposed(
    readers: Readers, clock: ToldClock, tables: type[Failing]
) -> None:
    text = f"{WORDS}\r\n\r\nLe 3 novembre 2026, Luc Essai a écrit :\r\n> Attendez."
    submission = Submission(language="fr")
    found = await understood(readers, clock, tables, mail(text=text), submission=submission)
    reading = found.reading
    assert (reading.own_text, reading.quoted_text) == (reading.text, "")
    assert "> Attendez." in reading.own_text
    assert NOTHING_PROPOSED in reading.defects


async def test_a_message_that_cannot_be_read_says_so_and_nothing_of_proposals(
    readers: Readers, clock: ToldClock
) -> None:
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nmot\r\n" * 2000
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"
    found = await understood(readers, clock, Failing, raw)
    assert (found.reading.state, found.reading.defects) == ("failed", ())


async def test_a_case_without_proposals_keeps_what_its_letter_proposes_and_waits_for_a_person(
    readers: Readers, clock: ToldClock, keys: Keys, tmp_path: Path
) -> None:
    store = await open_sqlite_store(tmp_path / "recours.db")
    event = await Intake(store, clock, keys, ADDRESSES).keep(mail(text=WORDS))

    async def hang(raw: bytes, envelope: Envelope, *, ours: Ours) -> Understood:
        hanging = Hanging(("bureau.example",))
        return await readers.understand(raw, envelope, ours=Ours(ours.addresses, hanging))

    async def letters(raw: bytes, reading: Reading) -> tuple[DocumentText, ...]:
        words = "Je veux une révision de la décision du 16 octobre."
        return (DocumentText(part="2", name="lettre", type="pdf", state="read", text=words),)

    await open_envelope(
        event, store=store, clock=clock, keys=keys, ours=Ours(ADDRESSES), understand=hang,
        read_documents=letters,
    )  # fmt: skip
    (case,) = await store.cases.find(Query())
    assert {(flag.name, flag.where) for flag in case.flags} == {("possible_review", "2")}
    department = shipped.department()
    gazetteer = shipped.gazetteer()
    opened = CaseOpened(id="e", at=clock.now(), case_id=case.id)
    await assign_case(opened, store=store, clock=clock, department=department, gazetteer=gazetteer)
    (case,) = await store.cases.find(Query())
    assert case.held is not None
    assert case.held.reason == "nothing_proposed"
    await store.close()
