"""Every command of `recours` against one running embedded system."""

from __future__ import annotations

import json
import mailbox
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import open_sqlite_store
from shared.adapters.system_clock import SystemClock
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import new_id
from shared.domain.envelope import Envelope, Outcome
from shared.events import CaseOpened
from shared.ports.query import AllOf, Equal, Query
from shared.runtime.backends import Backends
from tests.beside import SAMPLES, Desk, hand_in_samples
from tests.commands import recours
from tests.fleet import Fleet
from tests.waiting import until

UNREADABLE = {
    "empty.eml": b"",
    "binary.bin": bytes(range(256)) * 40,
    "nothing_in_it.mbox": b"not an mbox at all",
    "only_from": b"From ",
    "half_a_header": b"Subject: =?utf-8?B?w",
    "nul.eml": b"\x00" * 100,
}
#: Seconds in which the running process sees what another one wrote: it looks every second, and
#: the rest is for a busy machine.
SEEN = 4.0


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("commands")
    fleet = Fleet(folder, relay=f"file:{folder}/outgoing")
    fleet.start()
    yield fleet
    fleet.stop()


@pytest.fixture
async def desk(fleet: Fleet) -> AsyncIterator[Desk]:
    await fleet.ready()
    store = await open_sqlite_store(fleet.folder / "recours.db")
    bus = SqliteBus(store.file, SystemClock())
    desk = Desk(fleet, Backends(store, bus))
    if not await store.envelopes.count(AllOf(())):
        await hand_in_samples(desk)
    yield desk
    await desk.backends.close()


async def test_lists_say_what_there_is_and_their_last_line_how_much(desk: Desk) -> None:
    total = await desk.store.cases.count(AllOf(()))
    cases = await desk.say("cases", "--limit", "3")
    assert cases.out.splitlines()[-1] == f"3 of {total} cases"
    held = await desk.say("cases", "--state", "held")
    rows = held.out.splitlines()[1:-1]
    assert rows
    assert all(" held: " in row for row in rows)
    assert "closed" in await desk.refused("cases", "--state", "lost")
    queues = await desk.say("queues")
    assert queues.out.splitlines()[1].split() == ["intake.opening", "0", "0", "0"]
    outgoing = await desk.say("outgoing", "list", "--state", "sent")
    assert outgoing.out.splitlines()[-1].endswith(" notices")
    assert "withheld" in await desk.refused("outgoing", "list", "--state", "lost")


async def test_a_line_of_a_list_stays_whole_in_a_narrow_pipe(desk: Desk) -> None:
    notices = await desk.store.notices.find(Query(limit=1000))
    longest = max(notices, key=lambda notice: len(notice.recipient))
    outgoing = await desk.say("outgoing", "list", "--limit", "1000")
    (line,) = [line for line in outgoing.out.splitlines() if line.startswith(longest.id[:8])]
    assert longest.recipient in line
    assert longest.state in line


async def test_a_case_is_shown_by_its_reference_however_it_is_written(desk: Desk) -> None:
    (case, *_) = await desk.store.cases.find(Query(where=Equal("unit_id", "DR-13")))
    for spelled in (case.reference, case.reference.lower().replace("-", " "), case.id):
        said = await desk.say("show", spelled, "--language", "en")
        assert said.status == 0
        assert case.reference in said.out
        assert case.subject in said.out
        assert "Assigned to: Services Québec Regional Branch – Laval, because" in said.out
        assert f"acknowledgement to {case.acknowledge_to}: sent" in said.out
    assert "`recours cases` lists what there is" in await desk.refused("show", "26-0000-0000-0")


async def test_a_notice_is_shown_as_it_was_sent(desk: Desk) -> None:
    notices = await desk.store.notices.find(Query(limit=1000))
    notice = next(one for one in notices if one.role == "complainant")
    said = await desk.say("outgoing", "show", notice.id[:8])
    assert said.status == 0
    assert f"{notice.kind} to {notice.recipient}: sent" in said.out
    assert "return path <>" in said.out
    assert "names no single notice" in await desk.refused("outgoing", "show", "nothing")


async def test_what_is_read_has_the_documented_keys_and_no_file_stops_it(
    desk: Desk, tmp_path: Path
) -> None:
    for name, content in UNREADABLE.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / os.fsdecode(b"no\xffname.eml")).write_bytes(b"Subject: x\r\n\r\ny")
    box = mailbox.mbox(tmp_path / "two.mbox")
    for number in (1, 2):
        box.add(f"From: a@b.example\nSubject: numero {number}\n\ntexte\n")
    box.close()
    sample = SAMPLES / "03-lettre-pdf-trois-rivieres.eml"
    found = await desk.lines("read", sample, tmp_path, tmp_path / "not_there.eml")
    assert len(found) == 1 + len(UNREADABLE) + 1 + 2 + 1
    for line in found:
        assert list(line) == [
            "file", "subject", "from_address", "from_name", "to", "text", "own_text", "language",
                "language_confidence", "kind", "flags", "flag_evidence", "complainant_type",
                "happened_on", "forwarded", "attachments", "documents", "automatic",
                "automatic_reasons", "bounce", "defects",
        ]  # fmt: skip
    by_name = {Path(str(line["file"])).name: line for line in found}
    assert by_name["two.mbox#2"]["subject"] == "numero 2"
    assert by_name["not_there.eml"]["defects"] == ["file_unreadable"]
    assert by_name["no\ufffdname.eml"]["text"] == "y"
    (attachment,) = json.loads(json.dumps(found[0]["attachments"]))
    assert list(attachment) == ["name", "content_type", "size", "sha256"]
    assert attachment["content_type"] == "application/pdf"


async def test_a_route_is_told_in_words_and_as_data_and_nothing_is_kept(desk: Desk) -> None:
    before = await desk.store.envelopes.count(AllOf(()))
    laval, twice = SAMPLES / "02-waiting-laval.eml", SAMPLES / "06-homonyme-a-trier.eml"
    found = await desk.lines("route", "--json", laval, twice)
    for line in found:
        assert list(line) == [
            "file", "status", "region", "municipality_code", "unit", "held_reason", "candidates",
            "evidence",
        ]  # fmt: skip
    assert (found[0]["status"], found[0]["unit"], found[0]["region"]) == ("resolved", "DR-13", "13")
    assert (found[1]["status"], found[1]["unit"]) == ("ambiguous", None)
    assert found[1]["held_reason"] == "ambiguous_place"
    assert found[1]["candidates"]
    words = await desk.say("route", laval)
    assert words.out.startswith(f"{laval}: Confiée à\u00a0: ")
    assert "H7N 1A1" in words.out
    assert await desk.store.envelopes.count(AllOf(())) == before


async def test_the_ledger_the_rules_and_the_health_are_good_and_say_so(desk: Desk) -> None:
    ledger = await desk.say("ledger")
    assert (ledger.status, ledger.out.splitlines()[-1]) == (0, "The ledger adds up.")
    rules = await desk.say("rules", "check")
    assert rules.status == 0
    assert ": 0 errors, " in rules.out
    health = await desk.lines("health", "--json")
    assert health == [{part: "ok"} for part in ("store", "bus", "smtp", "web", "desk", "relay")]


async def test_health_names_what_does_not_answer(desk: Desk) -> None:
    away = {**desk.fleet.environment, "RECOURS_SMTP_LISTEN": "127.0.0.1:1"}
    said = await recours("health", env=away)
    assert said.status == 1
    assert "smtp     no_answer" in said.out
    assert "store    ok" in said.out


async def test_what_is_sent_to_no_door_or_to_nobody_of_ours_is_refused_in_words(
    desk: Desk,
) -> None:
    sample = SAMPLES / "02-waiting-laval.eml"
    away = {**desk.fleet.environment, "RECOURS_SMTP_LISTEN": "127.0.0.1:1"}
    said = await recours("send", str(sample), env=away)
    assert said.status == 2
    assert "Start it with `recours run`" in said.err
    words = await desk.refused("send", sample, "--to", "someone@else.example")
    assert "someone@else.example is not an address of the department" in words
    assert "is not there" in await desk.refused("send", "/nowhere.eml")


async def test_a_command_without_a_store_says_how_to_make_one(desk: Desk, tmp_path: Path) -> None:
    nowhere = {**desk.fleet.environment, "RECOURS_STORE": f"sqlite:///{tmp_path}/none.db"}
    said = await recours("cases", env=nowhere)
    assert said.status == 2
    assert "Run `recours run` first" in said.err
    assert not (tmp_path / "none.db").exists()


async def test_a_parked_envelope_that_is_read_again_is_opened_by_the_running_system(
    desk: Desk,
) -> None:
    now = SystemClock().now()
    envelope = Envelope(
        id=new_id(), channel="mail", received_at=now, mail_from="garee@courriel.example",
        rcpt_tos=("plaintes@ministere.example",), size=1, sha256="",
        outcome=Outcome(kind="parked", at=now),
    )  # fmt: skip
    raw = b"From: garee@courriel.example\r\nSubject: Garee\r\n\r\nJe suis a Laval H7N 1A1.\r\n"
    await desk.store.envelopes.save(envelope, raw=raw)
    listed = await desk.say("parked", "list")
    assert envelope.id in listed.out
    assert "Je suis a Laval" in (await desk.say("parked", "show", envelope.id)).out
    retried = await desk.say("parked", "retry", envelope.id)
    assert (retried.status, retried.out) == (0, f"{envelope.id} will be read again.\n")

    async def opened() -> bool:
        found = await desk.store.envelopes.get(envelope.id)
        return found is not None and found.outcome_kind == "opened"

    await until(opened, SEEN)
    assert "is not parked" in await desk.refused("parked", "retry", envelope.id)
    assert (await desk.say("parked", "list")).out.splitlines()[-1] == "0 parked."


async def test_a_dead_letter_that_is_put_back_is_handled_by_the_running_system(
    desk: Desk,
) -> None:
    now, bus = SystemClock().now(), desk.backends.bus
    case = Case(
        id=new_id(), reference="26-0000-0000-1", opened_at=now, received_at=now, channel="mail",
        complainant=Complainant(), subject="Laval H7N 1A1",
    )  # fmt: skip
    await bus.publish([CaseOpened(id=new_id(), at=now, case_id=case.id)])
    (letter,) = await until(lambda: bus.dead_letters("router.assigning"), SEEN + 3)
    listed = await desk.say("dead", "list", "--queue", "router.assigning")
    assert listed.out.splitlines()[-1] == "1 dead letter"
    assert "no_such_case" in listed.out
    assert "They are: intake.opening" in await desk.refused("dead", "list", "--queue", "mine")
    await desk.store.cases.save(case)
    assert (await desk.say("dead", "requeue", letter.id[:8])).status == 0

    async def assigned() -> bool:
        found = await desk.store.cases.get(case.id)
        return found is not None and found.unit_id == "DR-13"

    await until(assigned, SEEN)


async def test_a_case_that_a_person_assigns_is_told_to_its_unit_and_to_nobody_twice(
    desk: Desk,
) -> None:
    held = await desk.store.cases.find(Query(where=Equal("state", "held")))
    (case, *_) = [case for case in held if case.acknowledge_to and not case.silent_because]
    of_case = Equal("case_id", case.id)
    before = await desk.store.notices.find(Query(where=of_case))
    said = await desk.say(
        "assign", case.reference, "DR-14", "--by", "Lise Essai", "--because", "par téléphone"
    )
    assert said.status == 0, said.err

    async def told() -> bool:
        notices = await desk.store.notices.find(Query(where=of_case))
        sent = [notice for notice in notices if notice.kind == "assigned"]
        return len(sent) == 1 and sent[0].state == "sent"

    await until(told, SEEN)
    notices = await desk.store.notices.find(Query(where=of_case))
    (assigned,) = [notice for notice in notices if notice.kind == "assigned"]
    assert assigned.recipient == "equipe.region-lanaudiere@ministere.example"
    raw = await desk.store.notices.raw(assigned.id)
    assert raw is not None
    assert b"Lise" not in raw
    to_persons = [one.id for one in notices if one.role == "complainant"]
    assert to_persons == [one.id for one in before if one.role == "complainant"]
