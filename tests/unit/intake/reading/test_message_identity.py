"""The same mail has the same identity, whichever way it came."""

from __future__ import annotations

import pytest

from services.intake.reading.identity import message_identity, message_ids

MAIL = b"Message-ID: <Abc.1@Mail.Example>\r\nSubject: x\r\n\r\nBonjour\r\n  deux\r\n"


@pytest.mark.parametrize(
    "delivery",
    [
        b"Received: from elsewhere\r\n by here\r\nX-Spam-Score: 1\r\n" + MAIL,
        MAIL.replace(b"\r\n", b"\n"),
        MAIL + b"\r\n\r\n",
        MAIL.rstrip(),
        MAIL.replace(b"<Abc.1@Mail.Example>", b"<Abc.1@mail.example>  "),
        MAIL.replace(b"<Abc.1@Mail.Example>", b"\r\n <Abc.1 @MAIL.example>"),
    ],
)
def test_two_deliveries_of_one_mail_are_one(delivery: bytes) -> None:
    assert message_identity(delivery) == message_identity(MAIL)
    assert message_identity(MAIL)[0] == "Abc.1@mail.example"


def test_another_body_under_the_same_id_is_another_message() -> None:
    other = MAIL.replace(b"Bonjour", b"Bonsoir")
    assert message_identity(other)[0] == message_identity(MAIL)[0]
    assert message_identity(other)[1] != message_identity(MAIL)[1]


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"Subject: x\n\ny", b"Message-ID:\n\ny", b"Message-ID: <>\n\ny"]
)
def test_no_message_id_is_the_empty_string(raw: bytes) -> None:
    assert message_identity(raw)[0] == ""


def test_a_header_block_beyond_all_limits_has_an_identity_too() -> None:
    message_id, content = message_identity(b"X: " + b"y" * 300_000 + b"\n\nbody")
    assert message_id == ""
    assert len(content) == 64


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        (b"<a@B.example> <c@d.example>", ("a@b.example", "c@d.example")),
        (b"<a@b.example>\r\n\t<a@b.example>", ("a@b.example",)),
        (b"Message of 3 March <a@b.example>", ("a@b.example",)),
        (b"a@b.example", ("a@b.example",)),
        (b"", ()),
    ],
)
def test_ids_are_listed_once_in_order(field: bytes, ids: tuple[str, ...]) -> None:
    assert message_ids(field) == ids
