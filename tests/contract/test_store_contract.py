"""What `shared.ports.store` promises of saving, for every adapter."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.domain.envelope import Outcome
from shared.errors import Conflict
from shared.events import Event
from shared.ports.query import ContainsAny, Equal, Query
from shared.ports.store import Store
from tests.contract.conftest import Stores
from tests.contract.documents import START, case, envelope, minutes, opened, received


async def test_a_saved_document_comes_back_equal_with_the_next_version(store: Store) -> None:
    document = case(summary="Déjà payé ; œuf « 12 $ »", participants=("a@example.org",))
    saved = await store.cases.save(document)
    assert saved == document.changed(version=1)
    assert await store.cases.get(document.id) == saved


async def test_every_kind_of_value_survives_the_store(store: Store) -> None:
    outcome = Outcome(kind="opened", at=START + timedelta(microseconds=7), case_id="c")
    saved = await store.envelopes.save(envelope(outcome=outcome, spam=True, size=2**40))
    assert await store.envelopes.get(saved.id) == saved


async def test_an_unknown_id_gives_none(store: Store) -> None:
    assert await store.cases.get("nobody") is None
    assert await store.cases.raw("nobody") is None


async def test_another_process_sees_what_is_saved(stores: Stores) -> None:
    saved = await stores.store.cases.save(case())
    other = await stores.again()
    assert await other.cases.get(saved.id) == saved


async def test_what_another_process_has_saved_since_is_what_one_gets(stores: Stores) -> None:
    """A command at a terminal acts on a case that a service has just saved."""
    saved = await stores.store.cases.save(case())
    other = await stores.again()
    newer = await other.cases.save(saved.changed(summary="newer"))
    assert await stores.store.cases.get(saved.id) == newer
    assert await other.cases.get(saved.id) == newer


async def test_a_later_save_replaces_fields_and_indexed_values(store: Store) -> None:
    first = await store.cases.save(case(participants=("a@example.org",)))
    second = await store.cases.save(first.changed(state="closed", participants=()))
    assert second.version == 2
    assert await store.cases.get(first.id) == second
    assert await store.cases.count(Equal("state", "opened")) == 0
    assert await store.cases.count(Equal("state", "closed")) == 1
    assert await store.cases.count(ContainsAny("participants", ["a@example.org"])) == 0


async def test_an_older_version_is_a_conflict_and_changes_nothing(stores: Stores) -> None:
    cases = stores.store.cases
    first = await cases.save(case())
    second = await cases.save(first.changed(summary="second"))
    with pytest.raises(Conflict):
        await cases.save(first.changed(summary="lost"), emit=[opened()], raw=b"lost")
    assert await cases.get(first.id) == second
    assert await cases.raw(first.id) is None
    assert await stores.emitted() == []


async def test_a_new_document_whose_id_is_taken_is_a_conflict(store: Store) -> None:
    first = await store.cases.save(case())
    with pytest.raises(Conflict):
        await store.cases.save(case(first.id, summary="other"))
    assert await store.cases.get(first.id) == first


async def test_a_version_of_a_document_that_is_not_there_is_a_conflict(stores: Stores) -> None:
    ghost = case(version=3)
    with pytest.raises(Conflict):
        await stores.store.cases.save(ghost, emit=[opened()])
    assert await stores.store.cases.get(ghost.id) is None
    assert await stores.emitted() == []


async def test_of_fifty_savers_of_one_version_one_wins(stores: Stores) -> None:
    cases = stores.store.cases
    first = await cases.save(case())
    saves = (
        cases.save(first.changed(summary=str(number)), emit=[opened(str(number))])
        for number in range(50)
    )
    results = await asyncio.gather(*saves, return_exceptions=True)
    winners = [result for result in results if not isinstance(result, BaseException)]
    assert len(winners) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 49
    assert await cases.get(first.id) == winners[0]
    emitted = await stores.emitted()
    assert [getattr(event, "case_id", "") for event in emitted] == [winners[0].summary]


async def test_fifty_changes_one_after_another_lose_none(store: Store) -> None:
    first = await store.cases.save(case())

    async def add_one() -> None:
        while True:
            found = await store.cases.get(first.id)
            assert found is not None
            try:
                await store.cases.save(found.changed(documents=found.documents + 1))
            except Conflict:
                continue
            return

    await asyncio.gather(*(add_one() for _ in range(10)))
    found = await store.cases.get(first.id)
    assert found is not None
    assert (found.documents, found.version) == (10, 11)


async def test_saves_at_the_same_moment_each_get_their_own_result(store: Store) -> None:
    taken = await store.cases.save(case())
    documents = [case(summary=str(number)) for number in range(100)]
    saves = [store.cases.save(document) for document in documents]
    saves.insert(50, store.cases.save(case(taken.id)))
    results = await asyncio.gather(*saves, return_exceptions=True)
    assert isinstance(results.pop(50), Conflict)
    assert results == [document.changed(version=1) for document in documents]


async def test_a_document_that_cannot_be_stored_fails_alone(store: Store) -> None:
    good = [case() for _ in range(5)]
    saves = [store.cases.save(document) for document in good]
    saves.insert(2, store.cases.save(case(summary="half a pair: \ud83d")))
    results = await asyncio.gather(*saves, return_exceptions=True)
    assert isinstance(results.pop(2), Exception)
    assert results == [document.changed(version=1) for document in good]
    assert await store.cases.count(Query().where) == 5


async def test_add_saves_once_and_emits_once(stores: Stores) -> None:
    document, event = envelope(), received()
    answers = await asyncio.gather(
        *(stores.store.envelopes.add(document, emit=[event], raw=b"raw") for _ in range(10))
    )
    assert sorted(answers) == [False] * 9 + [True]
    assert await stores.emitted() == [event]
    assert await stores.store.envelopes.get(document.id) == document.changed(version=1)


async def test_add_of_an_id_that_exists_changes_nothing(stores: Stores) -> None:
    envelopes = stores.store.envelopes
    first = envelope(helo="first")
    assert await envelopes.add(first, raw=b"first")
    assert not await envelopes.add(
        envelope(first.id, helo="second"), emit=[received()], raw=b"second"
    )
    assert await envelopes.get(first.id) == first.changed(version=1)
    assert await envelopes.raw(first.id) == b"first"
    assert await stores.emitted() == []


async def test_events_are_saved_with_their_document_and_keep_their_order(stores: Stores) -> None:
    events: list[Event] = [received(), opened("a"), opened("b")]
    saved = await stores.store.cases.save(case(), emit=events)
    await stores.store.cases.save(saved.changed(summary="later"))
    assert await stores.emitted() == events


async def test_an_event_of_a_later_save_joins_those_that_wait(stores: Stores) -> None:
    first, second = opened("first"), opened("second")
    saved = await stores.store.cases.save(case(), emit=[first])
    await stores.store.cases.save(saved.changed(summary="later"), emit=[second])
    assert await stores.emitted() == [first, second]


async def test_raw_bytes_come_back_as_they_were(store: Store) -> None:
    raw = bytes(range(256)) * 40
    saved = await store.envelopes.save(envelope(), raw=raw)
    assert await store.envelopes.raw(saved.id) == raw


async def test_empty_raw_bytes_are_kept(store: Store) -> None:
    saved = await store.envelopes.save(envelope(), raw=b"")
    assert await store.envelopes.raw(saved.id) == b""


async def test_a_later_save_leaves_raw_bytes_alone(store: Store) -> None:
    saved = await store.envelopes.save(envelope(), raw=b"kept")
    saved = await store.envelopes.save(saved.changed(spam=True))
    assert await store.envelopes.raw(saved.id) == b"kept"
    await store.envelopes.save(saved, raw=b"new")
    assert await store.envelopes.raw(saved.id) == b"new"


async def test_nine_mebibytes_of_raw_bytes_are_kept(store: Store) -> None:
    raw = b"\x00\xff\r\n" * (9 * 256 * 1024)
    saved = await store.envelopes.save(envelope(), raw=raw)
    assert await store.envelopes.raw(saved.id) == raw
    assert await store.envelopes.find(Query()) == [saved]
    await store.envelopes.save(saved, raw=b"small now")
    assert await store.envelopes.raw(saved.id) == b"small now"


async def test_a_cancelled_caller_does_not_undo_what_others_save(store: Store) -> None:
    hasty = asyncio.ensure_future(store.cases.save(case("hasty")))
    patient = [store.cases.save(case(opened_at=minutes(number))) for number in range(5)]
    await asyncio.sleep(0)
    hasty.cancel()
    saved = await asyncio.gather(*patient)
    assert [await store.cases.get(one.id) for one in saved] == saved


async def test_an_open_store_answers_a_ping(store: Store) -> None:
    await store.ping()
    assert await store.cases.count(Query().where) == 0
