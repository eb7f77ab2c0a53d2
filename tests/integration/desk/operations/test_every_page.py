"""The pages of operations: who comes in, and that no word of a person comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.domain.account import Role
from shared.pages.guard import POLICY
from shared.ports.query import Query
from tests.operating import (
    ASSIGNING,
    ENGLISH,
    ENVELOPE_ID,
    FRENCH,
    MARKER,
    fill,
    notice,
    system_in,
)
from tests.pages_samples import OFFICE
from tests.waiting import until

NOTICE = notice("technical").id


def pages(root: str, letter: str) -> list[str]:
    return [
        root,
        f"{root}/dead",
        f"{root}/dead/{ASSIGNING}/{letter}",
        f"{root}/dead/{ASSIGNING}/{letter}/requeue",
        f"{root}/dead/{ASSIGNING}/{letter}/discard",
        f"{root}/parked",
        f"{root}/parked/{ENVELOPE_ID}",
        f"{root}/parked/{ENVELOPE_ID}/again",
        *(
            f"{root}/outgoing?groupe={group}"
            for group in ("failed", "withheld", "to_print", "waiting", "gone")
        ),
        f"{root}/outgoing/{NOTICE}",
        f"{root}/outgoing/{NOTICE}/retry",
        f"{root}/settings",
    ]


@pytest.mark.parametrize("root", [FRENCH, ENGLISH])
async def test_no_page_of_operations_shows_a_word_of_a_person(tmp_path: Path, root: str) -> None:
    async with system_in(tmp_path) as system:
        letter = await fill(system)
        async with system.person("operations") as person:
            for path in pages(root, letter):
                page = await person.get(path)
                assert page.status_code == 200, path
                assert MARKER not in page.text, path
                assert "motdepasse" not in page.text, path
                assert len(page.content) < 60_000, path
                assert "<script" not in page.text
                assert "style=" not in page.text
                assert page.headers["content-security-policy"] == POLICY
                assert f'<html lang="{"fr" if root == FRENCH else "en"}-CA">' in page.text


async def test_what_operations_do_shows_no_word_of_a_person_either(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        letter = await fill(system)
        async with system.person("operations") as person:
            for path in (
                f"{FRENCH}/dead/{ASSIGNING}/{letter}/requeue",
                f"{FRENCH}/parked/{ENVELOPE_ID}/again",
                f"{FRENCH}/outgoing/{NOTICE}/release",
                f"{FRENCH}/ledger",
            ):
                page = await person.post(path)
                assert MARKER not in page.text, path
            await until(lambda: system.watch.ledger.result is not None)
            assert MARKER not in (await person.get(FRENCH)).text


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("staff", None),
        ("agent", OFFICE),
        ("manager", OFFICE),
        ("authority", None),
        ("privacy", None),
    ],
)
async def test_others_are_told_that_it_is_not_their_work(
    tmp_path: Path, role: Role, unit: str | None
) -> None:
    async with system_in(tmp_path) as system:
        letter = await fill(system)
        async with system.person(role, unit) as person:
            for path in [*pages(FRENCH, letter), f"{FRENCH}/parked/{ENVELOPE_ID}/original"]:
                assert (await person.get(path)).status_code == 403, path
            for act in ("requeue", "discard"):
                path = f"{FRENCH}/dead/{ASSIGNING}/{letter}/{act}"
                assert (await person.post(path, because="x")).status_code == 403
            assert (await person.post(f"{FRENCH}/outgoing/{NOTICE}/retry")).status_code == 403
        assert len(await system.bus.dead_letters(ASSIGNING)) == 1
        assert await system.store.interventions.find(Query()) == []


async def test_the_complaints_office_has_the_pages_about_mail_alone(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        letter = await fill(system)
        async with system.person("complaints_office") as person:
            for path in pages(FRENCH, letter):
                about_mail = "/parked" in path or "/outgoing" in path
                assert (await person.get(path)).status_code == (200 if about_mail else 403), path
            shown = (await person.get(f"{FRENCH}/outgoing/{NOTICE}")).text
    assert f"{MARKER}@courriel.example" in shown  # who reads every case knows whom they write to


async def test_a_stranger_is_asked_to_sign_in(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        person.client.cookies.clear()
        page = await person.get(FRENCH)
    assert page.status_code == 303
    assert page.headers["location"].startswith("/bureau/entrer")


async def test_a_form_from_elsewhere_does_nothing(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        letter = await fill(system)
        async with system.person("operations") as person:
            person.token = "forged"
            path = f"{FRENCH}/dead/{ASSIGNING}/{letter}/discard"
            assert (await person.post(path, because="x")).status_code == 403
        assert len(await system.bus.dead_letters(ASSIGNING)) == 1
