"""What only the SQLite store does: stores of earlier versions, and writing no more than it must."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.adapters.sqlite_store import open_sqlite_store
from shared.domain.case import Case
from shared.ports.query import AllOf, Equal, Query, Words
from tests.contract.documents import case


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "recours.db"


@pytest.fixture
def old(file: Path) -> Iterator[sqlite3.Connection]:
    """Return a file as an earlier version made it: rows without numbers, an index a field."""
    fields = ("reference", "state", "waits", "due_on_text")
    columns = "".join(f", ix_{name}" for name in fields)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TABLE cases (id TEXT PRIMARY KEY, version INTEGER NOT NULL, "
            f"body BLOB NOT NULL{columns})"
        )
        connection.execute(
            "CREATE TABLE cases_keywords (field TEXT, value TEXT, id TEXT, "
            "PRIMARY KEY (field, value, id)) WITHOUT ROWID"
        )
        for name in fields:
            connection.execute(f"CREATE INDEX cases_{name} ON cases (ix_{name}, id)")
        for number in range(20):
            one = case(f"c{number:02}", version=1, subject=f"Pension {number}")
            statement = "INSERT INTO cases (id, version, body, ix_state) VALUES (?, 1, ?, ?)"
            connection.execute(statement, (one.id, one.model_dump_json().encode(), one.state))
        connection.execute("DELETE FROM cases WHERE id < 'c05'")
        yield connection


async def test_a_store_of_an_earlier_version_is_searched_by_what_its_cases_say(
    file: Path, old: sqlite3.Connection
) -> None:
    store = await open_sqlite_store(file)
    assert await store.cases.count(AllOf(())) == 15
    assert await store.cases.count(Words("pension")) == 15
    assert [one.id for one in await store.cases.find(Query(Words("citoyenne 12")))] == ["c12"]
    assert await store.cases.count(Equal("is_open", 1)) == 15
    (found,) = await store.cases.find(Query(Equal("id", "c12")))
    await store.cases.save(found, words=("versement",))
    assert await store.cases.count(Words("pension versement")) == 1
    await store.close()


async def test_a_store_has_the_indexes_that_are_declared_and_no_others(
    file: Path, old: sqlite3.Connection
) -> None:
    for _ in range(2):
        await (await open_sqlite_store(file)).close()
    made = old.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'cases' AND sql <> ''"
    )
    declared = {"_".join(("cases", *fields)) for fields in Case.index_keys()}
    assert {name for (name,) in made} == declared


async def test_words_stay_with_their_case_in_a_copy_of_the_file(
    file: Path, old: sqlite3.Connection, tmp_path: Path
) -> None:
    await (await open_sqlite_store(file)).close()
    old.execute("DELETE FROM cases WHERE id = 'c06'")
    old.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    copy = await open_sqlite_store(tmp_path / "copy.db")
    for number in (10, 12, 15, 19):
        (found,) = await copy.cases.find(Query(Words(f"pension {number}")))
        assert found.subject == f"Pension {number}"
    await copy.close()


async def test_a_save_writes_no_keyword_that_was_there(file: Path) -> None:
    store = await open_sqlite_store(file)
    saved = await store.cases.save(case("a", message_ids=("<1@x>", "<2@x>"), participants=("p@x",)))
    with closing(sqlite3.connect(file, isolation_level=None)) as watcher:
        watcher.execute("CREATE TABLE written (what TEXT)")
        for doing, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
            noting = f"INSERT INTO written VALUES ('{doing} ' || {row}.value)"  # noqa: S608
            trigger = f"CREATE TRIGGER t{doing} AFTER {doing} ON cases_keywords"
            watcher.execute(f"{trigger} BEGIN {noting}; END")
        saved = await store.cases.save(saved.changed(state="held"))
        assert watcher.execute("SELECT * FROM written").fetchall() == []
        saved = await store.cases.save(saved.changed(message_ids=("<2@x>", "<3@x>")))
        written = {what for (what,) in watcher.execute("SELECT * FROM written")}
    assert written == {"DELETE <1@x>", "INSERT <3@x>"}
    assert (await store.cases.get("a")) == saved
    await store.close()


async def test_a_field_that_is_emptied_is_found_empty(file: Path) -> None:
    store = await open_sqlite_store(file)
    saved = await store.cases.save(case("a", taken_by="me"))
    saved = await store.cases.save(saved.changed(taken_by=None))
    assert await store.cases.count(Equal("taken_by", None)) == 1
    assert await store.cases.count(Equal("taken_by", "me")) == 0
    await store.close()
