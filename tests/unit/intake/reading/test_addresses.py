"""Who is named in an address field."""

from __future__ import annotations

import pytest

from services.intake.reading.addresses import mailboxes


@pytest.mark.parametrize(
    ("field", "found"),
    [
        (b"a@x.example", [("", "a@x.example")]),
        (b"Ana <a@x.example>", [("Ana", "a@x.example")]),
        (b'"Exemple, Ana" <a@x.example>, b@x.example',
         [("Exemple, Ana", "a@x.example"), ("", "b@x.example")]),
        (b"a@x.example (Ana)", [("Ana", "a@x.example")]),
        (b"'Ana' <a@x.example>", [("Ana", "a@x.example")]),
        (b"a@x.example <a@x.example>", [("a@x.example", "a@x.example")]),
        (b"Bureau: a@x.example, B <b@x.example>;", [("", "a@x.example"), ("B", "b@x.example")]),
        (b"undisclosed-recipients:;", []),
        (b"<mailto:a@x.example>", [("", "a@x.example")]),
        (b"<@relay.example:a@x.example>", [("", "a@x.example")]),
        (b"<<a@x.example>>", [("", "a@x.example")]),
        (b"Ana a@x.example", [("", "a@x.example")]),
        (b"Ana", [("Ana", "")]),
        (b"=?utf-8?Q?Mich=C3=A8le,_Ana?= <a@x.example>", [("Michèle, Ana", "a@x.example")]),
        (b"Mich\xe8le <a@x.example>", [("Michèle", "a@x.example")]),
        (b'"a b"@x.example', [("", '"a b"@x.example')]),
        (b"<a\0b@x.example>", []),
        (b"<a@\r\n x.example>", []),
        (b"", []),
        (b",;,<>", []),
    ],
)  # fmt: skip
def test_mailboxes_are_found(field: bytes, found: list[tuple[str, str]]) -> None:
    assert mailboxes(field, "", set()) == found


def test_an_encoded_word_is_never_decoded_into_an_address() -> None:
    found = mailboxes(b"=?utf-8?Q?chef=40x.example?= <a@y.example>", "", set())
    assert found == [("chef@x.example", "a@y.example")]
    assert mailboxes(b"<=?utf-8?Q?chef=40x.example?=>", "", set()) == []
    assert mailboxes(b"=?utf-8?Q?chef?=@x.example", "", set())[0][1] != "chef@x.example"


def test_a_very_long_list_is_cut_and_said_to_be() -> None:
    defects: set[str] = set()
    field = b", ".join(b"a%d@x.example" % number for number in range(5_000))
    assert len(mailboxes(field, "", defects)) == 1_000
    assert defects == {"too_many_addresses"}
