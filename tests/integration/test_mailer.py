"""The mailer to a relay that answers, refuses, stalls and goes away."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import trustme
from aiosmtpd import smtp

from services.notifier.mailer import (
    IN_DATA,
    Rejected,
    RelayMailer,
)
from shared.errors import Transient
from tests.waiting import until

RAW = b"Date: Fri, 20 Nov 2026 09:41:00 -0500\r\nSubject: a\r\n\r\n.one dot\r\n..\r\nend\r\n"


def abort(server: smtp.SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class Sink:
    """A relay that keeps what it takes, and answers as `answers` says, by verb."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.answers: dict[str, list[str]] = {}
        self.connections: list[smtp.SMTP] = []
        self.drop: list[str] = []
        self.hold: dict[str, asyncio.Event] = {}
        self.pipelining = False

    async def answer(self, verb: str, server: smtp.SMTP) -> str | None:
        if held := self.hold.pop(verb, None):
            held.set()
            await asyncio.Event().wait()
        if verb in self.drop:
            self.drop.remove(verb)
            abort(server)
        waiting = self.answers.get(verb)
        return waiting.pop(0) if waiting else None

    async def handle_EHLO(  # noqa: N802 - aiosmtpd names its hooks after the verbs
        self, server: smtp.SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections.append(server)
        return [responses[0], "250-PIPELINING", *responses[1:]] if self.pipelining else responses

    async def handle_MAIL(  # noqa: N802
        self, server: smtp.SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := await self.answer("MAIL", server):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: smtp.SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := await self.answer("RCPT", server):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: smtp.SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if refusal := await self.answer("DATA", server):
            return refusal
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 kept"


class Relay:
    """A sink behind a port, and a mailer that sends to it."""

    def __init__(self, sink: Sink, port: int) -> None:
        self.sink = sink
        self.port = port
        self.mailer = RelayMailer("127.0.0.1", port, timeout=5)

    async def send(self, *, rcpt_to: str = "personne@courriel.example") -> None:
        await self.mailer.send(notice_id="n1", mail_from="", rcpt_to=rcpt_to, raw=RAW)

    async def code(self, error: type[Rejected | Transient]) -> str:
        with pytest.raises(error) as raised:
            await self.send()
        assert type(raised.value) is error or error is Transient
        assert str(raised.value) == raised.value.code
        return raised.value.code


Serve = Callable[..., Any]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    running: list[tuple[asyncio.Server, Relay]] = []

    async def start(**options: Any) -> Relay:
        sink = Sink()
        server = await asyncio.get_running_loop().create_server(
            lambda: smtp.SMTP(sink, enable_SMTPUTF8=True, hostname="relay.example", **options),
            "127.0.0.1",
            0,
        )
        running.append((server, Relay(sink, server.sockets[0].getsockname()[1])))
        return running[-1][1]

    yield start
    for server, relay in running:
        await relay.mailer.close()
        server.close()
        await server.wait_closed()


@pytest.fixture(params=[False, True], ids=["one_by_one", "pipelined"])
async def relay(serve: Serve, request: pytest.FixtureRequest) -> Relay:
    started: Relay = await serve()
    started.sink.pipelining = request.param
    return started


async def test_a_mail_arrives_as_it_was_over_one_kept_connection(relay: Relay) -> None:
    for _ in range(3):
        await relay.send()
    assert relay.sink.taken == [("<>", ["personne@courriel.example"], RAW)] * 3
    assert len(relay.sink.connections) == 1


async def test_many_mails_at_once_share_four_connections(relay: Relay) -> None:
    await asyncio.gather(*(relay.send() for _ in range(40)))
    assert len(relay.sink.taken) == 40
    assert 1 < len(relay.sink.connections) <= 4


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
async def test_a_refusal_for_good_carries_its_code_and_not_its_words(
    relay: Relay, verb: str
) -> None:
    relay.sink.answers[verb] = ["550 5.1.1 personne@courriel.example is unknown"]
    assert await relay.code(Rejected) == "relay_550"
    await relay.send()
    assert len(relay.sink.taken) == 1
    assert len(relay.sink.connections) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_refusal_for_now_may_be_tried_again_on_the_same_connection(
    relay: Relay, verb: str
) -> None:
    relay.sink.answers[verb] = ["451 4.3.0 come back"]
    assert await relay.code(Transient) == "relay_451"
    await relay.send()
    assert len(relay.sink.taken) == 1
    assert len(relay.sink.connections) == 1


@pytest.mark.parametrize(
    ("verb", "answer"), [("MAIL", "550 we know no such sender"), ("RCPT", "530 log in first")]
)
async def test_a_refusal_of_us_is_not_a_refusal_of_the_mail(
    relay: Relay, verb: str, answer: str
) -> None:
    relay.sink.answers[verb] = [answer]
    assert await relay.code(Transient) == f"relay_{answer[:3]}"


async def test_a_kept_connection_that_went_away_is_replaced_unnoticed(relay: Relay) -> None:
    await relay.send()
    relay.sink.drop = ["MAIL"]
    await relay.send()
    relay.sink.answers["MAIL"] = ["421 I am closing"]
    await relay.send()
    abort(relay.sink.connections[-1])
    await relay.send()
    assert len(relay.sink.taken) == 4
    assert len(relay.sink.connections) == 4


async def test_a_relay_that_always_says_goodbye_is_asked_once(relay: Relay) -> None:
    relay.sink.answers["MAIL"] = ["421 I am closing"] * 100
    assert await relay.code(Transient) == "relay_421"
    assert len(relay.sink.answers["MAIL"]) == 99


@pytest.mark.parametrize(("verb", "code"), [("RCPT", "relay_lost"), ("DATA", IN_DATA)])
async def test_a_connection_lost_midway_says_whether_the_mail_may_have_been_taken(
    relay: Relay, verb: str, code: str
) -> None:
    relay.sink.drop = [verb]
    assert await relay.code(Transient) == code
    await relay.send()
    assert len(relay.sink.taken) >= 1


async def test_a_relay_that_is_not_there_is_unreachable(unused_tcp_port: int) -> None:
    relay = Relay(Sink(), unused_tcp_port)
    assert await relay.code(Transient) == "relay_unreachable"


async def test_a_relay_that_comes_back_is_found_again(relay: Relay) -> None:
    gone = RelayMailer("127.0.0.1", relay.port, timeout=5)
    relay.mailer, working = gone, relay.mailer
    await relay.send()
    relay.sink.drop = ["MAIL", "MAIL"]
    assert await relay.code(Transient) == "relay_lost"
    await relay.send()
    await working.close()
    assert len(relay.sink.taken) == 2


async def test_a_relay_that_says_nothing_is_not_waited_for_longer_than_asked() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        hung_up.set()

    hung_up = asyncio.Event()
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    mailer = RelayMailer("127.0.0.1", server.sockets[0].getsockname()[1], timeout=0.2)
    with pytest.raises(Transient) as raised:
        await mailer.send(notice_id="n1", mail_from="", rcpt_to="a@b.example", raw=RAW)
    assert raised.value.code == "relay_unreachable"
    await hung_up.wait()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("verb", ["MAIL", "DATA"])
async def test_a_send_that_is_cancelled_closes_its_connection(relay: Relay, verb: str) -> None:
    relay.sink.hold[verb] = asyncio.Event()
    sending = asyncio.create_task(relay.send())
    await relay.sink.hold[verb].wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await until(lambda: relay.sink.connections[0].transport is None)
    await relay.send()
    assert len(relay.sink.taken) == 1
    assert len(relay.sink.connections) == 2


async def test_a_recipient_with_accents_needs_a_relay_that_takes_them(serve: Serve) -> None:
    relay = await serve()
    await relay.send(rcpt_to="prénom@courriel.example")
    assert relay.sink.taken[0][1] == ["prénom@courriel.example"]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_tls_is_taken_when_the_relay_offers_it(serve: Serve, authority: trustme.CA) -> None:
    relay = await serve(tls_context=server_tls(authority), require_starttls=True)
    await relay.send()
    assert len(relay.sink.taken) == 1


async def test_required_tls_asks_for_a_certificate_that_we_know(
    serve: Serve, authority: trustme.CA
) -> None:
    relay = await serve(tls_context=server_tls(authority))
    relay.mailer = RelayMailer("127.0.0.1", relay.port, tls="required", timeout=5)
    assert await relay.code(Transient) == "relay_tls"
    assert relay.sink.taken == []


async def test_required_tls_sends_nothing_to_a_relay_without_it(serve: Serve) -> None:
    relay = await serve()
    relay.mailer = RelayMailer("127.0.0.1", relay.port, tls="required", timeout=5)
    assert await relay.code(Transient) == "relay_session"
    assert relay.sink.taken == []
