"""Connections taken over from the library, in clear and over TLS, on both event loops."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
import uvloop

from services.notifier.mailer import IN_DATA, Rejected, RelayMailer, open_mailer
from shared.errors import Transient
from tests.scripted_relay import HANG_UP, SILENCE, ScriptedRelay, scripted_relay
from tests.waiting import until

#: More than a socket takes at once, so that the end of the body waits in a buffer.
RAW = b"Subject: a\r\n\r\n" + b".a line of a long mail\r\n" * 100_000
Loop = Callable[[], asyncio.AbstractEventLoop]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> Loop:
    made: Loop = request.param
    return made


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of 127.0.0.1 that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def send(mailer: RelayMailer) -> None:
    await mailer.send(notice_id="n1", mail_from="v@m.example", rcpt_to="a@b.example", raw=RAW)


async def code(mailer: RelayMailer, error: type[Rejected | Transient]) -> str:
    with pytest.raises(error) as raised:
        await send(mailer)
    return raised.value.code


async def a_day_of_mail(relay: ScriptedRelay, mailer: RelayMailer) -> None:
    """Send, be refused, lose, be cancelled; each leaves a mailer that sends the next mail."""
    relay.byte_by_byte = True
    await send(mailer)
    relay.byte_by_byte = False
    relay.answers = {"RCPT": ["550 unknown"], ".": ["554 no recipient"]}
    assert await code(mailer, Rejected) == "relay_550"
    await send(mailer)
    assert len(relay.lines) == 1
    relay.answers = {".": [HANG_UP]}
    assert await code(mailer, Transient) == IN_DATA
    await send(mailer)
    relay.lines[-1].transport.abort()
    await until(lambda: relay.lines[-1].lost)
    await send(mailer)
    assert len(relay.lines) == 3
    relay.answers = {"DATA": [SILENCE]}
    sending = asyncio.create_task(send(mailer))
    await until(lambda: not relay.answers["DATA"])
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await until(lambda: relay.lines[-1].lost)
    await send(mailer)
    await mailer.close()
    await until(lambda: all(line.lost for line in relay.lines))
    assert relay.heard[-1] == "QUIT"
    assert relay.mails.count(RAW.replace(b"\r\n.", b"\r\n..")) == 6


async def a_silent_relay(relay: ScriptedRelay) -> None:
    mailer = RelayMailer("127.0.0.1", relay.port, tls_from_the_start=True, timeout=0.5)
    relay.answers = {".": [SILENCE]}
    assert await code(mailer, Transient) == IN_DATA
    await until(lambda: relay.lines[0].lost)


def test_mail_goes_over_a_connection_in_clear(loop: Loop) -> None:
    async def scenario() -> None:
        async with scripted_relay("PIPELINING") as relay:
            await a_day_of_mail(relay, RelayMailer("127.0.0.1", relay.port, timeout=10))

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())


def test_mail_goes_over_tls_from_the_first_byte(loop: Loop, tls: ssl.SSLContext) -> None:
    async def scenario() -> None:
        async with scripted_relay("PIPELINING", tls=tls) as relay:
            mailer = open_mailer(f"smtps://127.0.0.1:{relay.port}", connections=1)
            assert isinstance(mailer, RelayMailer)
            await a_day_of_mail(relay, mailer)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())


def test_the_deadline_holds_over_tls(loop: Loop, tls: ssl.SSLContext) -> None:
    async def scenario() -> None:
        async with scripted_relay("PIPELINING", tls=tls) as relay:
            await a_silent_relay(relay)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())


def test_mail_goes_over_tls_that_began_in_clear(loop: Loop, tls: ssl.SSLContext) -> None:
    async def scenario() -> None:
        async with scripted_relay("PIPELINING", "STARTTLS") as relay:
            relay.starttls = tls
            mailer = RelayMailer("127.0.0.1", relay.port, tls="required", timeout=10)
            await a_day_of_mail(relay, mailer)
            assert relay.heard[:3] == ["EHLO", "STAR", "EHLO"]

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())
