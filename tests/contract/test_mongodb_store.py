"""What only the MongoDB store does: outboxes, a server that goes away, indexes, GridFS."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient

from shared.adapters.mongodb_store import MongoStore, open_mongodb_store
from shared.domain.envelope import Envelope
from shared.errors import Conflict, Misconfigured, Poison, Transient
from shared.events import Event
from shared.ports.query import Equal, Query, Words
from tests.contract.documents import case, envelope, opened, received
from tests.servers import Restartable
from tests.waiting import until


def database_of(url: str) -> str:
    return urlsplit(url).path.strip("/")


@pytest.fixture
async def mongo(new_mongodb_url: str) -> AsyncIterator[MongoStore]:
    store = await open_mongodb_store(new_mongodb_url, database=database_of(new_mongodb_url))
    yield store
    await store.close()


@pytest.fixture
async def other(new_mongodb_url: str) -> AsyncIterator[MongoStore]:
    """Return the same store as another process sees it."""
    store = await open_mongodb_store(new_mongodb_url, database=database_of(new_mongodb_url))
    yield store
    await store.close()


@pytest.fixture
def bare(new_mongodb_url: str) -> Any:
    """Return the database itself, to look behind the adapter."""
    with MongoClient[dict[str, Any]](new_mongodb_url) as client:
        yield client[database_of(new_mongodb_url)]


async def test_events_just_saved_are_handed_to_the_relay_at_once(mongo: MongoStore) -> None:
    first, second = received(), opened()
    asking = asyncio.ensure_future(mongo.outbox.fresh())
    await mongo.envelopes.save(envelope(), emit=[first, second])
    assert await asyncio.wait_for(asking, 5) == [first, second]


async def test_a_save_that_fails_hands_nothing_to_the_relay(mongo: MongoStore) -> None:
    saved = await mongo.cases.save(case(), emit=[opened("first")])
    with pytest.raises(Conflict):
        await mongo.cases.save(saved.changed(version=7), emit=[opened("lost")])
    assert [getattr(event, "case_id", "") for event in await mongo.outbox.fresh()] == ["first"]


async def test_what_a_crash_left_is_found_by_another_process(
    mongo: MongoStore, other: MongoStore
) -> None:
    events: list[Event] = [received(), opened()]
    await mongo.envelopes.add(envelope(), emit=events[:1])
    await mongo.cases.add(case(), emit=events[1:])
    assert await other.outbox.waiting(older_than_seconds=60, limit=10) == []
    assert await other.outbox.waiting(older_than_seconds=-1, limit=10) == events
    assert await other.outbox.waiting(older_than_seconds=-1, limit=1) == events[:1]


async def test_confirmed_events_are_forgotten_wherever_they_lie(
    mongo: MongoStore, other: MongoStore
) -> None:
    events: list[Event] = [received(), opened("a"), opened("b")]
    await mongo.envelopes.add(envelope(), emit=events[:1])
    await mongo.cases.add(case(), emit=events[1:])
    await mongo.outbox.clear([events[0], events[2]])
    await until(lambda: _waiting(other, [events[1]]))
    # This one saved none of them, so it does not know where they lie
    await other.outbox.clear([events[1]])
    await until(lambda: _waiting(mongo, []))


async def _waiting(store: MongoStore, expected: list[Any]) -> bool:
    return await store.outbox.waiting(older_than_seconds=-60, limit=10) == expected


async def test_closing_forgets_what_was_confirmed_just_before(
    mongo: MongoStore, new_mongodb_url: str
) -> None:
    brief = await open_mongodb_store(new_mongodb_url, database=database_of(new_mongodb_url))
    event = received()
    await brief.envelopes.add(envelope(), emit=[event])
    await brief.outbox.clear([event])
    await brief.close()
    assert await _waiting(mongo, [])


async def test_only_documents_with_waiting_events_are_in_the_sweep(
    mongo: MongoStore, bare: Any
) -> None:
    await mongo.cases.add(case("busy"), emit=[opened()])
    await mongo.cases.add(case("idle"))
    found = bare.cases.find({"outbox.at": {"$exists": True}}).sort([("outbox.at", 1)])
    plan = str(found.explain()["queryPlanner"]["winningPlan"])
    assert "'indexName': 'sweep'" in plan
    assert "SORT" not in plan
    assert [document["_id"] for document in bare.cases.find({"outbox.at": {"$exists": True}})] == [
        "busy"
    ]


async def test_a_page_in_order_is_read_from_its_index(mongo: MongoStore, bare: Any) -> None:
    await mongo.cases.add(case())
    query = {"ix.opened_at": {"$gte": "2026"}}
    found = bare.cases.find(query).sort([("ix.opened_at", 1), ("_id", 1)])
    plan = str(found.explain()["queryPlanner"]["winningPlan"])
    assert "'indexName': 'ix.opened_at__id'" in plan
    assert "SORT" not in plan


async def test_a_document_is_stored_so_that_a_person_can_read_it(
    mongo: MongoStore, bare: Any
) -> None:
    event = opened("c1")
    await mongo.cases.add(case("c1", participants=("a@example.org",)), emit=[event], raw=b"raw")
    stored = bare.cases.find_one({"_id": "c1"})
    assert (stored["version"], stored["raw"]) == (1, b"raw")
    assert json.loads(stored["doc"])["opened_at"] == "2026-11-20T14:41:00Z"
    assert stored["ix"]["opened_at"] == "2026-11-20T14:41:00.000000Z"
    assert stored["ix"]["participants"] == ["a@example.org"]
    assert [entry["id"] for entry in stored["outbox"]] == [event.id]


async def test_a_field_that_became_indexed_is_filled_in_at_start(
    mongo: MongoStore, bare: Any, new_mongodb_url: str
) -> None:
    saved = await mongo.cases.save(case(state="held"))
    bare.cases.update_one({"_id": saved.id}, {"$unset": {"ix.state": ""}})
    bare.schema.update_one({"_id": "cases"}, {"$pull": {"fields": "state"}})
    again = await open_mongodb_store(new_mongodb_url, database=database_of(new_mongodb_url))
    assert await again.cases.count_by("state", Query().where) == {"held": 1}
    await again.close()


async def test_cases_of_before_there_was_a_search_are_found_by_what_they_say(
    mongo: MongoStore, bare: Any, new_mongodb_url: str
) -> None:
    saved = await mongo.cases.save(case(subject="Pension"), words=("versement",))
    bare.cases.update_one({"_id": saved.id}, {"$unset": {"words": ""}})
    bare.schema.update_one({"_id": "cases"}, {"$pull": {"fields": "words"}})
    bare.cases.create_index([("ix.waits", 1), ("_id", 1)], name="ix.waits__id")
    bare.cases.create_index([("doc", 1)], name="of somebody else")
    again = await open_mongodb_store(new_mongodb_url, database=database_of(new_mongodb_url))
    assert await again.cases.count(Words("citoyenne pension")) == 1
    assert await again.cases.count(Words("versement")) == 0
    made = set(bare.cases.index_information())
    assert "ix.waits__id" not in made
    assert "of somebody else" in made
    assert "ix.is_open_ix.opened_at__id" in made
    await again.close()


async def test_large_raw_bytes_of_a_refused_save_leave_no_file(
    mongo: MongoStore, bare: Any
) -> None:
    first = envelope()
    await mongo.envelopes.add(first, raw=b"x" * 9_000_000)
    assert not await mongo.envelopes.add(first, raw=b"y" * 9_000_000)
    assert bare["fs.files"].count_documents({}) == 1


async def test_what_bson_cannot_hold_is_poison(mongo: MongoStore) -> None:
    with pytest.raises(Poison) as refused:
        await mongo.cases.save(case(summary="\ud800"))
    assert refused.value.code == "unstorable_document"
    with pytest.raises(Poison) as refused:
        await mongo.cases.save(case(summary="é" * 9_000_000))
    assert refused.value.code == "document_too_large"


async def test_a_document_that_nobody_can_read_spoils_no_other_answer(
    mongo: MongoStore, bare: Any
) -> None:
    for name in ("a", "bad", "b"):
        await mongo.cases.save(case(name, reference=name))
    bare["cases"].update_one({"_id": "bad"}, {"$set": {"doc": '{"id": "bad", "newer": 1}'}})
    names = ["a", "bad", "b", "a"]
    got = await asyncio.gather(*map(mongo.cases.get, names), return_exceptions=True)
    queries = [Query(Equal("reference", name)) for name in names]
    found = await asyncio.gather(*map(mongo.cases.find, queries), return_exceptions=True)
    for answers in (got, found):
        assert [isinstance(each, Poison) for each in answers] == [False, True, False, False]


async def test_an_address_that_is_none_is_misconfigured() -> None:
    with pytest.raises(Misconfigured):
        await open_mongodb_store("mongodb://host:port:port/", database="x")


async def test_a_server_that_goes_away_is_transient_and_then_nothing_is_missing(
    own_mongodb: Restartable,
) -> None:
    store = await open_mongodb_store(own_mongodb.url, database="restarted")
    kept: list[str] = []
    said: set[str] = set()
    trying = True

    async def keep_envelopes() -> None:
        while trying:
            document = envelope()
            try:
                await store.envelopes.add(document, emit=[received(document.id)], raw=b"raw")
            except Transient as error:
                said.add(str(error))
                await asyncio.sleep(0.05)
            else:
                kept.append(document.id)

    savers = [asyncio.ensure_future(keep_envelopes()) for _ in range(20)]
    for end in (own_mongodb.stop, own_mongodb.kill):
        before = len(kept)
        await until(lambda before=before: len(kept) > before + 200)  # type: ignore[misc]
        await asyncio.to_thread(end)
        with pytest.raises(Transient):
            await store.ping()
        before = len(kept)
        await asyncio.to_thread(own_mongodb.start)
        await until(lambda before=before: len(kept) > before + 100, 30)  # type: ignore[misc]
    trying = False
    await asyncio.gather(*savers)
    assert not any("127.0.0.1" in text for text in said)
    await _all_are_there(store, kept)
    await store.close()


async def _all_are_there(store: MongoStore, kept: list[str]) -> None:
    found = await asyncio.gather(*(store.envelopes.get(document_id) for document_id in kept))
    assert [one.id if isinstance(one, Envelope) else None for one in found] == kept
    waiting = await store.outbox.waiting(older_than_seconds=-60, limit=1_000_000)
    assert {getattr(event, "envelope_id", "") for event in waiting} >= set(kept)


async def test_opening_without_a_server_is_transient_and_says_no_address(
    own_mongodb: Restartable,
) -> None:
    own_mongodb.stop()
    try:
        with pytest.raises(Transient) as refused:
            await open_mongodb_store(own_mongodb.url, database="x")
    finally:
        own_mongodb.start()
    assert refused.value.code.startswith("store_")
    assert "127.0.0.1" not in str(refused.value)
