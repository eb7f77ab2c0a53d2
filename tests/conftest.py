"""Fixtures that every test may use: time that is told, and a store of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.department import Addresses
from shared.domain.keys import Keys

pytest_plugins = ["tests.servers"]

# A machine with much to do is slow, not wrong: no example fails for its time.
settings.register_profile("recours", deadline=None)
settings.load_profile("recours")

ROOT = Path(__file__).resolve().parents[1]


class ToldClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", help="Folder that pictures of the main pages are written to.")


@pytest.fixture
def clock() -> ToldClock:
    """Friday 20 November 2026, 9:41 in Québec."""
    return ToldClock(datetime(2026, 11, 20, 14, 41, tzinfo=UTC))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite_store(tmp_path / "recours.db")
    yield opened
    await opened.close()


@pytest.fixture
def keys() -> Keys:
    return Keys([b"k" * 32])


@pytest.fixture
def addresses() -> Addresses:
    return Addresses(
        intake=("plaintes@ministere.example", "complaints@ministere.example"),
        units={"plaintes.longueuil@ministere.example": "BSQ-LONGUEUIL"},
    )
