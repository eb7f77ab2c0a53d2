"""Telling other programs: who hears of what, and what becomes of a receiver that does not work."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
import trustme

from services.desk import tokens
from services.desk.hooks.announcing import announce_event
from services.desk.hooks.calling import MOST_AT_ONCE, Calls
from services.desk.hooks.knocking import Knocker
from services.desk.hooks.making import end_hooks, make_hook
from services.desk.hooks.reach import Reach, networks_in
from services.desk.hooks.signing import secrets_of
from shared.domain.account import Mandate, Role
from shared.domain.case import Case
from shared.domain.hook import Hook, HookCall, HookEvent
from shared.errors import Poison, Postponed, Transient
from shared.events import CallRequested, CaseAnnounced
from shared.ports.query import Query
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    NOW,
    OFFICE,
    StoppedClock,
    assigned_case,
    department,
    held_case,
    store_in,
)
from tests.scripted_receiver import scripted_receiver
from tests.waiting import until

DEPARTMENT = department()
HERE = Reach(http=True, networks=networks_in("127.0.0.0/8"))
TODAY = NOW.date()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_in(tmp_path) as opened:
        yield opened


async def hook_for(
    store: Store, url: str, *, role: Role = "agent", unit: str | None = OFFICE, name: str = "x"
) -> Hook:
    mandates = [Mandate(role=role, unit_id=unit)]
    await tokens.make(store, name, mandates, NOW, until=date(2027, 1, 1), today=TODAY)
    return await make_hook(store, name, url, (), NOW, reach=HERE, today=TODAY)


def announced(case_id: str, of: HookEvent) -> CaseAnnounced:
    return CaseAnnounced(id="a", at=NOW, case_id=case_id, of=of, of_id=f"e-{case_id}")


async def announce(store: Store, case: Case, *, held: bool = False) -> None:
    event = announced(case.id, "case.held" if held else "case.assigned")
    await announce_event(event, store=store, clock=StoppedClock(), department=DEPARTMENT)


async def calls_of(store: Store) -> list[HookCall]:
    return await store.calls.find(Query())


def requested(call: HookCall) -> CallRequested:
    return CallRequested(id="r", at=NOW, call_id=call.id)


@asynccontextmanager
async def calling(store: Store, reach: Reach = HERE) -> AsyncIterator[Calls]:
    knocker = Knocker(reach)
    yield Calls(store, StoppedClock(), KEYS, DEPARTMENT, knocker)
    await knocker.close()


async def test_a_program_hears_once_of_a_case_of_its_unit(store: Store) -> None:
    case = await assigned_case().keep(store)
    async with scripted_receiver() as receiver, calling(store) as calls:
        hook = await hook_for(store, f"{receiver.url}/hook?a=1")
        await announce(store, case)
        await announce(store, case)
        (call,) = await calls_of(store)
        await calls.call(requested(call))
        await calls.call(requested(call))
        (got,) = receiver.got
        (kept,) = await calls_of(store)
    told = json.loads(got.body)
    assert (told["id"], told["type"]) == (f"e-{case.id}", "case.assigned")
    assert (told["case_id"], told["reference"]) == (case.id, case.reference)
    assert set(told) == {"id", "type", "at", "case_id", "reference"}
    assert got.headers["host"] == receiver.url.removeprefix("http://")
    assert got.genuine(secrets_of(hook, KEYS)[0], now=NOW.timestamp())
    assert not got.genuine(secrets_of(hook, KEYS)[0], now=NOW.timestamp() + 301)
    assert not got.genuine("another", now=NOW.timestamp())
    assert (kept.state, kept.attempts) == ("told", 1)


async def test_a_unit_does_not_hear_of_the_cases_of_others(store: Store) -> None:
    case, held = await assigned_case().keep(store), await held_case().keep(store)
    await hook_for(store, "http://127.0.0.1:1/unit", unit="MTL-S", name="unit")
    office = await hook_for(
        store, "http://127.0.0.1:1/office", role="complaints_office", unit=None, name="office"
    )
    await announce(store, case)
    await announce(store, held, held=True)
    assert {one.hook_id for one in await calls_of(store)} == {office.id}


async def test_without_a_good_token_nothing_is_told(store: Store) -> None:
    case = await assigned_case().keep(store)
    async with scripted_receiver() as receiver, calling(store) as calls:
        await hook_for(store, receiver.url)
        await announce(store, case)
        await tokens.revoke(store, "x", NOW)
        (call,) = await calls_of(store)
        await calls.call(requested(call))
        await announce(store, await held_case().keep(store), held=True)
        assert [one.state for one in await calls_of(store)] == ["dropped"]
    assert receiver.got == []


async def test_a_hook_that_ended_is_told_nothing_more(store: Store) -> None:
    case = await assigned_case().keep(store)
    async with scripted_receiver() as receiver, calling(store) as calls:
        await hook_for(store, receiver.url)
        await announce(store, case)
        await end_hooks(store, "x", NOW)
        (call,) = await calls_of(store)
        await calls.call(requested(call))
    assert receiver.got == []


@pytest.mark.parametrize("status", [301, 307, 400, 410, 500, 503])
async def test_every_other_answer_is_tried_again_and_no_redirect_followed(
    store: Store, status: int
) -> None:
    case = await assigned_case().keep(store)
    async with scripted_receiver(status) as receiver, calling(store) as calls:
        await hook_for(store, receiver.url)
        await announce(store, case)
        (call,) = await calls_of(store)
        with pytest.raises(Transient) as caught:
            await calls.call(requested(call))
        (failed,) = await calls_of(store)
        assert len(receiver.got) == 1
        await calls.call(requested(call))
        (told,) = await calls_of(store)
    assert caught.value.code == f"hook_said_{status}"
    assert (failed.state, failed.last_error) == ("created", f"hook_said_{status}")
    assert (told.state, told.attempts, told.last_error) == ("told", 2, "")
    first, second = receiver.got
    assert first.headers["recours-event-id"] == second.headers["recours-event-id"]
    assert first.body == second.body


async def test_a_name_that_leads_inside_is_not_called(store: Store) -> None:
    case = await assigned_case().keep(store)
    async with scripted_receiver() as receiver, calling(store, Reach(http=True)) as calls:
        port = receiver.url.rpartition(":")[2]
        await hook_for(store, f"http://localhost:{port}/")
        await announce(store, case)
        (call,) = await calls_of(store)
        with pytest.raises(Transient) as caught:
            await calls.call(requested(call))
    assert caught.value.code == "hook_address"
    assert receiver.got == []


async def test_plain_http_is_not_called_once_the_setting_is_off(store: Store) -> None:
    case = await assigned_case().keep(store)
    async with scripted_receiver() as receiver:
        await hook_for(store, receiver.url)
        await announce(store, case)
        (call,) = await calls_of(store)
        async with calling(store, Reach(networks=HERE.networks)) as calls:
            with pytest.raises(Transient):
                await calls.call(requested(call))
    assert receiver.got == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://nowhere.invalid/"])
async def test_a_receiver_that_is_away_is_tried_again(store: Store, url: str) -> None:
    case = await assigned_case().keep(store)
    async with calling(store) as calls:
        await hook_for(store, url)
        await announce(store, case)
        (call,) = await calls_of(store)
        with pytest.raises(Transient) as caught:
            await calls.call(requested(call))
        await calls.give_up(requested(call))
        (kept,) = await calls_of(store)
    assert caught.value.code in ("hook_down", "hook_unknown_name")
    assert (kept.state, kept.attempts) == ("given_up", 1)


async def test_one_hook_never_takes_every_hand(store: Store) -> None:
    """A receiver that takes the connection and says nothing."""
    silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    sample = await assigned_case().keep(store)
    await hook_for(store, f"http://127.0.0.1:{port}/")
    for number in range(MOST_AT_ONCE + 1):
        case = await store.cases.save(
            sample.changed(id=f"c{number}", reference=f"r{number}", version=0)
        )
        await announce(store, case)
    *first, last = await calls_of(store)
    async with calling(store) as calls:
        tasks = [asyncio.ensure_future(calls.call(requested(call))) for call in first]

        async def postponed() -> bool:
            try:
                await asyncio.wait_for(calls.call(requested(last)), 0.2)
            except Postponed:
                return True
            except TimeoutError:
                return False
            return False

        await until(postponed)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    silent.close()
    untouched = await store.calls.get(last.id)
    assert untouched is not None
    assert untouched.attempts == 0


async def test_the_certificate_counts_for_the_name_of_the_hook(tmp_path: Path) -> None:
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(served)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=served, family=socket.AF_INET)
    port = server.sockets[0].getsockname()[1]
    knocker = Knocker(Reach(networks=networks_in("127.0.0.0/8, ::1/128")), trust)
    try:
        await knocker.knock(f"https://localhost:{port}/", b"{}", {})
        with pytest.raises(Transient):
            await knocker.knock(f"https://127.0.0.1:{port}/", b"{}", {})
    finally:
        await knocker.close()
        server.close()


async def test_an_event_of_nothing_is_poison(store: Store) -> None:
    await hook_for(store, "http://127.0.0.1:1/")
    with pytest.raises(Poison):
        await announce_event(
            announced("none", "case.held"),
            store=store,
            clock=StoppedClock(),
            department=DEPARTMENT,
        )
    async with calling(store) as calls:
        with pytest.raises(Poison):
            await calls.call(CallRequested(id="r", at=NOW, call_id="none"))
