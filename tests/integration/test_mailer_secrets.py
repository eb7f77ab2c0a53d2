"""A password goes to the right relay over TLS, or nowhere; no mail leaves when TLS fails."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from pathlib import Path

import pytest
import trustme

from services.notifier.mailer import Mailer, open_mailer
from shared.errors import Transient
from tests.scripted_relay import HANG_UP, ScriptedRelay, scripted_relay

RAW = b"Subject: a\r\n\r\nBonjour\r\n"
LOGIN = "recours:s%C3%A9same@"
OFFERS = ("PIPELINING", "STARTTLS", "AUTH PLAIN LOGIN")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


def tls_of(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def mailer_to(relay: ScriptedRelay, *, secret: str = LOGIN, tail: str = "") -> Mailer:
    return open_mailer(f"smtp://{secret}127.0.0.1:{relay.port}{tail}")


async def send(mailer: Mailer) -> None:
    await mailer.send(notice_id="n1", mail_from="", rcpt_to="a@b.example", raw=RAW)


async def code(mailer: Mailer) -> str:
    with pytest.raises(Transient) as raised:
        await send(mailer)
    return raised.value.code


async def test_the_password_is_said_after_tls_and_only_once(authority: trustme.CA) -> None:
    async with scripted_relay(*OFFERS) as relay:
        relay.starttls = tls_of(authority)
        relay.answers = {"AUTH": ["235 welcome"]}
        mailer = mailer_to(relay)
        await send(mailer)
        await send(mailer)
        await mailer.close()
    assert relay.heard[:4] == ["EHLO", "STAR", "EHLO", "AUTH"]
    assert relay.heard.count("AUTH") == 1
    assert len(relay.mails) == 2
    said = b64encode("\0recours\0sésame".encode())
    assert any(said in words for words in relay.writes)


@pytest.mark.parametrize("answer", ["535 wrong", "454 try later", "534 too weak"])
async def test_a_password_that_is_refused_is_our_fault_and_keeps_the_mail(
    authority: trustme.CA, answer: str
) -> None:
    async with scripted_relay(*OFFERS) as relay:
        relay.starttls = tls_of(authority)
        relay.answers = {"AUTH": [answer] * 4}
        assert await code(mailer_to(relay)) == f"relay_{answer[:3]}"
    assert "MAIL" not in relay.heard


async def test_a_relay_without_tls_hears_no_password_and_gets_no_mail() -> None:
    async with scripted_relay("PIPELINING", "AUTH PLAIN LOGIN") as relay:
        assert await code(mailer_to(relay)) == "relay_session"
    assert {"AUTH", "MAIL"}.isdisjoint(relay.heard)


@pytest.mark.parametrize("secret", ["recours:sesame@", ""])
async def test_a_certificate_of_another_name_stops_mail_and_password(
    authority: trustme.CA, secret: str
) -> None:
    async with scripted_relay(*OFFERS) as relay:
        relay.starttls = tls_of(authority, "other.example")
        mailer = mailer_to(relay, secret=secret, tail="/?tls=required")
        assert await code(mailer) == "relay_tls"
    assert {"AUTH", "MAIL"}.isdisjoint(relay.heard)


@pytest.mark.parametrize("answer", [HANG_UP, "454 TLS not now", "501 what"])
async def test_tls_that_the_relay_breaks_off_stops_mail_and_password(answer: str) -> None:
    async with scripted_relay(*OFFERS) as relay:
        relay.answers = {"STAR": [answer] * 4}
        assert (await code(mailer_to(relay))).startswith("relay_")
        assert (await code(mailer_to(relay, secret="", tail="/?tls=required"))).startswith("relay_")
    assert {"AUTH", "MAIL"}.isdisjoint(relay.heard)


async def test_what_a_stranger_wrote_behind_starttls_in_clear_is_not_believed(
    authority: trustme.CA,
) -> None:
    """A reply glued to the answer to STARTTLS came in clear (CVE-2011-0411)."""

    async def injecting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay.example\r\n")
        await reader.readline()
        writer.write(b"250-relay.example\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")
        await reader.readline()
        writer.write(
            b"220 go on\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 ok\r\n250 ok\r\n354 go\r\n"
        )
        heard.append(await reader.read(5))
        writer.close()

    heard: list[bytes] = []
    server = await asyncio.start_server(injecting, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert (await code(open_mailer(f"smtp://127.0.0.1:{port}/?tls=required"))).startswith("relay_")
    server.close()
    assert all(not words.startswith((b"AUTH", b"MAIL")) for words in heard)
