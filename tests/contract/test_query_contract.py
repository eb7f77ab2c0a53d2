"""What `shared.ports.query` promises, for every store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from shared.domain.act import Closing
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.document import instant
from shared.ports.query import (
    AllOf,
    AnyOf,
    Condition,
    ContainsAny,
    Equal,
    In,
    Query,
    Range,
    Scalar,
    Words,
    index_value,
)
from shared.ports.store import Store
from tests.contract.documents import case, minutes

#: Five cases: two share a moment, two have no due date.
CASES = (
    case("a", opened_at=minutes(1), state="opened", due_on=date(2026, 12, 1)),
    case("b", opened_at=minutes(2), state="held", message_ids=("<1@x>", "<2@x>")),
    case("c", opened_at=minutes(2), state="assigned", due_on=date(2026, 12, 3)),
    case("d", opened_at=minutes(3), state="closed", message_ids=("<2@x>", "<3@x>")),
    case("e", opened_at=minutes(4), state="closed", due_on=date(2026, 12, 1), tray="spam"),
)


CONDITIONS: tuple[tuple[Condition, str], ...] = (
    (Equal("state", "closed"), "de"),
    (Equal("due_on_text", None), "bdw"),
    (Equal("id", "c"), "c"),
    (Equal("state", "nothing"), ""),
    (In("state", ["opened", "held"]), "abw"),
    (In("id", ["a", "e", "z"]), "ae"),
    (In("state", []), ""),
    (ContainsAny("message_ids", ["<2@x>"]), "bd"),
    (ContainsAny("message_ids", ["<1@x>", "<3@x>"]), "bd"),
    (ContainsAny("message_ids", []), ""),
    (Words("École, VU"), "w"),
    (Words("école absente"), ""),
    (Words(" ; "), "abcdew"),
    (Range("opened_at", at_least=instant(minutes(2))), "bcdew"),
    (Range("opened_at", below=instant(minutes(2))), "a"),
    (Range("opened_at", instant(minutes(2)), instant(minutes(4))), "bcd"),
    (Range("due_on_text", below="2026-12-02"), "ae"),
    (Range("due_on_text"), "ace"),
    (AllOf(()), "abcdew"),
    (AnyOf(()), ""),
    (AllOf([Equal("state", "closed"), Equal("tray", "spam")]), "e"),
    (AllOf([In("state", ["closed"]), Range("opened_at", below=instant(minutes(4)))]), "d"),
    (AnyOf([Equal("id", "a"), AllOf([Equal("state", "held")])]), "ab"),
    (AllOf([AnyOf([Equal("id", "a")]), AnyOf([Equal("id", "b")])]), ""),
)


@pytest.fixture
async def filled(store: Store) -> Store:
    for document in CASES:
        await store.cases.add(document)
    await store.cases.add(case("w", opened_at=minutes(9)), words=("ecole", "deja", "vu"))
    return store


@pytest.mark.parametrize(("condition", "found"), CONDITIONS, ids=repr)
async def test_a_condition_finds_exactly_what_it_says(
    filled: Store, condition: Condition, found: str
) -> None:
    documents = await filled.cases.find(Query(condition))
    assert "".join(document.id for document in documents) == found
    assert await filled.cases.count(condition) == len(found)
    assert await filled.cases.count(condition, at_most=2) == min(len(found), 2)


async def test_many_who_ask_at_once_get_their_own_answers(filled: Store) -> None:
    asked = [Query(condition) for condition, _ in CONDITIONS]
    asked += [Query(condition, limit=1) for condition, _ in CONDITIONS]
    answers = await asyncio.gather(*map(filled.cases.find, asked))
    found = ["".join(document.id for document in documents) for documents in answers]
    assert found == [ids for _, ids in CONDITIONS] + [ids[:1] for _, ids in CONDITIONS]


async def test_who_asks_for_a_field_without_index_spoils_no_other_answer(filled: Store) -> None:
    good, bad = Query(Equal("state", "closed")), Query(Equal("subject", "x"))
    answers = await asyncio.gather(
        *map(filled.cases.find, [good, bad, good]), return_exceptions=True
    )
    assert [isinstance(answer, KeyError) for answer in answers] == [False, True, False]


@pytest.mark.parametrize(
    ("sort", "descending", "order"),
    [
        ("id", False, "abcdew"),
        ("id", True, "wedcba"),
        ("opened_at", False, "abcdew"),
        ("opened_at", True, "wedcba"),
        ("due_on_text", False, "bdwaec"),
        ("due_on_text", True, "ceawdb"),
        ("state", False, "cdebaw"),
    ],
)
async def test_order_is_by_field_then_id_and_nulls_come_first(
    filled: Store, sort: str, descending: bool, order: str
) -> None:
    documents = await filled.cases.find(Query(sort=sort, descending=descending))
    assert "".join(document.id for document in documents) == order


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["id", "opened_at", "due_on_text", "state"])
@pytest.mark.parametrize("limit", [1, 2, 4])
async def test_pages_follow_one_another_without_gap_or_repeat(
    filled: Store, sort: str, descending: bool, limit: int
) -> None:
    whole = await filled.cases.find(Query(sort=sort, descending=descending))
    pages: list[Case] = []
    after: tuple[Scalar, str] | None = None
    while page := await filled.cases.find(
        Query(sort=sort, descending=descending, after=after, limit=limit)
    ):
        pages += page
        last = page[-1]
        after = (_sort_value(last, sort), last.id)
    assert pages == whole


def _sort_value(document: Case, sort: str) -> Scalar:
    if sort == "opened_at":
        return instant(document.opened_at)
    value: Scalar = getattr(document, sort)
    return value


async def test_a_limit_is_kept_within_a_condition(filled: Store) -> None:
    query = Query(Equal("state", "closed"), sort="opened_at", descending=True, limit=1)
    assert [document.id for document in await filled.cases.find(query)] == ["e"]
    assert await filled.cases.find(Query(limit=0)) == []


async def test_values_are_those_of_what_is_found_in_its_order(filled: Store) -> None:
    fields = ("id", "opened_at", "due_on_text", "level", "channel", "closed_at")
    query = Query(Range("opened_at", at_least=instant(minutes(2))), sort="opened_at", limit=3)
    found = await filled.cases.find(query)
    assert await filled.cases.values(fields, query) == [
        tuple(index_value(getattr(document, field)) for field in fields) for document in found
    ]
    last = found[-1]
    further = replace(query, after=(instant(last.opened_at), last.id))
    assert await filled.cases.values(["id"], further) == [("e",), ("w",)]


async def test_no_values_are_found_where_nothing_is(filled: Store) -> None:
    assert await filled.cases.values(["id"], Query(AnyOf(()))) == []
    assert await filled.cases.values(["id"], Query(limit=0)) == []


async def test_values_of_a_field_that_is_not_kept_are_asked_for_by_a_bug(filled: Store) -> None:
    with pytest.raises(KeyError):
        await filled.cases.values(["summary"], Query())


async def test_values_follow_what_is_saved(store: Store) -> None:
    closing = Closing(outcome="founded", motive="delays", at=minutes(9), by="Odile Roy")
    saved = await store.cases.save(case("a"))
    fields = ("closed_at", "outcome", "motive", "complainant_kind")
    assert await store.cases.values(fields, Query()) == [(None, None, None, "natural")]
    await store.cases.save(saved.changed(closing=closing))
    told = (instant(minutes(9)), "founded", "delays", "natural")
    assert await store.cases.values(fields, Query()) == [told]


async def test_count_by_counts_each_value_and_skips_nulls(filled: Store) -> None:
    assert await filled.cases.count_by("state", AllOf(())) == {
        "assigned": 1,
        "closed": 2,
        "held": 1,
        "opened": 2,
    }
    assert await filled.cases.count_by("due_on_text", Equal("state", "closed")) == {"2026-12-01": 1}
    assert await filled.cases.count_by("state", AnyOf(())) == {}


async def test_a_property_is_indexed_like_a_field(store: Store) -> None:
    unit = Assignment(unit_id="BSQ-LONGUEUIL", rule_id="r1", at=minutes(5))
    await store.cases.add(case("assigned", assignment=unit))
    await store.cases.add(case("not yet"))
    found = await store.cases.find(Query(Equal("unit_id", "BSQ-LONGUEUIL")))
    assert [document.id for document in found] == ["assigned"]


async def test_asking_for_a_field_without_index_is_a_bug(store: Store) -> None:
    with pytest.raises(KeyError):
        await store.cases.find(Query(Equal("subject", "x")))
    with pytest.raises(KeyError):
        await store.cases.find(Query(sort="subject"))
    with pytest.raises(KeyError):
        await store.cases.find(Query(ContainsAny("state", ["x"])))
