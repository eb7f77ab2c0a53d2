"""What a message's words propose may hang, bloat or die: the message is read all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio

from services.intake.opening import Documents, Understand, open_envelope
from services.intake.readers import Readers
from services.intake.understood import Ours, Understood
from services.router.assigning import assign_case
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.department import Addresses
from shared.domain.case import Case
from shared.domain.document import new_id
from shared.domain.envelope import Envelope, Submission
from shared.domain.keys import Keys
from shared.domain.reading import NOTHING_PROPOSED, DocumentText, Flag, Reading, Triage
from shared.events import CaseOpened
from shared.ports.query import Query
from tests import shipped
from tests.conftest import ToldClock
from tests.hostile import Bloating, Dying, Failing, Hanging
from tests.taking_in import GINETTE, MAIN, Intake, mail

T = TypeVar("T")
FLAG = Flag(name="sensitive", words="aidez", where="own_text", start=0, end=5)
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


LETTER = "Je veux une révision de la décision du 16 octobre."


async def one_letter(raw: bytes, reading: Reading) -> tuple[DocumentText, ...]:
    return (DocumentText(part="2", name="lettre", type="pdf", state="read", text=LETTER),)


def with_tables(
    call: Callable[..., Awaitable[T]], tables: type[Failing]
) -> Callable[..., Awaitable[T]]:
    """Return a call that is made with tables by which nothing can be proposed."""

    async def made(*args: object, ours: Ours) -> T:
        return await call(*args, ours=Ours(ours.addresses, tables(("bureau.example",))))

    return made


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite_store(tmp_path / "recours.db")
    yield opened
    await opened.close()


async def the_case(
    store: SqliteStore, clock: ToldClock, keys: Keys, understand: Understand, documents: Documents
) -> Case:
    """Return the case of a mail with a letter, held or assigned."""
    event = await Intake(store, clock, keys, ADDRESSES).keep(mail(text=f"Aidez-moi. {WORDS}"))
    await open_envelope(
        event, store=store, clock=clock, keys=keys, ours=Ours(ADDRESSES), understand=understand,
        documents=documents,
    )  # fmt: skip
    (case,) = await store.cases.find(Query())
    department = shipped.department()
    gazetteer = shipped.gazetteer()
    opened = CaseOpened(id="e", at=clock.now(), case_id=case.id)
    await assign_case(opened, store=store, clock=clock, department=department, gazetteer=gazetteer)
    (case,) = await store.cases.find(Query())
    return case


async def test_a_case_without_proposals_keeps_what_its_letter_proposes_and_waits_for_a_person(
    readers: Readers, clock: ToldClock, keys: Keys, store: SqliteStore
) -> None:
    hang = with_tables(readers.understand, Hanging)
    case = await the_case(store, clock, keys, hang, Documents(one_letter, readers.propose))
    assert {(flag.name, flag.where) for flag in case.flags} == {("possible_review", "2")}
    assert case.held is not None
    assert case.held.reason == "nothing_proposed"


@pytest.mark.parametrize("tables", [Hanging, Failing])
async def test_a_case_whose_letter_proposes_nothing_keeps_what_it_says_itself_and_waits(
    readers: Readers,
    clock: ToldClock,
    keys: Keys,
    store: SqliteStore,
    tables: type[Failing],
    caplog: pytest.LogCaptureFixture,
) -> None:
    documents = Documents(one_letter, with_tables(readers.propose, tables))

    async def understand(raw: bytes, envelope: Envelope, *, ours: Ours) -> Understood:
        found = await readers.understand(raw, envelope, ours=ours)
        return found._replace(triage=Triage(flags=(FLAG,)))

    case = await the_case(store, clock, keys, understand, documents)
    assert case.flags == (FLAG,)
    assert case.held is not None
    assert case.held.reason == "nothing_proposed"
    (message,) = await store.messages.find(Query())
    assert [document.text for document in message.documents] == [LETTER]
    assert "nothing proposed" in caplog.text
    assert LETTER not in caplog.text
    assert "citizen" not in caplog.text
