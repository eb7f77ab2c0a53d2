"""Hooks are made for programs that have a token, and ended."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.desk import tokens
from services.desk.hooks.making import make_hook
from services.desk.hooks.reach import Reach, networks_in
from shared.adapters.sqlite_store import open_sqlite_store
from shared.domain.account import Mandate, Role
from shared.domain.hook import Hook
from shared.errors import Refused
from shared.ports.store import Store
from tests.commands import recours
from tests.pages_samples import (
    NOW,
    OFFICE,
)

HERE = Reach(http=True, networks=networks_in("127.0.0.0/8"))
TODAY = NOW.date()


async def hook_for(
    store: Store, url: str, *, role: Role = "agent", unit: str | None = OFFICE, name: str = "x"
) -> Hook:
    mandates = [Mandate(role=role, unit_id=unit)]
    await tokens.make(store, name, mandates, NOW, until=date(2027, 1, 1), today=TODAY)
    return await make_hook(store, name, url, (), NOW, reach=HERE, today=TODAY)


async def test_a_hook_is_made_for_a_program_that_has_a_token(store: Store) -> None:
    with pytest.raises(Refused, match="has no good token"):
        await make_hook(store, "y", "https://x.example", (), NOW, reach=HERE, today=TODAY)
    hook = await hook_for(store, "https://x.example/a")
    with pytest.raises(Refused, match="End it first"):
        await make_hook(store, "x", hook.url, (), NOW, reach=HERE, today=TODAY)
    with pytest.raises(Refused, match="case\\.held"):
        await make_hook(
            store, "x", "https://x.example/b", ["case.lost"], NOW, reach=HERE, today=TODAY
        )
    one = await make_hook(
        store, "x", "https://x.example/b", ["case.held"], NOW, reach=HERE, today=TODAY
    )
    assert one.events == ("case.held",)


async def test_a_hook_is_made_listed_and_ended_at_a_terminal(tmp_path: Path) -> None:
    await (await open_sqlite_store(tmp_path / "recours.db")).close()
    (tmp_path / "secret").write_text("s" * 40)
    env = {
        "RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db",
        "RECOURS_SECRET_FILE": f"{tmp_path}/secret",
    }
    await recours("token", "make", "Registre", "complaints_office", env=env)
    made = await recours(
        "hook", "make", "Registre", "https://registre.example/r", "--event", "case.held", env=env
    )
    again = await recours("hook", "secret", "Registre", env=env)
    inside = await recours("hook", "make", "Registre", "https://10.0.0.1/r", env=env)
    listed = await recours("hook", "list", env=env)
    ended = await recours("hook", "end", "Registre", env=env)
    secret = made.out.splitlines()[-1]
    assert made.out.startswith("Registre: case.held at https://registre.example/r.")
    assert again.out.split() == ["https://registre.example/r", secret]
    assert (inside.status, "RECOURS_HOOK_NETWORKS" in inside.err) == (2, True)
    assert listed.out.splitlines()[1].split() == [
        "Registre",
        "case.held",
        "0",
        "0",
        "https://registre.example/r",
    ]
    assert ended.out == "Registre: ended, https://registre.example/r.\n"
