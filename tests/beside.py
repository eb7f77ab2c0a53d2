"""A running embedded system, and commands beside it as a person types them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from shared.ports.query import Equal
from shared.ports.store import Store
from shared.runtime.backends import Backends
from tests.commands import Said, recours
from tests.conftest import ROOT
from tests.fleet import Fleet
from tests.waiting import until

SAMPLES = ROOT / "deploy" / "samples"


@dataclass
class Desk:
    """A running system, and commands beside it as other processes."""

    fleet: Fleet
    backends: Backends

    @property
    def store(self) -> Store:
        return self.backends.store

    async def say(self, *arguments: str | Path) -> Said:
        return await recours(*map(str, arguments), env=self.fleet.environment)

    async def refused(self, *arguments: str | Path) -> str:
        """Run a command that must be refused; return its words."""
        said = await self.say(*arguments)
        assert (said.status, said.out) == (2, "")
        assert "Traceback" not in said.err
        return said.err

    async def lines(self, *arguments: str | Path) -> list[dict[str, object]]:
        said = await self.say(*arguments)
        assert said.status == 0, said.err
        return [json.loads(line) for line in said.out.splitlines()]


async def hand_in_samples(desk: Desk) -> None:
    said = await desk.say("send", SAMPLES)
    files = sorted(SAMPLES.glob("*.eml"))
    assert said.status == 0
    assert said.out.splitlines()[-1] == f"{len(files)} of {len(files)} kept."
    for file in files:
        assert f"{file}: 2.0.0 Kept as " in said.out

    async def ended() -> bool:
        depths = await desk.backends.bus.depths()
        waiting = await desk.store.envelopes.count(Equal("outcome_kind", "waiting"))
        return not waiting and not sum(depth.ready for depth in depths)

    await until(ended, 20)
