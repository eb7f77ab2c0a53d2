"""The interface for other programs: who gets nothing, and how that is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.desk import tokens
from services.desk.api.callers import Paces
from services.desk.app import build_app
from shared.pages.pace import Pace
from shared.ports.store import Store
from tests.api_scene import API, DEPARTMENT, scene
from tests.pages_samples import KEYS, NOW, OFFICE, browser_of


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


async def test_a_fault_of_ours_is_a_problem_and_shows_nothing(tmp_path: Path) -> None:
    class Broken:
        def __init__(self, store: Store) -> None:
            self._store = store

        def __getattr__(self, name: str) -> Any:
            if name == "cases":
                raise RuntimeError("mongodb://user:hunter2@host")
            return getattr(self._store, name)

    async with scene(tmp_path) as here:
        headers = await here.token()
        app = build_app(
            store=Broken(here.store),
            clock=here.clock,
            keys=KEYS,
            department=DEPARTMENT,
            desk_url="https://bureau.example",
        )
        async with browser_of(app) as client:
            answer = await client.get(f"{API}/cases", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text


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
        "/cases/{reference}/documents",
        "/cases/{reference}/messages/{message}/documents",
        "/cases/{reference}/messages/{message}/documents/{part}",
        "/cases/{reference}/messages/{message}/original",
    }
    act = told["paths"]["/cases/{reference}/acts/{act}"]["post"]
    assert {"400", "401", "403", "404", "409", "422", "429"} <= set(act["responses"])
    assert set(act["responses"]["409"]["content"]) == {"application/problem+json"}
    assert act["security"] == [{"HTTPBearer": []}]
