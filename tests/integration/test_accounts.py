"""`recours account …` beside a running desk: who gets in, and who does not any more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.desk.paths import PATHS
from shared.adapters.sqlite_store import open_sqlite_store
from tests.at_the_desk import At
from tests.commands import Said, recours

PASSWORD = "une phrase assez longue"
LINK = re.compile(r"https://bureau\.example(/\S+)")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        "RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db",
        "RECOURS_DESK_URL": "https://bureau.example/",
    }


async def made(tmp_path: Path) -> None:
    store = await open_sqlite_store(tmp_path / "recours.db")
    await store.close()


async def signed_in_with(link: str, tmp_path: Path) -> int:
    """Use a link as its owner does, and return the status of the list of cases afterwards."""
    from shared.adapters.system_clock import SystemClock

    store = await open_sqlite_store(tmp_path / "recours.db")
    at = At(store)
    at.clock.at = SystemClock().now()
    try:
        async with at.client() as client:
            await client.post(link, data={"secret": PASSWORD, "encore": PASSWORD})
            return (await client.get(PATHS["fr"].cases)).status_code
    finally:
        await store.close()


def link_in(said: Said) -> str:
    found = LINK.search(said.out)
    assert found, said.out + said.err
    return found.group(1)


async def test_who_is_invited_gets_in_once_by_the_link(tmp_path: Path, env: dict[str, str]) -> None:
    await made(tmp_path)
    invited = await recours(
        "account", "invite", "mel", "Mel Exemple", "agent", "--unit", "DR-16", env=env
    )
    link = link_in(invited)
    first = await signed_in_with(link, tmp_path)
    second = await signed_in_with(link, tmp_path)
    listed = await recours("account", "list", env=env)
    assert "agent of DR-16" in invited.out
    assert (first, second) == (200, 303)
    assert re.search(r"mel +Mel Exemple +agent of DR-16 +in use", listed.out)


async def test_a_new_link_makes_the_old_one_worthless(tmp_path: Path, env: dict[str, str]) -> None:
    await made(tmp_path)
    who = ("account", "invite", "mel", "Mel Exemple", "complaints_office")
    old = link_in(await recours(*who, env=env))
    new = link_in(await recours("account", "link", "MEL", env=env))
    assert [await signed_in_with(link, tmp_path) for link in (old, new)] == [303, 200]


async def test_a_closed_account_and_a_withdrawn_mandate_open_nothing(
    tmp_path: Path, env: dict[str, str]
) -> None:
    await made(tmp_path)
    link = link_in(
        await recours("account", "invite", "mel", "Mel", "agent", "--unit", "DR-16", env=env)
    )
    withdrawn = await recours("account", "withdraw", "mel", "agent", "--unit", "DR-16", env=env)
    closed = await recours("account", "close", "mel", env=env)
    again = await recours("account", "link", "mel", env=env)
    assert withdrawn.out == "mel: no mandate.\n"
    assert (closed.status, again.status) == (0, 2)
    assert "closed" in again.err
    assert await signed_in_with(link, tmp_path) == 303


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("invite", "mel", "Mel", "chef"), "is no role"),
        (("invite", "mel", "Mel", "agent"), "needs a unit"),
        (("invite", "mel", "Mel", "agent", "--unit", "X"), "not in units.csv"),
        (("invite", " ", "Mel", "operations"), "needs a sign-in name"),
        (
            ("invite", "mel", "Mel", "privacy", "--valid-from", "2026-12-02",
             "--valid-to", "2026-12-01"),
            "is before",
        ),
        (("link", "personne"), "No account is named"),
    ],
)  # fmt: skip
async def test_nonsense_is_refused_in_words(
    tmp_path: Path, env: dict[str, str], arguments: tuple[str, ...], words: str
) -> None:
    await made(tmp_path)
    said = await recours("account", *arguments, env=env)
    assert said.status == 2
    assert words in said.err
