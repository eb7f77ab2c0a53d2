"""Tokens, and lists by token, on both stores."""

from __future__ import annotations

from datetime import date

import pytest

from services.desk import tokens
from services.desk.app import build_app
from shared.domain.account import Mandate
from shared.errors import Refused
from shared.ports.query import Query
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    NOW,
    OFFICE,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
)

TODAY = NOW.date()
AGENT = [Mandate(role="agent", unit_id=OFFICE)]


async def test_only_the_hash_of_a_token_is_kept(store: Store) -> None:
    token, secret = await tokens.make(
        store, " Registre ", AGENT, NOW, until=date(2027, 1, 1), today=TODAY
    )
    kept = await store.tokens.get(token.id)
    assert kept is not None
    assert secret.startswith("recours_")
    assert secret not in kept.model_dump_json()
    assert (kept.name, kept.last_used_on) == ("Registre", None)
    used = await tokens.token_of(store, secret, TODAY)
    assert used is not None
    assert used.last_used_on == TODAY
    assert await tokens.token_of(store, secret, TODAY) == used
    assert await tokens.token_of(store, secret + "x", TODAY) is None
    assert await tokens.token_of(store, secret, date(2027, 1, 1)) is not None
    assert await tokens.token_of(store, secret, date(2027, 1, 2)) is None


async def test_a_name_is_used_by_one_good_token_at_a_time(store: Store) -> None:
    until = date(2027, 1, 1)
    first, secret = await tokens.make(store, "Registre", AGENT, NOW, until=until, today=TODAY)
    with pytest.raises(Refused, match="Revoke it first"):
        await tokens.make(store, "Registre", AGENT, NOW, until=until, today=TODAY)
    assert [one.id for one in await tokens.revoke(store, "Registre", NOW)] == [first.id]
    assert await tokens.token_of(store, secret, TODAY) is None
    second, _ = await tokens.make(store, "Registre", AGENT, NOW, until=until, today=TODAY)
    assert [one.id for one in await tokens.revoke(store, second.id, NOW)] == [second.id]
    with pytest.raises(Refused, match="No token is named"):
        await tokens.revoke(store, "Registre", NOW)


async def test_a_token_needs_a_name_and_a_day_to_come(store: Store) -> None:
    with pytest.raises(Refused, match="needs the name"):
        await tokens.make(store, " ", AGENT, NOW, until=date(2027, 1, 1), today=TODAY)
    with pytest.raises(Refused, match="has gone by"):
        await tokens.make(store, "Registre", AGENT, NOW, until=date(2026, 1, 1), today=TODAY)
    assert await store.tokens.find(Query()) == []


async def test_a_list_an_act_and_its_record_by_token(store: Store) -> None:
    sample = await assigned_case().keep(store)
    for number in range(4):
        await store.cases.save(sample.changed(id=f"c{number}", reference=f"r{number}", version=0))
    token, secret = await tokens.make(
        store, "Registre", AGENT, NOW, until=date(2027, 1, 1), today=TODAY
    )
    headers = {"Authorization": f"Bearer {secret}"}
    app = build_app(
        store=store,
        clock=StoppedClock(),
        keys=KEYS,
        department=department(),
        desk_url="https://bureau.example",
    )
    seen: list[str] = []
    after: str | None = ""
    async with browser_of(app) as client:
        while after is not None:
            query = {"limit": "2", "after": after, "order": "activity"}
            page = (await client.get("/api/v1/cases", params=query, headers=headers)).json()
            seen += [one["reference"] for one in page["cases"]]
            after = page["next"]
        path = f"/api/v1/cases/{sample.reference}"
        version = (await client.get(path, headers=headers)).json()["version"]
        done = await client.post(f"{path}/acts/take", json={"version": version}, headers=headers)
        nonsense = await client.get("/api/v1/cases?after=%00~%00", headers=headers)
    assert sorted(seen) == sorted([sample.reference, "r0", "r1", "r2", "r3"])
    assert done.status_code == 200
    assert nonsense.status_code == 200
    assert [one.by for one in await store.reads.find(Query())] == [token.reader]
