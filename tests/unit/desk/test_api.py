"""The interface for other programs: what a token gets, and what it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.desk import tokens
from services.desk.api.callers import Paces
from services.desk.app import build_app
from shared.domain.account import Mandate, Role
from shared.domain.case import Case
from shared.domain.reading import Flag
from shared.errors import Transient
from shared.pages.pace import Pace
from shared.ports.query import AllOf, Equal, Query
from shared.ports.store import Store
from tests.pages_samples import (
    KEYS,
    NOW,
    OFFICE,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
    held_case,
    store_in,
)

API = "/api/v1"
DEPARTMENT = department()
ELSEWHERE = "MTL-S"
PACES = Paces(Pace(burst=10_000, seconds_each=0.01), Pace(burst=10_000, seconds_each=0.01))


@dataclass
class Scene:
    client: httpx.AsyncClient
    store: Store
    clock: StoppedClock

    async def token(
        self, role: Role = "agent", unit: str | None = OFFICE, *, name: str = "Registre"
    ) -> dict[str, str]:
        """Return the headers of a program with one mandate, in English."""
        _, secret = await tokens.make(
            self.store,
            f"{name} {role} {unit}",
            [Mandate(role=role, unit_id=unit)],
            NOW,
            until=date(2026, 12, 31),
            today=NOW.date(),
        )
        return {"Authorization": f"Bearer {secret}", "Accept-Language": "en-CA"}

    async def assigned(self) -> Case:
        """Keep the sample that OFFICE has, and return it as it stands in the store."""
        case = await assigned_case().keep(self.store)
        return await self.store.cases.get(case.id) or case

    async def held(self) -> Case:
        case = await held_case().keep(self.store)
        return await self.store.cases.get(case.id) or case

    async def act(
        self, case: Case, act: str, headers: dict[str, str], **body: Any
    ) -> httpx.Response:
        path = f"{API}/cases/{case.reference}/acts/{act}"
        return await self.client.post(path, headers=headers, json={"version": case.version, **body})


@asynccontextmanager
async def scene(folder: Path, paces: Paces | None = PACES) -> AsyncIterator[Scene]:
    async with store_in(folder) as store:
        clock = StoppedClock()
        app = build_app(
            store=store,
            clock=clock,
            keys=KEYS,
            department=DEPARTMENT,
            desk_url="https://bureau.example",
            api_paces=paces,
        )
        async with browser_of(app) as client:
            yield Scene(client, store, clock)


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


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer recours_wrong"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
        {"Cookie": "recours=anything"},
    ],
    ids=str,
)
async def test_nobody_without_a_good_token_gets_anything(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        answers = [
            await here.client.get(f"{API}/cases", headers=headers),
            await here.client.get(f"{API}/cases/{case.reference}", headers=headers),
            await here.act(case, "take", headers),
        ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "Ginette" not in answer.text


async def test_a_token_ends_with_its_last_day_or_when_it_is_revoked(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        first, second = await here.token(), await here.token(name="Statistiques")
        here.clock.at = NOW.replace(month=12, day=31)
        last_day = await here.client.get(f"{API}/cases", headers=first)
        await tokens.revoke(here.store, f"Statistiques agent {OFFICE}", here.clock.at)
        revoked = await here.client.get(f"{API}/cases", headers=second)
        here.clock.at = here.clock.at.replace(year=2027, month=1, day=1, hour=12)
        after = await here.client.get(f"{API}/cases", headers=first)
    assert [one.status_code for one in (last_day, revoked, after)] == [200, 401, 401]


async def test_too_many_requests_wait_and_another_token_does_not(tmp_path: Path) -> None:
    paces = Paces(Pace(burst=3, seconds_each=1), Pace(burst=2, seconds_each=1))
    async with scene(tmp_path, paces) as here:
        first, second = await here.token(), await here.token(name="Statistiques")
        hasty = [await here.client.get(f"{API}/cases", headers=first) for _ in range(4)]
        other = await here.client.get(f"{API}/cases", headers=second)
        strangers = [await here.client.get(f"{API}/cases") for _ in range(3)]
    assert [one.status_code for one in hasty] == [200, 200, 200, 429]
    assert hasty[-1].headers["retry-after"] == "2"
    assert other.status_code == 200
    assert [one.status_code for one in strangers] == [401, 401, 429]


async def test_a_list_is_read_page_by_page_without_gap_or_double(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        sample = await here.assigned()
        for number in range(6):
            await here.store.cases.save(
                sample.changed(id=f"c{number}", reference=f"r{number}", version=0)
            )
        headers = await here.token()
        after: str | None = ""
        seen: list[str] = []
        for _ in range(3):
            page = await here.client.get(
                f"{API}/cases", params={"limit": 3, "after": after}, headers=headers
            )
            seen += [one["reference"] for one in page.json()["cases"]]
            assert page.json()["total"] == 7
            after = page.json()["next"]
    assert after is None
    assert sorted(seen) == sorted([sample.reference, *(f"r{number}" for number in range(6))])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/cases?pick=everything", 422, "bad_fields"),
        ("/cases?limit=0", 422, "bad_fields"),
        ("/cases?after=nowhere", 400, "bad_place"),
        ("/nothing", 404, "unknown"),
        ("/cases/", 404, "unknown"),
    ],
)
async def test_what_makes_no_sense_is_a_problem_in_both_languages(
    tmp_path: Path, path: str, status: int, code: str
) -> None:
    async with scene(tmp_path) as here:
        headers = await here.token()
        english = await here.client.get(API + path, headers=headers)
        french = await here.client.get(API + path, headers={**headers, "Accept-Language": "fr"})
    assert (english.status_code, english.json()["code"]) == (status, code)
    assert english.headers["content-type"] == "application/problem+json"
    assert english.json()["detail"] != french.json()["detail"]
    assert english.json()["status"] == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"version":1,"text":"\\ud800"}', 422),
        (b'{"version":1,"\\ud800":1}', 422),
        (b'{"version":"1"}', 422),
        (b'{"version":1,"day":"2026-02-31","text":"x"}', 422),
        (b'{"version":1,"secret_of_a_person":"x"}', 422),
        (b"x" * 1_100_000, 413),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_body_that_does_not_fit_is_told_without_its_words(
    tmp_path: Path, body: bytes, status: int
) -> None:
    async with scene(tmp_path) as here:
        case = await here.assigned()
        headers = {**await here.token(), "Content-Type": "application/json"}
        answer = await here.client.post(
            f"{API}/cases/{case.reference}/acts/told", headers=headers, content=body
        )
        assert await here.store.cases.get(case.id) == case
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_other_methods_are_refused_with_those_that_there_are(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        answer = await here.client.delete(f"{API}/cases", headers=await here.token())
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["code"] == "no_such_method"


async def test_the_description_needs_no_token_and_names_every_status(tmp_path: Path) -> None:
    async with scene(tmp_path) as here:
        told = (await here.client.get(f"{API}/openapi.json")).json()
    assert set(told["paths"]) == {
        "/cases",
        "/cases/{reference}",
        "/cases/{reference}/acts/{act}",
    }
    act = told["paths"]["/cases/{reference}/acts/{act}"]["post"]
    assert {"400", "401", "403", "404", "409", "422", "429"} <= set(act["responses"])
    assert set(act["responses"]["409"]["content"]) == {"application/problem+json"}
    assert act["security"] == [{"HTTPBearer": []}]
