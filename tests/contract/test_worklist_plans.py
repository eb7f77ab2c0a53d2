"""The desk's lists are read from an index: no store sorts what it shows, or opens what it counts.

Which plan a store takes does not depend on how much it holds here: each has one index that gives
the order, and takes it. A list that two indexes could give is left out: MongoDB tries both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from services.desk.office.queue import Wanted as ToSort
from services.desk.office.queue import query_of, refused_twice
from services.desk.rights import Rights
from services.desk.worklist import MOST_COUNTED, Wanted
from shared.adapters.mongodb_query import order, query_filter, where_filter
from shared.adapters.sqlite_query import count_sql, find_sql
from shared.adapters.sqlite_store import SqliteStore
from shared.domain.case import Case
from shared.ports.query import Condition, Query
from tests.contract.conftest import Stores
from tests.contract.test_worklist_contract import CASES, OFFICE, UNIT, lists

#: Tell of a list, and of how it is counted, whether its page is sorted, and whether counting it
#: reads cases.
Plans = Callable[[Query, Condition], tuple[bool, bool]]

#: Lists of which a page is read in the order of an index, and whose.
READ_IN_ORDER: list[tuple[Rights, Wanted]] = [
    (OFFICE, Wanted(pick="all", order="due")),
    (OFFICE, Wanted(pick="new", order="due")),
    (OFFICE, Wanted(pick="mine", order="due")),
    (OFFICE, Wanted(pick="late", order="due")),
    (OFFICE, Wanted(pick="waiting", order="due")),
    (OFFICE, Wanted(pick="all", order="received")),
    (OFFICE, Wanted(pick="all", order="activity")),
    (OFFICE, Wanted(pick="closed", order="due")),
    (UNIT, Wanted(pick="all", order="due")),
    (UNIT, Wanted(pick="all", order="received")),
    (UNIT, Wanted(pick="closed", order="due")),
]


@pytest.fixture
async def plans(stores: Stores, request: pytest.FixtureRequest) -> Plans:
    for one in CASES:
        await stores.store.cases.add(one)
    if isinstance(stores.store, SqliteStore):
        return _plans_of_sqlite(stores.store)
    database = request.getfixturevalue("bare")
    return _plans_of_mongodb(database)


@pytest.fixture
def bare(fresh_mongodb_url: str) -> Iterator[Any]:
    with MongoClient[dict[str, Any]](fresh_mongodb_url) as client:
        yield client.get_default_database()


def _plans_of_sqlite(store: SqliteStore) -> Plans:
    def plans(query: Query, counted_by: Condition) -> tuple[bool, bool]:
        statement, values = find_sql(Case, query)
        rows = store.file.read(f"EXPLAIN QUERY PLAN {statement}", tuple(values))
        inner = {row[0] for row in rows if "LIST SUBQUERY" in row[3]}
        sorts = any("TEMP B-TREE" in row[3] and row[1] in inner for row in rows)
        count, values = count_sql(Case, counted_by, MOST_COUNTED)
        counted = store.file.read(f"EXPLAIN QUERY PLAN {count}", tuple(values))
        searches = [row[3] for row in counted if "cases" in row[3]]
        return sorts, not (searches and all("COVERING INDEX" in one for one in searches))

    return plans


def _plans_of_mongodb(database: Any) -> Plans:
    def plans(query: Query, counted_by: Condition) -> tuple[bool, bool]:
        found = database.cases.find(query_filter(Case, query)).sort(order(Case, query))
        sorts = "'SORT'" in str(found.limit(51).explain()["queryPlanner"]["winningPlan"])
        match = where_filter(Case, counted_by)
        command = {"count": "cases", "query": match, "limit": MOST_COUNTED}
        told = database.command("explain", command, verbosity="queryPlanner")
        return sorts, "'FETCH'" in str(told["queryPlanner"]["winningPlan"])

    return plans


@pytest.mark.parametrize(
    ("rights", "wanted"),
    READ_IN_ORDER,
    ids=lambda one: f"{one.pick}-{one.order}" if isinstance(one, Wanted) else len(one.units),
)
async def test_an_index_gives_a_list_in_its_order_and_counts_it(
    plans: Plans, rights: Rights, wanted: Wanted
) -> None:
    here = lists(rights)
    assert plans(here.query(wanted), here.counted(wanted, wanted.pick)) == (False, False)


async def test_an_index_gives_what_no_unit_kept_and_counts_it(plans: Plans) -> None:
    wanted = ToSort(reason="refused_twice")
    assert plans(query_of(wanted, OFFICE), refused_twice(OFFICE)) == (False, False)
