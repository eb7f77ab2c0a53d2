"""`recours …` as another process, as a person at a terminal runs it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shared.runtime.settings import Settings
from tests.conftest import ROOT


class Said(NamedTuple):
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


async def recours(
    *arguments: str,
    env: Mapping[str, str],
    cwd: Path = ROOT,
    patience: float = 60.0,
    given: bytes | None = None,
) -> Said:
    """Run a command to its end; `env` holds its RECOURS_… variables, `given` its standard input."""
    process = await begun(*arguments, env=env, cwd=cwd, has_input=given is not None)
    try:
        async with asyncio.timeout(patience):
            out, err = await process.communicate(given)
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
        raise AssertionError(f"{arguments} did not end: {out!r} {err!r}") from None
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())


async def begun(
    *arguments: str, env: Mapping[str, str], cwd: Path = ROOT, has_input: bool = False
) -> asyncio.subprocess.Process:
    """Start a command and leave it to the caller, who may kill it."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", *arguments,
        env={**_kept(), **env}, cwd=cwd,
        stdin=asyncio.subprocess.PIPE if has_input else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables that give another process the same settings."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f"RECOURS_{name.upper()}": str(value) for name, value in given.items()}


def _kept() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "RECOURS_" not in name}  # noqa: TID251 - children need PATH and HOME
