"""Two Recours that write to each other, and machines of all kinds that write to one."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.servers import free_port
from shared.domain.notice import Notice
from shared.ports.query import AllOf, Equal, Query
from tests.conftest import ROOT
from tests.e2e.conftest import Start, Whole
from tests.waiting import until

HERE, THERE = "ministere.example", "autre.example"
GINETTE = "ginette@courriel.example"
LAVAL = "equipe.region-laval@ministere.example"


def other_department(folder: Path, *, office: str = "") -> Path:
    """Copy our tables for a department at THERE whose complaints office reads mail at `office`."""
    copy = shutil.copytree(ROOT / "deploy" / "department", folder / "autre-departement")
    for file in copy.rglob("*.*"):
        text = file.read_text(encoding="utf-8").replace(HERE, THERE)
        if office:
            text = text.replace(f"equipe.direction.plaintes@{THERE}", office)
        file.write_text(text, encoding="utf-8")
    return copy


@asynccontextmanager
async def two(
    start: Start, folder: Path, *, office: str = ""
) -> AsyncIterator[tuple[Whole, Whole]]:
    """Run ours, in the shape under test, and another; each one's relay is the other's door."""
    ours, theirs = free_port(), free_port()
    async with (
        start("a", smtp_listen=f"127.0.0.1:{ours}", relay=f"smtp://127.0.0.1:{theirs}") as a,
        start(
            "b",
            store=f"sqlite:///{folder}/b/recours.db",
            bus="",
            smtp_listen=f"127.0.0.1:{theirs}",
            relay=f"smtp://127.0.0.1:{ours}",
            department=other_department(folder, office=office),
        ) as b,
    ):
        yield a, b


def mail(sender: str, to: str, text: str = "Je suis à Laval H7N 1A1.", *, extra: str = "") -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Attente\r\nMessage-ID: <1.{sender}>\r\n{extra}"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


async def answers_of(system: Whole) -> list[Notice]:
    """Return the automatic mails that a system has written to persons."""
    notices = await system.store.notices.find(Query(limit=1000))
    return [notice for notice in notices if notice.role == "complainant"]


async def peace(a: Whole, b: Whole) -> None:
    """Wait until neither has anything to do, and the other's last mail has brought nothing new."""
    seen = -1
    while (now := await _documents(a) + await _documents(b)) != seen:
        seen = now
        await a.quiet()
        await b.quiet()


async def _documents(system: Whole) -> int:
    return await system.store.envelopes.count(AllOf(())) + await system.store.notices.count(
        AllOf(())
    )


async def test_two_recours_that_write_to_each_other_stop_at_one_answer_each_way(
    start: Start, tmp_path: Path
) -> None:
    ours, theirs = f"plaintes@{HERE}", f"plaintes@{THERE}"
    async with two(start, tmp_path) as (a, b):
        await a.deliver(mail(theirs, ours), mail_from=theirs, rcpt_tos=(ours,))
        await b.deliver(mail(ours, theirs), mail_from=ours, rcpt_tos=(theirs,))
        await until(lambda: _has_cases(a, 2), 20)
        await until(lambda: _has_cases(b, 2), 20)
        await peace(a, b)
        for system, other in ((a, theirs), (b, ours)):
            (answer,) = await answers_of(system)
            assert (answer.state, answer.recipient, answer.return_path) == ("sent", other, "")
            held = await system.store.cases.find(Query(where=Equal("state", "held")))
            assert [case.tray for case in held] == ["automatic"]  # the answer of the other
            assert await system.store.cases.count(AllOf(())) == 2


async def _has_cases(system: Whole, wanted: int) -> bool:
    return await system.store.cases.count(AllOf(())) >= wanted


async def test_an_office_whose_mail_comes_to_our_door_is_answered_by_nobody(
    start: Start, tmp_path: Path
) -> None:
    """What the other tells its office comes in here: mail of a machine, with a return path."""
    ours, theirs = f"plaintes@{HERE}", f"plaintes@{THERE}"
    async with two(start, tmp_path, office=ours) as (a, b):
        raw = mail(GINETTE, theirs, "Personne ne me répond.")
        await b.deliver(raw, mail_from=GINETTE, rcpt_tos=(theirs,))
        await until(lambda: _has_cases(a, 1), 20)
        await peace(a, b)
        cases = await a.store.cases.find(Query())
        # That a unit is to be chosen, and that nobody takes mail for the person
        assert len(cases) == len({case.subject for case in cases}) == 2
        assert {(case.state, case.tray) for case in cases} == {("held", "automatic")}
        assert await answers_of(a) == []
        assert await b.store.cases.count(AllOf(())) == 1


MACHINES = {
    "out_of_office": "Auto-Submitted: auto-replied\r\n",
    "out_of_office_of_old": "X-Autoreply: yes\r\nPrecedence: bulk\r\n",
    "list": "List-Id: <annonces.liste.example>\r\nList-Unsubscribe: <mailto:x@liste.example>\r\n",
    "newsletter": "Precedence: list\r\n",
    "bounce": "Auto-Submitted: auto-generated (failure)\r\n",
}


async def test_no_machine_is_answered_at_our_address(start: Start) -> None:
    ours = f"plaintes@{HERE}"
    async with start() as system:
        for name, extra in MACHINES.items():
            sender = "" if name == "bounce" else f"{name}@machine.example"
            raw = mail(f"{name}@machine.example", ours, extra=extra)
            await system.deliver(raw, mail_from=sender, rcpt_tos=(ours,))
        await until(lambda: _has_cases(system, len(MACHINES)), 20)
        await system.quiet()
        assert await answers_of(system) == []
        assert all("machine.example" not in str(one["X-Envelope-To"]) for one in system.mails())


@pytest.mark.parametrize("kind", ["out_of_office", "list"])
async def test_a_machine_that_answers_our_answer_is_noted_and_hears_nothing(
    start: Start, kind: str
) -> None:
    ours = f"plaintes@{HERE}"
    async with start() as system:
        await system.deliver(mail(GINETTE, ours), mail_from=GINETTE, rcpt_tos=(ours,))
        told = await system.mail_to(GINETTE)
        await system.mail_to(LAVAL)
        back = str(told["Reply-To"]).strip("<>")
        raw = mail(f"absente.{GINETTE}", back, "Je suis absente.", extra=MACHINES[kind])
        await system.deliver(raw, mail_from="", rcpt_tos=(back,))

        async def noted() -> bool:
            return await system.store.envelopes.count(Equal("outcome_kind", "noted")) == 1

        await until(noted, 20)
        await system.quiet()
        assert len(system.mails()) == 2
        assert await system.store.cases.count(AllOf(())) == 1
