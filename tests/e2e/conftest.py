"""Both shapes of the system, whole: in this process, or as processes that can be killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Literal

import httpx
import pytest

from services.__main__ import services_named
from services.notifier.rendering import Renderer
from services.router.locating.gazetteer import Gazetteer, load_gazetteer
from shared.department import Department
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.process import Context, Service, running
from shared.runtime.settings import read_settings
from tests import shipped
from tests.post import Letter, Post
from tests.waiting import until

Shape = Literal["embedded", "full"]


@dataclass
class Whole:
    """A running system, seen from outside: doors, mail that left, and its store to look into."""

    context: Context
    smtp_port: int
    web: str
    desk: str
    outgoing: Path

    @property
    def store(self) -> Store:
        return self.context.store

    @property
    def bus(self) -> Bus:
        return self.context.bus

    async def deliver(self, raw: bytes, *, mail_from: str, rcpt_tos: tuple[str, ...]) -> None:
        await Post(self.smtp_port, connections=1).deliver([Letter(mail_from, rcpt_tos, raw)])

    def mails(self) -> list[EmailMessage]:
        """Return all mail that left, oldest first; `X-Envelope-To` says to whom."""
        files = sorted((file.stat().st_mtime_ns, file) for file in self.outgoing.glob("*.eml"))
        return [_parsed(file, moment) for moment, file in files]

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails() if mail["X-Envelope-To"] == f"<{address}>"]

    async def mail_to(self, address: str) -> EmailMessage:
        """Return the one mail that left for `address`, as soon as it has."""
        await until(lambda: self.mails_to(address), 20)
        (mail,) = self.mails_to(address)
        return mail

    async def quiet(self, timeout: float = 30.0) -> None:  # noqa: ASYNC109 - a test says how long
        """Wait until no queue holds anything, and no saved event waits."""

        async def idle() -> bool:
            depths = await self.bus.depths()
            busy = sum(depth.ready + depth.waiting for depth in depths)
            return not busy and not await self.store.outbox.waiting(older_than_seconds=0, limit=1)

        # Three times: what is between the broker and a consumer is nowhere for a moment.
        for _ in range(3):
            await until(idle, timeout)
            await asyncio.sleep(0.05)

    async def page(self, url: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(url)


@lru_cache(maxsize=2000)
def _parsed(file: Path, _moment: int) -> EmailMessage:
    """Parse a mail once, however often a test looks whether another one has left."""
    return BytesParser(policy=default).parsebytes(file.read_bytes())


Start = Callable[..., AbstractAsyncContextManager[Whole]]


@pytest.fixture(autouse=True)
def shipped_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let services that run in this process share what is made of the tables that we ship: to read
    and compile it takes a second, and it never changes."""

    def renderer(department: Department) -> Renderer:
        ours = department == shipped.department()
        return shipped.renderer() if ours else Renderer(department)

    def gazetteer(folder: Path) -> Gazetteer:
        return shipped.gazetteer() if folder == shipped.FOLDER else load_gazetteer(folder)

    monkeypatch.setattr("services.notifier.serving.Renderer", renderer)
    monkeypatch.setattr("services.router.serving.load_gazetteer", gazetteer)


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
    """Return a function that runs the whole system in this process, or the `services` named.

    `through` changes what each service is given, for tests that break something inside; `beside`
    are services that run in the same process too.
    """

    @asynccontextmanager
    async def begin(
        name: str = "a",
        *,
        services: Sequence[str] = (),
        clock: Clock | None = None,
        through: Callable[[Context], Context] = lambda context: context,
        beside: Sequence[Service] = (),
        **overrides: object,
    ) -> AsyncIterator[Whole]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        secret = folder / "secret"
        secret.write_text("s" * 40)
        given: dict[str, object] = {
            "store": f"sqlite:///{folder}/recours.db",
            **urls,
            "relay": f"file:{folder}/outgoing",
            "secret_file": secret,
            "department": shipped.FOLDER,
            "smtp_listen": "127.0.0.1:0",
            "web_listen": "127.0.0.1:0",
            "desk_listen": "127.0.0.1:0",
            "public_url": "http://public.example",
            "desk_url": "http://desk.example",
            **overrides,
        }
        settings = read_settings(**given)
        chosen = [_given(service, through) for service in (*beside, *services_named(services))]
        async with running(chosen, settings, clock=clock) as (context, addresses):
            yield Whole(
                context=context,
                smtp_port=int(addresses.get("smtp", ":0").rpartition(":")[2]),
                web=f"http://{addresses.get('web')}",
                desk=f"http://{addresses.get('desk')}",
                outgoing=folder / "outgoing",
            )

    return begin


def _given(service: Service, through: Callable[[Context], Context]) -> Service:
    return lambda context: service(through(context))
