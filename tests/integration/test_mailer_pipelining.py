"""Mail over connections of our own: pipelined or not, refused, cut, glued, garbled and silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.notifier.mailer import IN_DATA, Rejected, RelayMailer
from shared.errors import Transient
from tests.scripted_relay import ENDLESS, HANG_UP, SILENCE, ScriptedRelay, scripted_relay
from tests.waiting import until

RAW = b"Date: Fri, 20 Nov 2026 09:41:00 -0500\r\nSubject: a\r\n\r\n.one dot\r\n..\r\nend\r\n"
ON_THE_WIRE = RAW.replace(b"\r\n.", b"\r\n..")
ENVELOPE = [b"MAIL FROM:<>\r\n", b"RCPT TO:<personne@courriel.example>\r\n", b"DATA\r\n"]
BODY = ON_THE_WIRE + b".\r\n"


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with scripted_relay("PIPELINING") as started:
        yield started


@pytest.fixture
async def mailer(relay: ScriptedRelay) -> AsyncIterator[RelayMailer]:
    opened = RelayMailer("127.0.0.1", relay.port, timeout=5)
    yield opened
    await opened.close()


async def send(mailer: RelayMailer, rcpt_to: str = "personne@courriel.example") -> None:
    await mailer.send(notice_id="n1", mail_from="", rcpt_to=rcpt_to, raw=RAW)


async def code(mailer: RelayMailer, error: type[Rejected | Transient]) -> str:
    with pytest.raises(error) as raised:
        await send(mailer)
    return raised.value.code


async def test_a_mail_takes_two_writes(relay: ScriptedRelay, mailer: RelayMailer) -> None:
    await send(mailer)
    await send(mailer)
    assert relay.writes[1:] == [b"".join(ENVELOPE), BODY] * 2
    assert relay.mails == [ON_THE_WIRE] * 2
    assert len(relay.lines) == 1


async def test_a_relay_without_pipelining_gets_one_command_at_a_time() -> None:
    async with scripted_relay() as relay:
        mailer = RelayMailer("127.0.0.1", relay.port, timeout=5)
        await send(mailer)
        assert relay.writes[1:] == [*ENVELOPE, BODY]
        relay.answers = {"RCPT": ["550 unknown"]}
        assert await code(mailer, Rejected) == "relay_550"
        assert relay.heard[-3:] == ["MAIL", "RCPT", "RSET"]
        await send(mailer)
        await mailer.close()
        assert (len(relay.mails), len(relay.lines)) == (2, 1)


NO_ONE = {"RCPT": ["550 5.1.1 unknown"]}


@pytest.mark.parametrize(
    ("answers", "error", "says", "ends"),
    [
        ({"MAIL": ["550 no"], "RCPT": ["503"], "DATA": ["503"]}, Transient, "relay_550", "RSET"),
        ({**NO_ONE, "DATA": ["503 5.5.1 no recipient"]}, Rejected, "relay_550", "RSET"),
        ({**NO_ONE, "DATA": ["554-no\r\n554 recipient"]}, Rejected, "relay_550", "RSET"),
        ({**NO_ONE, ".": ["554 no recipient"]}, Rejected, "relay_550", ". RSET"),
        ({"RCPT": ["451 later"], ".": ["250 whatever"]}, Transient, "relay_451", ". RSET"),
        ({"MAIL": ["451 later"], "RCPT": ["503"]}, Transient, "relay_451", ". RSET"),
        ({"RCPT": ["530 log in"], "DATA": ["503"]}, Transient, "relay_530", "RSET"),
        ({"DATA": ["451 later"]}, Transient, "relay_451", "RSET"),
        ({".": ["552 too big"]}, Rejected, "relay_552", ". RSET"),
    ],
)
async def test_after_a_refusal_the_connection_takes_the_next_mail(
    relay: ScriptedRelay,
    mailer: RelayMailer,
    answers: dict[str, list[str]],
    error: type[Rejected | Transient],
    says: str,
    ends: str,
) -> None:
    relay.answers = answers
    assert await code(mailer, error) == says
    assert relay.heard[1:] == ["MAIL", "RCPT", "DATA", *ends.split()]
    relay.mails.clear()
    await send(mailer)
    assert relay.mails == [ON_THE_WIRE]
    assert len(relay.lines) == 1


async def test_nobody_gets_an_empty_mail_when_only_the_sender_is_refused(
    relay: ScriptedRelay, mailer: RelayMailer
) -> None:
    relay.answers = {"MAIL": ["451 later"]}
    assert await code(mailer, Transient) == "relay_451"
    await until(lambda: relay.lines[0].lost)
    assert relay.mails == []


async def test_replies_may_come_byte_by_byte_and_in_many_lines(
    relay: ScriptedRelay, mailer: RelayMailer
) -> None:
    relay.byte_by_byte = True
    relay.answers = {"MAIL": ["250-one\r\n250-\r\n250 two"], "RCPT": ["250"], ".": ["250-a\r\n250"]}
    await send(mailer)
    relay.answers = {**NO_ONE, "DATA": ["503 no recipient"]}
    assert await code(mailer, Rejected) == "relay_550"
    assert (relay.mails, len(relay.lines)) == ([ON_THE_WIRE], 1)


@pytest.mark.parametrize(
    ("verb", "answer", "error", "says"),
    [
        ("MAIL", HANG_UP, Transient, "relay_lost"),
        ("RCPT", HANG_UP, Transient, "relay_lost"),
        ("DATA", HANG_UP, Transient, "relay_lost"),
        (".", HANG_UP, Transient, IN_DATA),
        ("MAIL", "421 bye", Transient, "relay_421"),
        ("RCPT", "421 bye", Transient, "relay_421"),
        ("DATA", "421 bye", Transient, "relay_421"),
        (".", "421 bye", Transient, "relay_421"),
        ("DATA", "250 taken already", Transient, "relay_250"),
        (".", "354 go on", Transient, IN_DATA),
        ("MAIL", "hello", Transient, "relay_session"),
        ("DATA", "150 please wait", Transient, "relay_session"),
        ("RCPT", "250-one\r\n251 two", Transient, "relay_session"),
        (".", "2500 taken", Transient, IN_DATA),
        (".", "250" + "x" * 9000, Transient, IN_DATA),
    ],
)
async def test_a_connection_that_ends_midway_is_replaced_and_says_what_is_known(
    relay: ScriptedRelay,
    mailer: RelayMailer,
    verb: str,
    answer: str,
    error: type[Rejected | Transient],
    says: str,
) -> None:
    relay.answers = {verb: [answer]}
    assert await code(mailer, error) == says
    await until(lambda: relay.lines[0].lost)
    relay.mails.clear()
    await send(mailer)
    assert (relay.mails, len(relay.lines)) == ([ON_THE_WIRE], 2)


async def test_a_refusal_before_the_relay_hung_up_counts(
    relay: ScriptedRelay, mailer: RelayMailer
) -> None:
    relay.answers = {**NO_ONE, "DATA": [HANG_UP]}
    assert await code(mailer, Rejected) == "relay_550"


async def test_what_is_glued_behind_the_last_reply_does_not_answer_the_next_mail(
    relay: ScriptedRelay, mailer: RelayMailer
) -> None:
    relay.answers = {".": ["250 taken\r\n250 and again", "250 taken\r\nnonsense"]}
    for _ in range(3):
        await send(mailer)
    assert (len(relay.mails), len(relay.lines)) == (3, 3)


async def test_a_word_nobody_asked_for_ends_an_idle_connection(
    relay: ScriptedRelay, mailer: RelayMailer
) -> None:
    await send(mailer)
    relay.lines[0].transport.write(b"250 by the way\r\n")
    await until(lambda: relay.lines[0].lost)
    await send(mailer)
    assert (len(relay.mails), len(relay.lines)) == (2, 2)


async def test_a_connection_idle_for_long_is_left_with_a_goodbye(
    relay: ScriptedRelay, mailer: RelayMailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(mailer)
    monkeypatch.setattr("services.notifier.mailer.IDLE", 0.0)
    await send(mailer)
    await until(lambda: relay.lines[0].lost)
    assert (relay.heard.count("QUIT"), len(relay.lines), len(relay.mails)) == (1, 2, 2)


@pytest.mark.parametrize("silence", [SILENCE, ENDLESS])
@pytest.mark.parametrize(
    ("verb", "says"),
    [("MAIL", "relay_lost"), ("RCPT", "relay_lost"), ("DATA", "relay_lost"), (".", IN_DATA)],
)
async def test_a_mail_has_one_deadline_whatever_comes(
    relay: ScriptedRelay, verb: str, says: str, silence: str
) -> None:
    mailer = RelayMailer("127.0.0.1", relay.port, timeout=0.25)
    relay.answers = {verb: [silence], "RCPT": [silence]} if verb == "MAIL" else {verb: [silence]}
    if verb in {"MAIL", "RCPT"}:
        relay.answers["DATA"] = [SILENCE]
    assert await code(mailer, Transient) == says
    await until(lambda: relay.lines[0].lost)


async def test_a_kept_connection_that_is_silent_does_not_take_the_others_with_it(
    relay: ScriptedRelay,
) -> None:
    mailer = RelayMailer("127.0.0.1", relay.port, timeout=0.5)
    await asyncio.gather(send(mailer), send(mailer))
    relay.answers = {"MAIL": [SILENCE], "RCPT": [SILENCE], "DATA": [SILENCE]}
    assert await code(mailer, Transient) == "relay_lost"
    await send(mailer)
    await mailer.close()
    assert (len(relay.mails), len(relay.lines)) == (3, 2)


async def test_a_send_cancelled_before_its_body_sends_no_body(
    relay: ScriptedRelay, mailer: RelayMailer
) -> None:
    relay.answers = {"DATA": [SILENCE]}
    sending = asyncio.create_task(send(mailer))
    await until(lambda: "DATA" in relay.heard)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await until(lambda: relay.lines[0].lost)
    assert relay.mails == []
    await send(mailer)
    assert len(relay.lines) == 2


@pytest.mark.parametrize(
    "address", ["a@b.example>\r\nRSET", "a b@c.example", "a@b\x00", "\ud800@b"]
)
async def test_an_address_never_becomes_a_command(
    relay: ScriptedRelay, mailer: RelayMailer, address: str
) -> None:
    relay.extensions += ("SMTPUTF8",)
    with pytest.raises(Rejected) as raised:
        await send(mailer, address)
    assert raised.value.code == "address_malformed"
    assert relay.heard == ["EHLO"]


async def test_an_address_with_accents_is_announced(
    relay: ScriptedRelay, mailer: RelayMailer
) -> None:
    with pytest.raises(Rejected) as raised:
        await send(mailer, "prénom@courriel.example")
    assert raised.value.code == "relay_no_smtputf8"
    relay.extensions += ("SMTPUTF8",)
    relay.lines[0].transport.abort()
    await until(lambda: relay.lines[0].lost)
    await send(mailer, "prénom@courriel.example")
    assert relay.writes[-2].startswith("MAIL FROM:<> SMTPUTF8\r\nRCPT TO:<prénom@".encode())


@pytest.mark.parametrize("answer", ["221 bye", "500 what?", HANG_UP, SILENCE])
async def test_closing_says_goodbye_on_every_connection(relay: ScriptedRelay, answer: str) -> None:
    mailer = RelayMailer("127.0.0.1", relay.port, timeout=5)
    await asyncio.gather(*(send(mailer) for _ in range(3)))
    relay.answers = {"QUIT": [answer] * 3}
    await asyncio.wait_for(mailer.close(), 2)
    assert relay.heard[-3:] == ["QUIT"] * 3
    await until(lambda: all(line.lost for line in relay.lines))
