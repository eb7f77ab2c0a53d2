"""`recours token …` at a terminal."""

from __future__ import annotations

from pathlib import Path

from shared.adapters.sqlite_store import open_sqlite_store
from tests.commands import recours


async def test_a_token_is_made_listed_and_revoked(tmp_path: Path) -> None:
    await (await open_sqlite_store(tmp_path / "recours.db")).close()
    env = {"RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db"}
    units = ("--unit", "MTL-NO", "--unit", "MTL-S")
    made = await recours("token", "make", "Registre", "agent", *units, env=env)
    again = await recours("token", "make", "Registre", "agent", *units, env=env)
    listed = await recours("token", "list", env=env)
    revoked = await recours("token", "revoke", "Registre", env=env)
    after = await recours("token", "list", env=env)
    first, _, secret = made.out.splitlines()
    assert first.startswith("Registre: agent of MTL-NO, agent of MTL-S, until 20")
    assert secret.startswith("recours_")
    assert (again.status, "Revoke it first" in again.err) == (2, True)
    assert "never" in listed.out
    assert " good " in listed.out
    assert secret not in listed.out
    assert revoked.out == "Registre: revoked.\n"
    assert " revoked " in after.out


async def test_a_token_without_its_unit_is_refused(tmp_path: Path) -> None:
    await (await open_sqlite_store(tmp_path / "recours.db")).close()
    env = {"RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db"}
    said = await recours("token", "make", "Registre", "agent", env=env)
    assert said.status == 2
    assert "needs a unit" in said.err
