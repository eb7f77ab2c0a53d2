"""The interface for other programs: what a token gets, and what it does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from services.desk.app import build_app
from shared.domain.reading import Flag
from shared.errors import Transient
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store
from tests.api_scene import API, DEPARTMENT, ELSEWHERE, scene
from tests.pages_samples import (
    KEYS,
    OFFICE,
    browser_of,
)


async def test_a_unit_lists_its_own_cases(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        await here.held()
        answer = (await here.client.get(f"{API}/cases", headers=await here.token())).json()
    assert answer["total"] == 1
    assert answer["next"] is None
    assert answer["cases"][0]["reference"] == case.reference
    assert answer["cases"][0]["days_left"] == 18
    assert answer["cases"][0]["person"] == "Ginette Fortier"


async def test_a_case_has_its_words_notices_and_timeline(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        found = await here.client.get(
            f"{API}/cases/{case.reference.lower()}", headers=await here.token()
        )
    told = found.json()
    assert found.status_code == 200
    assert "coupé de 214 $" in told["messages"][0]["own_text"]
    assert [one["name"] for one in told["messages"][1]["documents"]] == ["lettre d'été.html"]
    assert {one["state"] for one in told["notices"]} == {"sent", "temporary"}
    assert [one["what"] for one in told["timeline"]][-1] == "received_form"
    assert {"take", "answer", "close"} <= {one["act"] for one in told["possible"]}
    assert told["complainant"]["phone"] == "450 555-0142"


async def test_reading_a_case_is_recorded_by_the_token(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = await here.token()
        await here.client.get(f"{API}/cases", headers=headers)
        await here.client.get(f"{API}/cases/{case.reference}", headers=headers)
        reads = await here.store.reads.find(Query(Equal("case_id", case.id)))
        (token,) = await here.store.tokens.find(Query())
    assert [(one.by, one.what) for one in reads] == [(f"token:{token.id}", "case")]
    assert token.last_used_on == date(2026, 11, 24)


async def test_a_case_whose_reading_cannot_be_recorded_is_not_shown(tmp_path: Path) -> None:
    class WithoutReads:
        def __init__(self, store: Store) -> None:
            self._store = store

        def __getattr__(self, name: str) -> Any:
            return self if name == "reads" else getattr(self._store, name)

        async def add(self, _: object) -> bool:
            raise Transient("store_down", "mongodb://user:hunter2@host")

    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = await here.token()
        app = build_app(
            store=WithoutReads(here.store),
            clock=here.clock,
            keys=KEYS,
            department=DEPARTMENT,
            desk_url="https://bureau.example",
        )
        async with browser_of(app) as client:
            answer = await client.get(f"{API}/cases/{case.reference}", headers=headers)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["code"] == "down"
    assert "hunter2" not in answer.text
    assert "Ginette" not in answer.text


async def test_another_units_case_is_nowhere(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = await here.token(unit=ELSEWHERE)
        for query in (
            "",
            f"?q={case.reference}",
            f"?unit={OFFICE}",
            "?pick=new",
            "?tab=concerning",
        ):
            answer = (await here.client.get(f"{API}/cases{query}", headers=headers)).json()
            assert (answer["total"], answer["cases"]) == (0, [])
        there = await here.client.get(f"{API}/cases/{case.reference}", headers=headers)
        nowhere = await here.client.get(f"{API}/cases/26-7K3Q-9F2M-H", headers=headers)
        acted = await here.act(case, "take", headers)
        assert await here.store.reads.count(AllOf(())) == 0
        assert await here.store.cases.get(case.id) == case
    assert (there.status_code, nowhere.status_code, acted.status_code) == (404, 404, 404)
    assert there.json() == nowhere.json() == acted.json()


async def test_a_unit_learns_nothing_of_a_possible_disclosure(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        sample = await here.assigned()
        mark = Flag(name="possible_disclosure", words="", start=0, end=0, where="x", because="x")
        await here.store.cases.save(sample.changed(flags=(mark,)))
        unit, office = await here.token(), await here.token("complaints_office", None)
        seen = [
            (await here.client.get(f"{API}/cases{path}", headers=headers)).json()
            for headers in (unit, office)
            for path in ("?flag=possible_disclosure", f"/{sample.reference}")
        ]
    assert (seen[0]["total"], seen[1]["flags"]) == (0, [])
    assert (seen[2]["total"], seen[3]["flags"]) == (1, ["possible_disclosure"])


async def test_why_a_case_is_held_is_for_the_complaints_office(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.held()
        office = await here.token("complaints_office", None)
        told = (await here.client.get(f"{API}/cases/{case.reference}", headers=office)).json()
    assert told["held_because"]


async def test_an_act_changes_the_case_and_names_the_program(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = await here.token()
        answer = await here.act(case, "answer", headers, text="Le versement est corrigé.")
        kept = await here.store.cases.get(case.id)
    assert answer.status_code == 200
    assert answer.json()["version"] == case.version + 1
    assert kept is not None
    assert (kept.acts[-1].kind, kept.acts[-1].by) == ("answer", f"Registre agent {OFFICE}")


async def test_an_act_on_another_version_changes_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = await here.token()
        await here.act(case, "take", headers)
        late = await here.act(case, "answer", headers, text="Trop tard.")
        noted = await here.act(case, "note", headers, text="Une note tient toujours.")
        kept = await here.store.cases.get(case.id)
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert noted.status_code == 200
    assert kept is not None
    assert kept.acts == case.acts


async def test_a_case_is_closed_with_everything_that_a_form_asks(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = await here.token()
        missing = await here.act(case, "close", headers, text="Réglé.")
        done = await here.act(
            case,
            "close",
            headers,
            text="Réglé.",
            outcome="founded",
            motive="delays",
            told="notice",
            since={"decision": "2026-11-06"},
        )
        kept = await here.store.cases.get(case.id)
    assert (missing.status_code, missing.json()["code"]) == (422, "no_outcome")
    assert missing.json()["faults"][0]["field"] == "body.outcome"
    assert done.status_code == 200, done.text
    assert kept is not None
    assert kept.closing is not None
    assert dict(kept.closing.known) == {"decision": date(2026, 11, 6)}


async def test_a_case_that_went_away_is_not_seen_any_more(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = await here.token()
        done = await here.act(case, "transfer", headers, unit=ELSEWHERE, because="Autre secteur.")
        gone = await here.client.get(f"{API}/cases/{case.reference}", headers=headers)
    assert (done.status_code, gone.status_code) == (200, 404), done.text


async def test_what_a_mandate_does_not_allow_is_forbidden(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        led = await here.act(case, "give", await here.token(), colleague="x")
        listed = await here.client.get(f"{API}/cases", headers=await here.token("operations", None))
    assert (led.status_code, led.json()["code"]) == (403, "not_allowed")
    assert (listed.status_code, listed.json()["code"]) == (403, "not_allowed")
