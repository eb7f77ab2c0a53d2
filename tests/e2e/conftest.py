"""Both shapes of the system, whole: in this process, or as processes that can be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Literal

import httpx
import pytest

from services.__main__ import services_named
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.process import running
from shared.runtime.settings import read_settings
from tests.conftest import ROOT
from tests.post import Letter, Post
from tests.waiting import until

Shape = Literal["embedded", "full"]


@dataclass
class Whole:
    """A running system, seen from outside: doors, mail that left, and its store to look into."""

    store: Store
    smtp_port: int
    web: str
    desk: str
    outgoing: Path

    async def deliver(self, raw: bytes, *, mail_from: str, rcpt_tos: tuple[str, ...]) -> None:
        await Post(self.smtp_port, connections=1).deliver([Letter(mail_from, rcpt_tos, raw)])

    def mails(self) -> list[EmailMessage]:
        """Return all mail that left, oldest first; `X-Envelope-To` says to whom."""
        parser = BytesParser(policy=default)
        files = sorted(self.outgoing.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [parser.parsebytes(file.read_bytes()) for file in files]

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails() if mail["X-Envelope-To"] == f"<{address}>"]

    async def mail_to(self, address: str) -> EmailMessage:
        """Return the one mail that left for `address`, as soon as it has."""
        await until(lambda: self.mails_to(address), 20)
        (mail,) = self.mails_to(address)
        return mail

    async def page(self, url: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(url)


Start = Callable[..., AbstractAsyncContextManager[Whole]]


@pytest.fixture(params=["embedded", "full"])
def shape(request: pytest.FixtureRequest) -> Shape:
    chosen: Shape = request.param
    return chosen


@pytest.fixture
def urls(shape: Shape, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Return RECOURS_STORE and RECOURS_BUS of the shape; the full one on real servers."""
    if shape == "embedded":
        yield {}
        return
    yield {
        "store": request.getfixturevalue("fresh_mongodb_url"),
        "bus": request.getfixturevalue("fresh_amqp_url"),
    }


@pytest.fixture
def start(urls: dict[str, str], tmp_path: Path) -> Start:
    """Return a function that runs the whole system in this process."""

    @asynccontextmanager
    async def begin(
        name: str = "a", *, clock: Clock | None = None, **overrides: object
    ) -> AsyncIterator[Whole]:
        folder = tmp_path / name
        folder.mkdir()
        secret = folder / "secret"
        secret.write_text("s" * 40)
        given: dict[str, object] = {
            "store": f"sqlite:///{folder}/recours.db",
            **urls,
            "relay": f"file:{folder}/outgoing",
            "secret_file": secret,
            "department": ROOT / "deploy" / "department",
            "smtp_listen": "127.0.0.1:0",
            "web_listen": "127.0.0.1:0",
            "desk_listen": "127.0.0.1:0",
            "public_url": "http://public.example",
            "desk_url": "http://desk.example",
            **overrides,
        }
        settings = read_settings(**given)
        async with running(services_named(()), settings, clock=clock) as (context, addresses):
            yield Whole(
                store=context.store,
                smtp_port=int(addresses["smtp"].rpartition(":")[2]),
                web=f"http://{addresses['web']}",
                desk=f"http://{addresses['desk']}",
                outgoing=folder / "outgoing",
            )

    return begin
