"""Reports are asked for where the relay can pass the wish on, and of nobody else (RFC 3461)."""

from __future__ import annotations

import pytest

from services.notifier.composing import compose
from services.notifier.mailer import RelayMailer
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.domain.notice import NoticeKind
from tests.scripted_relay import ScriptedRelay, scripted_relay
from tests.shipped import renderer

DEPARTMENT = sample_department()
HEAD = sample_head(DEPARTMENT)
RENDERER = renderer()
PATH = "plaintes+b0a1.mark@ministere.example"
TO = "personne@courriel.example"


def raw_of(kind: NoticeKind) -> bytes:
    letter = compose(kind, sample_case("fr", DEPARTMENT, kind=kind), HEAD, RECEIVED)
    return RENDERER.render(letter, message_id="m@ministere.example", at=RECEIVED).raw


async def envelope(
    relay: ScriptedRelay, kind: NoticeKind, mail_from: str = PATH, rcpt_to: str = TO
) -> list[str]:
    """Send one mail and return MAIL and RCPT as the relay heard them."""
    mailer = RelayMailer("127.0.0.1", relay.port, timeout=5)
    await mailer.send(notice_id="0a1+b=c", mail_from=mail_from, rcpt_to=rcpt_to, raw=raw_of(kind))
    await mailer.close()
    heard = b"".join(relay.writes).decode().split("\r\n")
    return [line for line in heard if line.startswith(("MAIL", "RCPT"))]


@pytest.mark.parametrize("offers", [("DSN",), ("DSN", "PIPELINING")])
async def test_what_a_person_wrote_asks_for_success_failure_and_delay(
    offers: tuple[str, ...],
) -> None:
    async with scripted_relay(*offers) as relay:
        mail, rcpt = await envelope(relay, "answer")
    assert mail == f"MAIL FROM:<{PATH}> RET=HDRS ENVID=0a1+2Bb+3Dc"
    assert rcpt == f"RCPT TO:<{TO}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{TO}"


@pytest.mark.parametrize("kind", ["assigned", "held", "late"])
async def test_automatic_mail_to_a_unit_asks_for_failure_and_delay_alone(kind: NoticeKind) -> None:
    async with scripted_relay("DSN") as relay:
        _, rcpt = await envelope(relay, kind)
    assert " NOTIFY=FAILURE,DELAY ORCPT=rfc822;" in rcpt


async def test_mail_with_the_null_sender_asks_that_nobody_be_told() -> None:
    async with scripted_relay("DSN") as relay:
        mail, rcpt = await envelope(relay, "acknowledgement", mail_from="")
    assert mail.startswith("MAIL FROM:<> ")
    assert rcpt == f"RCPT TO:<{TO}> NOTIFY=NEVER"


async def test_a_relay_that_does_not_announce_dsn_hears_no_word_of_it() -> None:
    async with scripted_relay("PIPELINING") as relay:
        heard = await envelope(relay, "answer")
    assert heard == [f"MAIL FROM:<{PATH}>", f"RCPT TO:<{TO}>"]


async def test_an_address_is_written_as_xtext() -> None:
    async with scripted_relay("DSN") as relay:
        _, rcpt = await envelope(relay, "answer", rcpt_to="a+b=c@courriel.example")
    assert rcpt.endswith("ORCPT=rfc822;a+2Bb+3Dc@courriel.example")


async def test_an_address_beyond_ascii_stands_without_its_original_form() -> None:
    async with scripted_relay("DSN", "SMTPUTF8") as relay:
        mail, rcpt = await envelope(relay, "answer", rcpt_to="éloi@courriel.example")
    assert " SMTPUTF8 RET=HDRS " in mail
    assert rcpt.endswith("NOTIFY=SUCCESS,FAILURE,DELAY")
