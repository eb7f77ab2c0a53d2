"""What a search of words finds, the same in every store."""

from __future__ import annotations

import pytest

from shared.adapters import sqlite_store
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.errors import Conflict
from shared.ports.query import AllOf, AnyOf, ContainsAny, Equal, In, Query, Words
from shared.ports.store import Store
from tests.contract.conftest import Stores
from tests.contract.documents import START, case

LETTER = ("versement", "octobre", "coupe", "foo_bar", "2024", "القرار", "ete")


def of_unit(case_id: str, unit: str, **fields: object) -> Case:
    assignment = Assignment(unit_id=unit, rule_id="r1", at=START)
    return case(case_id, assignment=assignment, state="assigned", **fields)


@pytest.fixture(params=["few", "many"])
async def found(
    request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> Store:
    """Return a store with two complaints; SQLite asks in another way for a word of many."""
    if request.param == "many":
        monkeypatch.setattr(sqlite_store, "FEW", 0)
    who = Complainant(name="Ginette Côté-Lévesque", organisation="Garderie L'Étoile")
    await store.cases.add(of_unit("a", "DR-01", complainant=who, subject="Pension"), words=LETTER)
    await store.cases.add(of_unit("b", "DR-02", subject="Ma sœur"), words=("versement", "novembre"))
    await store.cases.add(of_unit("c", "DR-02", complainant=Complainant(), summary="Rien reçu"))
    return store


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("versement", "ab"),
        ("VERSEMENT", "ab"),
        ("versement octobre", "a"),
        ("octobre versement", "a"),
        ("novembre octobre", ""),
        ("octo", "a"),
        ("oc", ""),
        ("octo versement", ""),
        ("versements", ""),
        ("coupé", "a"),
        ("été", "a"),
        ("cote levesque", "a"),
        ("Côté", "a"),
        ("étoile", "a"),
        ("pension", "a"),
        ("recu", "c"),
        ("le versement de la", "ab"),
        ("de la", ""),
        ("foo_bar", "a"),
        ("foo", "a"),
        ("foo bar", ""),
        ("2024", "a"),
        ("القرار", "a"),
        ('"versement" OR -(octobre*) NEAR NOT', ""),
        ("versement*", "ab"),
        ("^ver.*$", "ab"),
        ("v.r", ""),
        ("sœur", "b"),
        ("SOEUR", "b"),
    ],
)
async def test_a_search_finds_what_holds_every_word(found: Store, asked: str, ids: str) -> None:
    query = Query(Words(asked))
    assert "".join(one.id for one in await found.cases.find(query)) == ids
    assert await found.cases.count(query.where) == len(ids)


async def test_a_search_stays_within_what_one_may_see(found: Store) -> None:
    word = Words("versement")
    mine = AllOf((In("unit_id", ["DR-02"]), word))
    assert [one.id for one in await found.cases.find(Query(mine))] == ["b"]
    rights = AnyOf((In("unit_id", ["DR-01"]), ContainsAny("concerned_units", ["DR-01"])))
    seen = AllOf((rights, AllOf((word, Equal("state", "assigned")))))
    assert [one.id for one in await found.cases.find(Query(seen, "opened_at"))] == ["a"]
    assert await found.cases.count(AllOf((In("unit_id", ()), word))) == 0


async def test_words_that_come_later_join_those_that_are_there(store: Store) -> None:
    first = await store.cases.save(case("a"), words=("versement",))
    second = await store.cases.save(first.changed(state="held"), words=("novembre", "versement"))
    await store.cases.save(second.changed(state="assigned"))
    for asked in ("versement novembre", "citoyenne novembre"):
        assert await store.cases.count(Words(asked)) == 1


async def test_words_of_a_save_that_is_refused_are_not_kept(store: Store) -> None:
    saved = await store.cases.save(case("a"))
    await store.cases.save(saved)
    with pytest.raises(Conflict):
        await store.cases.save(saved, words=("perdu",))
    assert not await store.cases.add(case("a"), words=("perdu",))
    assert await store.cases.count(Words("perdu")) == 0


async def test_who_searches_among_documents_without_words_is_told(store: Store) -> None:
    with pytest.raises(KeyError):
        await store.messages.find(Query(Words("versement")))


async def test_another_process_finds_the_words_too(stores: Stores) -> None:
    await stores.store.cases.add(case("a"), words=("versement",))
    other = await stores.again()
    assert [one.id for one in await other.cases.find(Query(Words("versement")))] == ["a"]
