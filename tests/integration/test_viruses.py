"""clamd is asked about each document, and is missed by nobody when it is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.intake.viruses import Clamd, verdict_in
from tests.scripted_clamd import VIRUS, clamd, clamd_at


async def test_a_document_goes_to_clamd_whole_and_comes_back_clean_or_not() -> None:
    large = b"page " * 50_000
    async with clamd() as daemon:
        asked = Clamd(daemon.url)
        assert await asked.verdict(large) == "clean"
        assert await asked.verdict(large + VIRUS) == "infected"
        assert await asked.verdict(b"") == "clean"
    assert daemon.seen == [large, large + VIRUS, b""]


async def test_clamd_may_be_a_socket_file(tmp_path: Path) -> None:
    async with clamd_at(tmp_path / "clamd.sock") as daemon:
        assert await Clamd(daemon.url).verdict(VIRUS) == "infected"


async def test_a_daemon_that_hangs_or_hangs_up_leaves_it_unknown() -> None:
    async with clamd(hangs=True) as daemon:
        assert await Clamd(daemon.url, answer_seconds=0.1).verdict(b"x") == "unknown"
    async with clamd(answer=None) as daemon:
        assert await Clamd(daemon.url).verdict(b"x") == "unknown"


async def test_a_daemon_that_is_away_is_not_asked_again_at_once(tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    asked = Clamd(f"unix:{path}", pause_seconds=60)
    assert await asked.verdict(VIRUS) == "unknown"
    async with clamd_at(path) as daemon:
        assert await asked.verdict(VIRUS) == "unknown"
    assert daemon.seen == []


async def test_a_daemon_that_came_back_is_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    asked = Clamd(f"unix:{path}", pause_seconds=0)
    assert await asked.verdict(VIRUS) == "unknown"
    async with clamd_at(path):
        assert await asked.verdict(VIRUS) == "infected"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", "clean"),
        (b"stream: Win.Test.X-1 FOUND\0", "infected"),
        (b"INSTREAM size limit exceeded. ERROR\0", "unknown"),
        (b"", "unknown"),
        (b"OK FOUND ERROR", "unknown"),
    ],
)
def test_only_a_clear_answer_counts(answer: bytes, verdict: str) -> None:
    assert verdict_in(answer) == verdict
