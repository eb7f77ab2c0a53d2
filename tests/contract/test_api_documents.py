"""Documents by token, on both stores: listed with their hash, and given to be saved."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.desk import tokens
from services.desk.app import build_app
from shared.domain.account import Mandate, Role
from shared.domain.case import Case
from shared.domain.document import derived_id
from shared.domain.reading import DocumentText, Message, Reading
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    MAIL,
    NOW,
    OFFICE,
    PAPER,
    PART,
    RECEIVED,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
    held_case,
)

API = "/api/v1/cases"


@dataclass
class Program:
    """A program with a token of its own."""

    client: httpx.AsyncClient
    store: Store
    token_id: str

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"{API}/{path}")

    async def json(self, path: str) -> Any:
        return (await self.get(path)).json()

    async def reads(self) -> list[tuple[str, str]]:
        found = await self.store.reads.find(Query(sort="at"))
        return sorted((one.by, one.what) for one in found)


@asynccontextmanager
async def program(
    store: Store, role: Role = "agent", unit: str | None = OFFICE
) -> AsyncIterator[Program]:
    token, secret = await tokens.make(
        store, f"{role} {unit}", [Mandate(role=role, unit_id=unit)], NOW,
        until=date(2027, 1, 1), today=NOW.date(),
    )  # fmt: skip
    app = build_app(
        store=store,
        clock=StoppedClock(),
        keys=KEYS,
        department=department(),
        desk_url="https://bureau.example",
    )
    async with browser_of(app) as client:
        client.headers.update({"Authorization": f"Bearer {secret}", "Accept-Language": "en"})
        yield Program(client, store, token.id)


async def kept(store: Store, state: str = "") -> tuple[Case, Message]:
    """Keep the sample whose second message carries a document; return both."""
    sample = assigned_case()
    message, raw = sample.messages[1]
    if state:
        found = DocumentText.model_validate(
            {"part": PART, "name": "x", "type": "text/html", "state": state}
        )
        message = message.changed(documents=(found,))
        sample = type(sample)(sample.case, (sample.messages[0], (message, raw)), ())
    await sample.keep(store)
    return sample.case, message


async def test_documents_are_listed_with_what_they_are(store: Store) -> None:
    case, message = await kept(store, "read")
    async with program(store) as one:
        of_case = await one.json(f"{case.reference}/documents")
        of_message = await one.json(f"{case.reference}/messages/{message.id}/documents")
        whole = await one.json(case.reference)
        reads = await one.reads()
    assert of_case == of_message
    assert of_case["documents"] == whole["messages"][1]["documents"]
    assert of_case == {
        "documents": [
            {
                "message": message.id,
                "part": PART,
                "name": "lettre d'été.html",
                "type": "text/html",
                "size": len(PAPER),
                "sha256": hashlib.sha256(PAPER).hexdigest(),
                "inline": False,
                "state": "read",
            }
        ],
        "next": None,
    }
    assert reads == [(f"token:{one.token_id}", "case")] * 3


async def test_a_document_is_given_to_be_saved_and_its_reading_recorded(store: Store) -> None:
    case, message = await kept(store)
    async with program(store) as one:
        given = await one.get(f"{case.reference}/messages/{message.id}/documents/{PART}")
        original = await one.get(f"{case.reference}/messages/{message.id}/original")
        reads = await one.reads()
    assert given.content == PAPER
    assert original.content == MAIL
    for answer, name in ((given, "lettre%20d%27%C3%A9t%C3%A9.html"), (original, ".eml")):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert name in answer.headers["content-disposition"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cache-control"] == "no-store"
    reader = f"token:{one.token_id}"
    assert reads == [(reader, "document"), (reader, "original")]


async def test_another_units_documents_are_nowhere(store: Store) -> None:
    case, message = await kept(store)
    async with program(store, unit="MTL-S") as one:
        answers = [
            await one.get(f"{reference}/{path}")
            for reference in (case.reference, "26-7K3Q-9F2M-H")
            for path in (
                "documents",
                f"messages/{message.id}/documents",
                f"messages/{message.id}/documents/{PART}",
                f"messages/{message.id}/original",
            )
        ]
        count = await store.reads.count(AllOf(()))
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["code"] for answer in answers} == {"unknown"}
    assert count == 0


async def test_a_message_of_another_case_is_not_given_through_this_one(store: Store) -> None:
    case, _ = await kept(store)
    other = held_case()
    await other.keep(store)
    elsewhere = other.messages[0][0].id
    async with program(store) as one:
        answers = [
            await one.get(f"{case.reference}/messages/{message_id}/{path}")
            for message_id in (elsewhere, "nowhere")
            for path in ("documents", "documents/1", "original")
        ]
    assert {answer.status_code for answer in answers} == {404}


async def test_what_is_not_there_or_holds_a_virus_is_not_given(store: Store) -> None:
    case, message = await kept(store, "infected")
    async with program(store) as one:
        path = f"{case.reference}/messages/{message.id}"
        (listed,) = (await one.json(f"{path}/documents"))["documents"]
        infected = [await one.get(f"{path}/{what}") for what in (f"documents/{PART}", "original")]
        missing = [await one.get(f"{path}/documents/{part}") for part in ("9.9", "x", "original")]
    assert listed["state"] == "infected"
    assert [(one.status_code, one.json()["code"]) for one in infected] == [(403, "infected")] * 2
    assert [(one.status_code, one.json()["code"]) for one in missing] == [(404, "no_document")] * 3
    assert PAPER not in b"".join(answer.content for answer in infected)


async def test_the_documents_of_many_messages_come_page_by_page(store: Store) -> None:
    case, message = await kept(store)
    for number in range(60):
        id_ = derived_id("many", str(number))
        paper = message.reading.attachments[0].model_copy(update={"name": f"{number}.html"})
        reading = Reading(text="x", own_text="x", attachments=(paper,))
        at = RECEIVED + timedelta(days=2, minutes=number)
        await store.messages.add(message.changed(id=id_, at=at, reading=reading))
    async with program(store) as one:
        first = await one.json(f"{case.reference}/documents")
        second = await one.json(f"{case.reference}/documents?after={first['next']}")
        nonsense = await one.get(f"{case.reference}/documents?after=nonsense")
    names = [paper["name"] for page in (first, second) for paper in page["documents"]]
    assert second["next"] is None
    assert sorted(names) == sorted(["lettre d'été.html", *(f"{n}.html" for n in range(60))])
    assert (nonsense.status_code, nonsense.json()["code"]) == (400, "bad_place")


async def test_without_a_token_or_a_record_there_is_no_document(store: Store) -> None:
    case, message = await kept(store)
    path = f"{case.reference}/messages/{message.id}/documents/{PART}"
    async with program(store, "operations", None) as one:
        forbidden = await one.get(path)
        del one.client.headers["Authorization"]
        stranger = await one.get(path)
        count = await store.reads.count(Equal("case_id", case.id))
    assert (forbidden.status_code, stranger.status_code, count) == (403, 401, 0)


async def test_the_description_names_every_type_that_is_given(store: Store) -> None:
    async with program(store) as one:
        described = (await one.client.get("/api/v1/openapi.json")).json()
    path = "/cases/{reference}/messages/{message}/documents/{part}"
    answer = described["paths"][path]["get"]["responses"]
    assert {"application/octet-stream", "application/pdf", "image/png"} <= set(
        answer["200"]["content"]
    )
    assert "application/json" not in answer["200"]["content"]
    assert "application/problem+json" in answer["404"]["content"]


@pytest.mark.parametrize(("language", "words"), [("fr", "Un virus"), ("en", "A virus")])
async def test_a_virus_is_told_in_both_languages(store: Store, language: str, words: str) -> None:
    case, message = await kept(store, "infected")
    async with program(store) as one:
        one.client.headers["Accept-Language"] = language
        told = await one.json(f"{case.reference}/messages/{message.id}/original")
    assert words in told["detail"]
